import { lookAfter, type RoundParts } from './round.ts';

/** Every so many rounds one is thorough. */
const thoroughEvery = 30;

/** Looks after requests and leases at an interval until it is stopped. What binds people is decided by the clock at each call, however late this comes. */
export function startRequests(
  parts: RoundParts & {
    readonly everyMs: number;
    organisationIds(): Promise<readonly string[]>;
    onError(error: unknown): void;
  },
): { stop(): Promise<void> } {
  let nth = 0;
  let stopped = false;
  let working: Promise<void> | undefined;
  const one = async (): Promise<void> => {
    await lookAfter(parts, await parts.organisationIds(), nth++ % thoroughEvery === 0, parts.onError);
  };
  const timer = setInterval(() => {
    if (stopped) return;
    // One that takes longer than the interval is not begun twice.
    working ??= one()
      .catch(parts.onError)
      .finally(() => {
        working = undefined;
      });
  }, parts.everyMs);
  timer.unref();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await working;
    },
  };
}
