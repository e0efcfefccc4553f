import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PatternFault, plainPattern, safePattern } from './pattern.ts';

it.each([
  ['password:', 'New Password: ', true],
  ['^router[0-9]+#$', 'hello\nRouter12#', true],
  ['^router[0-9]+#$', 'hello\nRouter12# ', false],
  ['(?:ok|done)\\.', 'All Done.', true],
  ['a{2,3}b', 'ab aab', true],
  ['^a{2,3}b', 'aaaab', false],
  ['[^a-z\\d]{2}', 'ab1-?', true],
  ['\\w+\\s\\S+', 'set x', true],
  ['(a|b|)*c$', 'ababc', true],
  ['x?y??z', 'z', true],
  ['\\[confirm\\]', 'Proceed? [confirm]', true],
  ['a.b', 'a\nb', false],
  ['[A-F]x', 'cX', true],
  ['\\\\A', 'C:\\a', true],
  ['[\\]-]', ']', true],
])('%j in %j: %s', (pattern, text, there) => {
  expect(safePattern(pattern).test(text)).toBe(there);
});

it.each([
  '(a)\\1',
  '(?=a)',
  '(?<n>a)',
  '(',
  ')',
  'a**',
  '*a',
  '[a',
  '[z-a]',
  'a{200}',
  'a{3,1}',
  '^*',
  '\\q',
  '((a{100}){100}){100}',
])('refuses %j with a reason', (pattern) => {
  expect(() => safePattern(pattern)).toThrow(PatternFault);
});

it('says what JavaScript says, of whatever patterns both know', () => {
  const atom = fc.constantFrom('a', 'b', 'A', '.', '[ab]', '[^a]', '\\d', '\\w', '-', '(?:a|b)', '(ab|)', '^', '$');
  const quantifier = fc.constantFrom('', '', '*', '+', '?', '{1,2}', '+?');
  const piece = fc.tuple(atom, quantifier).map(([one, q]) => (one === '^' || one === '$' ? one : one + q));
  const pattern = fc.array(
    fc.array(piece, { maxLength: 4 }).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 3 },
  );
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '1', '-', '\n'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (parts, held) => {
      const source = parts.join('|');
      // `^` is the beginning of a line, `$` the end of everything.
      const same = new RegExp(
        source
          .replaceAll('$', '(?![^])')
          .replaceAll('^', '\u0000')
          .replaceAll('[\u0000', '[^')
          .replaceAll('\u0000', '(?<=^|\\n)'),
        'i',
      );
      expect([source, held, safePattern(source).test(held)]).toEqual([source, held, same.test(held)]);
    }),
    { numRuns: 500 },
  );
});

it('takes no longer for the patterns that explode elsewhere', () => {
  const held = 'a'.repeat(8000);
  const began = performance.now();
  for (const pattern of ['(a+)+b', '(a|a)*b', '(a*)*b', '(.*)*x', '((a?){100})b'])
    expect(safePattern(pattern).test(held)).toBe(false);
  // Milliseconds when alone; an exploding matcher would not end before the universe does.
  expect(performance.now() - began).toBeLessThan(20_000);
});

it('finds a text as it stands, in any case', () => {
  expect(plainPattern('New.Pass').test('enter new.pass:')).toBe(true);
  expect(plainPattern('New.Pass').test('enter newxpass:')).toBe(false);
});
