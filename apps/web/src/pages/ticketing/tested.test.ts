import { describe, expect, it } from 'vitest';
import { verdictOf, type Tested } from './tested.ts';

const open: Tested = { is: 'open', why: null, milliseconds: 5, fields: [], conditions: [], conditionsHold: true };

describe('a tested ticket', () => {
  it('passes when it is open, fits, and the conditions hold together', () => {
    expect(verdictOf(open)).toBe('passes');
  });
  it('is refused when it is closed, missing or unfit, and when the conditions do not hold or cannot be told', () => {
    for (const part of [
      { is: 'closed' as const },
      { is: 'not-found' as const, conditionsHold: null },
      { why: 'It names another resource.' },
      { conditionsHold: false },
      { conditionsHold: null },
    ])
      expect(verdictOf({ ...open, ...part })).toBe('refused');
  });
  it('was not checked when nobody could be asked', () => {
    expect(verdictOf({ ...open, is: 'failed', why: 'It did not answer.', conditionsHold: null })).toBe('unchecked');
  });
});
