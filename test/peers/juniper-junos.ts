/**
 * A JunOS router, simulated. Follows: Junos OS CLI Reference, "configure private", "plain-text-password", "commit"; User
 * Access and Authentication Guide, "Special Requirements for Junos OS Plain-Text Passwords". Nothing counts before the
 * commit, root meets the shell first, and a user without a class stops a commit.
 */
import type { Peer } from './peer.ts';
import { newState, opens, paged, peerOf, setPassword, startDevice, type Io, type State } from './device.ts';

/** What a test may set up beside the state. */
export interface JunosOptions {
  /** Somebody has changed the shared candidate and not committed it. */
  readonly shared?: boolean;
  /** What commit complains of. */
  readonly failsToCommit?: string;
  /** A screen's lines until told otherwise. */
  readonly height?: number;
}

export async function startJunos(
  protocol: 'SSH' | 'Telnet',
  options: JunosOptions = {},
): Promise<Peer & { readonly state: State }> {
  const state = newState({ root: 'Root-Old-1', ana: 'Ana-Old-1' });
  const device = await startDevice({
    signsIn: (name, password) => state.passwords.has(name) && opens(state, name, password),
    session: (io) => session(io),
  });

  async function session(io: Io): Promise<void> {
    let user = io.username ?? '';
    for (let tries = 0; io.username === undefined; tries += 1) {
      if (tries === 3) return;
      io.write('\n\nmx1 (ttyp0)\n\nlogin: ');
      user = await io.line('all');
      io.write('Password:');
      if (state.passwords.has(user) && opens(state, user, await io.line('none'))) break;
      io.write('Login incorrect\n');
    }
    io.write('\n--- JUNOS 18.4R2.7 built 2019-06-27 06:57:42 UTC\n');
    while (user === 'root') {
      io.write('root@mx1:~ # '.replace('#', '%'));
      const line = (await io.line('all')).trim();
      state.typed.push(line);
      if (line === 'cli') break;
      if (line !== '') io.write(`${line}: Command not found.\n`);
    }
    await commandLine(io, user);
  }

  async function commandLine(io: Io, user: string): Promise<void> {
    let height = options.height ?? 24;
    let candidate: Map<string, string> | undefined;
    for (;;) {
      io.write(candidate === undefined ? `${user}@mx1> ` : `\n[edit]\n${user}@mx1# `);
      const line = (await io.line('all', 'Possible completions:\n')).trim();
      state.typed.push(line);
      if (line === '') continue;
      const [, name] =
        /^set system (?:login user (\S+) authentication|root-authentication) plain-text-password$/.exec(line) ?? [];
      if (/^set cli screen-length \d+$/.test(line)) {
        height = Number(line.split(' ').at(-1));
        io.write(`Screen length set to ${String(height)}\n`);
      } else if (line === 'configure private' && candidate === undefined) {
        if (options.shared === true) io.write('error: shared configuration database modified\n');
        else {
          io.write('warning: uncommitted changes will be discarded on exit\nEntering configuration mode\n');
          candidate = new Map();
        }
      } else if (candidate === undefined) io.write('         ^\nunknown command.\n');
      else if (line.startsWith('set system ') && line.endsWith(' plain-text-password'))
        await change(io, candidate, name ?? 'root');
      else if (line.startsWith('show system login user ')) {
        const shown = state.passwords.has(line.split(' ').at(-1) ?? '')
          ? [
              'uid 2000;',
              'class super-user;',
              'authentication {',
              '    encrypted-password "$6$abc$def"; ## SECRET-DATA',
              '}',
            ]
          : [];
        await paged(io, shown, height, '---(more)---');
      } else if (line === 'commit') commit(io, candidate);
      else io.write('                ^\nsyntax error.\n');
    }
  }

  async function change(io: Io, candidate: Map<string, string>, name: string): Promise<void> {
    io.write('New password:');
    const next = await io.line('none');
    io.write('Retype new password:');
    if ((await io.line('none')) !== next) io.write('error: passwords do not match\n');
    else if (next.length < 6) io.write('error: minimum password length is 6\n');
    else if (!/[A-Z].*[^A-Z]|[^A-Z].*[A-Z]|[^a-zA-Z]/.test(next))
      io.write('error: require change of case, digits or punctuation\n');
    else candidate.set(name, next);
  }

  function commit(io: Io, candidate: Map<string, string>): void {
    const unknown = [...candidate.keys()].find((name) => !state.passwords.has(name));
    if (options.failsToCommit !== undefined)
      io.write(`${options.failsToCommit}\nerror: configuration check-out failed\n`);
    else if (unknown !== undefined)
      io.write(
        `[edit system login]\n  'user ${unknown}'\n    Missing mandatory statement: 'class'\nerror: commit failed: (missing mandatory statements)\n`,
      );
    else {
      for (const [name, next] of candidate) setPassword(state, io, name, next);
      io.write('commit complete\n');
    }
  }

  const make = (name: string, password: string): void => void state.passwords.set(name, password);
  return { ...peerOf(device, state, protocol, { username: 'root', password: 'Root-Old-1' }, make), state };
}

export const startPeer = (): Promise<Peer> => startJunos('SSH');
