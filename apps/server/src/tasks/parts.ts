import type { Endpoint, Perform } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';

/** A call of the contract by its name, bound to its work. Throws for one that does not exist. */
export type FindEndpoint = (name: string) => Endpoint;

export interface TaskParts {
  readonly database: Database;
  readonly perform: Perform;
  readonly find: FindEndpoint;
}
