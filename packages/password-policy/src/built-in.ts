import type { Rules } from './rules.ts';

const specialCharacters = '!@#$%^&*-_=+';

/** The policies every organisation has and nobody changes. Their names are the reference product's. */
export const builtInPolicies: readonly (Rules & {
  name: string;
  description: string;
  historyDepth: number;
  maxAgeDays: number;
  isDefault: boolean;
})[] = [
  {
    name: 'Low',
    description: 'For systems that take little.',
    kind: 'password',
    minLength: 8,
    maxLength: 64,
    mixedCase: false,
    digits: 0,
    specials: 0,
    specialCharacters,
    startsWithLetter: false,
    loginNameAllowed: true,
    dictionaryWordsAllowed: true,
    words: 0,
    historyDepth: 0,
    maxAgeDays: 0,
    isDefault: false,
  },
  {
    name: 'Medium',
    description: 'Mixed letters and a digit.',
    kind: 'password',
    minLength: 12,
    maxLength: 64,
    mixedCase: true,
    digits: 1,
    specials: 0,
    specialCharacters,
    startsWithLetter: false,
    loginNameAllowed: false,
    dictionaryWordsAllowed: true,
    words: 0,
    historyDepth: 3,
    maxAgeDays: 180,
    isDefault: false,
  },
  {
    name: 'Strong',
    description: 'Long, of every kind of character.',
    kind: 'password',
    minLength: 16,
    maxLength: 64,
    mixedCase: true,
    digits: 2,
    specials: 2,
    specialCharacters,
    startsWithLetter: false,
    loginNameAllowed: false,
    dictionaryWordsAllowed: true,
    words: 0,
    historyDepth: 5,
    maxAgeDays: 90,
    isDefault: true,
  },
  {
    name: 'Offline Password File',
    description: 'A passphrase that people type: it guards an encrypted file of passwords.',
    kind: 'passphrase',
    minLength: 20,
    maxLength: 128,
    mixedCase: false,
    digits: 0,
    specials: 0,
    specialCharacters,
    startsWithLetter: false,
    loginNameAllowed: false,
    dictionaryWordsAllowed: true,
    words: 5,
    historyDepth: 0,
    maxAgeDays: 0,
    isDefault: false,
  },
];

/** What a person's own log-in password must be at least: long rather than contrived. Source: NIST SP 800-63B section 5.1.1. */
export const loginRules: Rules = {
  kind: 'password',
  minLength: 12,
  maxLength: 256,
  mixedCase: false,
  digits: 0,
  specials: 0,
  specialCharacters: '',
  startsWithLetter: false,
  loginNameAllowed: false,
  dictionaryWordsAllowed: true,
  words: 0,
};
