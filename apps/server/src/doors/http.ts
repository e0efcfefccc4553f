import type { TlsOptions } from 'node:tls';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Actor, Endpoint, Perform, StreamEndpoint } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { inRequest, type Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { apiDoor } from './api.ts';
import { createAuthenticator } from './authenticate.ts';
import { compatibleParts } from './compatible.ts';
import { consoleDoor } from './console.ts';
import { exportDoor, type ExportAudit } from './export.ts';
import { jsonDoor } from './json/index.ts';
import { createRateLimit } from './rate-limit.ts';
import { asProblem, sendProblem } from './reply.ts';
import { answerUnknown, restDoor } from './rest/index.ts';
import { streamDoor } from './streams.ts';
import { onClientError } from './upload-clock.ts';

export interface HttpParts {
  readonly database: Database;
  readonly perform: Perform;
  readonly endpoints: readonly Endpoint[];
  readonly streams: readonly StreamEndpoint[];
  readonly exportAudit: ExportAudit;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tls: TlsOptions;
  readonly version: string;
  /** The built console. */
  readonly consoleFolder: string;
  /** The organisation that a stranger is taken to ask: the first; undefined before set-up. */
  organisationId(): Promise<string | undefined>;
  /** Why the server cannot serve now; undefined when it can. */
  notReady(): Promise<string | undefined>;
}

const bodyLimit = 1024 * 1024;

/** The HTTPS server with its doors: console, `/api/v1`, `/restapi`, `/api/json`, health and metrics. */
export function httpServer(parts: HttpParts): FastifyInstance {
  const { log, metrics } = parts;
  const app = Fastify({
    https: parts.tls,
    bodyLimit,
    genReqId: newId,
    requestTimeout: 120_000,
    clientErrorHandler: onClientError,
    keepAliveTimeout: 65_000,
    routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, maxParamLength: 500 },
    frameworkErrors: (_error, request, reply) => {
      // An address that cannot be decoded names nothing, and is not repeated: a token may stand in it.
      if (/^\/+(restapi|api\/+json)\//.test(request.raw.url ?? '')) answerUnknown(reply);
      else void sendProblem(request, reply, new Problem('not-found'));
    },
    forceCloseConnections: 'idle',
    return503OnClosing: true,
  });

  app.removeContentTypeParser(['text/plain', 'application/json']);
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // A call without input may say that it sends JSON and send none.
    if (body === '') done(null, undefined);
    else void parseJson(request, String(body), done);
  });
  app.addHook('onRequest', (request, reply, done) => {
    void reply
      .header('x-request-id', request.id)
      .header('strict-transport-security', 'max-age=31536000')
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('cross-origin-opener-policy', 'same-origin')
      .header('cross-origin-resource-policy', 'same-origin');
    inRequest(request.id, done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.count('strongroom_http_requests_total', {
      route,
      method: request.method,
      status: String(reply.statusCode),
    });
    metrics.observe('strongroom_http_request_seconds', reply.elapsedTime / 1000);
    log.debug({ req: request, res: reply, ms: Math.round(reply.elapsedTime) }, 'request');
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = asProblem(error);
    if (problem.status >= 500)
      log.error({ err: problem.cause ?? problem, code: problem.code, req: request }, 'request failed');
    return sendProblem(request, reply, problem);
  });

  const authenticator = createAuthenticator(
    parts.database,
    () => parts.organisationId(),
    (err) => {
      log.warn({ err }, 'last use not noted');
    },
  );
  const limit = createRateLimit();
  const noSuchCall = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendProblem(request, reply, new Problem('not-found', { detail: 'No such call: see /api/v1/openapi.json.' }));
  void app.register(
    (api, _options, done) => {
      apiDoor(api, { ...parts, authenticator, limit });
      exportDoor(api, parts, authenticator);
      streamDoor(api, { ...parts, limit }, authenticator);
      api.setNotFoundHandler(noSuchCall);
      // The console answers every other GET with its page: not here.
      api.get('/*', noSuchCall);
      done();
    },
    { prefix: '/api/v1' },
  );
  const compatible = compatibleParts(parts, authenticator, limit);
  void app.register(
    (rest, _options, done) => {
      restDoor(rest, compatible);
      done();
    },
    { prefix: '/restapi/json/v1' },
  );
  void app.register(
    (json, _options, done) => {
      jsonDoor(json, compatible);
      done();
    },
    { prefix: '/api/json' },
  );
  // Interfaces of the reference that are not here: a program must not take the console's page for what it asked for, such as a certificate.
  for (const url of ['/api/*', '/restapi/*']) app.get(url, noSuchCall);
  health(app, parts, (request) => authenticator.ofRequest(request));
  consoleDoor(app, parts.consoleFolder);
  return app;
}

const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address);

function health(app: FastifyInstance, parts: HttpParts, actorOf: (request: FastifyRequest) => Promise<Actor>): void {
  app.get('/healthz', (_request, reply) => reply.type('text/plain; charset=utf-8').send('alive\n'));
  app.get('/readyz', async (_request, reply) => {
    const why = await parts.notReady();
    return reply
      .status(why === undefined ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .send(why === undefined ? 'ready\n' : `${why}\n`);
  });
  app.get('/metrics', async (request, reply) => {
    // Figures tell an outsider much: only this machine, or a token that still holds, may read them.
    if (!isLoopback(request.ip)) {
      const actor = await actorOf(request);
      if (actor.userId === null) throw new Problem('signed-out');
      await parts.perform({ actor, action: 'dashboard.read', objectId: actor.organisationId }, () => Promise.resolve());
    }
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(parts.metrics.text());
  });
}
