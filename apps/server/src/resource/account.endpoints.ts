import {
  copyAccount as copyAccountCall,
  createAccounts,
  deleteAccount as deleteAccountCall,
  excludeFromProof,
  favouriteAccount,
  moveAccount as moveAccountCall,
  readAccount,
  updateAccount,
} from '@strongroom/contract';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { accountReplies, readAccountReply, readAccountRows } from './account.queries.ts';
import { copyAccount, moveAccount } from './accounts-elsewhere.ts';
import { addAccounts, changeAccount, deleteAccount, setFavourite } from './accounts.ts';
import { readyAccounts } from './new-accounts.ts';
import type { ResourceParts } from './resource.endpoints.ts';
import { requirePolicy } from './resources.ts';
import { typeNamed } from './types.ts';

const accountOf = (input: { accountId: string }): string => input.accountId;

export const accountEndpoints = ({ vault, passwords }: ResourceParts): Endpoint[] => [
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
      const type = await typeNamed(grant.db, resource.type);
      const accounts = await readyAccounts(grant.db, passwords, input.accounts, {
        id: grant.objectId,
        type,
        policyId: resource.policyId,
      });
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
      await changeAccount(grant, vault, changes);
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
