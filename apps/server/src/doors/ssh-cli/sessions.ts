import type { Socket } from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';
import { exits } from './run.ts';

export interface SessionParts {
  /** How long a connection may be open without a command at work. */
  readonly idleMs: number;
  /** Does a command. `gone` tells it that nobody waits any more. Never throws. */
  run(line: string, gone: () => boolean): Promise<{ status: number; text: string }>;
}

/** Commands at work at once on a connection: clients that share one send several. */
const atOnce = 16;
const noShell =
  'This is no shell. Write the command behind the host name, such as: RETRIEVE --resource=NAME --account=NAME';

/** Answers the sessions of a connection that is signed in: each may run one command. A terminal, files, forwarding and variables are not to be had. */
export function serveSessions(connection: Connection, socket: Socket, parts: SessionParts): void {
  let busy = 0;
  let idle: NodeJS.Timeout | undefined;
  const rest = (): void => {
    clearTimeout(idle);
    if (busy === 0) idle = setTimeout(() => hangUp(), parts.idleMs).unref();
  };
  const hangUp = (): void => {
    connection.end();
    socket.destroySoon();
  };
  rest();
  socket.once('close', () => {
    clearTimeout(idle);
  });
  connection.on('session', (accept, reject) => {
    if (busy >= atOnce) {
      reject();
      return;
    }
    const session = accept();
    let used = false;
    const serve = (
      channel: ServerChannel,
      work: (gone: () => boolean) => Promise<{ status: number; text: string }>,
    ): void => {
      let closed = false;
      channel.once('close', () => (closed = true));
      channel.on('error', () => undefined);
      // Nothing is read: `ssh` hands over whatever stands on its own input.
      channel.resume();
      busy++;
      clearTimeout(idle);
      void work(() => closed || socket.destroyed).then(({ status, text }) => {
        busy--;
        rest();
        if (!closed) end(channel, status, text);
      });
    };
    session.on('exec', (take, refuse, { command }) => {
      // One command each: RFC 4254 section 6.5.
      if (used) {
        refuse();
        return;
      }
      used = true;
      serve(take(), (gone) => parts.run(command, gone));
    });
    session.on('shell', (take, refuse) => {
      if (used) {
        refuse();
        return;
      }
      used = true;
      serve(take(), () => Promise.resolve({ status: exits.usage, text: noShell }));
    });
  });
}

/** The answer goes out with the line ending that the reference's clients cut off, then the status, then the end. */
function end(channel: ServerChannel, status: number, text: string): void {
  const to = status === exits.done ? channel.stdout : channel.stderr;
  to.write(`${text}\r\n`, () => {
    channel.exit(status);
    channel.end();
    channel.close();
  });
}
