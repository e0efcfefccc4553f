import { randomBytes } from 'node:crypto';
import { Conversation, Cut, Unreachable, type Shell } from '@strongroom/driver-kit';
import { Ended, type Reader, type Wire } from './wire.ts';

/**
 * What the log-in shell becomes: a loop that reads a command from the terminal and runs it, by /bin/sh without line
 * editing, history or `!`, on a terminal without echo whose only special characters are control characters. Plain `read`
 * takes backslashes away, and no command of ours has any. Source: POSIX sh, stty; Solaris 10 sh(1) knows no more.
 */
const loop = (mark: string): string =>
  `exec /bin/sh -c 'stty -echo -echoe -echok -echonl -istrip -ixon erase "^?" kill "^U" 2>/dev/null; a=${mark}; echo "$a:ready"; while read line; do eval "$line"; done'`;

/**
 * Commands over a terminal, in place of SSH's own channels. A command's end and exit status come as a line that starts
 * with a word drawn at random for this connection, so that nothing it writes by itself can be taken for them.
 * Passwords are typed, to `head` or to what asks for them; a command line never holds one. Errors come with the output.
 */
export async function unixShell(wire: Wire, reader: Reader): Promise<Shell> {
  const mark = `sr${randomBytes(12).toString('hex')}`;
  // The word is typed once, and the shell holds it: a terminal that echoes all the same shows no whole mark again.
  wire.send(loop(mark));
  try {
    await reader.until((held) => (held.includes(`${mark}:ready`) ? true : undefined));
  } catch (error) {
    throw new Unreachable(error instanceof Ended ? `no shell came: ${error.message}` : 'no shell came');
  }
  reader.take();
  const ends = new RegExp(`(?:^|\\r?\\n)${mark}:(\\d+)\\r?\\n`);

  /** What came with the mark of the beginning, and belongs to what follows. */
  let over = '';
  const start = async (command: string, before = ''): Promise<void> => {
    if (/[\n\r\\]/.test(command)) throw new TypeError('a command that a terminal cannot carry');
    if (!wire.carries(command)) throw new Unreachable('the line cannot carry this command');
    wire.send(`echo "$a:begin"; ${before}{ ${command}; } 2>&1; a_=$?; echo; echo "$a:$a_"`);
    await cut(reader, (held) => (held.includes(`${mark}:begin`) ? true : undefined));
    const held = reader.take();
    over = held.slice(held.indexOf(`${mark}:begin`) + `${mark}:begin`.length).replace(/^\r?\n/, '');
  };
  return {
    async run(command, stdin = '') {
      if (stdin !== '' && !stdin.endsWith('\n')) throw new TypeError('input that does not end in a line break');
      if (!wire.carries(stdin.replaceAll('\n', ''))) throw new Unreachable('the line cannot carry this text');
      const lines = stdin.split('\n').slice(0, -1);
      // head reads the terminal, which gives it a line at a time, and ends after its last.
      const input = lines.length === 0 ? '</dev/null ' : '';
      const before = lines.length === 0 ? '' : `head -n ${String(lines.length)} | `;
      await start(input === '' ? command : `${command} ${input}`, before);
      for (const line of lines) wire.send(line);
      const { code, output } = await cut(reader, (held) => {
        const found = ends.exec(over + held);
        return found === null ? undefined : { code: Number(found[1]), output: (over + held).slice(0, found.index) };
      });
      reader.take();
      return { code, stdout: output.replace(/\r\n/g, '\n'), stderr: '' };
    },

    async dialogue(command, steps) {
      const conversation = new Conversation(steps);
      await start(command);
      let held = over;
      for (;;) {
        const ended = ends.exec(held);
        if (ended !== null) {
          conversation.feed(held.slice(0, ended.index));
          return conversation.end(Number(ended[1]));
        }
        // What may be the beginning of the mark is kept back: it is not the program's.
        const keep = tail(held, `\n${mark}`);
        const move = conversation.feed(held.slice(0, held.length - keep));
        held = held.slice(held.length - keep);
        if (conversation.flooded) {
          wire.close();
          throw new Cut('the target wrote too much');
        }
        if (move.is === 'refused') {
          // The program still asks: with the line it ends, and nothing else can be run on it.
          wire.close();
          return conversation.end(-1);
        }
        if (move.is === 'send') {
          if (!wire.carries(move.line)) throw new Cut('the line cannot carry this answer');
          wire.send(move.line);
        }
        await cut(reader, (more) => (more === '' ? undefined : true));
        held += reader.take();
      }
    },
  };
}

/** How many characters at the end of `text` may be the beginning of `mark`. */
function tail(text: string, mark: string): number {
  const from = text.lastIndexOf('\n');
  if (from < 0) return mark.startsWith(text) ? text.length : 0;
  const rest = text.slice(from);
  return rest.startsWith(mark) || mark.startsWith(rest) ? rest.length : 0;
}

async function cut<T>(reader: Reader, look: (held: string) => T | undefined): Promise<T> {
  try {
    return await reader.until(look);
  } catch (error) {
    throw error instanceof Ended ? new Cut(error.message) : error;
  }
}
