import { controlCharacters } from './driver.ts';
import { scrub } from './dialogue.ts';
import { pager, Stopped, type Console } from './device.ts';
import { reason } from './outcome.ts';
import type { Matcher } from './pattern.ts';
import {
  commandCharacters,
  isSecret,
  matcherOf,
  placeholdersIn,
  replacePlaceholders,
  standsAlone,
  type Placeholder,
  type ScriptStep,
  type Words,
} from './script.ts';
import type { Exposable } from './target.ts';
import { NoPrompt, type Prompt, type Terminal } from './ways/terminal.ts';

/** What stands for the placeholders; what is left out a script cannot send. */
export type Values = { readonly [P in Placeholder]?: Exposable | undefined };

/** One line of a dialogue, as it is shown: what was sent has its placeholders in the place of secrets. */
export interface Line {
  readonly is: 'sent' | 'said';
  readonly text: string;
}

/** What a run of steps ends with. `stopped`: before the step that would have sent the new password. */
export type Ending =
  | { readonly is: 'success' }
  /** By the words of a refusal, or because the device went back to its prompt. */
  | { readonly is: 'refused'; readonly by: 'words' | 'prompt'; readonly said: string }
  | { readonly is: 'stopped'; readonly step: number };

/** A dialogue to be had. */
export interface Dialogue {
  readonly steps: readonly ScriptStep[];
  readonly success: Words | null;
  readonly refused: Words | null;
  /** The prompt of the log-in. */
  readonly prompt: Matcher;
  readonly values: Values;
  /** Ends before the new password is sent. */
  readonly stopsBeforeNew?: boolean;
  /** Told every line. */
  readonly onLine?: (line: Line) => void;
}

/** What is shown of a line that is sent. */
const shown = (send: string, values: Values): string =>
  replacePlaceholders(send, (name) => (isSecret(name) ? `{{${name}}}` : (values[name]?.expose() ?? `{{${name}}}`)));

/**
 * The line with its values. Throws Stopped for a value that is not there, or that would be more than one word of the line: nothing
 * that a value holds ends the line or begins another command.
 */
function filled(send: string, values: Values): Exposable | string {
  const names = placeholdersIn(send).filter((name) => name !== undefined);
  for (const name of names) {
    const value = values[name]?.expose();
    if (value === undefined || value === '') throw new Stopped(`the script sends {{${name}}}, and there is none`);
    const forbidden = standsAlone(send, name) ? controlCharacters : controlCharacters + commandCharacters;
    if ([...value].some((character) => forbidden.includes(character)))
      throw new Stopped(`{{${name}}} has a character that its line cannot carry`);
  }
  const line = replacePlaceholders(send, (name) => values[name]?.expose() ?? '');
  return names.some(isSecret) ? { expose: () => line } : line;
}

/**
 * Has the dialogue: each step's line is sent when the device wrote what the step expects. From the first step that sends the new
 * password on it goes over `act`. Throws Stopped, and what the terminals throw.
 */
export async function runSteps({ look, act }: Console, dialogue: Dialogue): Promise<Ending> {
  const { steps, values, prompt, onLine } = dialogue;
  const refusedAnywhere = dialogue.refused === null ? [] : [{ when: matcherOf(dialogue.refused) }];
  const success = dialogue.success === null ? prompt : matcherOf(dialogue.success);
  let terminal: Terminal = look;
  for (let at = 0; ;) {
    const step = steps[at];
    if (step === undefined) throw new Stopped('the script has no steps');
    if (placeholdersIn(step.send).includes('new')) {
      if (dialogue.stopsBeforeNew === true) return { is: 'stopped', step: at };
      terminal = act;
    }
    // The questions that may come next: those that may be left out, and the first that may not.
    const next: number[] = [];
    let ends = true;
    for (let one = at + 1; one < steps.length; one += 1) {
      next.push(one);
      if (steps[one]?.optional === true) continue;
      ends = false;
      break;
    }
    const questions = next.flatMap((one): Prompt[] => {
      const expect = steps[one]?.expect;
      return expect ? [{ when: matcherOf(expect) }] : [];
    });
    // What was expected is looked for first, as "Retype new password" is no refusal of "new password".
    const prompts: Prompt[] = [
      ...questions,
      ...(ends ? [{ when: success }] : []),
      ...(step.refused === null ? [] : [{ when: matcherOf(step.refused) }]),
      ...refusedAnywhere,
      pager,
      { when: prompt },
    ];
    onLine?.({ is: 'sent', text: shown(step.send, values) });
    const answer = await terminal.ask(filled(step.send, values), prompts);
    onLine?.({ is: 'said', text: answer.output });
    if (answer.ended < questions.length) {
      at = next[answer.ended] ?? steps.length;
      continue;
    }
    if (ends && answer.ended === questions.length) return { is: 'success' };
    const by = answer.ended === prompts.length - 1 ? 'prompt' : 'words';
    return { is: 'refused', by, said: refusalOf(answer.output, prompt, by) };
  }
}

/** What a device said against it, in one line: without the echo of what was sent and without its prompt. */
function refusalOf(output: string, prompt: Matcher, by: 'words' | 'prompt'): string {
  const spoken = output
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '' && !line.trim().endsWith(':') && !prompt.test(line));
  const said = spoken
    .map((line) => line.trim())
    .slice(-2)
    .join(' ');
  return said || (by === 'prompt' ? 'the device went back to its prompt' : 'the device refused');
}

/** What a rehearsal on paper shows. */
export interface Rehearsal {
  readonly lines: readonly Line[];
  /** `waiting`: more of what the device writes is wanted. */
  readonly ended: 'success' | 'refused' | 'waiting' | 'lost';
  /** One sentence for a person. */
  readonly why: string;
}

/**
 * Has the dialogue with what somebody says that the device writes: one text after each line that is sent. Nothing is connected to,
 * and no value is known but these.
 */
export async function rehearse(dialogue: Omit<Dialogue, 'onLine'>, said: readonly string[]): Promise<Rehearsal> {
  const lines: Line[] = [];
  const left = [...said];
  let wanted = false;
  const paper: Terminal = {
    ask(_line, prompts) {
      const whole: string[] = [];
      for (;;) {
        const text = left.shift();
        if (text === undefined) {
          wanted = true;
          return Promise.reject(new NoPrompt('nothing more was said'));
        }
        whole.push(text);
        const ended = prompts.findIndex(({ when }) => when.test(text));
        const found = prompts[ended];
        if (found === undefined) {
          lines.push({ is: 'said', text });
          return Promise.reject(new NoPrompt('none of the prompts came'));
        }
        if (found.press === undefined && found.send === undefined)
          // The echo of what was sent would stand first.
          return Promise.resolve({ output: `\n${whole.join('\n')}`, ended });
      }
    },
  };
  try {
    const ending = await runSteps(
      { look: paper, act: paper },
      { ...dialogue, onLine: (line) => lines.push({ ...line, text: line.text.replace(/^\n/, '') }) },
    );
    if (ending.is === 'stopped') return { lines, ended: 'waiting', why: 'Here the new password would be sent.' };
    return ending.is === 'success'
      ? { lines, ended: 'success', why: 'The device said that the password is set.' }
      : { lines, ended: 'refused', why: `The device refused: ${reason(ending.said, [], 'it gave no reason')}` };
  } catch (error) {
    if (error instanceof NoPrompt)
      return wanted
        ? { lines, ended: 'waiting', why: 'Write what the device answers to the last line.' }
        : {
            lines,
            ended: 'lost',
            why: 'Nothing of what the script waits for is in the last answer: on a device it would wait until the time is up.',
          };
    if (error instanceof Stopped) return { lines, ended: 'lost', why: error.message };
    throw error;
  }
}

/** The lines of a dialogue without the secrets of those who were in it, each no longer than 4,000 characters. */
export const withoutSecrets = (lines: readonly Line[], secrets: readonly string[]): Line[] =>
  lines.map(({ is, text }) => ({
    is,
    text: scrub(text, secrets)
      .replace(/[^\P{Cc}\n\t]/gu, '')
      .slice(0, 4000),
  }));
