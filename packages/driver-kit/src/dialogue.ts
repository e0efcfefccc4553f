import type { Dialogued, Step } from './target.ts';

/** What to do after more output: wait, send this line, or end because an answer was refused. */
export type Move = { is: 'wait' } | { is: 'send'; line: string } | { is: 'refused' };

// CSI, OSC (ended by BEL or ST) and two-character escapes: ECMA-48 5.4 and 8.3.89. Shells wrap prompts in them.
const ansi = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-Z\\^-~]/g;

/** Takes out ANSI sequences, and turns CR LF and lone CR into LF. An unfinished sequence at the end stays. */
export function plainText(text: string): string {
  return text.replace(ansi, '').replace(/\r+\n?/g, '\n');
}

/** Replaces each of the secrets, longest first, by `[secret]`. */
export function scrub(text: string, secrets: readonly string[]): string {
  return [...secrets]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}

/**
 * A pattern for a prompt: the last, unfinished line holds one of the texts, in any case, and ends as questions do.
 * `texts` are literal alternatives between `|`, such as `Old password|Current password:`.
 */
export function prompt(texts: string): RegExp {
  const alternatives = texts
    .split('|')
    .map((text) => text.trim().replace(/[:?>)\]\s]+$/, ''))
    .filter((text) => text !== '')
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  // The gap has an end, so that a flood of such texts is not gone over again from each of them.
  return new RegExp(`(?:${alternatives.join('|')})[^\\n]{0,200}[:?>)\\]][ \\t]{0,80}$`, 'i');
}

/** More than any su or passwd writes: a target that floods us is cut off. */
const mostOutput = 64 * 1024;

/**
 * The rules of a dialogue, without the line it runs over: fed with output, it says what to send.
 * A question is looked for in what came since the last answer, so a program is never answered ahead of asking.
 */
export class Conversation {
  readonly #steps: readonly Step[];
  readonly #secrets: string[] = [];
  #next = 0;
  #last: Step | undefined;
  #raw = '';
  #whole = '';
  #refused = false;

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  /** True once the target wrote more than any honest program would. */
  get flooded(): boolean {
    return this.#whole.length > mostOutput;
  }

  feed(chunk: string): Move {
    if (this.#refused || this.flooded) return { is: 'wait' };
    this.#raw += chunk;
    this.#whole += chunk;
    const text = plainText(this.#raw);
    for (let at = this.#next; at < this.#steps.length; at += 1) {
      const step = this.#steps[at];
      if (step === undefined) break;
      if (step.expect.test(text)) return this.#answer(step, at);
      if (step.optional !== true) break;
    }
    // Looked at last, so that "Retype new password:" is not taken for a second "New password:".
    if (this.#last?.refused?.test(text) === true) {
      this.#refused = true;
      return { is: 'refused' };
    }
    return { is: 'wait' };
  }

  #answer(step: Step, at: number): Move {
    const line = typeof step.send === 'string' ? step.send : step.send.expose();
    if (typeof step.send !== 'string') this.#secrets.push(line);
    this.#next = at + 1;
    this.#last = step;
    this.#raw = '';
    return { is: 'send', line };
  }

  /** The outcome once the program ended with `code`, or after a refusal. */
  end(code: number): Dialogued {
    return {
      code: this.#refused ? -1 : code,
      output: scrub(plainText(this.#whole), this.#secrets),
      reached: this.#next,
      refused: this.#refused,
    };
  }
}
