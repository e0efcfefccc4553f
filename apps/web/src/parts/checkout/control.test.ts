import { ControlInput } from '@strongroom/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { controlFaults, emptyControl, inputOf, type ControlDraft } from './control-draft.ts';
import { controlInWords } from './control-words.ts';

const person = (name: string, active = true) => ({ id: '0193a000-0000-7000-8000-000000000001', name, active });
const [ada, priya, marcus, yuki] = ['Ada', 'Priya', 'Marcus', 'Yuki'].map((name) => person(name));
const of = (...people: (typeof ada)[]) => people.filter((one) => one !== undefined);

it('says what a control means', () => {
  const base = { ...emptyControl, approvers: of(ada, priya) };
  expect(controlInWords(base)).toBe(
    'People must ask. Ada or Priya must agree within 24 hours. Whoever checks a password out has it alone for 8 hours at most.',
  );
  expect(controlInWords({ ...base, both: true, exclusiveHours: 0, resetAfter: true, excluded: of(yuki) })).toBe(
    'People must ask. Ada and Priya must both agree within 24 hours. Whoever checks a password out has it alone until it is checked in, and then it is reset. Yuki need not ask.',
  );
  expect(
    controlInWords({
      ...base,
      approvers: of(ada, priya, marcus, yuki),
      both: true,
      automatic: 'windows',
      windows: [{ from: '14:00', to: '15:00' }],
      ticketApproves: true,
    }),
  ).toBe(
    'People must ask. Two of Ada, Priya and 2 more people must agree within 24 hours. Requests made between 14:00 and 15:00 are approved at once. A valid ticket takes the place of an approval. Whoever checks a password out has it alone for 8 hours at most.',
  );
  expect(controlInWords({ ...base, automatic: 'always' })).toContain(
    'Every request is approved at once, and the approvers are told.',
  );
});
it('wants as many active approvers as must agree', () => {
  expect(controlFaults(emptyControl)).toHaveProperty('approvers');
  expect(controlFaults({ ...emptyControl, approvers: [person('Off', false)] })).toHaveProperty('approvers');
  expect(controlFaults({ ...emptyControl, approvers: of(ada), both: true })).toHaveProperty('approvers');
  expect(controlFaults({ ...emptyControl, approvers: of(ada, priya), both: true })).toEqual({});
  expect(controlInWords(emptyControl)).toContain('Nobody can approve yet.');
});

const time = fc.constantFrom('', '00:00', '09:30', '14:00', '23:59');
const hours = fc.oneof(fc.integer({ min: -2, max: 9000 }), fc.constantFrom('', '1.5', 1.5));
const drafts: fc.Arbitrary<ControlDraft> = fc.record({
  approvers: fc.array(
    fc.boolean().map((active) => person('A', active)),
    { maxLength: 3 },
  ),
  both: fc.boolean(),
  excluded: fc.constant(of(yuki)),
  requestHours: hours,
  exclusiveHours: hours,
  resetAfter: fc.boolean(),
  automatic: fc.constantFrom('never', 'always', 'windows'),
  windows: fc.array(fc.record({ from: time, to: time }), { maxLength: 3 }),
  ticketApproves: fc.boolean(),
});
it('finds no fault with exactly what the contract takes, as far as approvers go', () => {
  fc.assert(
    fc.property(drafts, (draft) => {
      const fits = ControlInput.safeParse(inputOf(draft, true)).success;
      const able = draft.approvers.filter(({ active }) => active).length >= (draft.both ? 2 : 1);
      // An empty field is nothing, though it counts as 0; and hours of the day are wanted, or nothing would be approved.
      const given =
        draft.requestHours !== '' &&
        draft.exclusiveHours !== '' &&
        (draft.automatic !== 'windows' || draft.windows.length > 0);
      expect(Object.keys(controlFaults(draft)).length === 0).toBe(fits && able && given);
    }),
  );
});
