import { endDeputy, readDeputy, setDeputy } from '@strongroom/contract';
import { abilities, endpoint, type Actor, type Endpoint } from '../authorise/index.ts';
import type { CheckoutParts } from './act.ts';
import { deputyOf, dropDeputy, namedBy, nameDeputy } from './deputies.ts';

const oneself = (_input: unknown, actor: Actor): string => actor.userId ?? actor.organisationId;

/** Who decides beside whoever approves requests, while they are away. */
export const deputyEndpoints = (parts: CheckoutParts): Endpoint[] => [
  endpoint(readDeputy, {
    object: oneself,
    async run(grant, _input, facts) {
      const own = await deputyOf(grant.db, grant.objectId);
      const of = await namedBy(grant.db, grant.objectId);
      const can = abilities(['deputy.set', 'deputy.end'], facts);
      return { own, of, can: own ? can : can.filter((action) => action !== 'deputy.end') };
    },
  }),
  endpoint(setDeputy, { object: oneself, run: (grant, input) => nameDeputy(grant, parts, input) }),
  endpoint(endDeputy, {
    object: oneself,
    async run(grant) {
      await dropDeputy(grant, parts);
      return {};
    },
  }),
];
