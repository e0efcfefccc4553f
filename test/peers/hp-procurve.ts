/**
 * An HP ProCurve switch, simulated. Follows: HP Switch Software Access Security Guide YA/YB.15.18 and ArubaOS-Switch
 * 16.09, "password"; it paints its prompt with cursor sequences and ESC E for a new line, and first wants a key pressed.
 */
import type { Peer } from './peer.ts';
import { newState, opens, peerOf, setPassword, startDevice, type Io, type State } from './device.ts';

/** With a manager and an operator; `names` whether it asks for user names. */
export async function startProcurve(
  protocol: 'SSH' | 'Telnet',
  names: boolean,
): Promise<Peer & { readonly state: State; readonly users: ReadonlyMap<string, string> }> {
  const state = newState({ manager: 'Manager-Old1', operator: 'Operator-Old1' });
  // The user name of each role, where it has one.
  const users = new Map(
    names
      ? [
          ['manager', 'manager'],
          ['operator', 'operator'],
        ]
      : [],
  );
  const roleOf = (name: string, password: string): 'manager' | 'operator' | undefined =>
    (['manager', 'operator'] as const).find(
      (role) => (!names || users.get(role) === name) && state.passwords.get(role) === password,
    );
  const signsIn = (name: string, password: string) => {
    const role = roleOf(name, password);
    if (role === undefined) opens(state, names ? name : 'anybody', '');
    return role;
  };
  let who: 'manager' | 'operator' | undefined;
  const device = await startDevice({
    signsIn: (name, password) => (who = signsIn(name, password)) !== undefined,
    session: (io) => session(io),
  });

  async function session(io: Io): Promise<void> {
    io.write(
      '\u001b[2J\u001b[?7l\u001b[1;24r\u001b[24;1HHP J4900B ProCurve Switch 2626\nCopyright (C) 1991-2010 Hewlett-Packard Co.\n\n',
    );
    io.write('\u001b[24;1HPress any key to continue');
    await io.key();
    io.write('\u001b[?25h\u001b[24;27H\u001bE');
    const role = io.username === undefined ? await logIn(io) : who;
    if (role === undefined) return;
    let [manager, config] = [role === 'manager', false];
    for (;;) {
      const prompt = `ProCurve Switch 2626${config ? '(config)' : ''}${manager ? '#' : '>'} `;
      io.write(`\u001b[24;1H\u001b[2K${prompt}\u001b[24;${String(prompt.length + 1)}H\u001b[?25h`);
      const line = (await io.line('all', '')).trim();
      // Its new line is not a line break.
      io.write('\u001b[24;1H\u001bE');
      state.typed.push(line);
      const set = /^password (manager|operator)(?: user-name (\S+))?$/.exec(line);
      if (line === '') continue;
      if (line === 'enable' && !manager) manager = (await logIn(io)) === 'manager';
      else if (line === 'configure' && manager) config = true;
      else if (line === 'write memory' && config) state.saved = new Map(state.passwords);
      else if (set?.[1] !== undefined && config) await change(io, set[1], set[2]);
      else io.write(`Invalid input: ${line}\n`);
    }
  }

  async function logIn(io: Io): Promise<'manager' | 'operator' | undefined> {
    for (let tries = 0; tries < 3; tries += 1) {
      let name = '';
      if (names) {
        io.write('Username: ');
        name = await io.line('all');
      }
      io.write('Password: ');
      const role = signsIn(name, await io.line('stars'));
      if (role !== undefined) return role;
      io.write('Invalid password\n');
    }
    return undefined;
  }

  async function change(io: Io, role: string, name: string | undefined): Promise<void> {
    const title = role === 'manager' ? 'Manager' : 'Operator';
    io.write(`New password for ${title}: `);
    const next = await io.line('stars');
    io.write(`Please retype new password for ${title}: `);
    if ((await io.line('stars')) !== next) io.write('Passwords do not match.\n');
    else if (next.length < 4 || next.length > 16) io.write('Password must be 4 to 16 characters.\n');
    else {
      // Without a name the role has none any more.
      if (name === undefined) users.delete(role);
      else users.set(role, name);
      setPassword(state, io, role, next);
    }
  }

  const settings = { asksUsername: names };
  const admin = { username: 'manager', password: 'Manager-Old1' };
  const peer = peerOf(device, state, protocol, admin, { fixed: ['operator'] }, settings);
  return { ...peer, state, users };
}

/** It has two accounts and no more. */
export const startPeer = (): Promise<Peer> => startProcurve('SSH', true);
