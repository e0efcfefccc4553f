import type { Compilable } from 'kysely';

/** Work in a transaction that sees one organisation's rows only; see `Database.asOrganisation`. */
export type Work<Db, T> = (db: Db, last: (statement: Compilable) => void) => Promise<T>;
export type Transaction<Db> = <T>(organisationId: string, work: Work<Db, T>) => Promise<T>;

interface Waiting<Db> {
  readonly organisationId: string;
  readonly work: Work<Db, unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export interface Sharing {
  /** Transactions at once. Whoever comes while that many are under way waits, and shares the next. */
  readonly lanes: number;
  /** Most that share one. */
  readonly most: number;
  /** True of an error after which it is certain that nothing of the transaction is kept. */
  undone(error: unknown): boolean;
}

/**
 * Makes a transaction one that is shared: work for one organisation that comes at once, or while all lanes are taken, runs
 * in one transaction, which costs a begin and a commit for all of it. Nobody waits for company: with a lane free, work
 * starts in the same turn of the event loop, alone if need be.
 *
 * The work must only read; what it leaves behind it hands to `last`. So when one of them rejects by itself, the others are
 * none the worse, and what it handed over before stands or falls with theirs. When the transaction as a whole fails and is
 * undone, each runs again alone, and only whoever is at fault fails. When nobody knows what came of it, as the connection
 * was lost, all are told so: nothing is ever done twice. `waiting` counts who waits for a lane.
 */
export function shared<Db>(
  transaction: Transaction<Db>,
  { lanes, most, undone }: Sharing,
): { readonly transaction: Transaction<Db>; waiting(): number } {
  let busy = 0;
  let waiting: Waiting<Db>[] = [];
  let called = false;

  async function run(members: readonly Waiting<Db>[], organisationId: string): Promise<void> {
    try {
      const outcomes = await transaction(organisationId, (db, last) =>
        Promise.allSettled(members.map(({ work }) => work(db, last))),
      );
      outcomes.forEach((outcome, i) => {
        if (outcome.status === 'fulfilled') members[i]?.resolve(outcome.value);
        else members[i]?.reject(outcome.reason);
      });
    } catch (error) {
      if (members.length > 1 && undone(error)) {
        await Promise.all(
          members.map(({ work, resolve, reject }) => transaction(organisationId, work).then(resolve, reject)),
        );
      } else for (const { reject } of members) reject(error);
    }
  }

  function next(): void {
    called = false;
    for (let first = waiting[0]; first !== undefined && busy < lanes; first = waiting[0]) {
      const { organisationId } = first;
      const members: Waiting<Db>[] = [];
      const rest: Waiting<Db>[] = [];
      for (const one of waiting)
        (one.organisationId === organisationId && members.length < most ? members : rest).push(one);
      waiting = rest;
      busy++;
      void run(members, organisationId).finally(() => {
        busy--;
        next();
      });
    }
  }

  return {
    transaction: <T>(organisationId: string, work: Work<Db, T>) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({ organisationId, work, resolve: resolve as (value: unknown) => void, reject });
        if (called) return;
        called = true;
        setImmediate(next);
      }),
    waiting: () => waiting.length,
  };
}
