import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { StreamReply } from '../../authorise/index.ts';
import { sendPieces } from '../pieces.ts';
import { asProblem } from '../reply.ts';
import { accountOperations } from './accounts.ts';
import { readAddress, readParams } from './address.ts';
import type { Operation } from './ask.ts';
import { auditOperations } from './audit.ts';
import { readBody } from './body.ts';
import { envelope, failure, unknownCall } from './envelope.ts';
import { fileOperations } from './files.ts';
import { groupOperations } from './groups.ts';
import { readInputData } from './input-data.ts';
import { askFor, type RestParts } from './parts.ts';
import { passwordOperations } from './passwords.ts';
import { resourceOperations } from './resources.ts';
import { shareOperations } from './share.ts';
import { userOperations } from './users.ts';
import { authenticated } from './who.ts';
import { workflowOperations } from './workflow.ts';

/** Every operation, each once. */
const all: readonly Operation[] = [
  ...resourceOperations,
  ...accountOperations,
  ...passwordOperations,
  ...fileOperations,
  ...workflowOperations,
  ...shareOperations,
  ...groupOperations,
  ...userOperations,
  ...auditOperations,
];
const operations = all.map((operation) => ({ operation, pattern: operation.path.split('/') }));

/** Answers an address that could not even be read, past everything that counts on one. */
export function answerUnknown(reply: Pick<FastifyReply, 'hijack' | 'raw'>): void {
  reply.hijack();
  reply.raw.writeHead(404, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  reply.raw.end(unknownCall);
}

/** The operation that a reply names so. Throws for a name that none has. */
export function operationNamed(name: string): Operation {
  const found = all.find((operation) => operation.name === name);
  if (!found) throw new Error(`no operation is called ${name}`);
  return found;
}

/** The operation of an address with the varying parts of its path. Patterns without variables come first in the lists. */
function find(
  method: string,
  segments: readonly string[],
): { operation: Operation; parts: ReadonlyMap<string, string> } | undefined {
  for (const { operation, pattern } of operations) {
    if (operation.method !== method || pattern.length !== segments.length) continue;
    if (pattern.some((part, i) => !part.startsWith(':') && part !== segments[i])) continue;
    return { operation, parts: new Map(pattern.map((part, i) => [part.slice(1), segments[i] ?? ''])) };
  }
  return undefined;
}

/**
 * Puts the reference's REST API on the instance, below its prefix (`/restapi/json/v1`). Whatever an operation comes to is answered with status 200 and the
 * envelope, as clients expect; only an address that names no operation is 404.
 */
export function restDoor(app: FastifyInstance, parts: RestParts): void {
  // The body is read below, whatever it calls itself: clients send INPUT_DATA under any Content-Type, a wrong one, or none, and with GET too.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    delete request.raw.headers['content-type'];
    done();
  });
  for (const url of ['/', '/*']) {
    app.route({
      method: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'],
      url,
      exposeHeadRoute: false,
      async handler(request, reply) {
        const { segments, query } = readAddress(request.raw.url ?? '', app.prefix);
        const found = find(request.method, segments);
        void reply.type('application/json; charset=utf-8').header('cache-control', 'no-store');
        if (!found) return reply.status(404).send(unknownCall);
        const given = await answer(parts, request, found.operation, found.parts, query);
        if (typeof given === 'string') return reply.send(given);
        void reply.headers({ ...given.headers }).type(given.type);
        await sendPieces(reply, given.body as AsyncIterable<Uint8Array>, (err) => {
          request.log.error({ err, operation: found.operation.name }, 'an answer broke off');
        });
        return reply;
      },
    });
  }
}

/** Does an operation and makes its reply, or gives the file it opened. Never throws: what goes wrong is a reply too. */
async function answer(
  parts: RestParts,
  request: FastifyRequest,
  operation: Operation,
  path: ReadonlyMap<string, string>,
  query: string,
): Promise<string | StreamReply> {
  try {
    const params = readParams(query);
    const actor = await authenticated(parts, request, params);
    const body = await readBody(request.raw);
    const ask = askFor(parts, actor, {
      part: (name) => path.get(name) ?? '',
      details: readInputData(query, body),
      params,
      gone: () => request.raw.socket.destroyed,
    });
    const done = await operation.run(ask);
    return 'body' in done ? done : envelope(operation.name, done);
  } catch (error) {
    const problem = asProblem(error);
    if (problem.status >= 500)
      request.log.error(
        { err: problem.cause ?? problem, code: problem.code, operation: operation.name },
        'reference API call failed',
      );
    return failure(operation.name, problem, operation.says);
  }
}
