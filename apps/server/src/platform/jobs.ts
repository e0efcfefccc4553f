import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { Logger, run, type Runner, type WorkerEvents } from 'graphile-worker';
import pg from 'pg';
import type { OrganisationDb } from './db.ts';

/** Every kind of job with what it carries: ids only, never a secret. */
export interface Jobs {
  rotate: { organisationId: string; attemptId: string };
  task: { organisationId: string; taskId: string };
  /** Accounts to be judged anew by their policies; the database puts it in line. */
  judge: { organisationId: string; sweepId: string };
  /** Whatever is due of an organisation's mail. */
  mail: { organisationId: string };
  /** One of the lanes of a run: how many there are, it says itself. */
  run: { organisationId: string; runId: string; pump: number };
  'run-ended': { organisationId: string; runId: string };
  /** One of the lanes in which listeners run. */
  listener: { organisationId: string; lane: number };
  /** Whatever is due of an SSH key: where it is put, tried or taken away. */
  key: { organisationId: string; keyId: string };
  /** The nightly check of every password. */
  nightly: { organisationId: string };
}
export type JobName = keyof Jobs;

/** Puts a job in line as part of the transaction that causes it. A job with the same key that has not started is replaced. */
export async function enqueue<N extends JobName>(
  db: OrganisationDb,
  name: N,
  payload: Jobs[N],
  options: { key: string; runAt?: Date },
): Promise<void> {
  await sql`select strongroom_local.enqueue(${name}, ${JSON.stringify(payload)}::json, ${options.key}, ${options.runAt ?? null}::timestamptz)`.execute(
    db,
  );
}

export interface JobRunner {
  /** Takes no more jobs and waits for those at work. */
  stop(): Promise<void>;
}

interface Run {
  readonly runner: Runner;
  readonly pool: pg.Pool;
  readonly givenUp: Promise<unknown>;
}

const firstPauseMs = 250;
const longestPauseMs = 5000;

/**
 * Runs jobs until stopped. Several nodes share one queue: each job runs on one. A job that throws is tried again, later
 * and later; one whose process died is taken up by `recover` of the module it belongs to.
 * The queue is given up when it cannot write down how a job ended, or did not hear which it was given, as when the database is lost. It is started
 * again then, and `onRestart` puts in line what it left in the middle.
 */
export async function startJobs(
  url: string,
  tasks: { readonly [N in JobName]: (payload: Jobs[N], signal: AbortSignal) => Promise<void> },
  options: { concurrency: number; onError(error: unknown, job: string): void; onRestart?(): Promise<unknown> },
): Promise<JobRunner> {
  const stopping = new AbortController();
  let ending = false;
  const taskList = Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      async (payload: unknown) => {
        try {
          await (task as (payload: unknown, signal: AbortSignal) => Promise<void>)(payload, stopping.signal);
        } catch (error) {
          options.onError(error, name);
          throw new Error(`job ${name} failed`);
        }
      },
    ]),
  );
  /** A run of the queue, on connections of its own. `givenUp` settles when it takes no more jobs, for whatever reason. */
  const start = async (): Promise<Run> => {
    const pool = new pg.Pool({ connectionString: url, max: 6 });
    const onError = (error: Error): void => {
      // The pool is done with a connection before its socket is closed; the database may cut it first.
      if (!ending) options.onError(error, 'connection');
    };
    pool.on('error', onError);
    pool.on('connect', (client) => client.on('error', onError));
    const events: WorkerEvents = new EventEmitter();
    // Its promise may never settle once it has lost the database, so the beginning of its end is what counts.
    const closing = once(events, 'pool:gracefulShutdown');
    // A job may be handed out, and the connection be lost before anybody hears of it: it is locked then, and nobody is at it.
    const unheard = once(events, 'worker:getJob:error');
    try {
      const runner = await run({
        pgPool: pool,
        events,
        concurrency: options.concurrency,
        noHandleSignals: true,
        pollInterval: 1000,
        // In a batch, because only there a failure ends the run instead of being an unhandled rejection, which ends the process.
        preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
        logger: new Logger(() => (level, message) => {
          if (level === 'error') options.onError(new Error(message), 'queue');
        }),
        taskList,
      });
      const ended = runner.promise.catch((error: unknown) => {
        options.onError(error, 'queue');
      });
      return { runner, pool, givenUp: Promise.race([closing, unheard, ended]) };
    } catch (error) {
      await pool.end();
      throw error;
    }
  };

  let current = await start();
  /** Does it until it succeeds or we stop, at longer and longer intervals. */
  const insist = async (work: () => Promise<unknown>): Promise<void> => {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      try {
        await work();
        return;
      } catch (error) {
        options.onError(error, 'queue');
      }
    }
  };
  const keepRunning = async (): Promise<void> => {
    for (;;) {
      await current.givenUp;
      if (stopping.signal.aborted) return;
      // Its jobs at work go on; nobody waits for what else it does.
      current.runner.stop().catch(() => undefined);
      current.pool.end().catch(() => undefined);
      await insist(async () => {
        current = await start();
      });
      await insist(async () => options.onRestart?.());
    }
  };
  const kept = keepRunning();
  return {
    async stop() {
      stopping.abort();
      await current.runner.stop().catch((error: unknown) => {
        options.onError(error, 'queue');
      });
      await kept;
      ending = true;
      await current.pool.end();
    },
  };
}
