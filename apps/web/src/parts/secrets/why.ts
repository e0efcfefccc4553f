/** Why something is done, as the contract takes it. */
export interface Why {
  readonly reason?: string;
  readonly ticket?: string;
}

/** What is asked, and which answers are needed. */
export interface WhyQuestion {
  readonly title: string;
  readonly reason: boolean;
  readonly ticket: boolean;
  /** What was answered before, and why its ticket did not do. */
  readonly before?: Why;
  readonly fault?: string;
}
