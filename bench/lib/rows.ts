/** One row of bench/results.json, without machine and time, which the runner adds. */
export interface Row {
  readonly name: string;
  readonly what: string;
  /** Ours, in `unit`. */
  readonly value: number;
  readonly unit: string;
  /** The limit or the peer that was measured in the same run. */
  readonly against: string;
  /** Compares the two; greater is better. */
  readonly ratio: number;
  /** What is asked. */
  readonly target: string;
  readonly ok: boolean;
}
