/**
 * A Catalyst switch with CatOS, simulated. Follows: Catalyst 6500 Series Switch Command Reference, CatOS 8.x, "set
 * password", "set enablepass" and their example dialogues; one log-in password for everybody.
 */
import type { Peer } from './peer.ts';
import { newState, opens, peerOf, setPassword, startDevice, type Io, type State } from './device.ts';

export async function startCatos(protocol: 'SSH' | 'Telnet'): Promise<Peer & { readonly state: State }> {
  const state = newState({ login: 'Login-Old-1', enable: 'Enable-Old-1' });
  const device = await startDevice({
    signsIn: (_name, password) => opens(state, 'login', password),
    session: (io) => session(io),
  });

  async function session(io: Io): Promise<void> {
    if (io.username === undefined && !(await asked(io, 'login', '\n\nCisco Systems, Inc. Console\n\n\n'))) return;
    let privileged = false;
    for (;;) {
      io.write(`Console> ${privileged ? '(enable) ' : ''}`);
      const line = (await io.line('all', '\n')).trim();
      state.typed.push(line);
      if (line === '') continue;
      if (line === 'enable') privileged = await asked(io, 'enable', '');
      else if (line === 'disable') privileged = false;
      else if (line === 'set length 0') io.write('Screen length for this session set to 0.\n');
      else if (line === 'write memory' && privileged) state.saved = new Map(state.passwords);
      else if (line === 'set password' && privileged) await change(io, 'login');
      else if (line === 'set enablepass' && privileged) await change(io, 'enable');
      else io.write(`Unknown command "${line}". Use 'help' for more info.\n`);
    }
  }

  async function asked(io: Io, name: string, banner: string): Promise<boolean> {
    io.write(banner);
    for (let tries = 0; tries < 3; tries += 1) {
      io.write('Enter password: ');
      if (opens(state, name, await io.line('none'))) return true;
      io.write('Sorry\n');
    }
    return false;
  }

  async function change(io: Io, name: string): Promise<void> {
    io.write('Enter old password: ');
    if (!opens(state, name, await io.line('none'))) {
      io.write('Sorry password incorrect.\n');
      return;
    }
    io.write('Enter new password: ');
    const next = await io.line('none');
    io.write('Retype new password: ');
    if ((await io.line('none')) !== next) io.write('Passwords do not match.\n');
    else if (next.length < 3) io.write('Password not changed.\n');
    else {
      setPassword(state, io, name, next);
      io.write('Password changed.\n');
    }
  }

  const settings = { elevation: 'enable', loginWith: 'the account itself' };
  const admin = { username: 'login', password: 'Login-Old-1' };
  return {
    ...peerOf(device, state, protocol, admin, { fixed: ['login'] }, settings),
    elevation: { username: 'enable', password: 'Enable-Old-1' },
    state,
  };
}

/** It has two accounts and no more. */
export const startPeer = (): Promise<Peer> => startCatos('SSH');
