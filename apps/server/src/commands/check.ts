/** One thing that `doctor` looked at: how it is, in a sentence, and how to mend it. */
export interface Check {
  readonly what: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly says: string;
  /** Given unless it is well. */
  readonly mend?: string;
}

export const ok = (what: string, says: string): Check => ({ what, level: 'ok', says });
/** Worth mending; the product works. */
export const warn = (what: string, says: string, mend: string): Check => ({ what, level: 'warn', says, mend });
/** The product does not work, or is not safe. */
export const fail = (what: string, says: string, mend: string): Check => ({ what, level: 'fail', says, mend });

/** The checks as text: one line each. */
export const textOf = (checks: readonly Check[]): string[] =>
  checks.map(
    ({ level, what, says, mend }) =>
      `${level.padEnd(4)}  ${what}: ${says}${mend === undefined ? '' : ` Mend: ${mend}`}`,
  );

/** Why a file or connection is not had, as the system names it. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown reason';
