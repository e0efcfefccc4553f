import { fits, type Limits, type Reset, type Subject, type Verified } from './driver.ts';
import { plainText } from './dialogue.ts';
import type { DeviceSettings } from './device-settings.ts';
import { reason, resetBy, secretsOf, verdictOf, verifyByShell } from './outcome.ts';
import type { Matcher } from './pattern.ts';
import { Cut, Unreachable, type Exposable, type Login } from './target.ts';
import type { Target } from './ways.ts';
import { NoPrompt, type Answer, type Greeting, type Prompt, type Terminal } from './ways/terminal.ts';

/** A reset ends here: the device said no, or what it said is not what was expected. `message` is for a person. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/**
 * A pattern for a command-line prompt: the last, unfinished line ends in one of the texts, with a space or none behind.
 * `texts` are literal alternatives between `|`. What stands before is a name of at most 80 characters without any of
 * `# > % $`, so that a banner of ##### is no prompt while it is still arriving.
 */
export function promptEnding(texts: string): RegExp {
  const alternatives = texts
    .split('|')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?:^|\\n)[^\\n#>%$]{0,80}(?:${alternatives.join('|')})[ \\t]*$`, 'i');
}

/** What pagers write at the foot of a screen, on every device that we know of. Space asks for the next one. */
export const pager: Prompt = {
  when: /-{2,4} ?\(?more[^\n]{0,80}$|<-+ ?more ?-+>\s*$|press any key to continue[^\n]*$/i,
  press: ' ',
};

/** Names that no command line of a device gives another meaning. */
export function plainDeviceName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/.test(name);
}

const noPrompt = 'the device did not show a prompt that the settings name';

/** A terminal on which nothing is changed yet: a line that breaks there proves the target unreachable, and no more. */
function harmless(terminal: Terminal): Terminal {
  return {
    async ask(line, prompts) {
      try {
        return await terminal.ask(line, prompts);
      } catch (error) {
        if (error instanceof NoPrompt) throw new Stopped(noPrompt);
        if (error instanceof Cut) throw new Unreachable(error.message);
        throw error;
      }
    },
  };
}

/** The two terminals of a change: `look` for what changes nothing, `act` for what may. */
export interface Console {
  readonly look: Terminal;
  readonly act: Terminal;
}

/** What a change on a device needs. */
export interface DeviceChange<S> {
  readonly target: Target<S>;
  readonly greeting: Greeting;
  readonly limits: Limits;
  readonly admin: Login;
  readonly account: Subject;
  readonly next: Exposable;
  readonly elevation?: Login | undefined;
}

/**
 * reset() of a device: refuses what it cannot carry, signs in, and turns what goes wrong into a Reset without secrets.
 * `work` returns when the password is set, and throws Stopped with what the device said against it.
 */
export function resetByTerminal<S>(change: DeviceChange<S>, work: (console: Console) => Promise<void>): Promise<Reset> {
  const { target, greeting, limits, admin, account, next, elevation } = change;
  const secrets = secretsOf(admin, elevation, account.current, next);
  if (!plainDeviceName(account.username))
    return Promise.resolve({ is: 'refused', why: 'this account name cannot be passed on' });
  if (!fits(limits, next.expose()))
    return Promise.resolve({ is: 'refused', why: 'the target cannot carry this password exactly' });
  return resetBy(secrets, async () => {
    let begun = false;
    try {
      await target.terminal(admin, greeting, (terminal) => {
        begun = true;
        return work({ look: harmless(terminal), act: terminal });
      });
      return { is: 'done' };
    } catch (error) {
      if (error instanceof Stopped) return { is: 'refused', why: error.message };
      if (error instanceof NoPrompt && !begun) return { is: 'refused', why: noPrompt };
      throw error;
    }
  });
}

/** verify() of a device: over SSH signing in is the proof, over Telnet its own dialogue is. Nothing is run. */
export async function verifyByTerminal<S extends DeviceSettings>(
  target: Target<S>,
  login: Login,
  greeting: Greeting,
): Promise<Verified> {
  if (target.settings.protocol === 'SSH') return verifyByShell(target, login);
  return verifyOnTerminal(target, login, greeting, () => Promise.resolve('accepted'));
}

/** verify() by a dialogue: signs in as `login`, and `work` says what the device made of the password in question. */
export async function verifyOnTerminal<S>(
  target: Target<S>,
  login: Login,
  greeting: Greeting,
  work: (console: Console) => Promise<Verified>,
): Promise<Verified> {
  try {
    return await target.terminal(login, greeting, (terminal) => work({ look: harmless(terminal), act: terminal }));
  } catch (error) {
    return error instanceof Stopped ? 'unreachable' : verdictOf(error);
  }
}

/** A command that asks for a new password, twice and without echo. */
export interface NewPassword {
  readonly command: string;
  /** Asked before, where the account changes its own. */
  readonly current?: { readonly when: Matcher; readonly send: Exposable };
  readonly first: Matcher;
  readonly again: Matcher;
  readonly next: Exposable;
  /** The prompt behind it. */
  readonly end: Matcher;
}

/**
 * Answers such a command, each question once. Gives back what the device wrote at last, for the driver to judge.
 * Throws Stopped, with what the device complained of, when it asks again for what it was given or ends too early.
 */
export async function typeTwice({ act, look }: Console, asked: NewPassword): Promise<Answer> {
  const { command, current, first, again, next, end } = asked;
  const refuse = ({ output }: Answer): never => {
    const spoken = output.split('\n').map((line) => line.trim());
    const said = spoken.slice(1, -1).filter((line) => line !== '' && !line.endsWith(':'));
    throw new Stopped(said.slice(-2).join(' ') || 'the device did not take the password');
  };
  const asksFirst = { when: first };
  const old = current === undefined ? [] : [{ when: current.when }];
  let answer = await look.ask(command, [...old, asksFirst, pager, { when: end }]);
  if (current !== undefined && answer.ended === 0)
    answer = await look.ask(current.send, [...old, asksFirst, { when: end }]);
  if (answer.ended !== old.length) refuse(answer);
  answer = await act.ask(next, [{ when: again }, asksFirst, { when: end }]);
  if (answer.ended !== 0) refuse(answer);
  // What asks once more now did not take it: "Retype" after a mismatch, or the question from the start.
  answer = await act.ask(next, [{ when: again }, asksFirst, pager, { when: end }]);
  return answer.ended === 3 ? answer : refuse(answer);
}

/** The first line of an answer that holds one of the device's ways to complain, as one line for a person. */
export function complaintIn({ output }: Answer, says: RegExp): string | undefined {
  const line = plainText(output)
    .split('\n')
    .find((one) => says.test(one));
  return line === undefined ? undefined : reason(line, [], 'the device refused');
}
