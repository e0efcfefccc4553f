import { setTicketing } from '@strongroom/contract';
import { describe, expect, it } from 'vitest';
import { formErrors, formOf, inputOf } from './ticketing-form.ts';

describe('the form of ticketing', () => {
  it('begins with defaults that only lack an address and what signs in', () => {
    expect(Object.keys(formErrors(formOf(null), null))).toEqual(['url', 'secret']);
  });
  it('gives what the server takes, and reads back what it stored', () => {
    const form = {
      ...formOf(null),
      ...{ url: ' https://desk.example.org ', closedStates: 'Closed, Done,', secret: 'key' },
      mapping: [{ field: ' requester.name ', operator: 'EQUAL' as const, other: 'user' }],
      conditions: [{ field: 'priority', operator: 'NOT_EQUAL' as const, other: ' Low ' }],
    };
    const input = setTicketing.input.parse(inputOf(form, null));
    expect(input).toMatchObject({
      url: 'https://desk.example.org',
      closedStates: ['Closed', 'Done'],
      mapping: [{ field: 'requester.name', column: 'user' }],
      conditions: [{ value: 'Low' }],
    });
    const { secret: _, clientSecret: __, ...kept } = input;
    const stored = { ...kept, credentialStored: true, changedBy: 'x', changedAt: '2026-11-27T00:00:00Z', version: 3 };
    expect(setTicketing.input.parse(inputOf(formOf(stored), stored))).toMatchObject({ ...kept, version: 3 });
  });
  it('wants every row filled and whole seconds', () => {
    const form = {
      ...formOf(null),
      url: 'https://x',
      secret: 'key',
      timeLimit: '1.5',
      mapping: [{ field: 'a', operator: 'EQUAL' as const, other: '' }],
    };
    expect(Object.keys(formErrors(form, null))).toEqual(['timeLimitSeconds', 'mapping']);
  });
  it('wants what signs in again for another system, address or name, unless it is off or a module asks', () => {
    const form = { ...formOf(null), url: 'https://desk.example.org', username: 'agent' };
    const { secret: _, clientSecret: __, ...kept } = setTicketing.input.parse(inputOf(form, null));
    const stored = { ...kept, credentialStored: true, changedBy: 'x', changedAt: '2026-11-27T00:00:00Z', version: 3 };
    const missing = (part: object, of = stored) => 'secret' in formErrors({ ...formOf(of), ...part }, of);
    expect(missing({})).toBe(false);
    expect(missing({ table: 'change_request', timeLimit: '5' })).toBe(false);
    expect(missing({}, { ...stored, credentialStored: false })).toBe(true);
    for (const part of [{ system: 'zendesk' }, { url: 'https://other.example.org' }, { username: 'other' }]) {
      expect(missing(part)).toBe(true);
      expect(missing({ ...part, secret: 'key' })).toBe(false);
      expect(missing({ ...part, on: false })).toBe(false);
    }
    expect(missing({ system: 'other' })).toBe(false);
  });
});
