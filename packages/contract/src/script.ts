import { z } from 'zod';
import { call, Line } from './call.ts';
import { AccountId } from './ids.ts';

const Shown = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'must be one line');

/** What is looked for in what a device writes: a text, or a regular expression without backreferences and looking around. Both in any case. */
export const ScriptWords = z
  .object({ is: z.enum(['text', 'pattern']), text: Shown(200).min(1) })
  .meta({ id: 'ScriptWords' });

/** A line that is sent when the device wrote what is expected. */
export const ScriptStep = z
  .object({
    /** Null for the first step, which is sent at the prompt that ends the log-in. */
    expect: ScriptWords.nullable(),
    /** With `{{account}} {{new}} {{current}} {{admin}} {{adminPassword}} {{enable}}` in the place of values. */
    send: Shown(500),
    /** The device may leave this question out. */
    optional: z.boolean().default(false),
    /** What the device writes when it does not take this line. */
    refused: ScriptWords.nullable().default(null),
  })
  .meta({ id: 'ScriptStep' });

/** A dialogue of one’s own: how a password is set on devices that no built-in type knows. */
export const Script = z
  .object({
    /** How the device lets somebody in: alternatives between |. Over SSH the prompt alone counts. */
    login: z.object({
      username: Shown(200).min(1).default('login: | username:'),
      password: Shown(200).min(1).default('password:'),
      prompt: Shown(200).min(1).default('> | # | $'),
      refused: Shown(200).min(1).default('incorrect | denied | failed | invalid'),
    }),
    steps: z.array(ScriptStep).min(1).max(30),
    /** What the device writes when the password is set; null: its prompt. */
    success: ScriptWords.nullable().default(null),
    /** What it writes, at any step, when it refuses. */
    refused: ScriptWords.nullable().default(null),
    /** Null: a log-in as the account is the proof. Otherwise what whoever signs in does to prove `{{current}}`. */
    verify: z
      .object({ steps: z.array(ScriptStep).min(1).max(30), success: ScriptWords, refused: ScriptWords })
      .nullable()
      .default(null),
    limits: z
      .object({
        maxLength: z.int().min(4).max(128).default(32),
        /** Every character that a password may not have. */
        forbidden: Shown(100).default(''),
        asciiOnly: z.boolean().default(true),
      })
      .prefault({}),
  })
  .meta({ id: 'Script' });
export type Script = z.output<typeof Script>;

/** One line of a dialogue. What was sent has placeholders in the place of secrets. */
export const DialogueLine = z.object({ is: z.enum(['sent', 'said']), text: z.string() }).meta({ id: 'DialogueLine' });
export type DialogueLine = z.infer<typeof DialogueLine>;

export const rehearseScript = call({
  name: 'resource-type.rehearse',
  method: 'POST',
  path: '/resource-types/rehearse',
  scope: 'administer',
  summary:
    'Has a dialogue on paper, with what one types as the device’s answers. Nothing is connected to and no secret is opened.',
  input: z.object({
    script: Script,
    /** Which part: setting a password, or proving one. */
    part: z.enum(['reset', 'verify']).default('reset'),
    account: Line(64).min(1).default('admin'),
    /** What the device writes after each line that is sent. */
    said: z.array(z.string().max(4000)).max(60),
  }),
  reply: z.object({
    lines: z.array(DialogueLine),
    /** `waiting`: for the next answer; `lost`: nothing of what is waited for came. */
    ended: z.enum(['success', 'refused', 'waiting', 'lost']),
    why: z.string(),
    /** Characters that no password for this dialogue may have, and its greatest length. */
    limits: z.object({ maxLength: z.int(), forbidden: z.string(), asciiOnly: z.boolean() }),
  }),
});

export const tryScript = call({
  name: 'account.try-script',
  method: 'POST',
  path: '/accounts/:accountId/try-script',
  scope: 'passwords',
  summary:
    'Signs in to an account’s device and has its type’s dialogue up to where the new password would be sent. No password is changed.',
  input: z.object({ accountId: AccountId }),
  reply: z.object({
    lines: z.array(DialogueLine),
    ended: z.enum(['stopped', 'refused', 'lost', 'rejected', 'unreachable', 'untrusted']),
    why: z.string(),
  }),
});
