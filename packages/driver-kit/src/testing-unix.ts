import { Conversation } from './dialogue.ts';
import type { SshSettings } from './ssh-settings.ts';
import { Cut, Rejected, type Login, type Shell } from './target.ts';
import { targetOf } from './testing-ways-of.ts';
import type { Target } from './ways.ts';

/** How a program ended, and what it wrote last. */
interface End {
  readonly code: number;
  readonly wrote?: string;
}
/** A program: yields what it writes before it waits for a line, and gets the line, or undefined at the end of its input. */
type Program = Generator<string, End, string | undefined>;

/** What the passwd of one Unix writes, word for word. */
export interface PasswdWords {
  readonly title: (user: string) => string;
  readonly current: (user: string) => string;
  readonly next: (user: string) => string;
  readonly again: (user: string) => string;
  /** On the fifth character or less; then it asks again. */
  readonly weak: string;
  readonly wrong: string;
  readonly mismatch: string;
  readonly done: (user: string) => string;
  /** Root is asked for the old password too, as on a trusted HP-UX. */
  readonly asksRoot?: boolean;
}

/** One Unix to play. */
export interface UnixModel {
  /** As its driver calls it, with options. */
  readonly passwd: string;
  readonly words: PasswdWords;
  readonly chpasswd?: string;
  /** The terminal and the password file keep seven bits of each byte. */
  readonly sevenBit?: boolean;
  /** Characters with which its terminal erases one character and the whole line; DEL and ^U when left out. */
  readonly erase?: readonly [string, string];
  /** What its commands that list accounts write. */
  readonly lists: Readonly<Record<string, string>>;
}

/** State a test may look at and change. */
export interface UnixHost {
  readonly passwords: Map<string, string>;
  /** Who may sudo, and whether sudo asks. */
  readonly sudoers: Map<string, 'asks' | 'free'>;
  /** Each command line that ran, as ps would show it. */
  readonly ran: string[];
  /** Failed tries of each account, by sign-in, sudo and su together, as pam_faillock counts them. */
  readonly failures: Map<string, number>;
  /** Ends the line as soon as a password was set. */
  cut: boolean;
  target(settings: SshSettings): Target<SshSettings>;
}

/** A host in memory with root, ana, bob (sudo asks), sam (sudo does not) and eve, as simple-minded as the real thing. */
export function unixHost(model: UnixModel): UnixHost {
  const passwords = new Map(['root', 'ana', 'bob', 'sam', 'eve'].map((name) => [name, `${name}-Old-1`]));
  const sudoers = new Map<string, 'asks' | 'free'>([
    ['bob', 'asks'],
    ['sam', 'free'],
  ]);
  const ran: string[] = [];
  const failures = new Map<string, number>();
  const bits = (text: string) =>
    model.sevenBit === true ? Buffer.from(Buffer.from(text).map((byte) => byte & 0x7f)).toString('latin1') : text;

  const set = (user: string, password: string): void => {
    passwords.set(user, bits(password));
    if (host.cut) throw new Cut('the line broke after sending');
  };
  const opens = (user: string, password: string | undefined): boolean => {
    const right = password !== undefined && passwords.get(user) === bits(password);
    if (!right) failures.set(user, (failures.get(user) ?? 0) + 1);
    return right;
  };

  function* chpasswd(): Program {
    let code = 0;
    let wrote = '';
    for (let number = 1; ; number += 1) {
      const line = yield '';
      if (line === undefined) return { code, wrote };
      const colon = line.indexOf(':');
      if (colon >= 0 && passwords.has(line.slice(0, colon))) {
        set(line.slice(0, colon), line.slice(colon + 1));
      } else {
        code = 1;
        wrote += `chpasswd: line ${String(number)}: ${colon < 0 ? 'missing new password' : 'unknown user'}\n`;
      }
    }
  }

  function* passwd(as: string, user: string): Program {
    const { words } = model;
    if (!passwords.has(user)) return { code: 1, wrote: `passwd: user '${user}' does not exist\n` };
    if (as !== 'root' && as !== user) return { code: 1, wrote: 'passwd: Permission denied.\n' };
    let said = words.title(user);
    if (as !== 'root' || words.asksRoot === true) {
      const current = yield said + words.current(user);
      if (current === undefined || !opens(user, current)) return { code: 10, wrote: words.wrong };
      said = '';
    }
    for (let tries = 0; tries < 3; tries += 1) {
      const next = yield said + words.next(user);
      if (next === undefined) return { code: 10 };
      if (next.length < 6) {
        said = words.weak;
        continue;
      }
      const again = yield words.again(user);
      if (again !== next) {
        said = words.mismatch;
        continue;
      }
      set(user, next);
      return { code: 0, wrote: words.done(user) };
    }
    return { code: 10, wrote: 'passwd: password unchanged\n' };
  }

  function* sudo(as: string, flags: string, command: string): Program {
    const rule = as === 'root' ? 'free' : sudoers.get(as);
    if (rule !== 'free') {
      if (flags.includes('-n')) return { code: 1, wrote: 'sudo: a password is required\n' };
      const asks = /-p '([^']*)'/.exec(flags)?.[1] ?? '[sudo] password: ';
      for (let tries = 1; ; tries += 1) {
        const line = yield tries === 1 ? asks : `Sorry, try again.\n${asks}`;
        if (line === undefined) return { code: 1, wrote: '\nsudo: no password was provided\n' };
        if (opens(as, line)) break;
        if (tries === 3) return { code: 1, wrote: 'sudo: 3 incorrect password attempts\n' };
      }
      if (rule === undefined) return { code: 1, wrote: `${as} is not in the sudoers file.\n` };
    }
    return yield* program('root', command);
  }

  function* su(as: string, user: string, command: string): Program {
    if (as !== 'root' && !opens(user, yield 'Password: ')) return { code: 1, wrote: '\nsu: Authentication failure\n' };
    return yield* program(user, command);
  }

  function* readyThen(as: string, ready: string, command: string): Program {
    const line = yield `${ready}\n`;
    return feed(program(as, command), [line]);
  }

  function* ended(end: End): Program {
    yield* [];
    return end;
  }

  function program(as: string, whole: string): Program {
    const command = whole.replace(/^env LC_ALL=C /, '');
    const bySudo = /^sudo ((?:-[knS] |-p '[^']*' )*)(.*)$/.exec(command);
    if (bySudo !== null) return sudo(as, bySudo[1] ?? '', bySudo[2] ?? '');
    const bySu = /^su (\S+) -c '([^']*)'$/.exec(command);
    if (bySu !== null) return su(as, bySu[1] ?? '', bySu[2] ?? '');
    const piped = /^echo "([^"]*)"; head -n 1 \| (.*)$/.exec(command);
    if (piped !== null) return readyThen(as, piped[1] ?? '', piped[2] ?? '');
    const echo = /^echo "([^"]*)"$/.exec(command);
    if (echo !== null) return ended({ code: 0, wrote: `${echo[1] ?? ''}\n` });
    if (command === 'id')
      return ended({ code: 0, wrote: as === 'root' ? 'uid=0(root) gid=0(root)\n' : `uid=7(${as})\n` });
    if (command === model.chpasswd)
      return as === 'root' ? chpasswd() : ended({ code: 1, wrote: 'chpasswd: Permission denied.\n' });
    if (command === model.passwd) return passwd(as, as);
    if (command.startsWith(`${model.passwd} `)) return passwd(as, command.slice(model.passwd.length + 1));
    return ended({ code: command in model.lists ? 0 : 127, wrote: model.lists[command] ?? `${command}: not found\n` });
  }

  const shellFor = (as: string): Shell => ({
    run(command, stdin = '') {
      ran.push(command);
      const lines = stdin.split('\n');
      if (lines.at(-1) === '') lines.pop();
      const { code, wrote = '' } = feed(program(as, command), lines);
      return Promise.resolve(code === 0 ? { code, stdout: wrote, stderr: '' } : { code, stdout: '', stderr: wrote });
    },
    dialogue(command, steps) {
      ran.push(command);
      const conversation = new Conversation(steps);
      const running = program(as, command);
      let step = running.next();
      for (;;) {
        // A shell that brackets pastes wraps what is written (xterm control sequences), and a line comes in pieces.
        const text = step.done === true ? (step.value.wrote ?? '') : step.value;
        let line: string | undefined;
        for (const piece of [
          '\u001b[?2004h',
          ...(text.replaceAll('\n', '\r\n').match(/[^]{1,3}/g) ?? []),
          '\u001b[?2004l',
        ]) {
          const move = conversation.feed(piece);
          if (move.is === 'refused') return Promise.resolve(conversation.end(-1));
          if (move.is === 'send') line = move.line;
        }
        if (step.done === true) return Promise.resolve(conversation.end(step.value.code));
        if (line === undefined) return Promise.reject(new Cut('no question came'));
        step = running.next(typed(line, model));
      }
    },
  });

  const host: UnixHost = {
    passwords,
    sudoers,
    ran,
    failures,
    cut: false,
    target: (settings) =>
      targetOf(settings, {
        async shell(login: Login, work) {
          if (!passwords.has(login.username) || !opens(login.username, login.password?.expose()))
            throw new Rejected('no');
          return work(shellFor(login.username));
        },
      }),
  };
  return host;
}

/** Runs a program on lines and the end of input, without a terminal. */
function feed(running: Program, lines: readonly (string | undefined)[]): End {
  const input = [...lines];
  let wrote = '';
  for (let step = running.next(); ; step = running.next(input.shift())) {
    if (step.done === true) return { code: step.value.code, wrote: wrote + (step.value.wrote ?? '') };
    wrote += step.value;
  }
}

/** What a terminal in canonical mode makes of typed text (termios(3)): only the first line reaches the question. */
function typed(text: string, { erase = ['\u007f', '\u0015'] }: UnixModel): string | undefined {
  let line = '';
  for (const character of text) {
    if (character === '\n' || character === '\r') break;
    if (character === '\u0003' || character === '\u001c' || character === '\u001a') return undefined;
    if (character === '\u0004') return line === '' ? undefined : line;
    if (character === erase[0]) line = line.slice(0, -1);
    else if (character === erase[1]) line = '';
    else line += character;
  }
  return line;
}
