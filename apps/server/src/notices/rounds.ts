import { noticeRound, type NoticeParts } from './round.ts';

/** How much longer than usual the next round waits after failed ones, at most. */
const longestPauseMs = 300_000;

/**
 * Goes through every organisation's news in rounds until stopped. A round that fails is reported and repeated, later and
 * later: its events wait in the trail meanwhile.
 */
export function startNotices(
  parts: NoticeParts & {
    readonly everyMs: number;
    organisationIds(): Promise<readonly string[]>;
    onError(error: unknown): void;
  },
): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let pauseMs = parts.everyMs;
  const all = async (): Promise<void> => {
    for (const id of await parts.organisationIds()) {
      let more = true;
      while (more && !stopped) ({ more } = await noticeRound(parts, id));
    }
  };
  const next = (): void => {
    timer = setTimeout(() => {
      round = all()
        .then(() => {
          pauseMs = parts.everyMs;
        })
        .catch((error: unknown) => {
          pauseMs = Math.min(pauseMs * 2, longestPauseMs);
          parts.onError(error);
        })
        .finally(() => {
          if (!stopped) next();
        });
    }, pauseMs);
  };
  let round: Promise<void> = Promise.resolve();
  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
