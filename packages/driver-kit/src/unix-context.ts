import type { SshSettings } from './ssh-settings.ts';
import type { Exposable, Login, Shell } from './target.ts';

/** What every step of a change on a Unix needs to know. */
export interface UnixContext {
  readonly shell: Shell;
  readonly settings: SshSettings;
  /** Who signed in. */
  readonly admin: Login;
  /** Root's login for su, or the login whose password sudo wants. */
  readonly elevation: Login | undefined;
}

/** One change of a password. */
export interface Change {
  readonly username: string;
  /** The password before; needed when the account changes its own. */
  readonly current: Exposable | undefined;
  readonly next: Exposable;
}

/** What a program complained of, in one line: its last two that are neither questions nor titles. */
export function complaint(output: string): string {
  const spoken = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/[:?]$|^(?:passwd: )?changing password/i.test(line));
  return spoken.slice(-2).join(' ') || 'the target refused without a word';
}
