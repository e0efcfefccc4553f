import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  builtInPolicies,
  drawPassphrase,
  drawPassword,
  faults,
  generate,
  hasDictionaryWord,
  inWords,
  isCommon,
  loginRules,
  NothingKeeps,
  passphraseWords,
  type Below,
  type Rules,
} from './index.ts';

/** A stream of numbers that is the same every time, so that a test of chance never fails by chance. */
function seeded(seed: number): Below {
  let state = seed >>> 0;
  return (n) => {
    // mulberry32: good enough to look for a bias of the generator's own.
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * n);
  };
}

/** Wilson and Hilferty: how many standard deviations a chi-square value lies above what is expected. */
const deviations = (chiSquare: number, degrees: number): number =>
  ((chiSquare / degrees) ** (1 / 3) - (1 - 2 / (9 * degrees))) / Math.sqrt(2 / (9 * degrees));
/** Six standard deviations: once in a thousand million honest runs. */
const never = 6;

function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

const ruleSets: fc.Arbitrary<Rules> = fc.record({
  kind: fc.constant('password' as const),
  minLength: fc.integer({ min: 8, max: 40 }),
  maxLength: fc.integer({ min: 40, max: 64 }),
  mixedCase: fc.boolean(),
  digits: fc.integer({ min: 0, max: 3 }),
  specials: fc.integer({ min: 0, max: 3 }),
  specialCharacters: fc.subarray([...'!@#$%^&*-_=+'], { minLength: 1 }).map((set) => set.join('')),
  startsWithLetter: fc.boolean(),
  loginNameAllowed: fc.boolean(),
  dictionaryWordsAllowed: fc.boolean(),
  words: fc.constant(0),
});

describe('the generator', () => {
  it.each(builtInPolicies)(
    'draws nothing that does not keep $name: 100,000 of them, within a target’s limits [POL-02]',
    { timeout: 60_000 },
    (rules) => {
      const seen = new Set<string>();
      for (let i = 0; i < 100_000; i++) {
        const password = generate(rules, { username: 'root', limits: { maxLength: 100, forbidden: '$^&' } });
        const found = faults(rules, password, 'root');
        if (found.length > 0 || /[$^&]/.test(password)) expect([password, found]).toEqual(['kept', []]);
        seen.add(password);
      }
      expect(seen.size).toBe(100_000);
    },
  );

  it('keeps whatever rules there are', () => {
    fc.assert(
      fc.property(ruleSets, fc.integer({ min: 4, max: 64 }), (rules, length) => {
        const { password, bits } = drawPassword(rules, { username: 'root', length });
        expect(faults(rules, password, 'root')).toEqual([]);
        expect(bits).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    ['by trying', { ...loginRules, minLength: 12, maxLength: 12, digits: 1 }, false],
    // Hardly any string keeps these by chance, so they are put together by counting.
    ['by counting', { ...loginRules, minLength: 6, maxLength: 6, digits: 4, mixedCase: true }, true],
  ] as const)(
    'gives every character and place its share, %s: none is likelier than by the rules alone [POL-02]',
    { timeout: 60_000 },
    (_, rules, rare) => {
      const below = seeded(20_261_126);
      const draws = 60_000;
      const length = rules.minLength;
      const counts = Array.from({ length }, () => new Map<string, number>());
      for (let i = 0; i < draws; i++) {
        const { password } = drawPassword(rules, { length, below });
        [...password].forEach((c, at) => counts[at]?.set(c, (counts[at].get(c) ?? 0) + 1));
      }
      const kinds = ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789'];
      for (const place of counts)
        for (const kind of kinds) {
          const of = [...kind].map((c) => place.get(c) ?? 0);
          expect(Math.min(...of)).toBeGreaterThan(0);
          expect(deviations(chiSquare(of), of.length - 1)).toBeLessThan(never);
        }
      // And each kind as often in one place as in another.
      for (const kind of kinds) {
        const perPlace = counts.map((place) => [...kind].reduce((sum, c) => sum + (place.get(c) ?? 0), 0));
        expect(deviations(chiSquare(perPlace), length - 1)).toBeLessThan(never);
        if (rare) expect(perPlace.reduce((sum, n) => sum + n, 0) / draws).toBeCloseTo(kind.length === 10 ? 4 : 1, 1);
      }
    },
  );

  it('draws each string of a small set as often as the next, by counting', () => {
    // Two digits and one letter each: 3 places for the digits' pair pattern, all strings listed.
    const rules: Rules = { ...loginRules, minLength: 3, maxLength: 3, digits: 2, specials: 1, specialCharacters: '!-' };
    const limits = { maxLength: 3, forbidden: '23456789' };
    const below = seeded(7);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const { password } = drawPassword(rules, { limits, below });
      counts.set(password, (counts.get(password) ?? 0) + 1);
    }
    expect(counts.size).toBe(3 * 2 * 2 * 2);
    expect(deviations(chiSquare([...counts.values()]), counts.size - 1)).toBeLessThan(never);
    expect(drawPassword(rules, { limits }).bits).toBeCloseTo(Math.log2(24), 6);
  });

  it('draws each word as often as the next, none twice, and says how hard a passphrase is to guess [POL-02]', () => {
    expect(new Set(passphraseWords).size).toBe(7776);
    const offline = builtInPolicies.find(({ kind }) => kind === 'passphrase');
    if (!offline) throw new Error('no policy for passphrases');
    const below = seeded(42);
    const counts = new Map<string, number>(passphraseWords.map((word) => [word, 0]));
    for (let i = 0; i < 40_000; i++) {
      const { password, bits } = drawPassphrase(offline, { below });
      const words = password.split('-');
      // Words that have a sign in them would be counted in parts, and there are none.
      expect(new Set(words).size).toBe(words.length);
      expect(bits).toBeGreaterThan(Math.log2(7776) * offline.words - 0.01);
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    expect(counts.size).toBe(7776);
    expect(deviations(chiSquare([...counts.values()]), 7775)).toBeLessThan(never);
    const strong = builtInPolicies[2] as Rules;
    const asked = drawPassphrase(strong, { words: 6 });
    expect(faults(strong, asked.password)).toEqual([]);
    expect(asked.password.match(/[A-Z]/g)).toHaveLength(6);
    expect(() => drawPassphrase({ ...strong, dictionaryWordsAllowed: false })).toThrow(NothingKeeps);
  });

  it('refuses what no password can keep', () => {
    expect(() =>
      generate({ ...(builtInPolicies[2] as Rules), minLength: 40 }, { limits: { maxLength: 8, forbidden: '' } }),
    ).toThrow(NothingKeeps);
    expect(() => generate({ ...loginRules, minLength: 4, maxLength: 4, digits: 3, mixedCase: true })).toThrow(
      NothingKeeps,
    );
  });
});

describe('the rules', () => {
  it('say why not, each by itself, and nothing of the password', () => {
    const rules: Rules = {
      kind: 'password',
      minLength: 10,
      maxLength: 12,
      mixedCase: true,
      digits: 2,
      specials: 2,
      specialCharacters: '#+',
      startsWithLetter: true,
      loginNameAllowed: false,
      dictionaryWordsAllowed: false,
      words: 0,
    };
    const cases: [string, string[]][] = [
      ['aB12#+qzxv', []],
      ['aB12#+qzx', ['Use at least 10 characters.']],
      ['aB12#+qzxvqzx', ['Use at most 12 characters.']],
      ['ab12#+qzxv', ['Use both small and capital letters.']],
      ['aBx2#+qzxv', ['Use at least 2 digits.']],
      ['aB12#!qzxv', ['Use at least 2 of #+']],
      ['1Ba2#+qzxv', ['Start with a letter.']],
      ['aB12#+rOOt', ['Leave the log-in name out.']],
      ['aB1#+2C4m3ls', ['Leave out words of a dictionary, also those spelt with digits.']],
    ];
    for (const [password, found] of cases)
      expect([password, faults(rules, password, 'root')]).toEqual([password, found]);
    expect(inWords(rules)).toHaveLength(8);
    for (const [password] of cases)
      for (const sentence of faults(rules, `${password}Zq`, 'root')) expect(sentence).not.toContain(password);
  });

  it('know common passwords and words, also with digits for letters', () => {
    expect(faults(loginRules, 'qwertyuiop123', 'x')).toEqual(['This is among the most common leaked passwords.']);
    expect(isCommon('PASSWORD')).toBe(true);
    expect(['xxAbacus9', '@b4cu5', 'zz5ubm1tzz', 'x-d0!phin'].map(hasDictionaryWord)).toEqual([true, true, true, true]);
    expect(['d0lph1n', 'Ab4cu', '', 'xkqzv-wpt'].map(hasDictionaryWord)).toEqual([true, false, false, false]);
  });

  it('count words of a passphrase, each once', () => {
    const offline = builtInPolicies.find(({ kind }) => kind === 'passphrase') as Rules;
    const wanted = ['Use at least 5 different words.'];
    expect(faults(offline, 'quiet harbour lantern quiet harbour')).toEqual(wanted);
    expect(faults(offline, 'quiet-harbour-lantern-river-stone')).toEqual([]);
    expect(faults(offline, 'x1y2z3x4y5z6x7y8z9x0y1z2')).toEqual(wanted);
  });

  it('count characters, not UTF-16 units', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), (n) => {
        expect(faults(loginRules, '🔑'.repeat(n)).length).toBe(n < 12 ? 1 : 0);
      }),
    );
  });
});
