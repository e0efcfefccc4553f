import type { signIn } from '@strongroom/contract';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Actor } from '../../authorise/index.ts';
import { Problem } from '../../platform/problem.ts';
import { type Outcome, type RestParts } from '../rest/index.ts';

type Me = z.output<typeof signIn.reply>;

export interface JsonParts extends RestParts {
  /** Whoever sends this, before they said who they are. Counts the request. Throws `too-many-requests`, `csrf-failed`, `not-set-up`. */
  stranger(request: FastifyRequest): Promise<Actor>;
  /** The console's own sign-in. Gives the session's token, which is told nowhere else. Throws `sign-in-failed`, `locked-out`, `busy`. */
  signIn(actor: Actor, input: { username: string; password: string }): Promise<{ session: string; me: Me }>;
  /** What the organisation set for the console, as far as clients are told before anybody signed in. */
  rulesOfConsole(actor: Actor): Promise<{ inactivityMinutes: number; clearClipboardSeconds: number }>;
}

/**
 * The build that clients take us for: from 10102 on they send the token in a header, from 10103 on they log out, and newer ones than this speak of what is
 * not here.
 */
const build = '12100';

/** How one signs in here. Told to anybody, as it must be. */
export async function authenticationMode(parts: JsonParts, request: FastifyRequest): Promise<Outcome> {
  const rules = await parts.rulesOfConsole(await parts.stranger(request));
  return {
    message: 'Authentication mode fetched successfully',
    details: {
      FIRSFACTOR: 'LOCAL',
      ISLOCALAUTHENABLED: 'TRUE',
      DEFAULTDOMAIN: '',
      DOMAINLIST: [],
      ISSECONDFACTORENABLED: 'FALSE',
      SECONDFACTOR: '',
      BUILDNUMBER: build,
      SESSIONTIMEOUT: String(rules.inactivityMinutes),
      CLIPBOARDTIMEOUT: String(rules.clearClipboardSeconds),
      REBRANDLOGONAME: '',
      BANNERLINK: '',
      BANNERBUTTON: '',
      BANNERMESSAGE: '',
      PRIVACYLINK: '',
      PRIVACYMESSAGE: '',
      MSPENABLED: 'FALSE',
    },
  };
}

/** Signs a person in. The session's token is the answer's header SESSIONID and AUTHKEY alike: clients send back either. */
export async function authenticate(
  parts: JsonParts,
  request: FastifyRequest,
  form: ReadonlyMap<string, string>,
  query: ReadonlyMap<string, string>,
): Promise<{ session: string; outcome: Outcome }> {
  const actor = await parts.stranger(request);
  const field = (name: string): string => form.get(name) ?? query.get(name) ?? '';
  if (!form.has('PASSWORD') && query.has('PASSWORD') && !(await parts.tokenInUrlAllowed(actor)))
    throw new Problem('input-invalid', {
      detail: 'The organisation does not allow passwords in URLs. Send it in the body.',
    });
  const mode = field('FIRSTAUTHMODE').trim().toUpperCase();
  if (mode !== '' && mode !== 'LOCAL')
    throw new Problem('input-invalid', {
      detail: 'FIRSTAUTHMODE must be LOCAL: people sign in with the product’s own passwords.',
    });
  const { session, me } = await parts.signIn(actor, { username: field('USERNAME'), password: field('PASSWORD') });
  const { name } = me.organisation;
  return {
    session,
    outcome: {
      message: 'Authentication successful',
      details: {
        AUTHKEY: session,
        PERMISSIONS: {
          USERDETAILS: {
            ORGLIST: { [name]: { ORGID: 1, ORGNAME: name, ORGURLNAME: name } },
            USEREMAILID: me.user.email,
            USERFULLNAME: me.user.fullName,
          },
        },
      },
    },
  };
}
