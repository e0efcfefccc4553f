import { Untrusted, type HostKey, type Target } from '@strongroom/driver-kit';
import { openLine, type Line, type Reach } from './connect.ts';
import { shellOver } from './shell.ts';

/** How to reach one target over SSH. */
export interface SshTargetOptions<S> extends Reach {
  readonly settings: S;
  /** Called with the key a host offered that is not a pinned one, before Untrusted is thrown: for the alarm. */
  readonly onUntrusted?: (key: HostKey) => void;
}

/** How long a closing connection may take to say goodbye. */
const goodbyeMs = 2000;

/**
 * A target reached over SSH, directly. Each shell() is a connection of its own: it signs in once, and closes.
 * Credentials go to the host only after it proved a pinned key, or, when none is pinned yet, a key that was reported.
 */
export function sshTarget<S>(options: SshTargetOptions<S>): Target<S> {
  return {
    settings: options.settings,
    async shell(login, work) {
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
    },
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
