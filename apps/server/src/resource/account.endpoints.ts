import {
  copyAccount as copyAccountCall,
  createAccounts,
  deleteAccount as deleteAccountCall,
  excludeFromProof,
  favouriteAccount,
  listAccounts,
  moveAccount as moveAccountCall,
  readAccount,
  updateAccount,
} from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import { endpoint, seesAccount, type Endpoint } from '../authorise/index.ts';
import { containing, readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import {
  accountColumns,
  accountReplies,
  accountTables,
  healthOf,
  readAccountReply,
  readAccountRows,
  type AccountRow,
} from './account.queries.ts';
import { addAccounts, changeAccount, copyAccount, deleteAccount, moveAccount, setFavourite } from './accounts.ts';
import type { ResourceParts } from './resource.endpoints.ts';
import { requirePolicy } from './resources.ts';

const accountOf = (input: { accountId: string }): string => input.accountId;
/** How far back “recent” looks in the trail. */
const recentEvents = 400;

// What somebody used last, newest first, is what the trail says they opened: no list of its own to keep.
const recentlyUsed = (userId: string): RawBuilder<unknown> => sql`
  join (select object_id::uuid as account_id, max(event_id::text) as last_event from (
      select e.object_id, e.id as event_id from audit_event e
      where e.actor_id = ${userId} and e.outcome = 'done' and e.action in ('account.reveal', 'account.reveal-former', 'account.rotate', 'account.verify', 'account.change-password')
      order by e.id desc limit ${recentEvents}) e group by object_id) used on used.account_id = a.id`;

export const accountEndpoints = ({ vault, draw }: ResourceParts): Endpoint[] => [
  endpoint(listAccounts, {
    async run(grant, input, facts) {
      const userId = grant.actor.userId ?? '';
      const recent = input.view === 'recent';
      const page = await readPage<AccountRow>(grant.db, input, {
        select: accountColumns(userId),
        from: sql`from ${accountTables} ${recent ? recentlyUsed(userId) : sql``} where ${seesAccount(facts, userId, 'a')}
          ${input.view === 'favourite' ? sql`and exists (select 1 from favourite f where f.account_id = a.id and f.user_id = ${userId})` : sql``}
          ${input.resourceId ? sql`and a.resource_id = ${input.resourceId}` : sql``} ${input.type ? sql`and r.type = ${input.type}` : sql``}
          ${input.username !== undefined ? sql`and a.username = ${input.username}` : sql``} ${input.number !== undefined ? sql`and a.number = ${input.number}` : sql``}
          ${input.health ? sql`and ${healthOf} = ${input.health}` : sql``}
          ${input.search ? sql`and lower(a.username || ' ' || r.name || ' ' || r.dns_name) like ${containing(input.search)}` : sql``}`,
        id: sql`a.id`,
        first: recent ? '-lastUsed' : 'resourceName',
        orders: {
          username: { by: sql`lower(a.username)`, type: 'text' },
          resourceName: { by: sql`lower(r.name)`, type: 'text' },
          changedAt: { by: sql`a.changed_at`, type: 'timestamptz' },
          checkedAt: { by: sql`coalesce(a.checked_at, '-infinity')`, type: 'timestamptz' },
          number: { by: sql`a.number`, type: 'int' },
          ...(recent ? { lastUsed: { by: sql`used.last_event`, type: 'text' as const } } : {}),
        },
      });
      return { ...page, items: await accountReplies(grant.db, page.rows, facts, userId) };
    },
  }),
  endpoint(readAccount, {
    object: accountOf,
    run: (grant, _input, facts) => readAccountReply(grant.db, grant.objectId, facts, grant.actor.userId),
  }),
  endpoint(createAccounts, {
    object: (input) => input.resourceId,
    async run(grant, input, facts) {
      const resource = await grant.db
        .selectFrom('resource')
        .select(['type', 'policyId'])
        .where('id', '=', grant.objectId)
        .executeTakeFirstOrThrow();
      const accounts = [];
      for (const account of input.accounts) {
        await requirePolicy(grant.db, account.policyId);
        const password =
          account.password === undefined
            ? await draw(grant.db, {
                policyIds: [account.policyId, resource.policyId],
                resourceType: resource.type,
                username: account.username,
              })
            : new Secret(account.password);
        accounts.push({ ...account, password });
      }
      const ids = await addAccounts(grant, vault, grant.objectId, accounts);
      grant.note({
        added: accounts
          .map((account) => account.username)
          .join(' ')
          .slice(0, 1000),
      });
      const rows = await readAccountRows(grant.db, ids, grant.actor.userId);
      return {
        items: await accountReplies(
          grant.db,
          ids.flatMap((id) => rows.filter((row) => row.id === id)),
          facts,
          grant.actor.userId,
        ),
      };
    },
  }),
  endpoint(updateAccount, {
    object: accountOf,
    async run(grant, { accountId: _, ...changes }, facts) {
      await requirePolicy(grant.db, changes.policyId);
      await changeAccount(grant, changes);
      return readAccountReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
  endpoint(deleteAccountCall, {
    object: accountOf,
    async run(grant) {
      await deleteAccount(grant);
      return {};
    },
  }),
  endpoint(copyAccountCall, {
    object: accountOf,
    // A copy is another way to the password, so it asks for what a reveal asks.
    reason: (input) => input.reason,
    async run(grant, input, facts) {
      const ids = await copyAccount(grant, vault, input.resourceIds);
      return {
        items: await accountReplies(
          grant.db,
          await readAccountRows(grant.db, ids, grant.actor.userId),
          facts,
          grant.actor.userId,
        ),
      };
    },
  }),
  endpoint(moveAccountCall, {
    object: accountOf,
    async run(grant, input, facts) {
      await moveAccount(grant, facts, input);
      return readAccountReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
  endpoint(favouriteAccount, {
    object: accountOf,
    async run(grant, input) {
      await setFavourite(
        grant.db,
        grant.actor.organisationId,
        grant.actor.userId ?? '',
        input.accountId,
        input.favourite,
      );
      return {};
    },
  }),
  endpoint(excludeFromProof, {
    object: accountOf,
    reason: (input) => input.exclusion?.reason,
    async run(grant, input, facts) {
      const { exclusion } = input;
      if (exclusion) {
        if (new Date(exclusion.until) <= new Date())
          throw new Problem('input-invalid', {
            errors: [{ path: 'exclusion.until', message: 'must lie in the future' }],
          });
        const owner = await grant.db
          .selectFrom('appUser')
          .select('username')
          .where('id', '=', exclusion.ownerId)
          .executeTakeFirst();
        if (!owner)
          throw new Problem('input-invalid', {
            errors: [{ path: 'exclusion.ownerId', message: 'is not a user of the organisation' }],
          });
        grant.note({ owner: owner.username, until: exclusion.until });
      } else grant.note({ exclusion: 'ended' });
      await grant.db
        .updateTable('account')
        .set({
          exclusionReason: exclusion?.reason ?? null,
          exclusionOwnerId: exclusion?.ownerId ?? null,
          exclusionUntil: exclusion ? new Date(exclusion.until) : null,
        })
        .where('id', '=', grant.objectId)
        .execute();
      return readAccountReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
];
