/**
 * A Cisco ASA (and PIX 7), simulated. Follows: Cisco Security Appliance Command Reference 7.2 and 8.4, "username", "enable
 * password", "passwd", "show running-config username", "write memory"; PIX passwords count to sixteen characters.
 */
import type { Peer } from './peer.ts';
import { newState, opens, paged, peerOf, setPassword, startDevice, type Io, type State } from './device.ts';

/** What a test may set up beside the state. */
export interface PixOptions {
  /** Telnet asks for the passwd alone, as without AAA. */
  readonly lineLogin?: boolean;
  /** Knows PIX 6's commands alone. */
  readonly pix6?: boolean;
  /** A screen's lines; the pager stays on whatever is said. */
  readonly height?: number;
}

/** With admin and ops, levels 15 and 2, an enable and a Telnet password. */
export async function startPix(
  protocol: 'SSH' | 'Telnet',
  options: PixOptions = {},
): Promise<Peer & { readonly state: State; readonly levels: ReadonlyMap<string, number> }> {
  const state = newState({ admin: 'Admin-Old-1', ops: 'Ops-Old-1', enable: 'Enable-Old-1', telnet: 'Telnet-Old-1' });
  const levels = new Map([
    ['admin', 15],
    ['ops', 2],
  ]);
  const right = (name: string, password: string) => opens(state, name, password.slice(0, 16));
  const device = await startDevice({
    signsIn: (name, password) => levels.has(name) && right(name, password),
    session: (io) => session(io),
  });

  async function session(io: Io): Promise<void> {
    if (io.username === undefined && !(await logIn(io))) return;
    io.write("Type help or '?' for a list of available commands.\n");
    let [privileged, config] = [false, false];
    for (;;) {
      const prompt = `ciscoasa${config ? '(config)' : ''}${privileged ? '#' : '>'} `;
      io.write(prompt);
      const line = (await io.line('all', `  WORD\n${prompt}`)).trim();
      state.typed.push(line);
      if (line === '') continue;
      if (line === 'enable') privileged = await enable(io);
      else if (line === 'disable') [privileged, config] = [false, false];
      else if (line === 'terminal pager 0') continue;
      else if (!privileged) io.write("ERROR: % Invalid input detected at '^' marker.\n");
      else if (line === 'configure terminal') config = true;
      else if (line === 'write memory') {
        state.saved = new Map(state.passwords);
        io.write(
          'Building configuration...\nCryptochecksum: 6e1f 5a1a 0a4d 1b2c\n\n1944 bytes copied in 3.310 secs (648 bytes/sec)\n[OK]\n',
        );
      } else if (line === 'show running-config username' && options.pix6 !== true) await list(io);
      else if (line === 'show username' && options.pix6 === true) await list(io);
      else if (config) set(io, line);
      else io.write("ERROR: % Invalid input detected at '^' marker.\n");
    }
  }

  async function logIn(io: Io): Promise<boolean> {
    io.write('\n\nUser Access Verification\n\n');
    for (let tries = 0; tries < 3; tries += 1) {
      let name = 'telnet';
      if (options.lineLogin !== true) {
        io.write('Username: ');
        name = await io.line('all');
      }
      io.write('Password: ');
      const password = await io.line(options.lineLogin === true ? 'none' : 'stars');
      if ((name === 'telnet' || levels.has(name)) && right(name, password)) return true;
      io.write(options.lineLogin === true ? 'Invalid password\n' : '\nLogin incorrect\n');
    }
    return false;
  }

  async function enable(io: Io): Promise<boolean> {
    for (let tries = 0; tries < 3; tries += 1) {
      io.write('Password: ');
      if (right('enable', await io.line('stars'))) return true;
      io.write('Invalid password\n');
    }
    io.write('Access denied.\n');
    return false;
  }

  const list = (io: Io) =>
    paged(
      io,
      [...levels].map(
        ([name, level]) => `username ${name} password 5mr1QJqVAcGxs1lI encrypted privilege ${String(level)}`,
      ),
      options.height ?? 0,
      '<--- More --->',
    );

  function set(io: Io, line: string): void {
    const words = line.split(/\s+/);
    const [verb, second, third, word] = words;
    if (verb === 'username' && third === 'password' && word !== undefined && second !== undefined) {
      if (word.length < 4)
        io.write(
          'ERROR: Password must be at least 4 characters\nUsage: username <name> password <password> [privilege <level>]\n',
        );
      else {
        // Without a level it is 2 again.
        levels.set(second, words[4] === 'privilege' ? Number(words[5]) : 2);
        setPassword(state, io, second, word.slice(0, 16));
      }
    } else if (verb === 'enable' && second === 'password' && third !== undefined) change(io, 'enable', third);
    else if (verb === 'passwd' && second !== undefined) change(io, 'telnet', second);
    else io.write("ERROR: % Invalid input detected at '^' marker.\n");
  }
  function change(io: Io, name: string, word: string): void {
    if (word.length < 3) io.write('ERROR: Password must be at least 3 characters\n');
    else setPassword(state, io, name, word.slice(0, 16));
  }

  const make = (name: string, password: string): void => {
    state.passwords.set(name, password);
    levels.set(name, 5);
  };
  const settings = { elevation: 'enable', ...(options.lineLogin === true ? { asksUsername: false } : {}) };
  const peer = peerOf(device, state, protocol, { username: 'admin', password: 'Admin-Old-1' }, make, settings);
  return { ...peer, elevation: { username: 'enable', password: 'Enable-Old-1' }, state, levels };
}

export const startPeer = (): Promise<Peer> => startPix('SSH');
