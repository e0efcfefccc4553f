import type { SignedAnswer } from '../platform/signed-call.ts';

/** Seconds between the tries of a webhook that does not take what it is sent; the last one from then on. */
const pauses = [5, 15, 60, 300, 900, 1800, 3600] as const;
const longest = 7200;
const dayMs = 86_400_000;
/** A webhook that was away for so long is called no more until somebody turns it on again. */
const patienceMs = 3 * dayMs;

/** When it is tried again, and when no more. Pure. */
export const pauseSeconds = {
  /** Seconds to wait after so many failures in a row. */
  of: (failures: number): number => pauses[failures - 1] ?? longest,
  /** What a failure ends: the delivery, when it waited for a day; the webhook's calls, when it was away for three, or says that it is gone. */
  after: (
    now: Date,
    since: { readonly failingSince: Date; readonly waitsSince: Date },
    gone: boolean,
  ): { readonly givesUp: boolean; readonly pauses: boolean } => ({
    givesUp: now.getTime() - since.waitsSince.getTime() >= dayMs,
    pauses: gone || now.getTime() - since.failingSince.getTime() >= patienceMs,
  }),
};

/** What an answer means: taken or not, in words. */
export function verdict(answer: SignedAnswer): {
  readonly taken: boolean;
  /** It says that it will never take anything again. Source: RFC 9110 section 15.5.11. */
  readonly gone: boolean;
  readonly status: number | null;
  readonly why: string | null;
} {
  if (answer.is === 'timed-out')
    return { taken: false, gone: false, status: null, why: 'There was no answer within ten seconds.' };
  if (answer.is === 'failed') return { taken: false, gone: false, status: null, why: answer.why };
  const { status } = answer;
  const taken = status >= 200 && status < 300;
  return { taken, gone: status === 410, status, why: taken ? null : `The answer was ${status}.` };
}
