import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import ssh2, { type Connection } from 'ssh2';
import type { Actor, Endpoint, Origin, Perform } from '../../authorise/index.ts';
import { findSshKey, hostAllows, noteUse, recordRefused } from '../../identity/index.ts';
import type { Database } from '../../platform/db.ts';
import { inRequest, type Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { newId } from '../../platform/random.ts';
import { createCredentialLimit } from '../credential-limit.ts';
import { invoker } from '../programs.ts';
import { algorithms } from './algorithms.ts';
import { createGuard, usualLimits, type Limits } from './guard.ts';
import { createLogIn, type LogIn, type Named } from './log-in.ts';
import { exits, run } from './run.ts';
import { serveSessions } from './sessions.ts';

export interface SshCliParts {
  readonly database: Database;
  readonly perform: Perform;
  readonly endpoints: readonly Endpoint[];
  readonly log: Log;
  readonly metrics: Metrics;
  /** The private key by which clients know this server. */
  readonly hostKey: string;
  /** The organisation of this name; without one, the first. Undefined where there is none. */
  organisationId(name?: string): Promise<string | undefined>;
  readonly limits?: Partial<Limits>;
  /** How long RESET_REMOTE waits for the target; 60 000 when left out. */
  readonly remoteWaitMs?: number;
}

/** The SSH command line, as a server on a port of its own. */
export interface SshCli {
  /** Gives the port that was opened. Throws what `net.Server` throws. */
  listen(port: number, host: string | undefined): Promise<number>;
  /** Takes no more connections, lets commands at work end for ten seconds, and hangs up. */
  close(): Promise<void>;
}

type Known = NonNullable<Awaited<ReturnType<typeof findSshKey>>>;
const closingMs = 10_000;

/** Programs fetch and change passwords with the `ssh` of every machine: by public key alone, one command at a time, no shell. It decides nothing: every command is our own calls. */
export function sshCli(parts: SshCliParts): SshCli {
  const limits = { ...usualLimits, ...parts.limits };
  const guard = createGuard(limits);
  const counted = createCredentialLimit(parts.database);
  const invokeAs = invoker(parts);
  const sockets = new Set<Socket>();
  const atWork = new Set<Promise<unknown>>();
  const byPeer = new Map<string, Socket>();

  const ssh = new ssh2.Server(
    { hostKeys: [parts.hostKey], algorithms, ident: 'Strongroom' },
    (connection, { ip, port, header }) => {
      const socket = byPeer.get(`${ip} ${port}`);
      if (socket) serve(connection, socket, String(header.versions.software));
      else connection.end();
    },
  );

  const server = createServer((socket) => {
    if (!guard.admit(socket)) {
      parts.metrics.count('strongroom_ssh_command_line_refused_connections_total');
      socket.destroy();
      return;
    }
    const peer = `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`;
    byPeer.set(peer, socket);
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => {
      sockets.delete(socket);
      byPeer.delete(peer);
    });
    // One that only half hangs up is not waited for.
    socket.once('end', () => socket.destroySoon());
    ssh.injectSocket(socket);
    // From here on the protocol's own errors end it; the clock is for whoever says nothing.
    const late = setTimeout(() => socket.destroy(), limits.handshakeMs);
    late.unref();
    handshakes.set(socket, late);
    socket.once('close', () => {
      clearTimeout(late);
    });
  });
  const handshakes = new WeakMap<Socket, NodeJS.Timeout>();

  function serve(connection: Connection, socket: Socket, software: string): void {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
    const origin: Origin = {
      requestId: null,
      address,
      client: `SSH command line, ${software.replace(/[^\x20-\x7e]/g, '?').slice(0, 100)}`,
    };
    const logIn = createLogIn<Known>(
      (named, blob) => findSshKey(parts.database, { ...named, blob }),
      (err) => {
        parts.log.error({ err }, 'an SSH key could not be looked up');
      },
    );
    connection.on('error', (err) => {
      parts.log.debug({ err, address }, 'an SSH connection broke');
      socket.destroySoon();
    });
    connection.on('authentication', (context) => {
      void logIn.answer(context).then((goesOn) => {
        if (!goesOn) connection.end();
      });
    });
    let ready = false;
    connection.once('ready', () => {
      ready = true;
      clearTimeout(handshakes.get(socket));
      const actor = signedIn(logIn, origin);
      // Heard of by the command that asks for it.
      actor.catch(() => undefined);
      serveSessions(connection, socket, { idleMs: limits.idleMs, run: (line, gone) => command(actor, line, gone) });
    });
    socket.once('close', () => {
      if (ready) return;
      guard.failed(socket.remoteAddress ?? '');
      if (logIn.refused)
        void track(
          refuse(logIn.refused, origin).catch((err: unknown) => {
            parts.log.error({ err }, 'a refused SSH log-in could not be written into the trail');
          }),
        );
    });
  }

  function track<T>(work: Promise<T>): Promise<T> {
    atWork.add(work);
    void work.finally(() => atWork.delete(work));
    return work;
  }

  /** Who asks. The host is looked at here; whether the key still holds is read with each command, in the transaction of its work. */
  async function signedIn(logIn: LogIn<Known>, origin: Origin): Promise<Actor> {
    const { known } = logIn;
    if (!known) throw new Error('signed in with no key');
    const { id, scopes, host, organisationId, userId } = known;
    const allowed = await hostAllows(host, origin.address ?? '', async (name) =>
      (await lookup(name, { all: true }).catch(() => [])).map((entry) => entry.address),
    );
    if (allowed)
      parts.database
        .asOrganisation(organisationId, async (db) => {
          await noteUse(db, organisationId, id);
          await noteUse(db, organisationId, userId);
        })
        .catch((err: unknown) => {
          parts.log.warn({ err }, 'last use not noted');
        });
    return {
      kind: 'user',
      organisationId,
      userId,
      credential: { id, kind: 'ssh-key', scopes, host },
      ...(allowed ? {} : { barred: 'wrong-host' as const }),
      origin,
    };
  }

  function command(
    actor: Promise<Actor>,
    line: string,
    gone: () => boolean,
  ): Promise<{ status: number; text: string }> {
    const requestId = newId();
    const started = performance.now();
    const work = async (): Promise<{ status: number; text: string }> => {
      const who = await actor;
      const asker: Actor = { ...who, origin: { ...who.origin, requestId } };
      const patience = { waitMs: parts.remoteWaitMs ?? 60_000, gone };
      const ended = await run(
        line,
        (call, input) => invokeAs(call, asker, input),
        patience,
        () => counted({ id: who.credential?.id ?? '', organisationId: who.organisationId }),
      );
      const labels = { verb: ended.verb ?? 'none', status: String(ended.status) };
      parts.metrics.count('strongroom_ssh_command_line_total', labels);
      if (ended.fault) parts.log.error({ err: ended.fault.cause ?? ended.fault, ...labels }, 'an SSH command failed');
      parts.log.debug({ ...labels, ms: Math.round(performance.now() - started) }, 'SSH command');
      return ended;
    };
    return track(
      inRequest(requestId, work).catch((err: unknown) => {
        parts.log.error({ err }, 'an SSH command failed');
        return { status: exits.later, text: 'Something failed on our side. The log has the details.' };
      }),
    );
  }

  async function refuse({ organisation, username }: Named, origin: Origin): Promise<void> {
    const named = organisation === undefined ? undefined : await parts.organisationId(organisation);
    const organisationId = named ?? (await parts.organisationId());
    if (organisationId === undefined) return;
    // Of an organisation that is none the name says nothing.
    const known = organisation === undefined || named !== undefined;
    await recordRefused(parts.perform, { organisationId, username: known ? username : undefined, origin });
  }

  return {
    async listen(port, host) {
      server.listen({ port, host: host ?? '::' });
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
    async close() {
      if (server.listening) server.close();
      const late = new Promise((resolve) => setTimeout(resolve, closingMs).unref());
      await Promise.race([Promise.allSettled([...atWork]), late]);
      // What was answered is on its way: an orderly end sends it first.
      for (const socket of sockets) socket.destroySoon();
    },
  };
}
