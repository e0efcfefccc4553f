import type { Actor } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';

/** So many at once, and so many a second after that. */
export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

/** A signed-in user or program: far more than a person clicks, enough for a fleet's scripts. */
export const forUsers: Allowance = { burst: 3000, perSecond: 1500 };
/** An address that has not said who it is. */
export const forStrangers: Allowance = { burst: 400, perSecond: 20 };

/** Who a request counts for, and how many of them may come: a token by itself, a person with all their sessions, a stranger by address. */
export function allowanceOf(actor: Actor): { readonly asker: string; readonly allowance: Allowance } {
  const { token, userId, origin } = actor;
  if (userId === null) return { asker: origin.address ?? '', allowance: forStrangers };
  const perMinute = token?.perMinute;
  const allowance = perMinute === undefined ? forUsers : { burst: perMinute, perSecond: perMinute / 60 };
  return { asker: token?.id ?? userId, allowance };
}

/** Most askers remembered; beyond that the longest quiet are forgotten. */
const most = 20_000;

/** A token bucket per asker, in this process's memory. Returns what is left; throws `too-many-requests` when nothing is. */
export function createRateLimit(now: () => number = Date.now): (asker: string, allowance: Allowance) => number {
  const buckets = new Map<string, { left: number; at: number }>();
  return (asker, allowance) => {
    const at = now();
    const bucket = buckets.get(asker) ?? { left: allowance.burst, at };
    buckets.delete(asker);
    bucket.left = Math.min(allowance.burst, bucket.left + ((at - bucket.at) / 1000) * allowance.perSecond);
    bucket.at = at;
    buckets.set(asker, bucket);
    if (buckets.size > most)
      for (const oldest of buckets.keys()) {
        buckets.delete(oldest);
        break;
      }
    if (bucket.left < 1)
      throw new Problem('too-many-requests', {
        retryAfter: Math.max(1, Math.ceil((1 - bucket.left) / allowance.perSecond)),
      });
    bucket.left -= 1;
    return Math.floor(bucket.left);
  };
}
