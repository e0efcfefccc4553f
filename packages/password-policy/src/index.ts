// What a password must be, and passwords that are so.
// It owns the rules' meaning, the generator and the list of common passwords.
// It stores nothing and knows no account.
import { randomInt } from 'node:crypto';
import { dictionary } from '@zxcvbn-ts/language-common';

/** What a policy asks. Lengths in characters; `digits` and `specials` are how many at least (0: none asked). */
export interface Rules {
  readonly minLength: number;
  readonly maxLength: number;
  readonly mixedCase: boolean;
  readonly digits: number;
  readonly specials: number;
  /** The special characters the generator draws from; any of them counts towards `specials`. */
  readonly specialCharacters: string;
  readonly startsWithLetter: boolean;
  readonly loginNameAllowed: boolean;
}

/** What the target of the password cannot carry. */
export interface Limits {
  readonly maxLength: number;
  readonly forbidden: string;
}

const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';
const common = new Set(dictionary['passwords-common'].map((word) => String(word)));

/** True when the password is among the 49,000 most common leaked ones, whatever its case. Works offline. */
export const isCommon = (password: string): boolean => common.has(password.toLowerCase());

/**
 * Why a password does not keep the rules: one sentence each, empty when it does.
 * Lengths count characters as people do (code points), not UTF-16 units.
 */
export function faults(rules: Rules, password: string, username = ''): string[] {
  const characters = [...password];
  const count = (set: string): number => characters.filter((c) => set.includes(c)).length;
  const found: string[] = [];
  if (characters.length < rules.minLength) found.push(`Use at least ${rules.minLength} characters.`);
  if (characters.length > rules.maxLength) found.push(`Use at most ${rules.maxLength} characters.`);
  if (rules.mixedCase && !(/\p{Ll}/u.test(password) && /\p{Lu}/u.test(password)))
    found.push('Use both small and capital letters.');
  if (count(digits) < rules.digits)
    found.push(`Use at least ${rules.digits} ${rules.digits === 1 ? 'digit' : 'digits'}.`);
  if (count(rules.specialCharacters) < rules.specials)
    found.push(`Use at least ${rules.specials} of ${rules.specialCharacters}`);
  if (rules.startsWithLetter && !/^\p{L}/u.test(password)) found.push('Start with a letter.');
  if (!rules.loginNameAllowed && username.length >= 3 && password.toLowerCase().includes(username.toLowerCase()))
    found.push('Leave the log-in name out.');
  if (isCommon(password)) found.push('This is among the most common leaked passwords.');
  return found;
}

/**
 * Draws a password that keeps the rules and the target's limits, uniformly over all that do and are of that length.
 * Candidates are drawn uniformly over the allowed characters and thrown away until one keeps every rule, so that no
 * place in the password is more predictable than another. Throws when nothing can keep both.
 */
export function generate(
  rules: Rules,
  options: { length?: number | undefined; username?: string; limits?: Limits | undefined } = {},
): string {
  const allowed = (set: string): string => [...set].filter((c) => !options.limits?.forbidden.includes(c)).join('');
  const specials = rules.specials > 0 ? allowed(rules.specialCharacters) : '';
  const alphabet = allowed(lower + upper + digits) + specials;
  const most = Math.min(rules.maxLength, options.limits?.maxLength ?? rules.maxLength);
  const length = Math.min(most, Math.max(rules.minLength, options.length ?? Math.max(rules.minLength, 20)));
  if (length < rules.minLength || (rules.specials > 0 && specials === '') || alphabet === '')
    throw new Error('no password keeps both the policy and the target’s limits');
  for (let draw = 0; draw < 10_000; draw++) {
    let password = '';
    for (let i = 0; i < length; i++) password += alphabet[randomInt(alphabet.length)] ?? '';
    if (faults(rules, password, options.username).length === 0) return password;
  }
  throw new Error('no password of this length keeps the policy');
}

/** The three policies every organisation starts with. Their names are the reference product's. */
export const builtInPolicies: readonly (Rules & {
  name: string;
  historyDepth: number;
  maxAgeDays: number;
  isDefault: boolean;
})[] = [
  {
    name: 'Low',
    minLength: 8,
    maxLength: 64,
    mixedCase: false,
    digits: 0,
    specials: 0,
    specialCharacters: '!@#$%^&*-_=+',
    startsWithLetter: false,
    loginNameAllowed: true,
    historyDepth: 0,
    maxAgeDays: 0,
    isDefault: false,
  },
  {
    name: 'Medium',
    minLength: 12,
    maxLength: 64,
    mixedCase: true,
    digits: 1,
    specials: 0,
    specialCharacters: '!@#$%^&*-_=+',
    startsWithLetter: false,
    loginNameAllowed: false,
    historyDepth: 3,
    maxAgeDays: 180,
    isDefault: false,
  },
  {
    name: 'Strong',
    minLength: 16,
    maxLength: 64,
    mixedCase: true,
    digits: 2,
    specials: 2,
    specialCharacters: '!@#$%^&*-_=+',
    startsWithLetter: false,
    loginNameAllowed: false,
    historyDepth: 5,
    maxAgeDays: 90,
    isDefault: true,
  },
];

/** What a person's own log-in password must be: long rather than contrived. Source: NIST SP 800-63B section 5.1.1. */
export const loginRules: Rules = {
  minLength: 12,
  maxLength: 256,
  mixedCase: false,
  digits: 0,
  specials: 0,
  specialCharacters: '',
  startsWithLetter: false,
  loginNameAllowed: false,
};
