/**
 * What the simulated devices share: real TCP with real SSH and Telnet in front of a dialogue, which each device's file
 * writes by its manual. A line is read a key at a time and echoed, as a device does: its `?` is help at once, backspace
 * takes a character, and only Enter sends. Everything stays in this process, on ports of 127.0.0.1 that the system chose.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Driver, Target } from '@strongroom/driver-kit';
import { reachTarget } from '@strongroom/reach';
import ssh2 from 'ssh2';
import type { Peer } from './peer.ts';
import { telnetServer } from './telnet-server.ts';

/** The line is gone; ends a session wherever it is. */
class HungUp extends Error {}

/** One person at the device's command line. */
export interface Io {
  /** Whom SSH signed in; undefined over Telnet, where the device asks. */
  readonly username: string | undefined;
  /** Line breaks go out as CR LF. */
  write(text: string): void;
  /** Reads to Enter, echoing what is typed, stars for it, or nothing. `help` answers a `?` at once, and the line goes on. */
  line(echo: 'all' | 'stars' | 'none', help?: string): Promise<string>;
  key(): Promise<string>;
  /** Ends the line without a word. Never returns. */
  cut(): never;
}

/** A device's own part. */
export interface Model {
  signsIn(username: string, password: string): boolean;
  /** The whole session; the line is closed when it returns. */
  session(io: Io): Promise<void>;
}

/** Passwords and what became of them; a test may look and change. */
export interface State {
  readonly passwords: Map<string, string>;
  readonly failures: Map<string, number>;
  /** What the device would have after a restart. */
  saved: ReadonlyMap<string, string>;
  cut: boolean;
  /** Every line that was typed where it is echoed. */
  readonly typed: string[];
}

export function newState(passwords: Readonly<Record<string, string>>): State {
  const map = new Map(Object.entries(passwords));
  return { passwords: map, failures: new Map(), saved: new Map(map), cut: false, typed: [] };
}

/** Whether it is the password; counts when it is not. */
export function opens(state: State, name: string, password: string): boolean {
  if (state.passwords.get(name) === password) return true;
  state.failures.set(name, (state.failures.get(name) ?? 0) + 1);
  return false;
}

/** Sets a password, and ends the line where the test wants that. */
export function setPassword(state: State, io: Io, name: string, password: string): void {
  state.passwords.set(name, password);
  if (state.cut) io.cut();
}

/** Writes lines a screen at a time. `erase` takes the pager's line away. */
export async function paged(io: Io, lines: readonly string[], height: number, more: string): Promise<void> {
  for (const [at, line] of lines.entries()) {
    if (height > 0 && at > 0 && at % height === 0) {
      io.write(more);
      if ((await io.key()) === 'q') return;
      io.write('\b'.repeat(more.length) + ' '.repeat(more.length) + '\b'.repeat(more.length));
    }
    io.write(`${line}\n`);
  }
}

let hostKey: string | undefined;

export interface Device {
  readonly ports: { readonly SSH: number; readonly Telnet: number };
  /** Options the last Telnet client agreed to: `WILL 24` … */
  readonly agreed: string[];
  stop(): Promise<void>;
}

/** Starts a device that answers SSH and Telnet. */
export async function startDevice(model: Model): Promise<Device> {
  // Not Ed25519: one in 256 of those that ssh2 makes cannot be read, by itself or anybody.
  hostKey ??= ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).private;
  const sockets = new Set<Socket>();
  const agreed: string[] = [];
  const telnet = createServer((socket) => {
    keep(sockets, socket);
    const { data, send } = telnetServer(socket, agreed);
    run(model, undefined, data, send, () => socket.destroy());
  });
  const ssh = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    let username = '';
    client.on('error', () => undefined);
    client.on('authentication', (attempt) => {
      if (attempt.method === 'password' && model.signsIn(attempt.username, attempt.password)) {
        username = attempt.username;
        attempt.accept();
      } else attempt.reject(['password']);
    });
    client.on('session', (accept) => {
      const session = accept();
      session.on('pty', (agree) => agree());
      session.on('shell', (agree) => {
        const channel = agree();
        channel.on('error', () => undefined);
        const end = () => void client.end();
        run(
          model,
          username,
          (listener, gone) => {
            channel.on('data', (bytes: Buffer) => listener(bytes.toString('utf8')));
            channel.on('close', gone);
          },
          (text) => void channel.write(text),
          end,
        );
      });
    });
  });
  const sshServer = createServer((socket) => {
    keep(sockets, socket);
    ssh.injectSocket(socket);
  });
  await Promise.all([telnet, sshServer].map(listen));
  return {
    ports: { SSH: portOf(sshServer), Telnet: portOf(telnet) },
    agreed,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([telnet, sshServer].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('close', () => sockets.delete(socket));
}
const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function run(
  model: Model,
  username: string | undefined,
  data: (listener: (text: string) => void, gone: () => void) => void,
  send: (text: string) => void,
  close: () => void,
): void {
  const keys: string[] = [];
  let wake = (): void => undefined;
  let gone = false;
  data(
    (text) => {
      keys.push(...text);
      wake();
    },
    () => {
      gone = true;
      wake();
    },
  );
  const key = async (): Promise<string> => {
    for (;;) {
      const next = keys.shift();
      if (next !== undefined) return next;
      if (gone) throw new HungUp();
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const write = (text: string): void => {
    if (gone) throw new HungUp();
    send(text.replaceAll('\n', '\r\n'));
  };
  const io: Io = {
    username,
    write,
    key,
    async line(echo, help) {
      let line = '';
      for (;;) {
        const next = await key();
        if (next === '\r' || next === '\n') {
          write('\n');
          return line;
        }
        if (next === '?' && help !== undefined) {
          write(`?\n${help}${line}`);
        } else if (next === '\b' || next === '\u007f') {
          line = line.slice(0, -1);
          write('\b \b');
        } else {
          line += next;
          if (echo !== 'none') write(echo === 'all' ? next : '*');
        }
      }
    },
    cut() {
      close();
      throw new HungUp();
    },
  };
  model.session(io).then(close, (error: unknown) => {
    close();
    if (!(error instanceof HungUp)) throw error;
  });
}

/** A device as a peer. Fresh accounts are what `make` makes; of a device that has only `fixed` ones, those, once. */
export function peerOf(
  device: Device,
  state: State,
  protocol: 'SSH' | 'Telnet',
  admin: { readonly username: string; readonly password: string },
  make: ((name: string, password: string) => void) | { readonly fixed: readonly string[] },
  settings: Readonly<Record<string, unknown>> = {},
): Peer {
  let made = 0;
  return {
    host: '127.0.0.1',
    settings: { protocol, port: device.ports[protocol], loginWith: 'another account', ...settings },
    trusted: [],
    admin,
    accounts(count) {
      return Promise.resolve(
        Array.from({ length: count }, () => {
          made += 1;
          if (typeof make !== 'function') {
            const username = make.fixed[made - 1];
            if (username === undefined) throw new Error('the device has no more accounts');
            return { username, password: state.passwords.get(username) ?? '' };
          }
          const account = { username: `user${String(made)}`, password: `Old-${String(made)}xyz` };
          make(account.username, account.password);
          return account;
        }),
      );
    },
    isPassword: (username, password) => Promise.resolve(state.passwords.get(username) === password),
    failures: (username) => Promise.resolve(state.failures.get(username) ?? 0),
    cutAfterSetting(on) {
      state.cut = on;
    },
    stop: () => device.stop(),
  };
}

/** A peer as a target of its driver. `more` is settings of the test's own; `pin` another host key than it has. */
export function targetAt<S>(
  driver: Driver<S>,
  peer: Peer,
  more: object = {},
  pin = false,
  timeoutMs = 5000,
): Target<S> {
  const settings = driver.settings.parse({ ...peer.settings, ...more });
  const { port } = settings as { port: number };
  const pinned = pin ? [{ algorithm: 'ssh-ed25519', fingerprint: 'SHA256:x', publicKey: 'AAAA' }] : [];
  return reachTarget({ host: peer.host, port, settings, pinned, onHostKey: () => undefined, timeoutMs });
}
