/**
 * A Cisco IOS switch, simulated. Follows the words of: Cisco IOS Security Configuration Guide ("User Access
 * Verification", "% Login invalid", "% Bad passwords", "% Bad secrets"); Cisco IOS Security Command Reference, "username",
 * "enable secret", "security passwords min-length"; Configuration Fundamentals, "copy running-config startup-config".
 */
import type { Peer } from './peer.ts';
import { newState, opens, peerOf, setPassword, startDevice, type Io, type State } from './device.ts';

/** What a test may set up beside the state. */
export interface IosOptions {
  /** The lines ask for a password alone. */
  readonly lineLogin?: boolean;
  readonly host?: string;
  /** What `copy` says in place of [OK]. */
  readonly failsToSave?: string;
}

/** A switch with admin (privilege 15), ops (privilege 1), eve (a "password", privilege 15), an enable secret and a vty password. */
export async function startIos(
  protocol: 'SSH' | 'Telnet',
  options: IosOptions = {},
): Promise<Peer & { readonly state: State; readonly agreed: readonly string[] }> {
  const state = newState({
    admin: 'Admin-Old-1',
    ops: 'Ops-Old-1',
    eve: 'Eve-Old-1',
    enable: 'Enable-Old-1',
    vty: 'Vty-Old-1',
  });
  const levels = new Map([
    ['admin', 15],
    ['ops', 1],
    ['eve', 15],
  ]);
  const forms = new Map([['eve', 'password']]);
  const host = options.host ?? 'sw1';
  const device = await startDevice({
    signsIn: (name, password) => levels.has(name) && opens(state, name, password),
    session: (io) => session(io),
  });

  async function session(io: Io): Promise<void> {
    let level = io.username === undefined ? await logIn(io) : (levels.get(io.username) ?? 1);
    if (level === undefined) return;
    io.write('\n');
    let mode = '';
    for (;;) {
      const mark = level === 15 ? '#' : '>';
      io.write(`${host}${mode}${mark}`);
      const line = (await io.line('all', `  LINE\n${host}${mode}${mark}`)).trim();
      state.typed.push(line);
      if (line === '') continue;
      if (mode !== '') mode = configure(io, mode, line);
      else if (line === 'enable') level = level === 15 || (await enable(io)) ? 15 : 1;
      else if (line === 'disable') level = 1;
      else if (/^terminal length \d+$/.test(line)) continue;
      else if (line === 'exit') return;
      else if (level !== 15) invalid(io);
      else if (line === 'configure terminal') {
        io.write('Enter configuration commands, one per line.  End with CNTL/Z.\n');
        mode = '(config)';
      } else if (line.startsWith('show running-config | include ^'))
        show(io, line.slice('show running-config | include ^'.length));
      else if (line === 'copy running-config startup-config') {
        io.write('Destination filename [startup-config]? ');
        await io.line('all');
        if (options.failsToSave === undefined) state.saved = new Map(state.passwords);
        io.write(`Building configuration...\n${options.failsToSave ?? '[OK]'}\n`);
      } else invalid(io);
    }
  }

  async function logIn(io: Io): Promise<number | undefined> {
    io.write('\n\n#####################\n# No trespassing  #\n#####################\n\nUser Access Verification\n\n');
    for (let tries = 0; tries < 3; tries += 1) {
      if (options.lineLogin === true) {
        io.write('Password: ');
        if (opens(state, 'vty', await io.line('none'))) return 1;
        continue;
      }
      io.write('Username: ');
      const name = await io.line('all');
      io.write('Password: ');
      const password = await io.line('none');
      if (levels.has(name) && opens(state, name, password)) return levels.get(name);
      io.write('% Login invalid\n\n');
    }
    io.write('% Bad passwords\n');
    return undefined;
  }

  async function enable(io: Io): Promise<boolean> {
    for (let tries = 0; tries < 3; tries += 1) {
      io.write('Password: ');
      if (opens(state, 'enable', await io.line('none'))) return true;
    }
    io.write('% Bad secrets\n\n');
    return false;
  }

  function show(io: Io, begins: string): void {
    const lines = [
      'enable secret 9 $9$abcdefghijklmn$hash',
      'enable secret level 7 5 $1$x$y',
      ...[...levels].map(([name, level]) => {
        const form = forms.get(name) === 'password' ? 'password 7 0822455D0A16' : 'secret 9 $9$abcdef$hash';
        return `username ${name} privilege ${String(level)} ${form}`;
      }),
    ];
    for (const line of lines) if (line.startsWith(begins.trimEnd())) io.write(`${line}\n`);
  }

  function configure(io: Io, mode: string, line: string): string {
    if (line === 'end') return '';
    if (line === 'exit') return mode === '(config)' ? '' : '(config)';
    if (/^line (?:vty|con|aux) \d+(?: \d+)?$/.test(line)) return '(config-line)';
    const [, name, form, type, word] = /^username (\S+) (secret|password) (?:(\d) )?(.+)$/.exec(line) ?? [];
    const enabling = /^enable secret (?:(\d) )?(.+)$/.exec(line);
    const ofLine = mode === '(config-line)' ? /^password (?:(\d) )?(.+)$/.exec(line) : null;
    if (name !== undefined && word !== undefined) {
      if (levels.has(name) && (forms.get(name) ?? 'secret') !== form)
        io.write('ERROR: Can not have both a user password and a user secret.\nPlease choose one or the other.\n');
      else set(io, name, type, word, () => levels.set(name, levels.get(name) ?? 1));
    } else if (enabling?.[2] !== undefined) set(io, 'enable', enabling[1], enabling[2]);
    else if (ofLine?.[2] !== undefined) set(io, 'vty', ofLine[1], ofLine[2]);
    else invalid(io);
    return mode;
  }

  function set(io: Io, name: string, type: string | undefined, word: string, also = (): unknown => undefined): void {
    // A digit and a space in front say in which form it is given.
    if (type !== undefined && type !== '0')
      io.write(
        'ERROR: The secret you entered is not a valid encrypted secret.\nTo enter an UNENCRYPTED secret, do not specify type 5 encryption.\n',
      );
    else if (word.length < 6)
      io.write('% Password too short - must be at least 6 characters. Password configuration failed\n');
    else {
      also();
      setPassword(state, io, name, word);
    }
  }

  function invalid(io: Io): void {
    io.write("            ^\n% Invalid input detected at '^' marker.\n\n");
  }

  const make = (name: string, password: string): void => {
    state.passwords.set(name, password);
    levels.set(name, 1);
  };
  const settings = options.lineLogin === true ? { asksUsername: false } : {};
  return {
    ...peerOf(device, state, protocol, { username: 'admin', password: 'Admin-Old-1' }, make, settings),
    state,
    agreed: device.agreed,
  };
}

/** A switch, its administrator privileged at once. */
export const startPeer = (): Promise<Peer> => startIos('SSH');
