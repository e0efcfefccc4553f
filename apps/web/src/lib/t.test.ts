import { afterEach, expect, it, vi } from 'vitest';
import { isValidElement } from 'react';
import { catalogue, parse } from './t.ts';

vi.stubGlobal('document', { documentElement: { lang: 'en' } });
const { useLanguage } = await import('./t.ts');
afterEach(() => useLanguage('en', { sample: {} }));

const sample = catalogue('sample', {
  plain: 'Nothing to fill',
  name: 'Delete {name}?',
  count: '{count, plural, =0 {No accounts} one {# account} other {# accounts}}',
  mixed: '{name} has {count, plural, one {# version} other {# versions}} left',
});

it('fills names and writes numbers as the language does', () => {
  expect(sample('plain')).toBe('Nothing to fill');
  expect(sample('name', { name: 'fra-01' })).toBe('Delete fra-01?');
  expect(sample('mixed', { name: 'root', count: 100_248 })).toBe('root has 100,248 versions left');
});

it('chooses exact cases before plural classes', () => {
  expect([0, 1, 2].map((count) => sample('count', { count }))).toEqual(['No accounts', '1 account', '2 accounts']);
});

it('never reads what a value holds as part of the message', () => {
  expect(sample('name', { name: '{count, plural, other {#}}' })).toBe('Delete {count, plural, other {#}}?');
});

it('falls back to English where a translation is silent, and follows its plural rules', () => {
  useLanguage('pl', {
    sample: { count: '{count, plural, one {# konto} few {# konta} many {# kont} other {# konta}}' },
  });
  expect(sample('count', { count: 5 })).toBe('5 kont');
  expect(sample('count', { count: 3 })).toBe('3 konta');
  expect(sample('plain')).toBe('Nothing to fill');
});

it('refuses a catalogue with a brace that is never closed', () => {
  expect(() => parse('Delete {name')).toThrow();
  expect(() => parse('{n, plural, one {# day}')).toThrow();
});

it('keeps elements whole in a rich message', () => {
  const node = sample.rich('name', { name: 'x' });
  expect(isValidElement(node)).toBe(true);
});
