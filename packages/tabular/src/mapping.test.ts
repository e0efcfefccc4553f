import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guessMapping } from './index.ts';

const fields = [
  { key: 'resource', names: ['Resource name', 'Host', 'Name'] },
  { key: 'account', names: ['User account', 'Login', 'Name'] },
  { key: 'password', names: ['Passwort', 'Mot de passe'] },
];

describe('guessing which column holds what', () => {
  test('case, spaces, punctuation and accents do not matter', () => {
    expect(guessMapping(['  RESOURCE_NAME:', 'user-account', 'Mot de pâssé'], fields)).toEqual({
      resource: 0,
      account: 1,
      password: 2,
    });
  });

  test('the key itself is a name', () => {
    expect(guessMapping(['password', 'account'], fields)).toEqual({ password: 0, account: 1 });
  });

  test('a first name wins over an earlier field that also takes it', () => {
    expect(guessMapping(['Name', 'Host'], fields)).toEqual({ resource: 1, account: 0 });
  });

  test('of two equal columns the left one is taken, and the other may serve another field', () => {
    expect(guessMapping(['Name', 'name'], fields)).toEqual({ resource: 0, account: 1 });
  });

  test('columns without a text, and fields without a column, stay out', () => {
    expect(guessMapping(['', '***', 'Colour'], [...fields, { key: 'x', names: ['', '---'] }])).toEqual({});
  });

  test('a field may be called what objects have already', () => {
    expect(Object.entries(guessMapping(['constructor'], [{ key: '__proto__', names: ['constructor'] }]))).toEqual([
      ['__proto__', 0],
    ]);
  });

  test('no column serves two fields, and every field has a column that bears one of its names', () => {
    const word = fc.constantFrom('Name', 'name ', 'Host', 'n.a.m.e', 'IP', '', 'Login', 'ho st');
    const someFields = fc.uniqueArray(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'ip'), names: fc.array(word) }), {
      selector: ({ key }) => key,
    });
    fc.assert(
      fc.property(fc.array(word), someFields, (header, some) => {
        const mapping = guessMapping(header, some);
        const columns = Object.values(mapping);
        expect(new Set(columns).size).toBe(columns.length);
        for (const [key, column] of Object.entries(mapping)) {
          const { names } = some.find((field) => field.key === key)!;
          const bare = (text: string): string => text.toLowerCase().replace(/[ .]/g, '');
          expect([key, ...names].map(bare)).toContain(bare(header[column]!));
        }
      }),
    );
  });
});
