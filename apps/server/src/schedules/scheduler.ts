import { tick, type ScheduleParts } from './tick.ts';

export interface SchedulerOptions {
  readonly everyMs: number;
  organisationIds(): Promise<readonly string[]>;
  onError(error: unknown): void;
  /** The clock; tests give their own. */
  readonly now?: () => Date;
}

/** Looks after every schedule at an interval until it is stopped. The interval is how late a run may be. */
export function startScheduler(parts: ScheduleParts, options: SchedulerOptions): { stop(): Promise<void> } {
  const { now = () => new Date() } = options;
  let stopped = false;
  const all = async (): Promise<void> => {
    for (const id of await options.organisationIds()) {
      if (stopped) return;
      await tick(parts, id, now(), options.onError);
    }
  };
  let working: Promise<void> | undefined;
  const timer = setInterval(() => {
    // One that takes longer than the interval is not begun twice.
    working ??= all()
      .catch((error: unknown) => {
        // The next turn finds what this one left: nothing is lost with it.
        options.onError(error);
      })
      .finally(() => {
        working = undefined;
      });
  }, options.everyMs);
  timer.unref();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await working;
    },
  };
}
