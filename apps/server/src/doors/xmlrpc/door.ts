import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { Socket, type AddressInfo } from 'node:net';
import { TLSSocket, type TlsOptions } from 'node:tls';
import type { Actor, Endpoint, Origin, Perform } from '../../authorise/index.ts';
import { hostAllows, noteUse, recordRefused, type KnownCredential } from '../../identity/index.ts';
import { shownOf } from '../../platform/certificate.ts';
import type { Database } from '../../platform/db.ts';
import { inRequest, type Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { Problem, type ProblemCode } from '../../platform/problem.ts';
import { newId } from '../../platform/random.ts';
import { withoutTickets, type Reloadable } from '../../platform/tls.ts';
import { createGuard, type Limits } from '../ssh-cli/guard.ts';
import { createCredentialLimit } from '../credential-limit.ts';
import { invoker } from '../programs.ts';
import { asProblem } from '../reply.ts';
import { holderOf } from './holder.ts';
import { callMethod, failed, knownName, type Result } from './methods.ts';
import { readCall } from './read-call.ts';
import { Fault, faults, faultXml, isXmlText, replyXml } from './values.ts';

export interface XmlRpcParts {
  readonly database: Database;
  readonly perform: Perform;
  readonly endpoints: readonly Endpoint[];
  readonly log: Log;
  readonly metrics: Metrics;
  /** The server's certificate, as every door of HTTPS shows it. */
  readonly tls: TlsOptions;
  /** The organisation that whoever cannot be told is taken to ask: the first; undefined before set-up. */
  organisationId(): Promise<string | undefined>;
  readonly limits?: Partial<Limits>;
  /** How long a change on a target is waited for; 60 000 when left out. */
  readonly remoteWaitMs?: number;
}

/** XML-RPC as a server on a port of its own. */
export interface XmlRpc extends Reloadable {
  /** Gives the port that was opened. Throws what `net.Server` throws. */
  listen(port: number, host: string | undefined): Promise<number>;
  /** Takes no more connections and calls, and lets those at work end for ten seconds. */
  close(): Promise<void>;
}

/** Largest body: a call carries a handful of short texts. */
const mostBytes = 64 * 1024;
const limits: Limits = {
  connections: 500,
  connectionsOfAddress: 100,
  handshakeMs: 20_000,
  idleMs: 60_000,
  failures: 60,
  forgiveMs: 1000,
};

const notKnown = 'Client certificate received is not associated to any user. Authentication failed.';
/** Sentences of the reference, where its clients compare or show them. */
const says: Partial<Record<ProblemCode, string>> = {
  'not-found': 'No such account found',
  'name-taken': 'Resource with the given resource name already exists.',
};
/** What our calls name otherwise than the parameters do. */
const names: Readonly<Record<string, string>> = {
  name: 'resourceName',
  type: 'resourceType',
  username: 'accountName',
  password: 'newPassword',
  ticket: 'ticketId',
};

/**
 * Programs fetch and change passwords over XML-RPC. Whoever calls shows a TLS client certificate: the very one that is on file for an API user, whoever signed it, so no authority
 * can make another. The handshake proves the private key. It decides nothing: every method is our own calls.
 */
export function xmlRpc(parts: XmlRpcParts): XmlRpc {
  const { database, perform, log, metrics } = parts;
  const guard = createGuard({ ...limits, ...parts.limits });
  const counted = createCredentialLimit(database);
  const invokeAs = invoker(parts);
  const known = new WeakMap<TLSSocket, Promise<KnownCredential | undefined>>();
  const server = createServer(
    {
      ...withoutTickets(parts.tls),
      requestCert: true,
      // One that no authority signed is as good as another: what counts is whether it is on file.
      rejectUnauthorized: false,
      handshakeTimeout: limits.handshakeMs,
      keepAliveTimeout: limits.idleMs,
      headersTimeout: 20_000,
      requestTimeout: 30_000,
      maxHeaderSize: 8192,
    },
    (request, response) => void answer(request, response),
  );
  server.on('connection', (socket) => {
    if (!(socket instanceof Socket) || guard.admit(socket)) return;
    metrics.count('strongroom_xmlrpc_refused_connections_total');
    socket.destroy();
  });
  server.on('tlsClientError', (err, socket) => {
    log.debug({ err }, 'a TLS handshake of XML-RPC failed');
    socket.destroy();
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = newId();
    const started = performance.now();
    const [status, xml, method] = await inRequest(requestId, () => reply(request, response, requestId)).catch(
      (err: unknown) => {
        log.error({ err }, 'an XML-RPC call failed');
        return [
          200,
          faultXml(new Fault(faults.internal, 'Something failed on our side. The log has the details.')),
          'none',
        ] as const;
      },
    );
    metrics.count('strongroom_xmlrpc_total', { method, status: String(status) });
    log.debug({ method, status, ms: Math.round(performance.now() - started) }, 'XML-RPC call');
    if (!response.writable) return;
    response.writeHead(status, {
      'content-type': status === 200 ? 'text/xml; charset=utf-8' : 'text/plain; charset=utf-8',
      'content-length': Buffer.byteLength(xml),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': requestId,
      ...(status === 405 ? { allow: 'POST' } : {}),
      ...(request.complete ? {} : { connection: 'close' }),
    });
    response.end(xml);
  }

  /** Status, body, and the method's name for figures. */
  async function reply(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<readonly [number, string, string]> {
    if (!/^\/+xmlrpc\/?$/i.test((request.url ?? '').split('?')[0] ?? ''))
      return [404, 'XML-RPC is at /xmlrpc.\n', 'none'];
    if (request.method !== 'POST') return [405, 'XML-RPC calls are posted.\n', 'none'];
    const { socket } = request;
    if (!(socket instanceof TLSSocket)) return [400, 'XML-RPC is served over TLS alone.\n', 'none'];
    let method = 'none';
    try {
      const actor = await actorOf(socket, request, requestId);
      const body = await readBody(request);
      if (!body) return [413, 'The call is too large.\n', method];
      const call = readCall(body);
      method = knownName(call.name);
      return [
        200,
        replyXml(
          await result(() => callMethod(call, (ours, input) => invokeAs(ours, actor, input), patience(response))),
        ),
        method,
      ];
    } catch (error) {
      if (error instanceof Fault) return [200, faultXml(error), method];
      throw error;
    }
  }

  const patience = (response: ServerResponse) => ({
    waitMs: parts.remoteWaitMs ?? 60_000,
    gone: () => response.destroyed,
  });

  /** What came of a call, in the reference's words. Throws Fault for who asks not being let in, as for what is no call. */
  async function result(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Fault) throw error;
      const problem = asProblem(error);
      if (problem.code === 'signed-out') throw new Fault(faults.notSignedIn, notKnown);
      if (problem.code === 'wrong-host')
        throw new Fault(faults.wrongHost, 'User is not allowed to access from this host');
      if (problem.status >= 500) {
        log.error({ err: problem.cause ?? problem, code: problem.code }, 'an XML-RPC call failed');
        throw new Fault(faults.internal, problem.message);
      }
      const text = says[problem.code] ?? sentence(problem);
      return failed(isXmlText(text) ? text : problem.message);
    }
  }

  /** Who asks. The host is looked at with each call; whether the certificate still holds is read in the transaction of the work. Throws Fault. */
  async function actorOf(socket: TLSSocket, request: IncomingMessage, requestId: string): Promise<Actor> {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
    const client = `XML-RPC, ${(request.headers['user-agent'] ?? 'no name').replace(/[^\x20-\x7e]/g, '?').slice(0, 200)}`;
    const origin: Origin = { requestId, address, client };
    const looked = known.get(socket) ?? lookUp(socket, origin);
    known.set(socket, looked);
    const found = await looked;
    if (!found)
      throw new Fault(
        faults.notSignedIn,
        socket.getPeerX509Certificate()
          ? notKnown
          : 'Show the client certificate of an API user: this connection has none.',
      );
    const { id, scopes, host, organisationId, userId } = found;
    await counted(found).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'too-many-requests')
        throw new Fault(faults.tooMany, sentence(error));
      throw error;
    });
    const allowed = await hostAllows(host, address, async (name) =>
      (await lookup(name, { all: true }).catch(() => [])).map((entry) => entry.address),
    );
    if (allowed) noteUsed(found);
    return {
      kind: 'user',
      organisationId,
      userId,
      credential: { id, kind: 'certificate', scopes, host },
      ...(allowed ? {} : { barred: 'wrong-host' as const }),
      origin,
    };
  }

  const noted = new Map<string, number>();
  function noteUsed({ id, organisationId, userId }: KnownCredential): void {
    if (Date.now() - (noted.get(id) ?? 0) < noteEveryMs) return;
    if (noted.size > 10_000) noted.clear();
    noted.set(id, Date.now());
    database
      .asOrganisation(organisationId, async (db) => {
        await noteUse(db, organisationId, id);
        await noteUse(db, organisationId, userId);
      })
      .catch((err: unknown) => {
        log.warn({ err }, 'last use not noted');
      });
  }

  /** Whose the certificate of a connection is. One that is nobody's is written into the trail, once for the connection. */
  async function lookUp(socket: TLSSocket, origin: Origin): Promise<KnownCredential | undefined> {
    const certificate = socket.getPeerX509Certificate();
    const shown = certificate && shownOf(certificate);
    const found = shown && (await holderOf(database, shown));
    if (found) return found;
    guard.failed(socket.remoteAddress ?? '');
    const organisationId = await parts.organisationId();
    if (organisationId !== undefined)
      await recordRefused(perform, { organisationId, username: shown?.commonName, origin });
    return undefined;
  }

  return {
    setSecureContext: (options) => {
      server.setSecureContext(withoutTickets(options));
    },
    async listen(port, host) {
      server.listen({ port, host: host ?? '::' });
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        setTimeout(() => {
          server.closeAllConnections();
        }, closingMs).unref();
      }),
  };
}

const noteEveryMs = 30_000;
const closingMs = 10_000;

/** The body; undefined for one that is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A problem in one line, naming the parameters as the caller does. Never repeats what was sent. */
function sentence(problem: Problem): string {
  const wrong = (problem.errors ?? []).map(({ path, message }) => {
    const last = path.split('.').findLast((part) => /\D/.test(part)) ?? '';
    return `${names[last] ?? last}: ${message}`.replace(/^: /, '').replace(/\.?$/, '.');
  });
  return [problem.message, ...(problem.detail === undefined ? [] : [problem.detail]), ...wrong].join(' ');
}
