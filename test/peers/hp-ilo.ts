/**
 * An HP iLO, simulated. Follows: HP iLO 3 and 4 Scripting and Command Line Guides, "User commands" and "Escape commands";
 * DSP0214. It splits its command line at spaces and commas, and takes quotes away, as a command line protocol does.
 */
import type { Peer } from './peer.ts';
import { newState, opens, peerOf, setPassword, startDevice, type Io, type State } from './device.ts';

export async function startIlo(protocol: 'SSH' | 'Telnet'): Promise<Peer & { readonly state: State }> {
  const state = newState({ Administrator: 'Admin-Old-1', ana: 'Ana-Old-12' });
  const device = await startDevice({
    signsIn: (name, password) => state.passwords.has(name) && opens(state, name, password),
    session: (io) => session(io),
  });

  async function session(io: Io): Promise<void> {
    let user = io.username;
    if (user === undefined) {
      io.write('Login Name: ');
      user = await io.line('all');
      io.write('Password: ');
      if (!state.passwords.has(user) || !opens(state, user, await io.line('none'))) {
        io.write('Login failed.\n');
        return;
      }
    }
    io.write(
      `User:${user} logged-in to ilo.example.com(192.0.2.9)\niLO 4 Advanced 2.55 at  Aug 16 2017\nServer Name: \nServer Power: On\n\n`,
    );
    for (;;) {
      io.write('</>hpiLO-> ');
      const line = await io.line('all');
      state.typed.push(line);
      if (line.trim() === '') continue;
      io.write('\n');
      command(io, user, line);
      io.write('\n');
    }
  }

  function command(io: Io, user: string, line: string): void {
    const [verb, path = '', ...properties] = line.trim().split(/[ ,]+/);
    const fails = (tag: string): void =>
      io.write(`status=2\nstatus_tag=COMMAND PROCESSING FAILED\nerror_tag=${tag}\nThu Nov 26 22:00:00 2026\n`);
    const name = path.replace('/map1/accounts1/', '');
    const [, value] = /^password=(.*)$/.exec(properties[0] ?? '') ?? [];
    if (verb !== 'set' || properties.length !== 1 || value === undefined) fails('COMMAND SYNTAX ERROR');
    else if (!path.startsWith('/map1/accounts1/') || !state.passwords.has(name)) fails('INVALID TARGET');
    else if (user !== 'Administrator' && user !== name) fails('COMMAND NOT AUTHORIZED');
    else if (value.length < 8 || value.length > 39) fails('PROPERTY VALUE OUT OF RANGE');
    else {
      setPassword(state, io, name, value.replace(/["']/g, ''));
      io.write('status=0\nstatus_tag=COMMAND COMPLETED\nThu Nov 26 22:00:00 2026\n');
    }
  }

  const admin = { username: 'Administrator', password: 'Admin-Old-1' };
  return { ...peerOf(device, state, protocol, admin, (name, password) => state.passwords.set(name, password)), state };
}

export const startPeer = (): Promise<Peer> => startIlo('SSH');
