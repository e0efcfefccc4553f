import { describe, expect, it } from 'vitest';
import { checkPassword, meetsAll } from './password-checks.ts';

const unmet = (password: string, username = 'ada') =>
  checkPassword(password, username)
    .filter((check) => !check.met)
    .map((check) => check.id);

describe('the list beside a log-in password', () => {
  it('is met by a long mixed password', () => {
    expect(unmet('Correct-Horse-27')).toEqual([]);
    expect(meetsAll(checkPassword('Correct-Horse-27', 'ada'))).toBe(true);
  });
  it('names each point that is missing', () => {
    expect(unmet('')).toEqual(['length', 'mixed', 'digits', 'specials', 'notName']);
    expect(unmet('correct-horse-27')).toEqual(['mixed']);
    expect(unmet('Correct-Horse-battery')).toEqual(['digits']);
    expect(unmet('CorrectHorse 27')).toEqual(['specials']);
    expect(unmet('Kurz-27')).toEqual(['length']);
  });
  it('finds the user name in any case, and does not look for one of two letters', () => {
    expect(unmet('My-Lovely-ADA-27', 'Ada')).toEqual(['notName']);
    expect(unmet('My-Lovely-Ox-27', 'ox')).toEqual([]);
  });
  it('counts characters, not code units', () => {
    expect(unmet('Aa1-😀😀😀😀😀😀')).toEqual(['length']);
  });
});
