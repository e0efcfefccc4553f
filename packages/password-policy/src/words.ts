// Lists of words, from a package that is MIT-licensed: the EFF's long list for dice, of 7,776 English words (CC BY 3.0 US,
// https://www.eff.org/dice), and 49,233 passwords that leaked most often.
import { dictionary } from '@zxcvbn-ts/language-common';

/** The words that passphrases are drawn from: small letters of three to nine each, no two alike. */
export const passphraseWords: readonly string[] = dictionary['diceware-common'].map(String);

const leaked = dictionary['passwords-common'].map(String);
const common = new Set(leaked);

/** True when the password is among the 49,000 most common leaked ones, whatever its case. Works offline. */
export const isCommon = (password: string): boolean => common.has(password.toLowerCase());

/** Shorter words stand in chance passwords all the time. */
const shortest = 5;
const longest = 12;
const known = new Set(
  [...passphraseWords, ...leaked].filter(
    (word) => word.length >= shortest && word.length <= longest && /^[a-z]+$/.test(word),
  ),
);

const standsFor: Readonly<Record<string, string>> = { '0': 'o', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's' }; // prettier-ignore

/**
 * True when a word of five letters or more stands in the password, whatever its case, also with the digits and signs that people
 * put for letters. `1` and `!` stand for i and for l.
 */
export function hasDictionaryWord(password: string): boolean {
  const plain = password.toLowerCase().replace(/[034579@$]/g, (c) => standsFor[c] ?? c);
  if (!/[1!]/.test(plain)) return hasWord(plain);
  return hasWord(plain.replace(/[1!]/g, 'i')) || hasWord(plain.replace(/[1!]/g, 'l'));
}

function hasWord(text: string): boolean {
  for (const run of text.split(/[^a-z]+/))
    for (let from = 0; from + shortest <= run.length; from++)
      for (let to = from + shortest; to <= Math.min(run.length, from + longest); to++)
        if (known.has(run.slice(from, to))) return true;
  return false;
}
