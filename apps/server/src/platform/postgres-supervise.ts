import type { Postmaster } from './postgres-process.ts';

/** Told what an operator should find in the log. Nothing in it is secret. */
export type Note = (
  event: 'started' | 'stopped-leftover' | 'down' | 'up' | 'restart-failed',
  details: Readonly<Record<string, string | number>>,
) => void;

/** The embedded PostgreSQL while it runs. Its addresses hold passwords: keep them out of logs. */
export interface Embedded {
  /** The database `strongroom` as the role `strongroom`, which owns it and is no superuser. postgresql:// over the unix socket. */
  readonly url: string;
  /** The database `postgres` as the superuser: for backups, replication and repair only. */
  readonly adminUrl: string;
  /** Of the postmaster now; it changes when PostgreSQL was restarted, and is 0 while it is down. */
  readonly pid: number;
  /** Told each time PostgreSQL ended without our asking. It is started again by itself; connections must be made anew. Returns how to stop listening. */
  onDown(listener: () => void): () => void;
  /** Told each time it takes connections again. */
  onUp(listener: () => void): () => void;
  /** Fast shutdown; also gives the state directory free. */
  stop(): Promise<void>;
}

/** A first postmaster, how to start the next ones, and what to give free at the end. */
export interface Running {
  readonly url: string;
  readonly adminUrl: string;
  readonly first: Postmaster;
  readonly note: Note;
  readonly start: () => Promise<Postmaster>;
  readonly release: () => Promise<void>;
}

/** Starts the postmaster again whenever it ends unasked: at once, then after a pause that doubles up to 5 s while starts fail. */
export function keepRunning(running: Running): Embedded {
  const downs = new Set<() => void>();
  const ups = new Set<() => void>();
  const stopping = new AbortController();
  let current: Postmaster | undefined = running.first;
  let stopped: Promise<void> | undefined;

  const restart = async (): Promise<Postmaster | undefined> => {
    for (let pauseMs = 50; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, 5000)) {
      try {
        return await running.start();
      } catch (error) {
        running.note('restart-failed', {
          why: error instanceof Error ? error.message : String(error),
          nextTryMs: pauseMs,
        });
        await pauseUnless(stopping.signal, pauseMs);
      }
    }
    return undefined;
  };

  const watch = async (): Promise<void> => {
    for (let postmaster: Postmaster | undefined = running.first; postmaster !== undefined; postmaster = current) {
      await postmaster.ended;
      current = undefined;
      if (stopping.signal.aborted) return;
      running.note('down', { pid: postmaster.pid });
      for (const listener of downs) listener();
      const again = await restart();
      if (stopping.signal.aborted) return void (await again?.stop());
      if (again === undefined) return;
      current = again;
      running.note('up', { pid: current.pid });
      for (const listener of ups) listener();
    }
  };
  const watching = watch();

  const stop = async (): Promise<void> => {
    stopping.abort();
    await current?.stop();
    await watching;
    await running.release();
  };

  const listen = (listeners: Set<() => void>, listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    url: running.url,
    adminUrl: running.adminUrl,
    get pid() {
      return current?.pid ?? 0;
    },
    onDown: (listener) => listen(downs, listener),
    onUp: (listener) => listen(ups, listener),
    stop: () => (stopped ??= stop()),
  };
}

const pauseUnless = (signal: AbortSignal, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
