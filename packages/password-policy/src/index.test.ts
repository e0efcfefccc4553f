import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { builtInPolicies, faults, generate, isCommon, loginRules } from './index.ts';

describe('password policy', () => {
  it.each(builtInPolicies)('draws passwords that keep $name, within a target’s limits', (rules) => {
    for (let i = 0; i < 3000; i++) {
      const password = generate(rules, { username: 'root', limits: { maxLength: 30, forbidden: '$^&' } });
      expect(faults(rules, password, 'root')).toEqual([]);
      expect(password).not.toMatch(/[$^&]/);
    }
  });

  it('uses every allowed character about equally often', () => {
    const rules = { ...loginRules, minLength: 60, maxLength: 60, loginNameAllowed: true };
    const counts = new Map<string, number>();
    for (let i = 0; i < 2000; i++) for (const c of generate(rules)) counts.set(c, (counts.get(c) ?? 0) + 1);
    expect(counts.size).toBe(62);
    const expected = (2000 * 60) / 62;
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // 61 degrees of freedom: above 140 once in ten million honest runs.
    expect(chiSquare).toBeLessThan(140);
  });

  it('says why not, and refuses common passwords and log-in names', () => {
    const strong = builtInPolicies[2]!;
    expect(faults(strong, 'abc', 'root')).toHaveLength(4);
    expect(faults(loginRules, 'Password1234', 'x')).toEqual(
      isCommon('password1234') ? ['This is among the most common leaked passwords.'] : [],
    );
    expect(faults(loginRules, 'qwertyuiop123', 'x')).toEqual(['This is among the most common leaked passwords.']);
    expect(faults(loginRules, 'is-it-ADMIN-or-not', 'admin')).toEqual(['Leave the log-in name out.']);
  });

  it('counts characters, not UTF-16 units', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), (n) => {
        expect(faults(loginRules, '🔑'.repeat(n)).length).toBe(n < 12 ? 1 : 0);
      }),
    );
  });

  it('refuses what no password can keep', () => {
    expect(() =>
      generate({ ...builtInPolicies[2]!, minLength: 40 }, { limits: { maxLength: 8, forbidden: '' } }),
    ).toThrow('no password keeps');
  });
});
