import type { Exposable } from '../target.ts';

/** One question a device may ask, and what to do about it. */
export interface Prompt {
  /** Matched against what the device wrote since the last line was sent, without ANSI sequences. */
  readonly when: RegExp;
  /** Sent with a line break. Left out: the conversation goes on behind this prompt, which is its end. */
  readonly send?: Exposable | string;
  /** Sent as it is, without a line break: for a pager that wants a space. */
  readonly press?: string;
}

/** A device's command line, as a person at its console meets it: no exit status, only what it writes. */
export interface Terminal {
  /**
   * Sends a line and reads until one of the prompts that end the conversation shows; those that ask are answered on the way.
   * Gives back what the device wrote, without ANSI sequences, with every secret that was sent replaced by `[secret]`, and the index of the prompt that ended it.
   * `line` undefined sends nothing and only reads. Throws Cut when the line broke or no prompt came in time.
   */
  ask(line: Exposable | string | undefined, prompts: readonly Prompt[]): Promise<{ output: string; ended: number }>;
}

/** How a device lets somebody in where the protocol does not (Telnet, or a device that asks behind SSH): what it writes when it wants which. */
export interface Greeting {
  readonly username: RegExp;
  readonly password: RegExp;
  /** Shown to whoever is in. */
  readonly prompt: RegExp;
  /** Shown when it did not take the answer. */
  readonly refused: RegExp;
  /** The device asks for no user name. */
  readonly noUsername?: boolean;
}
