import type { Exposable } from '../target.ts';

/** A name of Windows: `domain` is a domain's or the host's own, and undefined where only a name was given. */
export interface WindowsName {
  readonly domain: string | undefined;
  readonly name: string;
}

/** An account as a Windows host lists it. */
export interface WindowsAccount {
  readonly username: string;
  /** The last number of its identifier; 500 is the administrator that the host came with. */
  readonly rid: number;
  /** A direct member of the local group Administrators. */
  readonly administrator: boolean;
}

/** A Windows host's accounts. Each throws WindowsError for what the host refused, Unreachable when nothing was changed, and Cut when no answer came after sending a change. */
export interface WindowsAccounts {
  /** Sets a password without knowing the current one. */
  setPassword(account: WindowsName, next: Exposable): Promise<void>;
  /** Changes a password by its owner, where the way has that. */
  changePassword?(account: WindowsName, current: Exposable, next: Exposable): Promise<void>;
  /** Has the host look at a password, where the way has that. Throws Rejected, MustChange and Unreachable as signing in would. */
  check?(account: WindowsName, password: Exposable): Promise<void>;
  list(): Promise<readonly WindowsAccount[]>;
}

/** What a Windows host said no to. */
export class WindowsError extends Error {
  override readonly name = 'WindowsError';
  /** NTSTATUS or Win32 error. Source: MS-ERREF sections 2.2 and 2.3. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Splits `DOMAIN\name`; `.\name` and a plain name belong to the host itself, and `name@domain` stays one name. */
export function windowsName(text: string): WindowsName {
  const at = text.indexOf('\\');
  const domain = at < 0 ? undefined : text.slice(0, at);
  return { domain: domain === '.' || domain === '' ? undefined : domain, name: text.slice(at + 1) };
}
