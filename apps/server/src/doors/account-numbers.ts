import type { Actor } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { accountNumbered } from '../resource/index.ts';

/** Most accounts remembered, at some 200 bytes each; beyond that those found first are forgotten. */
const most = 20_000;

/**
 * Finds accounts by number and remembers which they are: a number is one account's for ever, and an account stays on its resource. Nothing is
 * decided here: whether the asker may see the account, or whether it is still there, is asked by whatever is done with the id.
 */
export function accountsByNumber(
  database: Pick<Database, 'asOrganisation'>,
): (actor: Actor, number: number, resourceNumber?: number) => Promise<string | undefined> {
  const ids = new Map<string, string>();
  return async ({ organisationId }, number, resourceNumber) => {
    const key = `${organisationId} ${String(number)} ${String(resourceNumber ?? '')}`;
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = await database.asOrganisation(organisationId, (db) => accountNumbered(db, number, resourceNumber));
    // What is not there is not remembered: it may come to be.
    if (id === undefined) return undefined;
    ids.set(key, id);
    if (ids.size > most)
      for (const oldest of ids.keys()) {
        ids.delete(oldest);
        break;
      }
    return id;
  };
}
