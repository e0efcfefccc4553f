import { explainAccess } from '@strongroom/contract';
import { Problem } from '../platform/problem.ts';
import { endpoint, type Endpoint } from './endpoint.ts';
import { readFacts } from './facts.ts';
import { derive, isAction } from './policy.ts';

/**
 * Why a user may or may not do something now: the very facts and rules that a live decision reads, with a session taken
 * as live, since the question is about rights and not about who happens to be signed in.
 */
export const explainEndpoints: Endpoint[] = [
  endpoint(explainAccess, {
    object: (input) => input.userId,
    async run(grant, input) {
      if (!isAction(input.action))
        throw new Problem('input-invalid', {
          errors: [{ path: 'action', message: 'is not an action of the product' }],
        });
      const user = await grant.db
        .selectFrom('appUser')
        .select('state')
        .where('id', '=', input.userId)
        .executeTakeFirstOrThrow();
      const actor = {
        kind: 'user',
        organisationId: grant.actor.organisationId,
        userId: input.userId,
        origin: grant.actor.origin,
      } as const;
      const { facts } = await readFacts(grant.db, { actor, action: input.action, objectId: input.objectId });
      const asked = { ...facts, live: user.state === 'active', reasonGiven: true, ticketGiven: true };
      const { allowed, rules } = derive(input.action, asked);
      return {
        allowed,
        rules,
        facts: {
          role: asked.role,
          superAdministrator: asked.superAdministrator,
          relation: asked.relation,
          active: asked.live,
          mustChangePassword: asked.mustChangePassword,
          attemptOpen: asked.attemptOpen,
          reasonToReveal: asked.reasonToReveal,
          reasonToChange: asked.reasonToChange,
          ticketToReveal: asked.ticketToReveal,
        },
      };
    },
  }),
];
