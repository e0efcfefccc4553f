import { connect as dial, type Socket } from 'node:net';
import ssh2, { type Client } from 'ssh2';
import { MustChange, Rejected, Unreachable, Untrusted, type HostKey, type Login } from '@strongroom/driver-kit';
import { algorithmsFor } from './algorithms.ts';
import { signIn } from './credentials.ts';
import { isPinned, readHostKey } from './host-key.ts';

/** Where to, and what is known of the host. */
export interface Reach {
  /** Name or address. */
  readonly host: string;
  readonly port: number;
  /** The keys this host may have. Empty: first contact, and any key is taken and reported. */
  readonly pinned: readonly HostKey[];
  /**
   * Called with the key of a first contact, once the host has proved it and before any credential is sent; awaited, so
   * that the caller can keep it first. What it throws, shell() throws.
   */
  readonly onHostKey: (key: HostKey) => void | Promise<void>;
  /** For connecting and signing in together, and again for each command. */
  readonly timeoutMs: number;
  /** Ends everything: as Unreachable before a command was sent, as Cut after. */
  readonly signal?: AbortSignal;
}

/** A signed-in connection. */
export interface Line {
  readonly client: Client;
  readonly socket: Socket;
}

/** Whether ssh2 can use the private key of this login, so that a bad one is never taken for a refusal of the target. */
function checkKey({ privateKey, passphrase }: Login): void {
  if (privateKey === undefined) return;
  const key = ssh2.utils.parseKey(privateKey.expose(), passphrase?.expose());
  if (key instanceof Error || !key.isPrivateKey())
    throw new Unreachable('the private key cannot be read: wrong format or wrong passphrase');
}

/**
 * Connects, checks the host key and signs in: one attempt.
 * Throws Unreachable, Untrusted, Rejected or MustChange.
 */
export function openLine(reach: Reach, login: Login): Promise<Line> {
  if (login.password === undefined && login.privateKey === undefined)
    throw new TypeError('a login needs a password or a private key');
  checkKey(login);
  return new Promise((resolve, reject) => {
    const socket = dial({ host: reach.host, port: reach.port, noDelay: true });
    const client = new ssh2.Client();
    let settled = false;
    let offered: HostKey | undefined;
    let untrusted = false;

    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      reach.signal?.removeEventListener('abort', abort);
      return true;
    };
    const fail = (why: unknown): void => {
      if (!settle()) return;
      socket.destroy();
      reject(why instanceof Error ? why : new Unreachable('signing in failed'));
    };
    const abort = (): void => {
      fail(new Unreachable('given up'));
    };
    const timer = setTimeout(() => {
      fail(new Unreachable(`no answer in ${String(reach.timeoutMs)} ms`));
    }, reach.timeoutMs);

    const attempt = signIn(
      login,
      async () => {
        if (reach.pinned.length === 0 && offered !== undefined) await reach.onHostKey(offered);
      },
      fail,
    );

    const failed = (error: Error & { level?: string; code?: unknown }): void => {
      if (untrusted && offered !== undefined) fail(new Untrusted(offered));
      // sshd closes the line instead of answering when an attempt was the last it allows (MaxAuthTries).
      else if (attempt.sent() && /too many authentication failures/i.test(error.message))
        fail(new Rejected('the target rejected the log-in'));
      else fail(new Unreachable(describe(error)));
    };

    client.on('error', failed);
    client.on('close', () => {
      failed(new Error('closed'));
    });
    // Some servers ask for a new password in place of an answer (RFC 4252 section 8); they took the old one to do so.
    client.on('change password', () => {
      fail(new MustChange('the target wants the password changed'));
    });
    client.on('ready', () => {
      if (!attempt.sent()) {
        fail(new Unreachable('the target lets this account in without any credential'));
        return;
      }
      if (settle()) resolve({ client, socket });
    });

    socket.on('error', (error) => {
      failed(error);
    });
    socket.once('connect', () => {
      client.connect({
        sock: socket,
        username: login.username,
        readyTimeout: 0,
        algorithms: algorithmsFor(reach.pinned),
        authHandler: attempt.handler,
        hostVerifier: (blob: Buffer): boolean => {
          const key = readHostKey(blob);
          // A later key exchange must show the same key as the first.
          const trusted =
            offered === undefined
              ? reach.pinned.length === 0 || isPinned(key, reach.pinned)
              : key.publicKey === offered.publicKey;
          offered = key;
          untrusted = !trusted;
          return trusted;
        },
      });
    });

    if (reach.signal?.aborted === true) abort();
    else reach.signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Never the target's own words: they could hold anything. */
function describe({ level, code, message }: Error & { level?: string; code?: unknown }): string {
  if (typeof code === 'string') return `no connection (${code})`;
  return level === 'handshake' ? message : 'the target ended the connection';
}
