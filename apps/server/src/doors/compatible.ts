import { Readable } from 'node:stream';
import type { signIn } from '@strongroom/contract';
import type { z } from 'zod';
import type { Endpoint, Perform, StreamEndpoint } from '../authorise/index.ts';
import { askedOf, readSettings } from '../identity/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { accountsByNumber } from './account-numbers.ts';
import { noOrganisation, type Authenticator } from './authenticate.ts';
import type { JsonParts } from './json/index.ts';
import { invoker } from './programs.ts';
import { allowanceOf, forStrangers, type Allowance } from './rate-limit.ts';
import type { RestParts } from './rest/index.ts';

interface Parts {
  readonly database: Database;
  readonly perform: Perform;
  readonly endpoints: readonly Endpoint[];
  readonly streams: readonly StreamEndpoint[];
}
type Limit = (asker: string, allowance: Allowance) => unknown;

/** What the two doors of the reference product need of ours: who asks, our calls, our files, our sign-in. */
export function compatibleParts(parts: Parts, authenticator: Authenticator, limit: Limit): JsonParts {
  return {
    authenticate: (token, request, came) =>
      authenticator
        .ofToken(token, request)
        .catch((error: unknown) => {
          const unknown = error instanceof Problem && error.code === 'signed-out';
          if (came === 'header' && unknown) return authenticator.ofSession(token, request);
          throw error;
        })
        .catch((error: unknown) => {
          // Guessing tokens costs the guesser, not those who have one.
          limit(request.ip, forStrangers);
          throw error;
        })
        .then((actor) => {
          const { asker, allowance } = allowanceOf(actor);
          limit(asker, allowance);
          return actor;
        }),
    tokenInUrlAllowed: (actor) =>
      parts.database.asOrganisation(actor.organisationId, async (db) => (await readSettings(db)).tokenInUrl),
    passwordRules(actor) {
      const { userId, organisationId } = actor;
      if (userId === null) throw new Problem('signed-out');
      return parts.database.asOrganisation(organisationId, (db) => askedOf(db, userId));
    },
    accountId: accountsByNumber(parts.database),
    invoke: invoker(parts),
    open: opener(parts),
    ...signingIn(parts, authenticator, limit),
  };
}

/** Signs people in for the reference's second API, by the very call of the console: same words, same waits, same trail. */
function signingIn(
  parts: Pick<Parts, 'endpoints' | 'perform' | 'database'>,
  authenticator: Authenticator,
  limit: Limit,
): Pick<JsonParts, 'stranger' | 'signIn' | 'rulesOfConsole'> {
  const endpoint = parts.endpoints.find(({ call }) => call.name === 'identity.sign-in');
  return {
    async stranger(request) {
      limit(request.ip, forStrangers);
      const actor = await authenticator.asStranger(request);
      if (actor.organisationId === noOrganisation) throw new Problem('not-set-up');
      return actor;
    },
    async signIn(actor, input) {
      if (!endpoint) throw new Problem('not-found');
      let session = '';
      const door = {
        startSession: (token: string) => {
          session = token;
        },
        endSession: () => undefined,
      };
      const me = (await endpoint.handle(parts.perform, actor, input, door)) as z.output<typeof signIn.reply>;
      return { session, me };
    },
    rulesOfConsole: (actor) => parts.database.asOrganisation(actor.organisationId, readSettings),
  };
}

/** Opens a stored file for another door, by the same call that `/api/v1` has. */
function opener(parts: Pick<Parts, 'streams' | 'perform'>): NonNullable<RestParts['open']> {
  return (action, actor, params, why) => {
    const stream = parts.streams.find(({ name }) => name === action);
    if (!stream) throw new Problem('not-found');
    const { perform } = parts;
    return stream.handle({
      perform,
      actor,
      params,
      query: {},
      fields: why,
      bytes: Readable.from([]),
      length: undefined,
    });
  };
}
