import {
  addConsumer,
  changeConsumer,
  consumersMost,
  countConsumers,
  listConsumers,
  removeConsumer,
  type Consumer,
} from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { endpoint, seesAccount, type Endpoint } from '../authorise/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';

type Reply = z.input<typeof Consumer>;
const accountOf = (input: { accountId: string }): string => input.accountId;
const columns = ['id', 'name', 'kind', 'contact', 'note', 'probeUrl', 'position', 'addedAt', 'version'] as const;

/** What uses an account, in the order in which it is to be told of a new password. */
async function consumersOf(db: OrganisationDb, accountId: string, id?: string): Promise<Reply[]> {
  let query = db
    .selectFrom('accountConsumer')
    .select(columns)
    .where('accountId', '=', accountId)
    .orderBy('position')
    .orderBy((eb) => eb.fn('lower', ['name']));
  if (id !== undefined) query = query.where('id', '=', id);
  return (await query.execute()).map((row) => ({
    ...row,
    id: row.id as Reply['id'],
    kind: row.kind as Reply['kind'],
    addedAt: row.addedAt.toISOString(),
  }));
}

/** Throws `not-found` for one that is none of the account's. */
async function consumerOf(db: OrganisationDb, accountId: string, id: string): Promise<Reply> {
  const [found] = await consumersOf(db, accountId, id);
  if (!found) throw new Problem('not-found');
  return found;
}

async function uniquely<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isDuplicate(error, 'account_consumer_name'))
      throw new Problem('name-taken', { errors: [{ path: 'name', message: 'is declared for this account already' }] });
    throw error;
  }
}

/** XTR-15: what is declared to use an account's password. */
export const consumerEndpoints: Endpoint[] = [
  endpoint(listConsumers, {
    object: accountOf,
    run: async (grant) => ({ items: await consumersOf(grant.db, grant.objectId) }),
  }),
  endpoint(countConsumers, {
    async run(grant, input, facts) {
      const { rows } = await sql<{
        accountId: z.input<typeof countConsumers.input>['accountIds'][number];
        count: number;
        names: string[];
      }>`
        select c.account_id, count(*)::int as count, (array_agg(c.name order by c.position, lower(c.name)))[1:3] as names
        from account_consumer c join account a on a.id = c.account_id
        where c.account_id = any(${input.accountIds}::uuid[]) and ${seesAccount(facts, grant.actor.userId, 'a')} group by c.account_id`.execute(
        grant.db,
      );
      return { items: rows };
    },
  }),
  endpoint(addConsumer, {
    object: accountOf,
    async run(grant, { accountId, ...input }) {
      // Held, so that two who add at once do not both find room.
      await grant.db.selectFrom('account').select('id').where('id', '=', accountId).forNoKeyUpdate().execute();
      const { n } = await grant.db
        .selectFrom('accountConsumer')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('accountId', '=', accountId)
        .executeTakeFirstOrThrow();
      if (n >= consumersMost)
        throw new Problem('not-that-state', { detail: `It has ${consumersMost} already. Remove one first.` });
      const id = newId();
      const { organisationId } = grant.actor;
      await uniquely(
        grant.db
          .insertInto('accountConsumer')
          .values({ id, organisationId, accountId, ...input })
          .execute(),
      );
      grant.note({ 'used by': input.name, kind: input.kind });
      return consumerOf(grant.db, accountId, id);
    },
  }),
  endpoint(changeConsumer, {
    object: accountOf,
    async run(grant, { accountId, consumerId, version, ...changes }) {
      const before = await grant.db
        .selectFrom('accountConsumer')
        .select(['name', 'version'])
        .where('accountId', '=', accountId)
        .where('id', '=', consumerId)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (!before) throw new Problem('not-found');
      if (version !== undefined && version !== before.version) throw new Problem('changed-meanwhile');
      await uniquely(
        grant.db
          .updateTable('accountConsumer')
          .set((eb) => ({ ...changes, version: eb('version', '+', 1) }))
          .where('id', '=', consumerId)
          .execute(),
      );
      grant.note({ 'used by': before.name, changed: Object.keys(changes).join(' ') });
      return consumerOf(grant.db, accountId, consumerId);
    },
  }),
  endpoint(removeConsumer, {
    object: accountOf,
    async run(grant, { accountId, consumerId }) {
      const removed = await grant.db
        .deleteFrom('accountConsumer')
        .where('accountId', '=', accountId)
        .where('id', '=', consumerId)
        .returning('name')
        .executeTakeFirst();
      if (!removed) throw new Problem('not-found');
      grant.note({ 'no longer used by': removed.name });
      return {};
    },
  }),
];
