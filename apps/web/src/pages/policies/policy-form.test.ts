import { PolicyRules } from '@strongroom/contract';
import { expect, it } from 'vitest';
import { formOf, newPolicy, rulesOf } from './policy-form.ts';

it('begins with rules that the server takes, and comes back from a policy as it was', () => {
  const rules = rulesOf(newPolicy);
  expect(PolicyRules.safeParse(rules).success).toBe(true);
  const stored = { ...rules, id: 'x', name: '', description: '', builtIn: false, isDefault: false, version: 1 };
  expect(formOf(stored as never)).toEqual(newPolicy);
});

it('asks for words or for none, takes each special character once, and waits for every number', () => {
  expect(rulesOf({ ...newPolicy, kind: 'passphrase' })).toMatchObject({ words: 5, dictionaryWordsAllowed: true });
  expect(rulesOf(newPolicy)).toMatchObject({ words: 0 });
  expect(rulesOf({ ...newPolicy, specialCharacters: '##+' })?.specialCharacters).toBe('#+');
  for (const minLength of ['', 'x', 1.5])
    expect(rulesOf({ ...newPolicy, numbers: { ...newPolicy.numbers, minLength } })).toBeNull();
});
