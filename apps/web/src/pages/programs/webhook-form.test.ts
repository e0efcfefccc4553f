import { describe, expect, it } from 'vitest';
import { bodyOf, faultOf, formOf } from './webhook-form.ts';

const form = { ...formOf(null), name: ' SIEM ', url: ' https://siem.example/in ', events: ['account.*'] };

describe('the form of a webhook', () => {
  it('says what is missing', () => {
    expect(faultOf(formOf(null))).toBe('nameMissing');
    for (const url of ['', 'http://siem.example/', 'https://user@siem.example/', 'https://a b/', 'https://a/#b'])
      expect(faultOf({ ...form, url })).toBe('urlWrong');
    expect(faultOf({ ...form, events: [] })).toBe('eventsMissing');
    expect(faultOf(form)).toBeNull();
  });

  it('sends what was done in any case, and the rest as it was chosen', () => {
    expect(bodyOf(form)).toEqual({
      ...{ name: 'SIEM', url: 'https://siem.example/in', events: ['account.*'] },
      ...{ outcomes: ['done'], privateNetwork: false },
    });
    expect(bodyOf({ ...form, refused: true, failed: true }).outcomes).toEqual(['done', 'refused', 'failed']);
  });
});
