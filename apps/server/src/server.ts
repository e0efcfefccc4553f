import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import {
  createSigningKey,
  exportTrail,
  fileWitness,
  readSigningKey,
  signingKeyFile,
  startSealer,
} from './audit/index.ts';
import { performer } from './authorise/index.ts';
import { checkedOut, startRequests } from './checkout/index.ts';
import { compose } from './compose.ts';
import { httpServer } from './doors/index.ts';
import { sweepFiles } from './files/index.ts';
import { firstRun } from './first-run.ts';
import { sweepImports } from './imports/index.ts';
import { createPasswordHasher, tidy } from './identity/index.ts';
import { fault, moveKeys, openMasterKey } from './key-files.ts';
import { listenFault } from './listen-fault.ts';
import { startListeners, tidyListenerRuns } from './listeners/index.ts';
import { recoverMail, smtpMailer, tidyMail, type Mailer } from './mail/index.ts';
import { mailChannel, startNotices } from './notices/index.ts';
import { noteAddress } from './platform/address.ts';
import type { Config } from './platform/config.ts';
import { connect, type Database } from './platform/db.ts';
import { startJobs } from './platform/jobs.ts';
import type { Log } from './platform/log.ts';
import { createMetrics } from './platform/metrics.ts';
import { migrate } from './platform/migrate.ts';
import { prepareHome } from './platform/paths.ts';
import { startEmbedded } from './platform/postgres.ts';
import { StartFault } from './platform/start-fault.ts';
import { redirectServer } from './platform/redirect.ts';
import { loadTls } from './platform/tls.ts';
import { recoverKeys } from './keys/index.ts';
import { createOutpost, planNightlyOfAll, recover, recoverRuns, renewLease } from './rotation/index.ts';
import { startScheduler } from './schedules/index.ts';
import { organisations } from './setup/index.ts';
import { recoverSweeps } from './policies/index.ts';
import { recoverTasks, sweepTasks } from './tasks/index.ts';
import { sshDoor } from './ssh-door.ts';
import { runAs } from './sandbox/index.ts';
import { tidyTicketChecks } from './tickets/index.ts';
import { checkMasterKey, createVault, WrongKey } from './vault/index.ts';
import { xmlRpcDoor } from './xmlrpc-door.ts';
import { startWebhooks, tidyWebhooks } from './webhooks/index.ts';

const version = '0.1.0';
/** Jobs at work at once on this node: single rotations, tasks, mails, and the jobs of runs, which are at several accounts each. */
const jobsAtOnce = 40;
const sealEveryMs = 1000;
const tidyEveryMs = 3_600_000;
const noticesEveryMs = 2000;
/** How long after a new password its listeners begin, at most and without other work. */
const listenersEveryMs = 1000;
/** How long after an event the webhooks that want it are called, at most and without other work. */
const webhooksEveryMs = 2000;
/** How late a schedule may be. */
const schedulesEveryMs = 10_000;
/** How late a turn may be given, and what came back be reset. */
const requestsEveryMs = 2000;

export interface RunningServer {
  /** Where the console is reached, without a slash at the end. */
  readonly url: string;
  /** The one-time set-up link; undefined once the installation is set up. */
  readonly setupUrl: string | undefined;
  /** Takes no more requests, finishes those at work, seals the trail, stops jobs and the embedded database. */
  stop(): Promise<void>;
}

/**
 * Puts the parts together and serves. Throws `StartFault` with a sentence for the operator when it cannot; whatever was
 * started by then is stopped again.
 */
export async function startServer(config: Config, log: Log, options: { mailer?: Mailer } = {}): Promise<RunningServer> {
  const undo: (() => Promise<void> | void)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await assemble(config, log, options, undo, stopAll);
  } catch (error) {
    await stopAll().catch((err: unknown) => {
      log.error({ err }, 'stopping after a failed start failed');
    });
    throw error;
  }
}

async function assemble(
  config: Config,
  log: Log,
  options: { mailer?: Mailer },
  undo: (() => Promise<void> | void)[],
  stopAll: () => Promise<void>,
): Promise<RunningServer> {
  const metrics = createMetrics();
  prepareHome(config.home);
  const databaseUrl = await openDatabase(config, log, undo);
  await migrate(databaseUrl).catch((cause: unknown) => {
    throw new StartFault(
      `The database could not be brought to this release: ${cause instanceof Error ? cause.message : 'unknown error'}.`,
      { cause },
    );
  });
  const database = connect(databaseUrl, {
    onError: (err) => {
      log.warn({ err }, 'database connection lost');
    },
  });
  undo.push(() => database.close());

  const first = await organisations(database);
  const key = openMasterKey(config.keyFile, first.length > 0);
  await checkMasterKey(
    database,
    key,
    first.map((organisation) => organisation.id),
  ).catch((error: unknown) => {
    if (error instanceof WrongKey) throw new StartFault(`Wrong key: ${error.message}.`);
    throw new StartFault(
      'The data keys in the database do not open with the key file: the database was altered. Restore a backup.',
      { cause: error },
    );
  });
  let keyFile = config.keyFile;
  const signingFile = signingKeyFile(config.keyFile);
  if (first.length === 0) createSigningKey(signingFile);
  const signerOf = fault(() => readSigningKey(signingFile));

  const vault = createVault(key);
  const perform = performer(database);
  const hasher = createPasswordHasher();
  let address = '';
  const publicUrl = (): string => config.publicUrl ?? address;
  let known: string | undefined = first[0]?.id;
  const organisationId = async (): Promise<string | undefined> => (known ??= (await organisations(database))[0]?.id);

  const tls = await loadTls(config);
  if (tls.notAfter.getTime() <= Date.now())
    log.warn({ notAfter: tls.notAfter }, 'the certificate has expired; install a new one');

  const outpost = createOutpost({
    onDeath: () => {
      log.warn('the outpost died; it is started again, and attempts are settled by asking the targets');
    },
  });
  undo.push(() => outpost.stop());
  const worker = {
    perform,
    vault,
    outpost,
    renewLease: (organisation: string, attempt: string) => renewLease(database, organisation, attempt),
    onHostKeyChanged: (alarm: { resourceName: string; host: string; offered: string }) => {
      metrics.count('strongroom_host_key_changed_total');
      log.warn(alarm, 'host key changed: nothing was sent');
    },
  };
  const ssh = sshDoor(config);
  const xmlrpc = xmlRpcDoor(config, tls);
  const composed = compose({
    database,
    perform,
    vault,
    hasher,
    mailer: options.mailer ?? smtpMailer,
    tls,
    worker,
    publicUrl,
    signerOf,
    sshCommandLine: () => ssh.state(),
    xmlRpcPort: () => xmlrpc.port(),
    listeners: {
      runAs: runAs(config.listenerOsUser),
      onAltered: (alarm) => {
        metrics.count('strongroom_listener_altered_total');
        log.warn(alarm, 'a listener is not what was approved; it was not run');
      },
    },
    onMailFailure: (err) => {
      log.warn({ err }, 'mail not sent');
    },
    onStreamFailure: (err) => {
      log.warn({ err }, 'what happened was not told to those who listen; it is tried again');
    },
    setup: {
      version,
      host: hostname(),
      keyFile: () => keyFile,
      onSetUp: (id) => {
        known = id;
        planNightlyOfAll(database, [id]).catch((err: unknown) => {
          log.warn({ err }, 'the nightly check is not planned; it is at the next start');
        });
      },
      moveKeyFile: (to) => {
        keyFile = moveKeys(config, key, keyFile, to);
      },
    },
  });

  const witness = fileWitness(join(config.home, 'checkpoints'));
  const sealer = startSealer({
    database,
    signerOf,
    onCheckpoint: witness,
    everyMs: sealEveryMs,
    organisationIds: async () => (await organisations(database)).map((organisation) => organisation.id),
    onError: (err) => {
      log.warn({ err }, 'sealing the audit trail failed; it is tried again');
    },
  });
  undo.push(async () => {
    await sealer.stop();
    await sealer.sealAll().catch((err: unknown) => {
      log.warn({ err }, 'the trail was not sealed at the stop; it is at the next start');
    });
  });

  const tidying = setInterval(() => {
    organisations(database)
      .then((all) =>
        Promise.all(
          all.map(async ({ id }) => {
            await tidy(database, id);
            // What imports let go of, the sweep of files takes.
            await sweepImports(database, id);
            await sweepTasks(database, id);
            await tidyMail(database, id);
            await tidyListenerRuns(database, id);
            await tidyWebhooks(database, id);
            await tidyTicketChecks(database, id);
            await sweepFiles(database, id);
          }),
        ),
      )
      .catch((err: unknown) => {
        log.warn({ err }, 'housekeeping failed; it is tried again in an hour');
      });
  }, tidyEveryMs);
  tidying.unref();
  undo.push(() => {
    clearInterval(tidying);
  });

  const setupToken = first.length === 0 ? await firstRun(config, { database, perform, vault, hasher }) : undefined;

  const jobs = await startJobs(databaseUrl, composed.jobs, {
    concurrency: jobsAtOnce,
    onRestart: () =>
      Promise.all([
        recover(database),
        recoverRuns(database),
        recoverKeys(database),
        recoverTasks(database),
        recoverSweeps(database),
        recoverMail(database),
      ]),
    onError: (err, job) => {
      log.error({ err, job }, 'job failed');
    },
  });
  undo.push(() => jobs.stop());
  const resumed = await recover(database);
  if (resumed > 0) log.info({ attempts: resumed }, 'unfinished rotations taken up again');
  await recoverSweeps(database);
  const runs = await recoverRuns(database);
  await recoverKeys(database);
  if (runs > 0) log.info({ runs }, 'unfinished runs taken up again');
  await planNightlyOfAll(
    database,
    (await organisations(database)).map((organisation) => organisation.id),
  );
  const tasks = await recoverTasks(database);
  if (tasks > 0) log.info({ tasks }, 'unfinished tasks taken up again');

  await recoverMail(database);

  const scheduler = startScheduler(
    { perform, vault, publicUrl, inUse: checkedOut },
    {
      everyMs: schedulesEveryMs,
      organisationIds: async () => (await organisations(database)).map((organisation) => organisation.id),
      onError: (err) => {
        log.error({ err }, 'a schedule could not be looked after; it is tried again');
      },
    },
  );
  undo.push(() => scheduler.stop());

  const requests = startRequests({
    database,
    perform,
    publicUrl,
    everyMs: requestsEveryMs,
    organisationIds: async () => (await organisations(database)).map((organisation) => organisation.id),
    onError: (err) => {
      log.warn({ err }, 'requests for passwords were not looked after; it is tried again');
    },
  });
  undo.push(() => requests.stop());

  const notices = startNotices({
    perform,
    channels: [mailChannel(publicUrl)],
    now: () => new Date(),
    everyMs: noticesEveryMs,
    organisationIds: async () => (await organisations(database)).map((organisation) => organisation.id),
    onError: (err) => {
      log.warn({ err }, 'notices were not sent; it is tried again');
    },
  });
  undo.push(() => notices.stop());

  const listeners = startListeners({
    perform,
    everyMs: listenersEveryMs,
    organisationIds: async () => (await organisations(database)).map((organisation) => organisation.id),
    onError: (err) => {
      log.warn({ err }, 'listeners were not looked after; it is tried again');
    },
  });
  undo.push(() => listeners.stop());

  const webhooks = startWebhooks({
    perform,
    vault,
    publicUrl,
    everyMs: webhooksEveryMs,
    organisationIds: async () => (await organisations(database)).map((organisation) => organisation.id),
    onError: (err) => {
      log.warn({ err }, 'webhooks were not looked after; it is tried again');
    },
  });
  undo.push(() => webhooks.stop());

  let closing = false;
  const app = httpServer({
    database,
    perform,
    endpoints: composed.endpoints,
    streams: composed.streams,
    log,
    metrics,
    tls: tls.options,
    version,
    organisationId,
    exportAudit: async function* (id) {
      await sealer.sealAll();
      yield* exportTrail(database, id);
    },
    consoleFolder: join(config.checkout, 'apps/web/dist'),
    notReady: () => whyNotReady(database, closing),
  });
  metrics.gauge('strongroom_database_connections_busy', 'Database connections at work.', () => database.load().busy);
  metrics.gauge(
    'strongroom_database_connections_waiting',
    'Requests that wait for a database connection.',
    () => database.load().waiting,
  );
  metrics.gauge('strongroom_log_ins_in_line', 'Log-ins that wait for, or are at, the slow hash.', () => hasher.load());
  address = await listen(app, config);
  undo.push(noteAddress(config.home, address));
  undo.push(async () => {
    closing = true;
    composed.endStreams();
    await app.close();
  });
  undo.push(() => ssh.close());
  await ssh.open({ database, perform, endpoints: composed.endpoints, log, metrics }, () => organisations(database));
  undo.push(() => xmlrpc.close());
  await xmlrpc.open({ database, perform, endpoints: composed.endpoints, log, metrics, organisationId });
  const redirect = redirectServer(() => ({ url: publicUrl(), isPublic: config.publicUrl !== undefined }));
  if (await listenPlain(redirect, config)) {
    undo.push(
      () =>
        new Promise((resolve) => {
          redirect.close(() => {
            resolve();
          });
          redirect.closeAllConnections();
        }),
    );
    log.info({ port: (redirect.address() as AddressInfo).port }, 'plain HTTP is sent to HTTPS');
  }
  if (app.server instanceof TlsServer) {
    undo.push(
      tls.watch(app.server, (change) => {
        if (change.is === 'changed') log.info({ fingerprint: change.fingerprint }, 'certificate replaced');
        else log.warn({ why: change.why }, 'new certificate not used');
      }),
    );
  }
  return {
    url: publicUrl(),
    setupUrl: setupToken === undefined ? undefined : `${publicUrl()}/setup#${setupToken}`,
    stop: stopAll,
  };
}

async function openDatabase(config: Config, log: Log, undo: (() => Promise<void> | void)[]): Promise<string> {
  if (config.database.url !== undefined) return config.database.url;
  const embedded = await startEmbedded({
    home: config.home,
    passwordFile: config.database.passwordFile,
    ...(config.database.binDir === undefined ? {} : { binDir: config.database.binDir }),
    ...(config.database.osUser === undefined ? {} : { osUser: config.database.osUser }),
    note: (event, details) => {
      if (event === 'down' || event === 'restart-failed') log.warn(details, 'embedded database is down');
      else log.info({ event, ...details }, 'embedded database');
    },
  });
  undo.push(() => embedded.stop());
  return embedded.url;
}

async function whyNotReady(database: Database, closing: boolean): Promise<string | undefined> {
  if (closing) return 'stopping';
  try {
    await organisations(database);
    return undefined;
  } catch {
    return 'the database cannot be reached';
  }
}

/** Opens the port. Returns the address to tell people. Throws `StartFault` for a port that is taken. */
async function listen(app: FastifyInstance, config: Config): Promise<string> {
  if (config.port === 'off') {
    await app.ready();
    return '';
  }
  try {
    await app.listen({ port: config.port, host: config.host ?? '::' });
  } catch (error) {
    throw listenFault(error, config, config.port, 'STRONGROOM_PORT');
  }
  const { port } = app.server.address() as AddressInfo;
  return `https://${config.host ?? 'localhost'}:${port}`;
}

/** Opens the port that sends browsers to HTTPS. False when there is none, or nothing to send to. Throws as `listen`. */
async function listenPlain(redirect: HttpServer, config: Config): Promise<boolean> {
  if (config.redirectPort === 'off' || config.port === 'off') return false;
  try {
    redirect.listen({ port: config.redirectPort, host: config.host ?? '::' });
    await once(redirect, 'listening');
  } catch (error) {
    throw listenFault(error, config, config.redirectPort, 'STRONGROOM_REDIRECT_PORT');
  }
  return true;
}
