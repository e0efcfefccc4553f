import type { ClientChannel, ExecOptions } from 'ssh2';
import { Conversation, Cut, Unreachable, type Shell } from '@strongroom/driver-kit';
import type { Line, Reach } from './connect.ts';

/** In UTF-16 units for each of stdout and stderr; a list of accounts is far below. */
const mostOutput = 4 * 1024 * 1024;

/**
 * A terminal that never echoes, passes all 8 bits, and has no surprising erase or kill character: System V took # and @
 * (termio(7)), which would eat parts of a password. RFC 4254 section 8.
 */
const terminal: ExecOptions = {
  pty: {
    term: 'dumb',
    cols: 200,
    modes: { ECHO: 0, ECHOE: 0, ECHOK: 0, ECHONL: 0, ISTRIP: 0, CS8: 1, VERASE: 127, VKILL: 21, VINTR: 3, VEOF: 4 },
  },
};

/** A shell over a signed-in connection. */
export function shellOver({ client, socket }: Line, reach: Reach): Shell {
  let started = false;

  /** Starts a command, and calls `use` with its channel; ends as `use` says, or by time, abort or a broken line. */
  function command<T>(
    text: string,
    options: ExecOptions,
    use: (channel: ClientChannel, finish: (result: T) => void, fail: (why: Error) => void) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const startedBefore = started;
      const done = (): void => {
        clearTimeout(timer);
        client.off('close', broken);
        reach.signal?.removeEventListener('abort', aborted);
      };
      const fail = (why: Error): void => {
        done();
        reject(why);
      };
      // The whole connection goes: a command that may still run must not be joined by another.
      const cut = (why: string) => (): void => {
        socket.destroy();
        fail(new Cut(why));
      };
      const aborted = cut('given up after sending');
      const broken = cut('the line broke after sending');
      const timer = setTimeout(cut(`no end in ${String(reach.timeoutMs)} ms`), reach.timeoutMs);
      if (reach.signal?.aborted === true || socket.destroyed) {
        fail(startedBefore ? new Cut('the line is gone') : new Unreachable('the line is gone'));
        return;
      }
      reach.signal?.addEventListener('abort', aborted, { once: true });
      client.once('close', broken);
      started = true;
      client.exec(text, options, (error, channel) => {
        if (error !== undefined) {
          // Refused by the target in so many words: this command did not run. Anything else is a broken line.
          const refused = 'reason' in error || error.message.startsWith('Unable to');
          const nothing = refused && !startedBefore;
          if (nothing) started = false;
          fail(nothing ? new Unreachable('the target runs no commands') : new Cut('not started'));
          return;
        }
        channel.on('error', () => undefined);
        channel.setEncoding('utf8');
        channel.stderr.setEncoding('utf8');
        use(
          channel,
          (result) => {
            done();
            resolve(result);
          },
          (why) => {
            socket.destroy();
            fail(why);
          },
        );
      });
    });
  }

  return {
    run: (text, stdin = '') =>
      command(text, {}, (channel, finish, fail) => {
        let [stdout, stderr] = ['', ''];
        const exit = exitOf(channel);
        const tooMuch = (): void => {
          if (stdout.length > mostOutput || stderr.length > mostOutput) fail(new Cut('the target wrote too much'));
        };
        channel.on('data', (chunk: string) => {
          stdout += chunk;
          tooMuch();
        });
        channel.stderr.on('data', (chunk: string) => {
          stderr += chunk;
          tooMuch();
        });
        channel.on('close', () => {
          const code = exit();
          if (code === undefined) fail(new Cut('no exit status'));
          else finish({ code, stdout, stderr });
        });
        channel.end(stdin);
      }),

    dialogue: (text, steps) =>
      command(text, terminal, (channel, finish, fail) => {
        const conversation = new Conversation(steps);
        const exit = exitOf(channel);
        channel.on('data', (chunk: string) => {
          const move = conversation.feed(chunk);
          if (move.is === 'send') channel.write(`${move.line}\n`);
          if (move.is === 'refused') {
            channel.close();
            finish(conversation.end(-1));
          }
          if (conversation.flooded) fail(new Cut('the target wrote too much'));
        });
        channel.on('close', () => {
          const code = exit();
          if (code === undefined) fail(new Cut('no exit status'));
          else finish(conversation.end(code));
        });
      }),
  };
}

/** The exit status once it came; none when the command died of a signal or with the line (RFC 4254 section 6.10). */
function exitOf(channel: ClientChannel): () => number | undefined {
  let code: number | undefined;
  channel.on('exit', (status: number | null) => {
    code = status ?? undefined;
  });
  return () => code;
}
