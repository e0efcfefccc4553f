/** LDAP: opens a line, judges the certificate, binds once, and gives what a driver may do. Knows no kind of server. */
import type { Socket } from 'node:net';
import { Attribute, Change, Client, PasswordPolicyControl, ResultCodeError } from 'ldapts';
import {
  Cut,
  DirectoryError,
  Unreachable,
  Untrusted,
  type Directory,
  type DirectoryAccess,
  type HostKey,
  type Login,
} from '@strongroom/driver-kit';
import { opening } from '../opening.ts';
import { secure, type TlsReach } from '../tls.ts';
import { passwordModify } from './ber.ts';
import { bindable, bindFailure } from './bind.ts';
import { askForTls } from './start-tls.ts';

/** Where to and whom to trust. */
export interface DirectoryReach extends TlsReach {
  /** Called with a certificate that is not the pinned one, before Untrusted is thrown. */
  readonly onUntrusted?: (key: HostKey) => void;
}

/** A list of accounts of a large directory is below; more is a server that floods us. In bytes. */
const mostInput = 256 * 1024 * 1024;
const pageSize = 500;

/** Connects and protects the line. */
async function openLine(reach: DirectoryReach, access: DirectoryAccess): Promise<Socket> {
  const named = { ...reach, host: access.certificateName ?? reach.host };
  try {
    return await opening(reach, async (socket) => {
      if (access.connection === 'clear text') return socket;
      if (access.connection === 'StartTLS') await askForTls(socket);
      return secure(socket, named, access.certificate);
    });
  } catch (error) {
    // Only a pin can be renewed by a person; whom the authorities do not vouch for stays a stranger.
    if (error instanceof Untrusted && access.certificate === 'pinned') reach.onUntrusted?.(error.offered);
    throw error;
  }
}

/** Connects, binds as `login`, runs `work` and closes. Throws Unreachable, Untrusted, Rejected or MustChange before `work` starts. */
export async function withDirectory<T>(
  reach: DirectoryReach,
  access: DirectoryAccess,
  login: Login,
  work: (directory: Directory) => Promise<T>,
): Promise<T> {
  const { name, password } = bindable(login);
  const socket = await openLine(reach, access);
  let taken = false;
  const client = new Client({
    // Never dialled: the line is the one above, and there is no second.
    url: 'ldap://line.invalid',
    timeout: reach.timeoutMs,
    connectTimeout: reach.timeoutMs,
    createConnection: () => {
      if (taken) throw new Error('the line is gone');
      taken = true;
      return socket;
    },
  });
  const abort = (): void => {
    socket.destroy();
  };
  reach.signal?.addEventListener('abort', abort, { once: true });
  let input = 0;
  socket.on('data', (chunk: Buffer) => {
    input += chunk.length;
    if (input > mostInput) socket.destroy();
  });
  try {
    await bind(client, name, password);
    return await work(directoryOver(client));
  } finally {
    reach.signal?.removeEventListener('abort', abort);
    // Unbinding is a courtesy; the connection is closed in any case.
    await client.unbind().catch(() => undefined);
    socket.destroy();
  }
}

/** One attempt. A server that has no password policy control leaves it unanswered: it is not critical. */
async function bind(client: Client, name: string, password: string): Promise<void> {
  const policy = new PasswordPolicyControl();
  try {
    await client.bind(name, password, policy);
  } catch (error) {
    throw bindFailure(error, policy.value?.error);
  }
}

function directoryOver(client: Client): Directory {
  let changed = false;
  const failure = (error: unknown): Error => {
    // 0xf8 is the library's own word for no answer.
    if (error instanceof ResultCodeError && error.code !== 0xf8)
      return new DirectoryError(error.code, error.message.replace(/ Code: 0x[0-9a-f]+$/, ''));
    return changed ? new Cut('the line broke after sending') : new Unreachable('the line broke');
  };
  const change = async (run: () => Promise<unknown>): Promise<void> => {
    if (!client.isConnected) throw failure(undefined);
    changed = true;
    try {
      await run();
    } catch (error) {
      throw failure(error);
    }
  };
  return {
    setPassword: (dn, next, current) =>
      change(() => client.exop('1.3.6.1.4.1.4203.1.11.1', passwordModify(dn, next.expose(), current?.expose()))),

    modify: (dn, changes) =>
      change(() =>
        client.modify(
          dn,
          changes.map(
            ({ operation, attribute, values }) =>
              new Change({
                operation,
                modification: new Attribute({ type: attribute, values: values.map((value) => Buffer.from(value)) }),
              }),
          ),
        ),
      ),

    async search(base, filter, attributes, scope = 'sub') {
      try {
        const { searchEntries } = await client.search(base, {
          scope,
          filter,
          attributes: [...attributes],
          ...(scope === 'base' ? {} : { paged: { pageSize } }),
        });
        return searchEntries.map(({ dn, ...found }) => ({
          dn,
          attributes: Object.fromEntries(
            Object.entries(found).map(([name, values]) => [name, [values].flat().map((value) => value.toString())]),
          ),
        }));
      } catch (error) {
        throw failure(error);
      }
    },
  };
}
