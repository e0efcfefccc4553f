import { hasDictionaryWord, isCommon } from './words.ts';

/** What a policy asks. Lengths in characters; `digits`, `specials` and `words` are how many at least (0: none asked). */
export interface Rules {
  /** `passphrase`: of `words` different words, whatever else is asked of its characters. */
  readonly kind: 'password' | 'passphrase';
  readonly minLength: number;
  readonly maxLength: number;
  readonly mixedCase: boolean;
  readonly digits: number;
  readonly specials: number;
  /** The special characters that count towards `specials`, and that the generator draws from. */
  readonly specialCharacters: string;
  readonly startsWithLetter: boolean;
  readonly loginNameAllowed: boolean;
  readonly dictionaryWordsAllowed: boolean;
  readonly words: number;
}

/** What the target of the password cannot carry. */
export interface Limits {
  readonly maxLength: number;
  readonly forbidden: string;
}

const many = (n: number, one: string, more: string): string => `${n} ${n === 1 ? one : more}`;
/** A log-in name shorter than this stands in chance passwords. */
const nameCounts = 3;

/** Different words: runs of three letters or more. */
const wordsIn = (password: string): number =>
  new Set((password.match(/\p{L}{3,}/gu) ?? []).map((word) => word.toLowerCase())).size;

/**
 * Why a password does not keep the rules: one sentence each, empty when it does. No sentence has any part of the password.
 * Lengths count characters as people do (code points), not UTF-16 units. Leaked passwords are refused whatever the rules.
 */
export function faults(rules: Rules, password: string, username = ''): string[] {
  let length = 0;
  let digits = 0;
  let specials = 0;
  for (const c of password) {
    length++;
    if (c >= '0' && c <= '9') digits++;
    else if (rules.specialCharacters.includes(c)) specials++;
  }
  const found: string[] = [];
  if (length < rules.minLength) found.push(`Use at least ${rules.minLength} characters.`);
  if (length > rules.maxLength) found.push(`Use at most ${rules.maxLength} characters.`);
  if (rules.kind === 'passphrase' && wordsIn(password) < rules.words)
    found.push(`Use at least ${many(rules.words, 'word', 'different words')}.`);
  if (rules.mixedCase && !(/\p{Ll}/u.test(password) && /\p{Lu}/u.test(password)))
    found.push('Use both small and capital letters.');
  if (digits < rules.digits) found.push(`Use at least ${many(rules.digits, 'digit', 'digits')}.`);
  if (specials < rules.specials) found.push(`Use at least ${rules.specials} of ${rules.specialCharacters}`);
  if (rules.startsWithLetter && !/^\p{L}/u.test(password)) found.push('Start with a letter.');
  if (
    !rules.loginNameAllowed &&
    username.length >= nameCounts &&
    password.toLowerCase().includes(username.toLowerCase())
  )
    found.push('Leave the log-in name out.');
  if (isCommon(password)) found.push('This is among the most common leaked passwords.');
  if (!rules.dictionaryWordsAllowed && rules.kind === 'password' && hasDictionaryWord(password))
    found.push('Leave out words of a dictionary, also those spelt with digits.');
  return found;
}

/** The rules as sentences for people, in the order in which they are checked. */
export function inWords(rules: Rules): string[] {
  const says = [`${rules.minLength} to ${rules.maxLength} characters.`];
  if (rules.kind === 'passphrase') says.push(`At least ${many(rules.words, 'word', 'different words')}.`);
  if (rules.mixedCase) says.push('Small and capital letters.');
  if (rules.digits > 0) says.push(`At least ${many(rules.digits, 'digit', 'digits')}.`);
  if (rules.specials > 0)
    says.push(
      `At least ${many(rules.specials, 'special character', 'special characters')} of ${rules.specialCharacters}`,
    );
  if (rules.startsWithLetter) says.push('Starts with a letter.');
  if (!rules.loginNameAllowed) says.push('Does not contain the log-in name.');
  says.push('Is not among the 49,000 most common leaked passwords.');
  if (!rules.dictionaryWordsAllowed && rules.kind === 'password') says.push('Contains no word of a dictionary.');
  return says;
}
