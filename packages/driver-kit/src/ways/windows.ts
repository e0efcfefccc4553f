import type { Exposable } from '../target.ts';

/** A Windows host's accounts, signed in over SMB. Source: MS-SAMR. Each throws WindowsError for what the host refused, and Cut when the line broke after sending. */
export interface WindowsAccounts {
  /** Sets another account's password. Source: MS-SAMR section 3.1.5.6.5. */
  setPassword(username: string, next: Exposable): Promise<void>;
  /** Changes a password by its owner. Source: MS-SAMR section 3.1.5.10.3. */
  changePassword(username: string, current: Exposable, next: Exposable): Promise<void>;
  list(): Promise<readonly { readonly username: string; readonly rid: number; readonly disabled: boolean }[]>;
}

/** What a Windows host said no to. */
export class WindowsError extends Error {
  override readonly name = 'WindowsError';
  /** NTSTATUS. Source: MS-ERREF section 2.3. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
