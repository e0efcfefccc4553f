const minute = 60_000;
/** Minutes before the end at which somebody is told. */
export const marks = [2, 10] as const;

/** The mark that an end in so many milliseconds has passed, the nearest first; null before the first and after the end. */
export const markOf = (ms: number): (typeof marks)[number] | null =>
  ms <= 0 ? null : (marks.find((mark) => ms <= mark * minute) ?? null);
