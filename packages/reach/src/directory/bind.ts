import { PasswordPolicyError, ResultCodeError, SASL_MECHANISMS } from 'ldapts';
import { MustChange, Rejected, Unreachable, type Login } from '@strongroom/driver-kit';

/**
 * Name and password to bind with. Throws Unreachable for what would ask another question than whether they are right:
 * an empty password or name signs in as nobody and is granted (RFC 4513 sections 5.1.1 and 5.1.2).
 */
export function bindable({ username, password }: Login): { name: string; password: string } {
  if (password === undefined) throw new TypeError('a directory is signed in to with a password');
  const text = password.expose();
  if (username.trim() === '' || text === '') throw new Unreachable('no name or no password to sign in with');
  // The client library takes these for something other than a name.
  if ((SASL_MECHANISMS as readonly string[]).includes(username)) throw new Unreachable('not a name to sign in with');
  return { name: username, password: text };
}

/**
 * Codes that Active Directory puts into a refusal as `data NNN`, in hexadecimal Win32. It tells these apart only once
 * the password was right, except 52e, 525 and 775. Source: MS-ERREF section 2.2; Microsoft Learn, "LDAP error 49".
 */
const activeDirectory: Readonly<Record<string, 'must change' | 'barred'>> = {
  '532': 'must change', // ERROR_PASSWORD_EXPIRED
  '773': 'must change', // ERROR_PASSWORD_MUST_CHANGE
  '530': 'barred', // ERROR_INVALID_LOGON_HOURS
  '531': 'barred', // ERROR_INVALID_WORKSTATION
  '533': 'barred', // ERROR_ACCOUNT_DISABLED
  '568': 'barred', // ERROR_TOO_MANY_CONTEXT_IDS
  '701': 'barred', // ERROR_ACCOUNT_EXPIRED
  '775': 'barred', // ERROR_ACCOUNT_LOCKED_OUT, whatever the password
};

/** What eDirectory (codes of NDS) and Oracle Internet Directory say of accounts that are locked, disabled or expired. */
const barred = /\(-(?:197|220|222)\)|GSL_(?:ACCOUNTLOCKED|ACCTDISABLED|PWDEXPIRED)_EXCP/;

/**
 * What a failed bind says of the password. `policy` is the error of the password policy response control, where the
 * server sent one: `passwordExpired` comes only after the password was found right
 * (draft-behera-ldap-password-policy-11, section 7.1; slapo-ppolicy(5)).
 * A locked or disabled account says nothing about its password, so it counts as not asked.
 */
export function bindFailure(error: unknown, policy: number | undefined): Error {
  if (!(error instanceof ResultCodeError)) return new Unreachable('the line broke while signing in');
  if (policy === PasswordPolicyError.PasswordExpired) return new MustChange('the password has expired');
  if (policy === PasswordPolicyError.AccountLocked) return new Unreachable('the account is locked');
  const data = /AcceptSecurityContext error, data ([0-9a-f]+)\b/i.exec(error.message)?.[1]?.toLowerCase();
  switch (data === undefined ? undefined : activeDirectory[data]) {
    case 'must change':
      return new MustChange('the password must be changed');
    case 'barred':
      return new Unreachable('the account is locked, disabled or may not sign in now');
    case undefined:
      break;
  }
  if (barred.test(error.message)) return new Unreachable('the account is locked, disabled or expired');
  // RFC 4511 appendix A.1: invalidDNSyntax, noSuchObject, inappropriateAuthentication (no password), invalidCredentials.
  if ([32, 34, 48, 49].includes(error.code)) return new Rejected('the target rejected the log-in');
  return new Unreachable('the target would not be asked');
}
