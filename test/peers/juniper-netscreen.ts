/**
 * A ScreenOS firewall, simulated. Follows: ScreenOS CLI Reference Guide 6.3, "admin", "save", and the pager that stops
 * after every screen whatever the terminal says. A command that sets a password without a privilege makes read-only of it.
 */
import type { Peer } from './peer.ts';
import { newState, opens, paged, peerOf, setPassword, startDevice, type Io, type State } from './device.ts';

export async function startNetscreen(
  protocol: 'SSH' | 'Telnet',
  height = 22,
): Promise<Peer & { readonly state: State; readonly privileges: ReadonlyMap<string, string> }> {
  const state = newState({ netscreen: 'Screen-Old-1', ana: 'Ana-Old-1', bob: 'Bob-Old-1' });
  const privileges = new Map([
    ['netscreen', 'Root'],
    ['ana', 'Read-Write'],
    ['bob', 'Read-Only'],
  ]);
  const device = await startDevice({
    signsIn: (name, password) => privileges.has(name) && opens(state, name, password),
    session: (io) => session(io),
  });

  async function session(io: Io): Promise<void> {
    let user = io.username ?? '';
    io.write('Remote Management Console\n');
    for (let tries = 0; io.username === undefined; tries += 1) {
      if (tries === 3) return;
      io.write('login: ');
      user = await io.line('all');
      io.write('password: ');
      if (privileges.has(user) && opens(state, user, await io.line('none'))) break;
      io.write(' ### Login failed\n');
    }
    for (;;) {
      io.write('ssg5-serial(M)-> ');
      const line = (await io.line('all', '\nssg5-serial(M)-> ')).trim();
      state.typed.push(line);
      const may = privileges.get(user) !== 'Read-Only';
      if (line === '') continue;
      if (line === 'get admin user') await list(io);
      else if (line === 'save' && may) {
        state.saved = new Map(state.passwords);
        io.write('Save System Configuration ...\nDone\n');
      } else if (may) set(io, line);
      else io.write('                 ^-----unknown keyword set\n');
    }
  }

  const list = (io: Io) =>
    paged(
      io,
      [
        'Name                             Privilege       Origin',
        '-------------------------------- --------------- ----------',
        ...[...privileges].map(([name, privilege]) => `${name.padEnd(32)} ${privilege.padEnd(15)} Internal`),
      ],
      height,
      '--- more --- ',
    );

  function set(io: Io, line: string): void {
    const words = line.split(/ +/);
    const root = /^set admin password (\S+)$/.exec(line)?.[1];
    const [, name, password, , level] =
      /^set admin user (\S+) password (\S+)( privilege (all|read-only))?$/.exec(line) ?? [];
    if (root !== undefined) change(io, 'netscreen', root);
    else if (name !== undefined && password !== undefined) {
      privileges.set(name, level === 'all' ? 'Read-Write' : 'Read-Only');
      change(io, name, password);
    } else io.write(`                 ^-----unknown keyword ${words.at(-1) ?? ''}\n`);
  }
  function change(io: Io, name: string, password: string): void {
    if (password.length < 4) io.write('Password is too short\n');
    else {
      setPassword(state, io, name, password);
      io.write('Password has been changed successfully\n');
    }
  }

  const make = (name: string, password: string): void => {
    state.passwords.set(name, password);
    privileges.set(name, 'Read-Write');
  };
  return {
    ...peerOf(device, state, protocol, { username: 'netscreen', password: 'Screen-Old-1' }, make),
    state,
    privileges,
  };
}

export const startPeer = (): Promise<Peer> => startNetscreen('SSH');
