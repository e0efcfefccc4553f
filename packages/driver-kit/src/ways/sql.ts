/** The wire a database server speaks. */
export type SqlKind = 'mysql' | 'postgres' | 'mssql' | 'sybase' | 'oracle';

/** A signed-in session with a database server. */
export interface Sql {
  /**
   * Runs one statement. Values travel as parameters wherever the server takes them there.
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
