import {
  changePassword,
  listAttempts,
  readAttempt,
  resolveAttempt,
  rotateAccount,
  verifyAccount,
  type Attempt,
} from '@strongroom/contract';
import type { z } from 'zod';
import { endpoint, longEndpoint, type Endpoint } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import { changeLocally, policyFor, requireNotReused, requirePassword, requirePolicyKept } from '../passwords/index.ts';
import { proofReply, readAccountRow, type DriverCatalogue } from '../resource/index.ts';
import { resolve } from './settle.ts';
import { stage } from './stage.ts';
import { verifyAndRecord } from './verify.ts';
import type { WorkerParts } from './worker-parts.ts';

const accountOf = (input: { accountId: string }): string => input.accountId;
const why = {
  object: accountOf,
  reason: (input: { reason?: string | undefined }) => input.reason,
  ticket: (input: { ticket?: string | undefined }) => input.ticket,
};

async function attemptsOf(
  db: OrganisationDb,
  accountId: string,
  limit: number,
  id?: string,
): Promise<z.input<typeof Attempt>[]> {
  let query = db
    .selectFrom('rotationAttempt')
    .select([
      'id',
      'accountId',
      'state',
      'why',
      'tries',
      'startedAt',
      'updatedAt',
      'endedAt',
      'nextTryAt',
      'requestedBy',
    ])
    .where('accountId', '=', accountId)
    .orderBy('startedAt', 'desc')
    .limit(limit);
  if (id !== undefined) query = query.where('id', '=', id);
  return (await query.execute()).map((row) => ({
    ...row,
    state: row.state as z.input<typeof Attempt>['state'],
    startedAt: row.startedAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    nextTryAt: row.nextTryAt?.toISOString() ?? null,
  }));
}
async function attemptOf(db: OrganisationDb, accountId: string, id: string): Promise<z.input<typeof Attempt>> {
  const [attempt] = await attemptsOf(db, accountId, 1, id);
  if (!attempt) throw new Problem('not-found');
  return attempt;
}

export const rotationEndpoints = (parts: WorkerParts, catalogue: DriverCatalogue): Endpoint[] => [
  endpoint(rotateAccount, {
    ...why,
    run: async (grant) => ({ attemptId: await stage(grant, parts.vault, catalogue) }),
  }),
  endpoint(changePassword, {
    ...why,
    async run(grant, input) {
      await requirePassword(grant.db, grant.objectId);
      const account = await readAccountRow(grant.db, grant.objectId, grant.actor.userId);
      const password = new Secret(input.password);
      if (input.where === 'target')
        return { version: account.secretVersion, attemptId: await stage(grant, parts.vault, catalogue, password) };
      const resource = await grant.db
        .selectFrom('resource')
        .select('policyId')
        .where('id', '=', account.resourceId)
        .executeTakeFirstOrThrow();
      const policy = await policyFor(grant.db, [account.policyId, resource.policyId], account.resourceId);
      requirePolicyKept(policy, password, account.username, undefined);
      await requireNotReused(grant, parts.vault, password, policy.historyDepth);
      return { version: await changeLocally(grant, parts.vault, password, 'changed'), attemptId: null };
    },
  }),
  longEndpoint(verifyAccount, (perform, actor, { accountId }) =>
    verifyAndRecord({ ...parts, perform }, actor, accountId, {
      action: 'account.verify',
      alongside: async (db) => proofReply(await readAccountRow(db, accountId, actor.userId)),
    }),
  ),
  endpoint(listAttempts, {
    object: accountOf,
    run: async (grant, input) => ({ items: await attemptsOf(grant.db, grant.objectId, input.limit) }),
  }),
  endpoint(readAttempt, {
    object: accountOf,
    run: (grant, input) => attemptOf(grant.db, grant.objectId, input.attemptId),
  }),
  endpoint(resolveAttempt, {
    object: accountOf,
    reason: (input) => input.reason,
    async run(grant, input) {
      await resolve(grant, input.attemptId, input.how);
      return attemptOf(grant.db, grant.objectId, input.attemptId);
    },
  }),
];
