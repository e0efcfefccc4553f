import { z } from 'zod';
import { call, Empty, Instant, Line } from './call.ts';
import { EvaluationId, PolicyId } from './ids.ts';

/** The printable special characters that a policy may choose from: ASCII without letters, digits and the space. */
export const specialCharacters = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** What a policy asks: of characters, or of words for a passphrase. */
export const PolicyKind = z.enum(['password', 'passphrase']);
export type PolicyKind = z.infer<typeof PolicyKind>;

/** Lengths in characters. `digits`, `specials` and `words` are how many at least; 0 asks for none. */
const rules = {
  minLength: z.int().min(4).max(128),
  maxLength: z.int().min(8).max(256),
  mixedCase: z.boolean(),
  digits: z.int().min(0).max(20),
  specials: z.int().min(0).max(20),
  /** Which of them count, and are drawn. Each once. */
  specialCharacters: z
    .string()
    .max(32)
    .refine((text) => [...text].every((c) => specialCharacters.includes(c)), 'only special characters')
    .refine((text) => new Set(text).size === text.length, 'each character once'),
  startsWithLetter: z.boolean(),
  loginNameAllowed: z.boolean(),
  /** False refuses passwords with a word of five letters or more in them, also where digits stand for letters. */
  dictionaryWordsAllowed: z.boolean(),
  /** For passphrases: how many words at least. */
  words: z.int().min(0).max(12),
};
/** How many former passwords may not come back, the present one among them; 0 for none. */
const historyDepth = z.int().min(0).max(50);
/** After so many days a password expires; 0 for never. */
const maxAgeDays = z.int().min(0).max(3650);

const fits = (
  r: {
    kind?: PolicyKind | undefined;
    minLength: number;
    maxLength: number;
    digits: number;
    specials: number;
    specialCharacters: string;
    mixedCase: boolean;
    startsWithLetter: boolean;
    words: number;
  },
  context: z.RefinementCtx,
): void => {
  const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (r.minLength > r.maxLength) refuse('maxLength', 'is less than the shortest length');
  if (r.specials > 0 && r.specialCharacters === '') refuse('specialCharacters', 'name at least one');
  if (r.digits + r.specials + (r.mixedCase ? 2 : r.startsWithLetter ? 1 : 0) > r.minLength)
    refuse('minLength', 'is too short for what must be in it');
  if (r.kind === 'passphrase' && r.words === 0) refuse('words', 'a passphrase has at least one word');
  // The longest word of the list has nine letters; with something between words that makes ten.
  if (r.kind === 'passphrase' && r.words * 10 + r.digits + r.specials > r.maxLength)
    refuse('maxLength', 'is too short for so many words');
};
/** A policy's rules, whole: what a new one is made of, or one that is only tried out. */
export const PolicyRules = z.object({ kind: PolicyKind.default('password'), ...rules }).superRefine(fits);
export type PolicyRules = z.infer<typeof PolicyRules>;

export const Policy = z
  .object({
    id: PolicyId,
    name: z.string(),
    description: z.string(),
    /** Comes with the product and cannot be changed; it can be copied. */
    builtIn: z.boolean(),
    isDefault: z.boolean(),
    kind: PolicyKind,
    minLength: z.int(),
    maxLength: z.int(),
    mixedCase: z.boolean(),
    digits: z.int(),
    specials: z.int(),
    specialCharacters: z.string(),
    startsWithLetter: z.boolean(),
    loginNameAllowed: z.boolean(),
    dictionaryWordsAllowed: z.boolean(),
    words: z.int(),
    historyDepth: z.int(),
    maxAgeDays: z.int(),
    version: z.int(),
  })
  .meta({ id: 'Policy' });
export type Policy = z.infer<typeof Policy>;
export const listPolicies = call({
  name: 'policy.list',
  method: 'GET',
  path: '/policies',
  scope: 'read',
  summary: 'The password policies.',
  input: Empty,
  reply: z.object({ items: z.array(Policy) }),
});

const named = { name: Line(60).min(1), description: Line(300).default('') };
export const createPolicy = call({
  name: 'policy.create',
  method: 'POST',
  path: '/policies',
  scope: 'administer',
  summary: 'Adds a password policy.',
  input: z
    .object({ ...named, kind: PolicyKind.default('password'), ...rules, historyDepth, maxAgeDays })
    .superRefine(fits),
  reply: Policy,
});
export const copyPolicy = call({
  name: 'policy.copy',
  method: 'POST',
  path: '/policies/:policyId/copy',
  scope: 'administer',
  summary: 'Copies a password policy under another name, so that it can be changed.',
  input: z.object({ policyId: PolicyId, name: Line(60).min(1) }),
  reply: Policy,
});
export const updatePolicy = call({
  name: 'policy.update',
  method: 'PATCH',
  path: '/policies/:policyId',
  scope: 'administer',
  summary: 'Changes a policy of one’s own. Every account under it is judged anew, in the background.',
  input: z.object({
    policyId: PolicyId,
    version: z.int().optional(),
    name: named.name.optional(),
    description: Line(300).optional(),
    ...z.object(rules).partial().shape,
    historyDepth: historyDepth.optional(),
    maxAgeDays: maxAgeDays.optional(),
  }),
  reply: Policy,
});
export const setDefaultPolicy = call({
  name: 'policy.set-default',
  method: 'POST',
  path: '/policies/:policyId/default',
  scope: 'administer',
  summary: 'Makes a policy the one that applies where no other does.',
  input: z.object({ policyId: PolicyId }),
  reply: Policy,
});
export const deletePolicy = call({
  name: 'policy.delete',
  method: 'DELETE',
  path: '/policies/:policyId',
  scope: 'administer',
  summary: 'Deletes a policy of one’s own; one that is in use only with another to take its place.',
  input: z.object({ policyId: PolicyId, replacementId: PolicyId.optional() }),
  reply: Empty,
});

export const PolicyUsage = z.object({
  policyId: PolicyId,
  /** Set on so many, itself; by how many more it applies through groups and as default is not counted here. */
  accounts: z.int(),
  resources: z.int(),
  groups: z.int(),
});
export type PolicyUsage = z.infer<typeof PolicyUsage>;
export const readPolicyUsage = call({
  name: 'policy.usage',
  method: 'GET',
  path: '/policies/usage',
  scope: 'read',
  summary: 'On how many accounts, resources and groups each policy is set.',
  input: Empty,
  reply: z.object({ items: z.array(PolicyUsage) }),
});

/** Accounts being judged anew after a change of policies, or of what applies where. */
export const Evaluation = z
  .object({
    id: EvaluationId,
    /** What made it necessary. */
    because: z.enum(['policy', 'group', 'resources', 'accounts', 'organisation']),
    /** The policy's or group's name, where there is one still. */
    name: z.string().nullable(),
    state: z.enum(['waiting', 'running', 'done', 'superseded']),
    /** False where only the age changed: dates move, and no password is compared. */
    opens: z.boolean(),
    /** Accounts gone through; of how many, as counted when it began. */
    seen: z.int(),
    total: z.int().nullable(),
    /** Of those seen: under a policy that this is about, and told otherwise than before. */
    judged: z.int(),
    changed: z.int(),
    createdAt: Instant,
    startedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
  })
  .meta({ id: 'Evaluation' });
export type Evaluation = z.infer<typeof Evaluation>;
export const listEvaluations = call({
  name: 'policy.evaluations',
  method: 'GET',
  path: '/policies/evaluations',
  scope: 'read',
  summary: 'How far accounts were judged anew after changes: what waits and runs, and the last twenty that ended.',
  input: Empty,
  reply: z.object({ items: z.array(Evaluation) }),
});

/** Passwords or passphrases drawn, with how hard they are to guess, in bits. */
const drawn = z.object({ passwords: z.array(z.string()), bits: z.number() });
export const samplePolicy = call({
  name: 'policy.sample',
  method: 'POST',
  path: '/policies/sample',
  scope: 'administer',
  secret: true,
  summary: 'Draws passwords that keep rules not stored yet, and says the rules in words.',
  input: z
    .object({ kind: PolicyKind.default('password'), ...rules, count: z.int().min(1).max(5).default(3) })
    .superRefine(fits),
  reply: drawn.extend({ says: z.array(z.string()) }),
});
export const generatePassword = call({
  name: 'policy.generate',
  method: 'POST',
  path: '/policies/:policyId/generate',
  scope: 'passwords',
  secret: true,
  summary: 'Draws passwords, or passphrases, that keep the policy. Nothing is stored.',
  input: z.object({
    policyId: PolicyId,
    count: z.int().min(1).max(20).default(1),
    length: z.int().min(4).max(128).optional(),
    /** Words instead of characters; with as many of them as asked, or as the policy wants and keeps. */
    passphrase: z.boolean().default(false),
    words: z.int().min(3).max(12).optional(),
    username: z.string().max(255).optional(),
    resourceType: z.string().max(80).optional(),
  }),
  reply: drawn,
});
