// What a password must be, and passwords that are so.
// It owns the rules' meaning, the generator and the lists of words and of common passwords.
// It stores nothing and knows no account.
export { builtInPolicies, loginRules } from './built-in.ts';
export { drawPassphrase, drawPassword, generate, NothingKeeps, type Below, type Drawn, type Wish } from './draw.ts';
export { faults, inWords, type Limits, type Rules } from './rules.ts';
export { hasDictionaryWord, isCommon, passphraseWords } from './words.ts';
