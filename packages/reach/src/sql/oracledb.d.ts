/** The part of Oracle's client library that is used here; it comes without types. Source: node-oracledb 26 documentation, API. */
declare module 'oracledb' {
  interface OracleConnection {
    /** Runs one statement without values. Rejects with an Error that has `errorNum` when the server refused. */
    execute(statement: string): Promise<unknown>;
    close(): Promise<void>;
  }
  const oracledb: {
    getConnection(attributes: {
      readonly user: string;
      readonly password: string;
      readonly connectString: string;
      readonly program: string;
      readonly machine: string;
      readonly osUser: string;
      readonly terminal: string;
    }): Promise<OracleConnection>;
  };
  export default oracledb;
}
