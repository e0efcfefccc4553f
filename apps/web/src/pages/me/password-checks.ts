/** How long a log-in password must be, in characters. The server decides; this tells while one types. */
const shortestPassword = 12;

/** One point of the list beside a password field. */
export interface Check {
  readonly id: 'length' | 'notName';
  /** The number the point speaks of, where it does. */
  readonly n: number;
  readonly met: boolean;
}

/**
 * Checks a log-in password point by point, as the server will. Characters are counted as people see them (code points), and a
 * user name of fewer than three characters is not looked for. Whether it is a common leaked password only the server knows.
 */
export function checkPassword(password: string, username: string): readonly Check[] {
  const name = username.trim().toLowerCase();
  return [
    { id: 'length', n: shortestPassword, met: [...password].length >= shortestPassword },
    { id: 'notName', n: 0, met: password !== '' && (name.length < 3 || !password.toLowerCase().includes(name)) },
  ];
}

/** True when every point is met. */
export const meetsAll = (checks: readonly Check[]): boolean => checks.every((check) => check.met);
