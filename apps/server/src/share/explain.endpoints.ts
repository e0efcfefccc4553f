import { explainAccess, findSubjects, supposeAccess, userReaches, whoReaches } from '@strongroom/contract';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import { actionOf, explain, momentOf } from './explain.ts';
import { subjectsNamed } from './subjects.ts';
import { suppose } from './suppose.ts';
import { whatUserReaches, whoReachesIt } from './who.ts';

/** The answers to “who may reach what, and why”. */
export const explainEndpoints: Endpoint[] = [
  endpoint(explainAccess, {
    object: (input) => input.userId,
    run: (grant, { userId, action, objectId, at }) =>
      explain(grant.db, {
        organisationId: grant.actor.organisationId,
        userId,
        action: actionOf(action),
        objectId,
        at: momentOf(at),
      }),
  }),
  endpoint(findSubjects, { run: (grant, input) => subjectsNamed(grant.db, input.kind, input.search, input.id) }),
  endpoint(whoReaches, { run: (grant, input) => whoReachesIt(grant.db, input, momentOf(input.at)) }),
  endpoint(userReaches, {
    object: (input) => input.userId,
    run: (grant, input) => whatUserReaches(grant.db, input, momentOf(input.at)),
  }),
  endpoint(supposeAccess, {
    object: (input) => input.userId,
    run: (grant, { userId, action, objectId, changes }) =>
      suppose(
        grant.db,
        { organisationId: grant.actor.organisationId, userId, action: actionOf(action), objectId, at: null },
        changes,
      ),
  }),
];
