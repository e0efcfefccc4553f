import type { Field } from '@strongroom/contract';
import { describe, expect, it } from 'vitest';
import { draftFaults, startingDraft, toLocal, valuesOf } from './field-draft.ts';

const field = (id: string, kind: Field['kind'], more: Partial<Field> = {}): Field =>
  ({ id, name: id, kind, belongsTo: 'resource', options: [], required: false, types: [], ...more }) as Field;
const fields = [
  field('t', 'text'),
  field('n', 'number'),
  field('p', 'password'),
  field('d', 'date-time'),
  field('f', 'file'),
];

describe('values of own fields in a form', () => {
  it('sends what changed, clears what was emptied, and leaves a password alone that nobody touched', () => {
    const stored = { t: 'old', n: '4', d: '2026-05-31T14:30:00Z' };
    const draft = startingDraft(fields, stored);
    expect(Object.keys(draft)).toEqual(['t', 'n', 'd']);
    expect(valuesOf(fields, draft, stored)).toEqual({});
    expect(valuesOf(fields, { ...draft, t: ' new ', n: '', p: 'x ' }, stored)).toEqual({ t: 'new', n: null, p: 'x ' });
    expect(valuesOf(fields, { ...draft, p: '' }, stored)).toEqual({ p: null });
    // A new one sends only what was given.
    expect(valuesOf(fields, { t: 'a', n: '', d: '' })).toEqual({ t: 'a' });
  });
  it('shows an instant in the browser’s zone and sends the same instant', () => {
    const local = toLocal('2026-05-31T14:30:00Z');
    expect(valuesOf(fields, { d: local })).toEqual({ d: '2026-05-31T14:30:00.000Z' });
    expect([toLocal(undefined), toLocal('nonsense')]).toEqual(['', '']);
  });
  it('says what is missing, but not of a password that is stored already', () => {
    const needed = [field('t', 'text', { required: true }), field('p', 'password', { required: true })];
    expect(Object.keys(draftFaults(needed, {}))).toEqual(['t', 'p']);
    expect(Object.keys(draftFaults(needed, { t: 'x' }, ['p']))).toEqual([]);
    expect(Object.keys(draftFaults(needed, { t: 'x', p: '' }, ['p']))).toEqual(['p']);
    expect(Object.keys(draftFaults(fields, { n: '1e5' }))).toEqual(['n']);
  });
});
