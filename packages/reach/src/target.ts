import { Untrusted, type HostKey, type Target, type Ways } from '@strongroom/driver-kit';
import { openLine, type Line, type Reach } from './connect.ts';
import { shellOver } from './shell.ts';

/** How to reach one target. */
export interface ReachOptions<S> extends Reach {
  readonly settings: S;
  /** Called with the key a host offered that is not a pinned one, before Untrusted is thrown: for the alarm. */
  readonly onUntrusted?: (key: HostKey) => void;
  /** Certificates (PEM) that TLS trusts beside the authorities this process trusts anyway. */
  readonly trusted?: readonly string[];
}

/** How long a closing connection may take to say goodbye. */
const goodbyeMs = 2000;

/**
 * A target, reached directly. Each way opens a connection of its own: it signs in once, and closes.
 * Credentials go to the host only after it proved a pinned key, or, when none is pinned yet, a key that was reported.
 * What a way needs to speak is loaded when it is first used.
 */
export function reachTarget<S>(options: ReachOptions<S>): Target<S> {
  return {
    settings: options.settings,
    host: options.host,
    shell: shellWay(options),
    terminal: notYet,
    sql: notYet,
    directory: notYet,
    web: notYet,
    windows: notYet,
  };
}

const notYet = () => Promise.reject(new Error('this way is not there'));

function shellWay(options: ReachOptions<unknown>): Ways['shell'] {
  return async (login, work) => {
    let line: Line;
    try {
      line = await openLine(options, login);
    } catch (error) {
      if (error instanceof Untrusted) options.onUntrusted?.(error.offered);
      throw error;
    }
    try {
      return await work(shellOver(line, options));
    } finally {
      close(line);
    }
  };
}

function close({ client, socket }: Line): void {
  const timer = setTimeout(() => socket.destroy(), goodbyeMs);
  timer.unref();
  socket.once('close', () => {
    clearTimeout(timer);
  });
  client.end();
}
