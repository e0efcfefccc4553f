/** How a schedule stands in time. */
export interface Standing {
  /** When it is due next; null when never. */
  readonly nextAt: Date | null;
  /** What the clock said when it was last looked after; null before that. */
  readonly handledAt: Date | null;
}

/** A run that starts so long after its time was missed, and is made up. */
export const lateMs = 5 * 60_000;
/** A clock that stands so far behind what it said before was wrong then. Less is the drift of nodes and the small steps of time services. */
export const wrongMs = 3_600_000;

type Next = (after: Date) => Date | null;
const later = (a: Date, b: Date): Date => (a > b ? a : b);

/**
 * What is to be done at a moment: the time for which a run is to start, if any, and how the schedule stands then.
 * Of several times that were missed the first is made up and the others are passed over. A time never comes again:
 * `next` is asked for what lies after both the time and the clock. `due` alone promises no single run: the row of the due time
 * does, which only one node and only once can write.
 */
export function advance(
  standing: Standing,
  now: Date,
  next: Next,
): { due: { at: Date; source: 'due' | 'made-up' } | undefined; then: Standing } {
  const { nextAt, handledAt } = standing;
  // The clock had run ahead, and what lay between was passed over. Those times come in truth now; what did run has its row.
  if (handledAt !== null && handledAt.getTime() - now.getTime() > wrongMs)
    return { due: undefined, then: { nextAt: next(now), handledAt: now } };
  if (nextAt === null || nextAt > now) return { due: undefined, then: standing };
  return {
    due: { at: nextAt, source: now.getTime() - nextAt.getTime() > lateMs ? 'made-up' : 'due' },
    then: { nextAt: next(later(nextAt, now)), handledAt: handledAt === null ? now : later(handledAt, now) },
  };
}

/** When people are told of the next run; null when they are not. */
export const tellAtOf = (nextAt: Date | null, minutes: number | null): Date | null =>
  nextAt === null || minutes === null ? null : new Date(nextAt.getTime() - minutes * 60_000);
