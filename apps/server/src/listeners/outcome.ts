/** What came of a run. */
export interface Outcome {
  readonly state: 'done' | 'failed' | 'timed-out';
  /** One sentence for people; null when all went well. */
  readonly why: string | null;
  readonly exitCode: number | null;
  /** As it was written, with whatever is in it. */
  readonly output: string;
  readonly cut?: boolean;
  /** Another try may help, and does no harm. */
  readonly again?: boolean;
}
