import type { Protection } from '../protection.ts';

/** The wire a database server speaks. */
export type SqlKind = 'mysql' | 'postgres' | 'mssql' | 'sybase' | 'oracle';

/** Which wire, how it is protected, and which database the session is in where the server wants one named. */
export interface SqlAccess {
  readonly kind: SqlKind;
  readonly protection: Protection;
  readonly database?: string;
}

/** A signed-in session with a database server, in UTF-8. */
export interface Sql {
  /**
   * Runs one statement. Values travel apart from its text.
   * Throws SqlError for what the server refused, and Cut when the line broke after sending.
   */
  query(statement: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** What a database server said no to. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  /** The server's own code: SQLSTATE, error number or name, as text. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
