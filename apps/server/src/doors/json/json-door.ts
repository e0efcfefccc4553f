import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../../authorise/index.ts';
import { Problem } from '../../platform/problem.ts';
import { asProblem } from '../reply.ts';
import {
  askFor,
  authenticated,
  envelope,
  failure,
  given,
  readBody,
  readInputData,
  readInputList,
  readParams,
  readAddress,
  unknownCall,
  type Ask,
  type Details,
  type Outcome,
} from '../rest/index.ts';
import { addOfflineAudit, operations, type Named } from './operations.ts';
import { authenticate, authenticationMode, type JsonParts } from './sign-in.ts';

/** What goes out, and the session that began with it. */
interface Answer {
  readonly name: string;
  readonly text: string;
  readonly session?: string;
}

/**
 * Puts the second API on the instance, below its prefix (`/api/json`): `request` with an OPERATION_NAME, `auth` and `firstauth`. Everything is answered with
 * status 200 and the envelope; only an address or an operation that is none is 404.
 */
export function jsonDoor(app: FastifyInstance, parts: JsonParts): void {
  // As at the REST door: the body is read below, whatever it calls itself.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    delete request.raw.headers['content-type'];
    done();
  });
  app.route({
    method: ['GET', 'POST'],
    url: '/*',
    exposeHeadRoute: false,
    async handler(request, reply) {
      const { segments, query } = readAddress(request.raw.url ?? '', app.prefix);
      void reply.type('application/json; charset=utf-8').header('cache-control', 'no-store');
      const what = wanted(request.method, segments, readParams(query));
      if (what === undefined) return reply.status(404).send(unknownCall);
      const answer = await answering(request, what, () => answerTo(parts, request, what, query));
      if (answer.session !== undefined) void reply.header('sessionid', answer.session);
      return reply.send(answer.text);
    },
  });
}

type What = 'auth' | 'mode' | 'offline' | Named;

function wanted(method: string, segments: readonly string[], params: ReadonlyMap<string, string>): What | undefined {
  const [place, more] = segments;
  if (more !== undefined) return undefined;
  // Who signs in sends a password: never by GET, whose address caches and histories keep.
  if ((place === 'auth' || place === 'firstauth') && method === 'POST') return 'auth';
  if (place !== 'request') return undefined;
  const name = (params.get('OPERATION_NAME') ?? '').trim().toUpperCase();
  if (name === 'GET_AUTHENTICATION_MODE') return 'mode';
  if (name === 'ADD_OFFLINEAUDIT') return 'offline';
  return operations.get(name);
}

const nameOf = (what: What): string =>
  what === 'auth'
    ? 'AUTHENTICATE'
    : what === 'mode'
      ? 'GET_AUTHENTICATION_MODE'
      : what === 'offline'
        ? 'ADD_OFFLINEAUDIT'
        : what.operation.name;

/** Makes an answer of whatever comes of it. Never throws. */
async function answering(
  request: FastifyRequest,
  what: What,
  work: () => Promise<{ outcome: Outcome; session?: string }>,
): Promise<Answer> {
  const name = nameOf(what);
  try {
    const { outcome, session } = await work();
    return { name, text: envelope(name, outcome), ...(session === undefined ? {} : { session }) };
  } catch (error) {
    const problem = asProblem(error);
    if (problem.status >= 500)
      request.log.error(
        { err: problem.cause ?? problem, code: problem.code, operation: name },
        'second API call failed',
      );
    return { name, text: failure(name, problem, typeof what === 'string' ? {} : what.operation.says) };
  }
}

async function answerTo(
  parts: JsonParts,
  request: FastifyRequest,
  what: What,
  query: string,
): Promise<{ outcome: Outcome; session?: string }> {
  const params = readParams(query);
  if (what === 'mode') return { outcome: await authenticationMode(parts, request) };
  if (what === 'auth') {
    const form = readParams(Buffer.from(await readBody(request.raw)).toString('utf8'));
    return authenticate(parts, request, form, params);
  }
  const actor = await authenticated(parts, request, params, 'sessionid');
  const body = await readBody(request.raw);
  if (what === 'offline') {
    const told = readInputList(query, body);
    return { outcome: await addOfflineAudit(ask(parts, request, actor, {}, params, {}), told) };
  }
  const done = await what.operation.run(ask(parts, request, actor, readInputData(query, body), params, what.parts));
  // No operation here gives a file.
  if ('body' in done) throw new Problem('not-found');
  return { outcome: done };
}

function ask(
  parts: JsonParts,
  request: FastifyRequest,
  actor: Actor,
  details: Details,
  params: ReadonlyMap<string, string>,
  keys: Readonly<Record<string, string>>,
): Ask {
  return askFor(parts, actor, {
    part: (name) => {
      const key = keys[name];
      return key === undefined ? '' : (given(details, key) ?? params.get(key) ?? '');
    },
    details,
    params,
    gone: () => request.raw.socket.destroyed,
  });
}
