import { z } from 'zod';
import { controlCharacters, type Limits } from './driver.ts';
import { PatternFault, plainPattern, safePattern, type Matcher } from './pattern.ts';

/** What stands for a value in what a script sends. `secret`: never shown. */
const placeholders = {
  account: { secret: false },
  new: { secret: true },
  current: { secret: true },
  admin: { secret: false },
  adminPassword: { secret: true },
  enable: { secret: true },
} as const;
export type Placeholder = keyof typeof placeholders;
export const isSecret = (name: Placeholder): boolean => placeholders[name].secret;

const asPlaceholder = /\{\{(\w*)\}\}/g;
/** The placeholders in a text, in order; undefined for a word that is none. */
export function placeholdersIn(text: string): (Placeholder | undefined)[] {
  return [...text.matchAll(asPlaceholder)].map(([, name = '']) =>
    Object.hasOwn(placeholders, name) ? (name as Placeholder) : undefined,
  );
}
/** Puts something in the place of each placeholder. */
export const replacePlaceholders = (text: string, by: (name: Placeholder) => string): string =>
  text.replace(asPlaceholder, (whole, name: string) =>
    Object.hasOwn(placeholders, name) ? by(name as Placeholder) : whole,
  );

const oneLine = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'must be one line');
const Words = z.object({ is: z.enum(['text', 'pattern']), text: oneLine(200).min(1) });
const ScriptStep = z.object({
  expect: Words.nullable(),
  send: oneLine(500),
  optional: z.boolean(),
  refused: Words.nullable(),
});

/** A dialogue that an administrator wrote, as it is stored. `scriptFaults` says what else is wrong with one. */
export const Script = z.object({
  /** How the device lets somebody in: alternatives between `|`. Over SSH the prompt alone counts. */
  login: z.object({
    username: oneLine(200).min(1),
    password: oneLine(200).min(1),
    prompt: oneLine(200).min(1),
    refused: oneLine(200).min(1),
  }),
  steps: z.array(ScriptStep).min(1).max(30),
  /** What the device writes when the password is set; null: its prompt. */
  success: Words.nullable(),
  /** What it writes, at any step, when it refuses. */
  refused: Words.nullable(),
  /** Null: a log-in is the proof. Otherwise what the account that signs in does to prove `{{current}}`. */
  verify: z.object({ steps: z.array(ScriptStep).min(1).max(30), success: Words, refused: Words }).nullable(),
  limits: z.object({ maxLength: z.int().min(4).max(128), forbidden: oneLine(100), asciiOnly: z.boolean() }),
});
export type Script = z.output<typeof Script>;
export type ScriptStep = z.output<typeof ScriptStep>;
export type Words = z.output<typeof Words>;

/** The matcher of what a script looks for. Throws PatternFault. */
export const matcherOf = ({ is, text }: Words): Matcher => (is === 'text' ? plainPattern(text) : safePattern(text));

/** Where a script cannot do what it is for: path and sentence of each fault. */
export function scriptFaults(script: Script): { path: string; message: string }[] {
  const faults: { path: string; message: string }[] = [];
  const words = (path: string, one: Words | null): void => {
    if (one === null) return;
    try {
      matcherOf(one);
    } catch (error) {
      if (!(error instanceof PatternFault)) throw error;
      faults.push({ path: `${path}.text`, message: `the pattern ${error.message}` });
    }
  };
  const steps = (path: string, of: readonly ScriptStep[], forbidden: readonly Placeholder[]): void => {
    of.forEach((step, n) => {
      const at = `${path}.${n}`;
      words(`${at}.expect`, step.expect);
      words(`${at}.refused`, step.refused);
      if (n === 0 && step.expect !== null)
        faults.push({ path: `${at}.expect`, message: 'the first step is sent at the prompt that ends the log-in' });
      if (n === 0 && step.optional) faults.push({ path: `${at}.optional`, message: 'the first step is always sent' });
      if (n > 0 && step.expect === null)
        faults.push({ path: `${at}.expect`, message: 'say what the device writes first' });
      for (const name of placeholdersIn(step.send)) {
        if (name === undefined) faults.push({ path: `${at}.send`, message: 'has a placeholder that there is not' });
        else if (forbidden.includes(name))
          faults.push({ path: `${at}.send`, message: `{{${name}}} has no place here` });
      }
      // A password that were sent after a question that may not come would stand at the prompt, in clear.
      if (step.optional && placeholdersIn(step.send).includes('new'))
        faults.push({ path: `${at}.optional`, message: 'the step that sends the new password cannot be left out' });
    });
  };
  steps('steps', script.steps, []);
  words('success', script.success);
  words('refused', script.refused);
  if (!script.steps.some((step) => placeholdersIn(step.send).includes('new')))
    faults.push({ path: 'steps', message: 'no step sends {{new}}' });
  if (script.verify) {
    steps('verify.steps', script.verify.steps, ['new']);
    words('verify.success', script.verify.success);
    words('verify.refused', script.verify.refused);
    if (!script.verify.steps.some((step) => placeholdersIn(step.send).includes('current')))
      faults.push({ path: 'verify.steps', message: 'no step sends {{current}}, so nothing would be proven' });
  }
  return faults;
}

/** What some command line or other acts on: never in a value that stands on a line with other words. */
export const commandCharacters = ' "\'`\\;|&<>$?!#*(){}[]~%^=,';

/** Whether the value is all that is sent, as an answer to a question. */
export const standsAlone = (send: string, name: Placeholder): boolean => send === `{{${name}}}`;

/** What a password for this script may not be. */
export function scriptLimits(script: Script): Limits {
  const inLine = script.steps.some(({ send }) => placeholdersIn(send).includes('new') && !standsAlone(send, 'new'));
  return {
    maxLength: script.limits.maxLength,
    forbidden: controlCharacters + script.limits.forbidden + (inLine ? commandCharacters : ''),
    asciiOnly: script.limits.asciiOnly,
  };
}
