import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freshDatabase } from '../../test/database.ts';
import { startJobs, type JobName } from './jobs.ts';

const names: readonly JobName[] = ['rotate', 'task', 'judge', 'mail', 'run', 'run-ended', 'listener', 'key', 'nightly'];
const payload = { organisationId: '0193a000-0000-7000-8000-000000000001', attemptId: 'a' };
const inLine = `select strongroom_local.enqueue('rotate', '${JSON.stringify(payload)}'::json, 'attempt:a', null)`;

let database: Awaited<ReturnType<typeof freshDatabase>>;
let holder: pg.Client;
let watcher: pg.Client;

beforeAll(async () => {
  database = await freshDatabase();
  holder = new pg.Client({ connectionString: database.url });
  watcher = new pg.Client({ connectionString: database.url });
  await Promise.all([holder.connect(), watcher.connect()]);
});
afterAll(async () => {
  await Promise.all([holder?.end(), watcher?.end()]);
  await database?.close();
});

describe('the queue', () => {
  it('takes up again what it was given and never heard of, as the connection was lost', async () => {
    const work = vi.fn(() => Promise.resolve());
    const onRestart = vi.fn(() => watcher.query(inLine));
    const jobs = await startJobs(database.url, Object.fromEntries(names.map((name) => [name, work])) as never, {
      concurrency: 1,
      onError: () => undefined,
      onRestart,
    });
    try {
      await holder.query('begin; lock table graphile_worker._private_jobs in access exclusive mode');
      const asking = await vi.waitFor(async () => {
        const { rows } = await watcher.query<{ pid: number }>(
          `select l.pid from pg_locks l where l.relation = 'graphile_worker._private_jobs'::regclass and not l.granted`,
        );
        if (!rows[0]) throw new Error('nobody asks for a job');
        return rows[0].pid;
      }, 20_000);
      await holder.query(inLine);
      await holder.query(
        `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'unheard', attempts = 1`,
      );
      await watcher.query('select pg_terminate_backend($1)', [asking]);
      await holder.query('commit');
      await vi.waitFor(() => {
        expect(work).toHaveBeenCalledTimes(1);
      }, 20_000);
      expect(onRestart).toHaveBeenCalledTimes(1);
    } finally {
      await jobs.stop();
    }
  }, 60_000);
});
