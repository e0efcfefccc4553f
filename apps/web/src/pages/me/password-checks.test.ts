import { describe, expect, it } from 'vitest';
import { checkPassword, meetsAll } from './password-checks.ts';

const unmet = (password: string, username = 'ada') =>
  checkPassword(password, username)
    .filter((check) => !check.met)
    .map((check) => check.id);

describe('the list beside a log-in password', () => {
  it('is met by a long password', () => {
    expect(unmet('correct horse battery')).toEqual([]);
    expect(meetsAll(checkPassword('correct horse battery', 'ada'))).toBe(true);
  });
  it('names each point that is missing', () => {
    expect(unmet('')).toEqual(['length', 'notName']);
    expect(unmet('eleven char')).toEqual(['length']);
  });
  it('finds the user name in any case, and does not look for one of two letters', () => {
    expect(unmet('my lovely ADA and I', 'Ada')).toEqual(['notName']);
    expect(unmet('my lovely ox and I', 'ox')).toEqual([]);
  });
  it('counts characters, not code units', () => {
    expect(unmet('🔑'.repeat(11))).toEqual(['length']);
    expect(unmet('🔑'.repeat(12))).toEqual([]);
  });
});
