import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, Door, Endpoint, Perform } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { sha256 } from '../platform/random.ts';
import { noOrganisation, sessionCookie, type Authenticator } from './authenticate.ts';
import { once } from './idempotency.ts';
import { openApi } from './openapi.ts';
import { allowanceOf, type Allowance } from './rate-limit.ts';

export interface ApiParts {
  readonly endpoints: readonly Endpoint[];
  readonly perform: Perform;
  readonly database: Database;
  readonly authenticator: Authenticator;
  limit(asker: string, allowance: Allowance): number;
  readonly version: string;
}

/** Puts the contract's calls on the wire as `/api/v1`. Knows HTTP and nothing of the domain. */
export function apiDoor(app: FastifyInstance, parts: ApiParts): void {
  // Written when it is first asked for: it takes a quarter of a second, which every start would pay.
  let document: string | undefined;
  app.get('/openapi.json', (_request, reply) => {
    document ??= JSON.stringify(openApi(parts.version));
    return reply.type('application/json').send(document);
  });
  for (const { call, handle } of parts.endpoints) {
    if (call.name === 'audit.export') continue;
    const needsVersion =
      'version' in ((call.input as { shape?: Record<string, unknown> }).shape ?? {}) && call.method === 'PATCH';
    app.route({
      method: call.method,
      url: call.path,
      async handler(request, reply) {
        const actor = await parts.authenticator.ofRequest(request, call.anonymous);
        limit(parts, actor, reply);
        if (actor.organisationId === noOrganisation && !call.name.startsWith('setup.')) throw new Problem('not-set-up');
        const input: Record<string, unknown> = {
          ...bodyOf(request),
          ...(request.query as object),
          ...(request.params as object),
        }; // the path wins
        if (needsVersion) Object.assign(input, ifMatch(request));
        const door: Door = {
          startSession: (token) => void reply.header('set-cookie', cookie(token)),
          endSession: () => void reply.header('set-cookie', cookie('', 0)),
        };
        const run = (): Promise<unknown> => handle(parts.perform, actor, input, door);
        const key = request.headers['idempotency-key'];
        void reply.header('cache-control', 'no-store');
        if (typeof key === 'string' && call.method !== 'GET' && actor.userId !== null && !actor.barred) {
          const { reply: answer, repeated } = await once(
            parts.database,
            actor,
            key,
            { action: call.name, input },
            call.secret ?? false,
            run,
          );
          if (repeated) void reply.header('idempotency-replayed', 'true');
          return tagged(request, reply, answer);
        }
        return tagged(request, reply, await run());
      },
    });
  }
}

/** Counts the request. What is left stands in headers, by their older name too: clients in the field read either. */
function limit(parts: ApiParts, actor: Actor, reply: FastifyReply): void {
  const { asker, allowance } = allowanceOf(actor);
  const say = (left: number): void => {
    for (const name of ['ratelimit', 'x-ratelimit'])
      void reply
        .header(`${name}-limit`, allowance.burst)
        .header(`${name}-remaining`, left)
        .header(`${name}-reset`, Math.ceil((allowance.burst - left) / allowance.perSecond));
  };
  say(0);
  say(parts.limit(asker, allowance));
}

/** Only an object is a body: anything else has no names to read. */
function bodyOf(request: FastifyRequest): object {
  const { body } = request;
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw new Problem('input-invalid', { detail: 'The body must be a JSON object.' });
  return body;
}

const cookie = (token: string, maxAge?: number): string =>
  `${sessionCookie}=${token}; Path=/; Secure; HttpOnly; SameSite=Strict${maxAge === undefined ? '' : `; Max-Age=${maxAge}`}`;

/** The version that an If-Match header names. Source: RFC 9110 section 13.1.1. */
function ifMatch(request: FastifyRequest): { version?: number } {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return {};
  const version = /^"v(\d{1,9})(?:\.[\w-]+)?"$/.exec(header.trim())?.[1];
  if (version === undefined) throw new Problem('changed-meanwhile');
  return { version: Number(version) };
}

/**
 * Gives what has a version an ETag, and answers 304 to whoever has it already. The tag names the version, for If-Match,
 * and the whole answer: what is proven of an account changes without anybody having edited it. Source: RFC 9110 section 8.8.3.
 */
function tagged(request: FastifyRequest, reply: FastifyReply, answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('version' in answer) || !('id' in answer)) return answer;
  const tag = `"v${String(answer.version)}.${sha256(JSON.stringify(answer)).toString('base64url').slice(0, 16)}"`;
  void reply.header('etag', tag);
  if (request.method === 'GET' && request.headers['if-none-match'] === tag) return reply.status(304).send();
  return answer;
}
