import type { Protection } from '../protection.ts';

/** A document a MongoDB server sent. */
export type MongoDocument = Readonly<Record<string, unknown>>;

/** A signed-in connection to a MongoDB server. */
export interface Mongo {
  /** Runs a command on a database. The first property names it. Throws MongoError for what the server refused, and Cut when the line broke after sending. */
  command(database: string, command: MongoDocument): Promise<MongoDocument>;
}

/** What a MongoDB server said no to. */
export class MongoError extends Error {
  override readonly name = 'MongoError';
  /** Source: MongoDB Manual, Error Codes. 11 UserNotFound, 13 Unauthorized, 18 AuthenticationFailed … */
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** How to get in: how the line is protected, and the database the log-in account belongs to. */
export interface MongoAccess {
  readonly protection: Protection;
  readonly database: string;
}
