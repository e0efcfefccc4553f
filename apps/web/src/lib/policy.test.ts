import type { Policy } from '@strongroom/contract';
import { expect, it } from 'vitest';
import { policyRules } from './policy.ts';

const policy: Policy = {
  id: '00000000-0000-7000-8000-000000000001' as Policy['id'],
  name: 'Strong',
  description: '',
  kind: 'password',
  dictionaryWordsAllowed: true,
  words: 0,
  version: 1,
  builtIn: true,
  isDefault: true,
  minLength: 8,
  maxLength: 12,
  mixedCase: true,
  digits: 1,
  specials: 1,
  specialCharacters: '#%',
  startsWithLetter: true,
  loginNameAllowed: false,
  historyDepth: 3,
  maxAgeDays: 90,
};
const unmet = (password: string, username = 'root') =>
  policyRules(policy, password, username)
    .filter((rule) => !rule.met)
    .map((rule) => rule.says);

it('says which rules a password keeps', () => {
  expect(unmet('Abcdef1#')).toEqual([]);
  expect(unmet('abcdef1#')).toEqual(['Upper and lower case letters']);
  expect(unmet('Ab1#')).toEqual(['8–12 characters']);
  expect(unmet('1bcdEf1#')).toEqual(['Starts with a letter']);
  expect(unmet('AbcdefG!1')).toEqual(['At least 1 special character']);
});

it('finds the log-in name in any case, and asks for nothing while there is no name', () => {
  expect(unmet('xROOTx1#')).toEqual(['Does not contain the log-in name']);
  expect(policyRules(policy, 'Abcdef1#', '').some((rule) => rule.says.includes('log-in name'))).toBe(false);
});

it('counts the different words of a passphrase', () => {
  const words: Policy = { ...policy, kind: 'passphrase', words: 2, maxLength: 60 };
  const met = (text: string) => policyRules(words, text).find((rule) => rule.says.includes('words'))?.met;
  expect([met('river-stone'), met('river-River'), met('river-x')]).toEqual([true, false, false]);
});

it('counts characters, not code units', () => {
  expect(unmet('Ab1#😀😀😀😀')).toEqual([]);
});
