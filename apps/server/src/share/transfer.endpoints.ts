import {
  transferEverything as transferEverythingCall,
  transferGroup as transferGroupCall,
  transferResource as transferResourceCall,
} from '@strongroom/contract';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import { requireReach } from '../identity/index.ts';
import { Problem } from '../platform/problem.ts';
import { countOwned, transferEverything, transferGroup, transferResource } from './transfer.ts';

const reason = (input: { reason?: string | undefined }): string | undefined => input.reason;

export const transferEndpoints: Endpoint[] = [
  endpoint(transferResourceCall, {
    object: (input) => input.resourceId,
    reason,
    async run(grant, input) {
      const { id, username } = await transferResource(grant, input.toUserId);
      return { ownerId: id, ownerName: username };
    },
  }),
  endpoint(transferGroupCall, {
    object: (input) => input.groupId,
    reason,
    async run(grant, input) {
      const { id, username } = await transferGroup(grant, input.toUserId);
      return { ownerId: id, ownerName: username };
    },
  }),
  endpoint(transferEverythingCall, {
    object: (input) => input.userId,
    reason,
    async run(grant, { userId, toUserId, dryRun }, facts) {
      await requireReach(grant, facts, userId, 'touch');
      // Whoever manages users would otherwise come by anybody's passwords, which their role alone does not give.
      if (toUserId === grant.actor.userId && !facts.superAdministrator)
        throw new Problem('not-yourself', {
          detail: 'What another user owns goes to somebody else than you: only a super administrator takes it over.',
        });
      if (!dryRun) return transferEverything(grant, toUserId);
      grant.nothingDone();
      return countOwned(grant.db, userId);
    },
  }),
];
