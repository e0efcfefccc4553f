import { MustChange, Rejected, Unreachable } from '@strongroom/driver-kit';

/** NTSTATUS codes that mean something here. Source: MS-ERREF section 2.3. */
export const ntStatus = {
  success: 0,
  moreEntries: 0x105,
  bufferOverflow: 0x8000_0005,
  invalidInfoClass: 0xc000_0003,
  invalidParameter: 0xc000_000d,
  moreProcessingRequired: 0xc000_0016,
  accessDenied: 0xc000_0022,
  noSuchUser: 0xc000_0064,
  wrongPassword: 0xc000_006a,
  passwordRestriction: 0xc000_006c,
  logonFailure: 0xc000_006d,
  accountRestriction: 0xc000_006e,
  invalidLogonHours: 0xc000_006f,
  invalidWorkstation: 0xc000_0070,
  passwordExpired: 0xc000_0071,
  accountDisabled: 0xc000_0072,
  noneMapped: 0xc000_0073,
  notSupported: 0xc000_00bb,
  logonTypeNotGranted: 0xc000_015b,
  accountExpired: 0xc000_0193,
  passwordMustChange: 0xc000_0224,
  accountLockedOut: 0xc000_0234,
} as const;

const words: Readonly<Record<number, string>> = {
  [ntStatus.accessDenied]: 'access denied: the account may not set passwords over the network on this host',
  [ntStatus.noSuchUser]: 'the host has no such account',
  [ntStatus.noneMapped]: 'the host has no such account',
  [ntStatus.wrongPassword]: 'the current password is not the right one',
  [ntStatus.passwordRestriction]: 'the host refused the password: its policy on length, history, age or complexity',
  [ntStatus.accountRestriction]: 'the account is restricted',
  [ntStatus.accountDisabled]: 'the account is disabled',
  [ntStatus.accountLockedOut]: 'the account is locked out',
  [ntStatus.logonTypeNotGranted]: 'the account may not sign in over the network',
  [ntStatus.invalidLogonHours]: 'the account may not sign in at this hour',
  [ntStatus.invalidWorkstation]: 'the account may not sign in from here',
  [ntStatus.accountExpired]: 'the account has expired',
};

/** One line for a person. */
export function statusText(status: number): string {
  return words[status] ?? `the host answered 0x${status.toString(16).padStart(8, '0')}`;
}

/**
 * What a failed sign-in says about the password.
 * Only a plain failure rejects it. An account that is locked out, disabled or restricted is no evidence: hosts differ in whether they looked at the password first.
 */
export function signInFailure(status: number): Error {
  switch (status) {
    case ntStatus.logonFailure:
    case ntStatus.wrongPassword:
    case ntStatus.noSuchUser:
      return new Rejected('the host rejected the log-in');
    case ntStatus.passwordMustChange:
    case ntStatus.passwordExpired:
      return new MustChange('the host wants the password changed');
    default:
      return new Unreachable(statusText(status));
  }
}
