import type { LoginRules } from '@strongroom/contract';

/** What holds where no organisation has said anything yet: while the first one is set up. */
const firstRules: LoginRules = { minLength: 12, mixed: false };

/** One point of the list beside a password field. */
export interface Check {
  readonly id: 'length' | 'mixed' | 'notName';
  /** The number the point speaks of, where it does. */
  readonly n: number;
  readonly met: boolean;
}

/**
 * Checks a log-in password point by point, as the server will. Characters are counted as people see them (code points), and a
 * user name of fewer than three characters is not looked for. Whether it is a common leaked password, or has a word in it that the
 * organisation blocks, only the server knows.
 */
export function checkPassword(password: string, username: string, rules: LoginRules = firstRules): readonly Check[] {
  const name = username.trim().toLowerCase();
  const { minLength, mixed } = rules;
  const isMixed = /\p{Ll}/u.test(password) && /\p{Lu}/u.test(password) && /[0-9]/.test(password);
  return [
    { id: 'length', n: minLength, met: [...password].length >= minLength },
    ...(mixed ? [{ id: 'mixed', n: 0, met: isMixed } as const] : []),
    { id: 'notName', n: 0, met: password !== '' && (name.length < 3 || !password.toLowerCase().includes(name)) },
  ];
}

/** True when every point is met. */
export const meetsAll = (checks: readonly Check[]): boolean => checks.every((check) => check.met);
