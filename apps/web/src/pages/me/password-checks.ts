/** What a log-in password must have. The server decides; this tells while one types. */
export interface LoginRules {
  readonly minLength: number;
  readonly mixedCase: boolean;
  readonly digits: number;
  readonly specials: number;
}

/** The rules of the built-in policy for log-in passwords. */
export const loginRules: LoginRules = { minLength: 12, mixedCase: true, digits: 1, specials: 1 };

/** One point of the list beside a password field. */
export interface Check {
  readonly id: 'length' | 'mixed' | 'digits' | 'specials' | 'notName';
  /** The number the point speaks of, where it does. */
  readonly n: number;
  readonly met: boolean;
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/**
 * Checks a password point by point. Characters are counted as people see them (code points), case by Unicode, and a special
 * character is whatever is neither letter, digit nor space. A user name of fewer than three characters is not looked for.
 */
export function checkPassword(password: string, username: string, rules: LoginRules = loginRules): readonly Check[] {
  const name = username.trim().toLowerCase();
  const checks: (Check | false)[] = [
    { id: 'length', n: rules.minLength, met: [...password].length >= rules.minLength },
    rules.mixedCase && { id: 'mixed', n: 0, met: /\p{Ll}/u.test(password) && /\p{Lu}/u.test(password) },
    rules.digits > 0 && { id: 'digits', n: rules.digits, met: count(password, /\p{Nd}/gu) >= rules.digits },
    rules.specials > 0 && { id: 'specials', n: rules.specials, met: count(password, /[^\p{L}\p{N}\s]/gu) >= rules.specials },
    { id: 'notName', n: 0, met: password !== '' && (name.length < 3 || !password.toLowerCase().includes(name)) },
  ];
  return checks.filter((check) => check !== false);
}

/** True when every point is met. */
export const meetsAll = (checks: readonly Check[]): boolean => checks.every((check) => check.met);
