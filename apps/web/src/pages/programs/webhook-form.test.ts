import { describe, expect, it } from 'vitest';
import { bodyOf, faultsOf, formOf } from './webhook-form.ts';

const form = { ...formOf(null), name: ' SIEM ', url: ' https://siem.example/in ', events: ['account.*'] };

describe('the form of a webhook', () => {
  it('says everything that is missing at once', () => {
    expect(faultsOf(formOf(null))).toEqual(['nameMissing', 'urlWrong', 'eventsMissing']);
    for (const url of ['', 'http://siem.example/', 'https://user@siem.example/', 'https://a b/', 'https://a/#b'])
      expect(faultsOf({ ...form, url })).toEqual(['urlWrong']);
    expect(faultsOf({ ...form, events: [] })).toEqual(['eventsMissing']);
    expect(faultsOf(form)).toEqual([]);
  });

  it('sends what was done in any case, and the rest as it was chosen', () => {
    expect(bodyOf(form)).toEqual({
      ...{ name: 'SIEM', url: 'https://siem.example/in', events: ['account.*'] },
      ...{ outcomes: ['done'], privateNetwork: false },
    });
    expect(bodyOf({ ...form, refused: true, failed: true }).outcomes).toEqual(['done', 'refused', 'failed']);
  });
});
