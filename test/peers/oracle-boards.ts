/**
 * Three management boards of Sun and Oracle servers, simulated by their manuals: ALOM 1.5 ("password", "userpassword"),
 * ILOM 2 and 3 ("set /SP/users/NAME password"), XSCF (password(8)). A board asks for what it needs in its own words.
 */
import type { Peer } from './peer.ts';
import { newState, opens, peerOf, setPassword, startDevice, type Io, type State } from './device.ts';

/** How a board speaks. */
interface Board {
  readonly prompt: string;
  readonly login: string;
  readonly asks: string;
  readonly wrong: string;
  readonly admin: string;
  /** How many characters of a password count. */
  readonly counts?: number;
  /** Whose password a command line sets, `undefined` when it is none. */
  sets(line: string, user: string): string | undefined;
  readonly words: {
    readonly title?: (name: string) => string;
    readonly current?: string;
    readonly first: string;
    readonly again: string;
    readonly echo: 'none' | 'stars';
    /** Why the board does not take it, and whether it asks again. */
    readonly weak: (next: string) => string | undefined;
    readonly tries: number;
    readonly mismatch: string;
    readonly done: (name: string) => string;
  };
}

export type Simulated = Peer & { readonly state: State };

async function start(board: Board, protocol: 'SSH' | 'Telnet'): Promise<Simulated> {
  const state = newState({ [board.admin]: 'Adm-Old1', ana: 'Ana-Old1' });
  const cut = (password: string) => password.slice(0, board.counts ?? 999);
  const right = (name: string, password: string) => state.passwords.has(name) && opens(state, name, cut(password));
  const device = await startDevice({ signsIn: right, session: (io) => session(io) });

  async function session(io: Io): Promise<void> {
    let user = io.username ?? '';
    for (let tries = 0; io.username === undefined; tries += 1) {
      if (tries === 3) return;
      io.write(board.login);
      user = await io.line('all');
      io.write(board.asks);
      if (right(user, await io.line('none'))) break;
      io.write(board.wrong);
    }
    io.write('\n');
    for (;;) {
      io.write(board.prompt);
      const line = (await io.line('all')).trim();
      state.typed.push(line);
      if (line === '') continue;
      const name = board.sets(line, user);
      if (name === undefined) io.write(`${line}: command not found\n`);
      else if (!state.passwords.has(name)) io.write(`Invalid user name ${name}\n`);
      else if (name !== user && user !== board.admin) io.write('Permission denied\n');
      else await change(io, name, name === user);
    }
  }

  async function change(io: Io, name: string, own: boolean): Promise<void> {
    const { words } = board;
    io.write(words.title?.(name) ?? '');
    if (own && words.current !== undefined) {
      io.write(words.current);
      if (!right(name, await io.line('none'))) {
        io.write('Sorry, that is not the password.\n');
        return;
      }
    }
    for (let tries = 0; tries < words.tries; tries += 1) {
      io.write(words.first);
      const next = await io.line(words.echo);
      const weak = words.weak(next);
      if (weak !== undefined) {
        io.write(weak);
        continue;
      }
      io.write(words.again);
      if ((await io.line(words.echo)) !== next) {
        io.write(words.mismatch);
        continue;
      }
      setPassword(state, io, name, cut(next));
      io.write(words.done(name));
      return;
    }
  }

  const admin = { username: board.admin, password: 'Adm-Old1' };
  return {
    ...peerOf(device, state, protocol, admin, (name, password) => state.passwords.set(name, cut(password))),
    state,
  };
}

const alom: Board = {
  prompt: 'sc> ',
  login: 'Please login: ',
  asks: 'Please Enter password: ',
  wrong: 'Invalid login\n',
  admin: 'admin',
  counts: 8,
  sets: (line, user) => (line === 'password' ? user : /^userpassword (\S+)$/.exec(line)?.[1]),
  words: {
    title: () => '',
    current: 'Enter current password: ',
    first: 'New password: ',
    again: 'Re-enter new password: ',
    echo: 'none',
    weak: (next) =>
      next.length < 6 || !/[a-zA-Z].*[a-zA-Z]/.test(next) || !/[^a-zA-Z]/.test(next)
        ? 'Password must have at least six characters\n'
        : undefined,
    tries: 1,
    mismatch: 'Passwords do not match.\n',
    done: () => '',
  },
};

const ilom: Board = {
  prompt: '-> ',
  login: 'SUNSP00144F login: ',
  asks: 'Password: ',
  wrong: 'Login incorrect\n',
  admin: 'root',
  sets: (line) => /^set \/SP\/users\/(\S+) password$/.exec(line)?.[1],
  words: {
    title: (name) => `Changing password for user /SP/users/${name}/password...\n`,
    first: 'Enter new password: ',
    again: 'Enter new password again: ',
    echo: 'stars',
    weak: (next) =>
      next.length < 8 || next.length > 16 ? 'set: Password must be between 8 and 16 characters long\n' : undefined,
    tries: 1,
    mismatch: 'set: Passwords do not match\n',
    done: (name) => `New password was successfully set for user /SP/users/${name}\n`,
  },
};

const xscf: Board = {
  prompt: 'XSCF> ',
  login: 'login: ',
  asks: 'Password: ',
  wrong: 'Login incorrect\n',
  admin: 'useradm',
  sets: (line, user) => (line === 'password' ? user : /^password (\S+)$/.exec(line)?.[1]),
  words: {
    title: (name) => `Changing password for ${name}\n`,
    current: '(current) XSCF password: ',
    first: 'New XSCF password: ',
    again: 'Retype new XSCF password: ',
    echo: 'none',
    // pam_cracklib(8) asks again, three times.
    weak: (next) => (next.length < 6 ? 'BAD PASSWORD: it is too short\n' : undefined),
    tries: 3,
    mismatch: 'Sorry, passwords do not match\n',
    done: () => 'passwd: all authentication tokens updated successfully\n',
  },
};

export const startAlom = (protocol: 'SSH' | 'Telnet') => start(alom, protocol);
export const startIlom = (protocol: 'SSH' | 'Telnet') => start(ilom, protocol);
export const startXscf = (protocol: 'SSH' | 'Telnet') => start(xscf, protocol);
