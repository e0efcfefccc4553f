import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  everything,
  headOf,
  isPicked,
  nothing,
  pickLimit,
  put,
  recount,
  selectionStore,
  sizeOf,
  stretch,
  type Picked,
} from './selection.ts';

const ids = Array.from({ length: 12 }, (_, i) => `r${i}`);
/** What is selected, told the plain way: id by id. */
const told = (picked: Picked): string[] => ids.filter((id) => isPicked(picked, id));

type Step =
  | { readonly does: 'put'; readonly ids: readonly string[]; readonly on: boolean }
  | { readonly does: 'all' }
  | { readonly does: 'clear' };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('put' as const), ids: fc.subarray(ids), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('all' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('clear' as const) }) },
);

describe('what is selected', () => {
  it('is what a plain set would hold, after any steps, and by all that match too', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let picked: Picked = nothing;
        let plain = new Set<string>();
        for (const one of steps) {
          if (one.does === 'all') {
            picked = everything(ids.length);
            plain = new Set(ids);
          } else if (one.does === 'clear') {
            picked = nothing;
            plain = new Set();
          } else {
            picked = put(picked, one.ids, one.on);
            for (const id of one.ids) {
              if (one.on) plain.add(id);
              else plain.delete(id);
            }
          }
          expect(told(picked)).toEqual(ids.filter((id) => plain.has(id)));
          expect(sizeOf(picked)).toBe(plain.size);
          expect(headOf(picked, ids)).toBe(plain.size === 0 ? 'none' : plain.size === ids.length ? 'all' : 'some');
        }
      }),
    );
  });

  it('is the same object when a step changes nothing, so that nothing is drawn again', () => {
    const two = put(nothing, ['r1', 'r2'], true);
    expect(put(two, ['r1'], true)).toBe(two);
    expect(put(two, ['r9'], false)).toBe(two);
    expect(recount(two, 5)).toBe(two);
  });

  it('follows the length of the list when it is everything but a few', () => {
    const most = put(everything(12), ['r0', 'r1'], false);
    expect(sizeOf(most)).toBe(10);
    expect(sizeOf(recount(most, 9))).toBe(7);
    expect(recount(most, 2)).toBe(nothing);
    expect(put(everything(2), ['r0', 'r1'], false)).toBe(nothing);
    expect(everything(0)).toBe(nothing);
  });

  it('shows half a box for rows that are selected but not loaded', () => {
    expect(headOf(put(nothing, ['elsewhere'], true), ids)).toBe('some');
    expect(headOf(nothing, [])).toBe('none');
  });
});

describe('a range', () => {
  it('leaves selected what lies from where it began to where it was led last, whatever the way', () => {
    const place = fc.nat({ max: 30 });
    fc.assert(
      fc.property(place, fc.array(place, { minLength: 1, maxLength: 8 }), (anchor, way) => {
        const on = new Set([anchor]);
        let end = anchor;
        for (const to of way) {
          const change = stretch(anchor, end, to);
          if (change.off) for (let i = change.off[0]; i <= change.off[1]; i++) on.delete(i);
          for (let i = change.on[0]; i <= change.on[1]; i++) on.add(i);
          end = to;
        }
        const [low, high] = [Math.min(anchor, end), Math.max(anchor, end)];
        expect([...on].toSorted((a, b) => a - b)).toEqual(Array.from({ length: high - low + 1 }, (_, i) => low + i));
      }),
    );
  });
});

describe('the selection of a list', () => {
  const pair = (id: string) => [id, { id }] as const;
  const listed = (more = false, total = ids.length) => ({ loaded: ids.slice(0, 4).map(pair), total, more });

  it('keeps the selected rows, and lets them go with their selection', () => {
    const store = selectionStore<{ id: string }>();
    store.put([pair('r1'), pair('r2')], true);
    store.put([pair('r1')], false);
    expect(store.rows()).toEqual([{ id: 'r2' }]);
    store.clear();
    expect(store.rows()).toEqual([]);
  });

  it('selects the loaded rows, then all that match, and has no rows to show for those', () => {
    const store = selectionStore<{ id: string }>();
    store.tell(listed());
    expect(store.page(true)).toBe(true);
    expect(store.read().head).toBe('all');
    expect(store.rows()).toHaveLength(4);
    expect(store.all()).toBe(true);
    expect(store.read().picked).toEqual(everything(12));
    expect(store.rows()).toEqual([]);
    store.put([pair('r3')], false);
    expect(store.has('r3')).toBe(false);
    expect(store.size()).toBe(11);
    // Selected again one by one, and still no part of a list of rows that would not be the whole.
    store.put([pair('r3')], true);
    expect(store.rows()).toEqual([]);
  });

  it('does not select more than one piece of work can be done for', () => {
    const store = selectionStore<{ id: string }>();
    store.tell(listed(true, pickLimit));
    expect(store.all()).toBe(false);
    store.tell(listed(false, pickLimit + 1));
    expect(store.all()).toBe(false);
    const many = Array.from({ length: pickLimit }, (_, i) => pair(`m${i}`));
    expect(store.put(many, true)).toBe(true);
    expect(store.put([pair('one more')], true)).toBe(false);
    expect(store.size()).toBe(pickLimit);
    expect(store.has('one more')).toBe(false);
  });

  it('tells its listeners once for each change, and not for the same list again', () => {
    const store = selectionStore<{ id: string }>();
    let heard = 0;
    store.subscribe(() => heard++);
    store.tell(listed());
    store.tell(listed());
    expect(heard).toBe(1);
    store.page(true);
    store.page(true);
    expect(heard).toBe(2);
  });
});
