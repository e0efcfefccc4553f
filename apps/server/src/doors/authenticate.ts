import { lookup } from 'node:dns/promises';
import type { FastifyRequest } from 'fastify';
import { stranger, type Actor, type Origin } from '../authorise/index.ts';
import {
  findSession,
  findToken,
  hostAllows,
  noteUse,
  readSettings,
  touchSession,
  type KnownSession,
  type KnownToken,
} from '../identity/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { hashToken, sameText } from '../platform/random.ts';

/** The prefix binds the cookie to this host, over HTTPS, for every path. Source: RFC 6265bis section 4.1.3.2. */
export const sessionCookie = '__Host-strongroom';
/** Stands for the organisation before there is one: only set-up can be asked for. */
export const noOrganisation = '00000000-0000-0000-0000-000000000000';
const mostRemembered = 10_000;
const touchEveryMs = 30_000;
/** For so long a token moved to another host is refused with `signed-out`, where it would have been let in or told why. */
const rememberTokenMs = 5000;

export interface Authenticator {
  /**
   * Who asks: by cookie or bearer token, or a stranger to the first organisation. Whoever changes something with a
   * cookie must show its CSRF token, but for calls that are open to strangers: they do not rest on the cookie.
   */
  ofRequest(request: FastifyRequest, open?: boolean): Promise<Actor>;
  /** Who a token stands for. Throws `signed-out`, `wrong-host`. */
  ofToken(token: string, request: FastifyRequest): Promise<Actor>;
  /** Whose session a token is that came in a header of its own, which no other site's page can send. Throws `signed-out`. */
  ofSession(token: string, request: FastifyRequest): Promise<Actor>;
  /** Somebody who is about to say who they are, whatever cookie came along. Throws `csrf-failed` for a page of another site. */
  asStranger(request: FastifyRequest): Promise<Actor>;
}

/** The asker's address; an IPv4 one as such, even where the socket takes both kinds. Source: RFC 4291 section 2.5.5.2. */
const addressOf = (request: FastifyRequest): string => request.ip.replace(/^::ffff:(?=\d+\.)/i, '');

const originOf = (request: FastifyRequest): Origin => ({
  requestId: request.id,
  address: addressOf(request),
  client: (request.headers['user-agent'] ?? '').slice(0, 300) || null,
});

/**
 * Turns what a request carries into an actor. What is remembered here never changes (whose a cookie or a token is), but for the host that a token is bound to;
 * whether all of it still holds is read by `perform` in the transaction of the work.
 */
export function createAuthenticator(
  database: Database,
  organisationId: () => Promise<string | undefined>,
  onError: (error: unknown) => void,
): Authenticator {
  const sessions = new Map<string, KnownSession>();
  const tokens = new Map<string, { readonly known: KnownToken; readonly perMinute: number; readonly until: number }>();
  const seen = new Map<string, number>();

  function now(subject: string, use: () => Promise<unknown>): void {
    const last = seen.get(subject) ?? 0;
    if (Date.now() - last < touchEveryMs) return;
    if (seen.size > mostRemembered) seen.clear();
    seen.set(subject, Date.now());
    use().catch(onError);
  }
  async function sessionOf(token: string): Promise<KnownSession | undefined> {
    const key = hashToken(token).toString('base64');
    const known = sessions.get(key);
    if (known) return known;
    const found = await findSession(database, token);
    if (found) {
      if (sessions.size >= mostRemembered) sessions.clear();
      sessions.set(key, found);
    }
    return found;
  }

  const perMinuteOf = async (id: string): Promise<number> =>
    (await database.asOrganisation(id, readSettings)).tokenRequestsPerMinute;

  async function tokenActor(token: string, request: FastifyRequest): Promise<Actor> {
    const key = hashToken(token).toString('base64');
    const remembered = tokens.get(key);
    const fresh = remembered && remembered.until > Date.now() ? remembered : undefined;
    const known = fresh?.known ?? (await findToken(database, token));
    if (!known) throw new Problem('signed-out');
    const perMinute = fresh?.perMinute ?? (await perMinuteOf(known.organisationId));
    const allowed = await hostAllows(known.host, addressOf(request), async (name) =>
      (await lookup(name, { all: true }).catch(() => [])).map((entry) => entry.address),
    );
    if (allowed && known !== remembered?.known) {
      if (tokens.size >= mostRemembered) tokens.clear();
      tokens.set(key, { known, perMinute, until: Date.now() + rememberTokenMs });
    }
    if (allowed)
      now(known.id, () =>
        database.asOrganisation(known.organisationId, async (db) => {
          await noteUse(db, known.organisationId, known.id);
          await noteUse(db, known.organisationId, known.userId);
        }),
      );
    return {
      kind: 'user',
      organisationId: known.organisationId,
      userId: known.userId,
      token: { id: known.id, scopes: known.scopes, host: known.host, ...(perMinute > 0 ? { perMinute } : {}) },
      ...(allowed ? {} : { barred: 'wrong-host' }),
      origin: originOf(request),
    };
  }

  return {
    async ofRequest(request, open = false) {
      const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (bearer !== undefined) return tokenActor(bearer, request);
      const origin = originOf(request);
      const cookie = readCookie(request.headers.cookie, sessionCookie);
      const session = cookie === undefined ? undefined : await sessionOf(cookie);
      const changes = request.method !== 'GET' && request.method !== 'HEAD';
      if (!session) {
        if (changes && !isSameSite(request)) throw new Problem('csrf-failed');
        const organisation = await organisationId();
        return stranger(organisation ?? noOrganisation, origin);
      }
      const shown = sameText(String(request.headers['x-csrf-token'] ?? ''), session.csrfToken);
      const forged = changes && !(isSameSite(request) && (open || shown));
      if (!forged) now(session.id, () => touchSession(database, session));
      return {
        kind: 'user',
        organisationId: session.organisationId,
        userId: session.userId,
        sessionId: session.id,
        ...(forged ? { barred: 'csrf-failed' } : {}),
        origin,
      };
    },
    async ofSession(token, request) {
      const session = await sessionOf(token);
      if (!session) throw new Problem('signed-out');
      now(session.id, () => touchSession(database, session));
      const { id: sessionId, userId } = session;
      return { kind: 'user', organisationId: session.organisationId, userId, sessionId, origin: originOf(request) };
    },
    async asStranger(request) {
      // A browser's extension says ‘none’, a program nothing: the reference's clients are either.
      const site = request.headers['sec-fetch-site'];
      if (site === 'cross-site' || site === 'same-site') throw new Problem('csrf-failed');
      return stranger((await organisationId()) ?? noOrganisation, originOf(request));
    },
    async ofToken(token, request) {
      const actor = await tokenActor(token, request);
      if (actor.barred) throw new Problem(actor.barred);
      return actor;
    },
  };
}

/** A browser says where a request comes from; a page of another site changes nothing here, whatever cookies it brings. */
function isSameSite(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin, host } = request.headers;
  // Our pages show no referrer, and of such a page a form says ‘null’. Then the browser's word that it is ours is needed,
  // which no page can put there: one in a sandbox says ‘null’ too, but the browser calls it another site's.
  if (origin === 'null') return site === 'same-origin';
  return origin === undefined || origin === `https://${host ?? ''}`;
}

/** The value of one cookie of a Cookie header. Source: RFC 6265 section 5.4. */
function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
