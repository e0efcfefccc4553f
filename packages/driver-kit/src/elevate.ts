import type { Reset } from './driver.ts';
import { prompt } from './dialogue.ts';
import { complaint, type UnixContext } from './unix-context.ts';
import { Cut, type Exposable, type Login, type Step } from './target.ts';

// Ours, so that no lecture or translation of sudo can be mistaken for it.
const sudoAsks = 'strongroom: password for sudo:';
const ready = 'strongroom: ready';

/** The password sudo wants: usually of the account that signed in (sudoers(5), rootpw and targetpw say otherwise). */
function sudoPassword(context: UnixContext): Exposable | undefined {
  return context.elevation?.password ?? context.admin.password;
}

/** A name that may stand on a command line and inside quotes: no shell gives any of these characters a meaning. */
export function plainName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/.test(name);
}

/** How to start a command as root on a terminal: the whole command line, and the questions that come first. */
export interface Elevated {
  readonly command: string;
  readonly before: readonly Step[];
}

/** Why there is no way to root with what was given, or undefined. */
export function cannotElevate({ settings, elevation }: UnixContext): string | undefined {
  if (settings.elevation !== 'su') return undefined;
  if (elevation?.password === undefined) return 'su needs the password of a second account, usually root';
  return plainName(elevation.username) ? undefined : 'this account name cannot be given to su';
}

function suStep(login: Login, asks: string): Step {
  return { expect: prompt(asks), send: login.password ?? '' };
}

/** `command` (fixed text without quotes, or with a plainName) run as root on a terminal. */
export function elevated(context: UnixContext, command: string): Elevated {
  const { settings, elevation } = context;
  // C messages, because the prompts are recognised by their words. env, because csh knows no VAR=value prefix.
  const c = `env LC_ALL=C ${command}`;
  switch (settings.elevation) {
    case 'none':
      return { command: c, before: [] };
    case 'su':
      return elevation === undefined
        ? { command: c, before: [] }
        : {
            command: `env LC_ALL=C su ${elevation.username} -c '${command}'`,
            // Not asked of one who is root already.
            before: [{ ...suStep(elevation, settings.prompts.su), optional: true }],
          };
    case 'sudo': {
      const password = sudoPassword(context);
      if (password === undefined) return { command: `env LC_ALL=C sudo -n ${command}`, before: [] };
      const asks = prompt(sudoAsks);
      // -k: a cached grant must not decide whether the question comes. A wrong password is never sent twice.
      return {
        command: `env LC_ALL=C sudo -k -p '${sudoAsks}' ${command}`,
        before: [{ expect: asks, send: password, optional: true, refused: asks }],
      };
    }
  }
}

/**
 * Gives one line to a command that reads it as root from its input, as chpasswd does.
 * `command` is fixed text: neither name nor password ever stands on a command line.
 * `done` on exit status 0. Throws Cut when it may have taken effect.
 */
export async function lineAsRoot(context: UnixContext, command: string, line: string): Promise<Reset> {
  switch (context.settings.elevation) {
    case 'none':
      return plain(context, command, `${line}\n`);
    case 'sudo':
      return bySudo(context, command, line);
    case 'su':
      return bySu(context, command, line);
  }
}

async function plain(context: UnixContext, command: string, stdin: string): Promise<Reset> {
  const { code, stdout, stderr } = await context.shell.run(`env LC_ALL=C ${command}`, stdin);
  return code === 0 ? { is: 'done' } : { is: 'refused', why: complaint(stderr || stdout) };
}

/**
 * sudo -S reads the password from the same input as the command (sudo(8)). Whether it reads one at all must be known
 * first: if it did not ask, chpasswd would take our password line for one of its own, and a password with a colon in it
 * would set some account's password. So the command is run with an empty input, which changes nothing, without and
 * then with the password; only a way that worked carries the line.
 */
async function bySudo(context: UnixContext, command: string, line: string): Promise<Reset> {
  const { shell } = context;
  const free = await shell.run(`env LC_ALL=C sudo -k -n ${command}`, '');
  if (free.code === 0) return plain(context, `sudo -k -n ${command}`, `${line}\n`);
  const password = sudoPassword(context);
  if (password === undefined) return { is: 'refused', why: complaint(free.stderr || free.stdout) };
  const asking = `sudo -k -S -p '' ${command}`;
  // The input ends after the password, so that sudo, which asks again by itself, neither gets a wrong one again nor takes
  // the line for one. (pam_faillock(8) counts the question left unanswered as well: a wrong password makes two.)
  const tried = await plain(context, asking, `${password.expose()}\n`);
  return tried.is === 'done' ? plain(context, asking, `${password.expose()}\n${line}\n`) : tried;
}

/**
 * su asks on a terminal and says nothing when it agrees, so the command says that it is ready before the line is sent.
 * head ends after the line, which closes the command's input: a terminal has no other end.
 */
async function bySu(context: UnixContext, command: string, line: string): Promise<Reset> {
  const { command: full, before } = elevated(context, `echo "${ready}:"; head -n 1 | ${command}`);
  const said = await context.shell.dialogue(full, [
    ...before,
    { expect: new RegExp(`${ready}:`), send: { expose: () => line } },
  ]);
  const [byShell = '', byCommand] = said.output.split(`${ready}:`);
  if (byCommand === undefined) return { is: 'refused', why: `su: ${complaint(byShell)}` };
  return said.code === 0 ? { is: 'done' } : { is: 'refused', why: complaint(byCommand) };
}

/**
 * Whether `login` is right, asked of su by an account that may sign in: for accounts that may not.
 * One attempt. Throws Cut or Unreachable when it cannot be told.
 */
export async function provenBySu(
  shell: UnixContext['shell'],
  login: Login,
  asks: string,
): Promise<'accepted' | 'rejected'> {
  if (!plainName(login.username)) throw new Cut('this account name cannot be given to su');
  const said = await shell.dialogue(`env LC_ALL=C su ${login.username} -c 'echo "${ready}:"'`, [suStep(login, asks)]);
  // No question means no evidence: root runs su without being asked.
  if (said.reached === 0) throw new Cut('su did not ask for a password');
  if (said.code === 0 && said.output.includes(`${ready}:`)) return 'accepted';
  if (suSays.test(said.output)) return 'rejected';
  // A login shell that refuses to run, or pam_wheel(8), whose "Permission denied" is also what pam_faillock(8) can make of
  // a wrong password: the password may be right.
  throw new Cut('su said neither yes nor no');
}

// util-linux and shadow: "Authentication failure", "incorrect password"; System V and BSD: "Sorry"; AIX: 3004-300 and
// "Authentication is denied".
const suSays = /authentication (?:failure|is denied)|incorrect password|\bsorry\b|3004-300/i;
