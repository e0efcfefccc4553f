import type { Matcher } from '../pattern.ts';
import { Cut, type Exposable } from '../target.ts';

/** One question a device may ask, and what to do about it. */
export interface Prompt {
  /** Matched against what the device wrote since the last line was sent, without ANSI sequences and without the echo of that line. */
  readonly when: Matcher;
  /** Sent with a line break. Left out, with no `press` either: this prompt is the end of what was asked. */
  readonly send?: Exposable | string;
  /** Sent as it is, without a line break: for a pager that wants a space. */
  readonly press?: string;
}

/** What a device said. */
export interface Answer {
  /** Without ANSI sequences, with every secret that was sent replaced by `[secret]`. Echoed lines are in it. */
  readonly output: string;
  /** Index of the prompt that ended it. */
  readonly ended: number;
}

/** A device's command line, as a person at its console meets it: no exit status, only what it writes. */
export interface Terminal {
  /**
   * Sends a line and reads until one of the prompts that end the conversation shows; those that ask are answered on the way.
   * The first prompt that matches counts. `line` undefined sends nothing and only reads.
   * Throws NoPrompt when none came in time, Cut when the line broke, and Unreachable for text that the line cannot carry.
   */
  ask(line: Exposable | string | undefined, prompts: readonly Prompt[]): Promise<Answer>;
}

/** The line is up, but none of the prompts that were waited for came: the words of the settings may not be the device's. */
export class NoPrompt extends Cut {}

/** How a device lets somebody in where the protocol does not, which is Telnet: what it writes when it wants which. */
export interface Greeting {
  readonly username: Matcher;
  readonly password: Matcher;
  /** Shown to whoever is in. */
  readonly prompt: Matcher;
  /** Shown when it did not take the answer. */
  readonly refused: Matcher;
  /** The device asks for no user name: one that does all the same is not answered. */
  readonly noUsername?: boolean;
  /** A key that the device wants pressed before it goes on, over SSH too. */
  readonly press?: { readonly when: Matcher; readonly key: string };
}
