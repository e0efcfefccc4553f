import {
  listAccountShares,
  listGroupShares,
  listResourceShares,
  previewAccountShares,
  previewGroupShares,
  previewResourceShares,
  shareAccount,
  shareGroup,
  shareResource,
} from '@strongroom/contract';
import { endpoint, type Endpoint, type Facts, type Grant } from '../authorise/index.ts';
import { countsOf, previewShares } from './preview.ts';
import type { HeldKind } from './reaching.ts';
import { changeShares, type Difference, type Sharer } from './shares.ts';
import { listShares } from './shares.queries.ts';

const sharerOf = (grant: Grant, facts: Facts): Sharer => ({
  organisationId: grant.actor.organisationId,
  userId: grant.actor.userId,
  name: grant.actorName,
  facts,
});

/** Shares, and tells the trail of each line: with whom, what they have now and what they had. */
async function share(
  grant: Grant,
  facts: Facts,
  kind: HeldKind,
  difference: Difference,
): Promise<{ added: number; changed: number; removed: number }> {
  const done = await changeShares(grant.db, sharerOf(grant, facts), kind, grant.objectId, difference);
  for (const { to, change, permission, was, from, until } of done)
    grant.each(to, {
      change,
      ...(change === 'removed' ? {} : { permission }),
      ...(was === null ? {} : { was }),
      ...(from === null ? {} : { from }),
      ...(until === null ? {} : { until }),
    });
  const counts = countsOf(done);
  grant.note(counts);
  return counts;
}

const onAccount = (input: { accountId: string }): string => input.accountId;
const onResource = (input: { resourceId: string }): string => input.resourceId;
const onGroup = (input: { groupId: string }): string => input.groupId;
const reason = (input: { reason?: string | undefined }): string | undefined => input.reason;

export const sharingEndpoints: Endpoint[] = [
  endpoint(listAccountShares, {
    object: onAccount,
    run: (grant, input, facts) => listShares(grant.db, 'account', input.accountId, input, facts, grant.actor.userId),
  }),
  endpoint(listResourceShares, {
    object: onResource,
    run: (grant, input, facts) => listShares(grant.db, 'resource', input.resourceId, input, facts, grant.actor.userId),
  }),
  endpoint(listGroupShares, {
    object: onGroup,
    run: (grant, input, facts) =>
      listShares(grant.db, 'resource-group', input.groupId, input, facts, grant.actor.userId),
  }),
  endpoint(shareAccount, {
    object: onAccount,
    reason,
    run: (grant, input, facts) => share(grant, facts, 'account', input),
  }),
  endpoint(shareResource, {
    object: onResource,
    reason,
    run: (grant, input, facts) => share(grant, facts, 'resource', input),
  }),
  endpoint(shareGroup, {
    object: onGroup,
    reason,
    run: (grant, input, facts) => share(grant, facts, 'resource-group', input),
  }),
  endpoint(previewAccountShares, {
    object: onAccount,
    run: (grant, input, facts) => previewShares(grant.db, sharerOf(grant, facts), 'account', input.accountId, input),
  }),
  endpoint(previewResourceShares, {
    object: onResource,
    run: (grant, input, facts) => previewShares(grant.db, sharerOf(grant, facts), 'resource', input.resourceId, input),
  }),
  endpoint(previewGroupShares, {
    object: onGroup,
    run: (grant, input, facts) =>
      previewShares(grant.db, sharerOf(grant, facts), 'resource-group', input.groupId, input),
  }),
];
