import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrange, leastWidth, moved, readLayout, showing, sized, widths, writeLayout } from './columns.ts';
import type { Column } from './grid-types.ts';

const column = (id: string, more: Partial<Column<unknown>> = {}): Column<unknown> => ({
  id,
  title: id,
  width: 'minmax(120px, 1fr)',
  cell: () => null,
  ...more,
});
const columns = [
  column('star', { quiet: true, width: '28px' }),
  column('name', { always: true }),
  column('type'),
  column('address'),
  column('owner', { wide: true }),
  column('location', { optional: true }),
  column('actions', { quiet: true, width: '36px' }),
];
const ids = (text: string) => arrange(columns, readLayout(text, columns)).map(({ id }) => id);

describe('the columns of a list', () => {
  it('stand as the list has them until somebody says otherwise', () => {
    expect(ids('')).toEqual(['star', 'name', 'type', 'address', 'owner', 'actions']);
    expect(writeLayout(readLayout('', columns), columns)).toBe('');
  });

  it('are hidden, shown, moved and made wider by text', () => {
    expect(ids('address:300,-type,name,+location')).toEqual([
      'star',
      'address',
      'owner',
      'name',
      'location',
      'actions',
    ]);
    expect(arrange(columns, readLayout('type:300', columns)).find(({ id }) => id === 'type')?.width).toBe('300px');
  });

  it('never lose the name, nor the buttons at either end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom('-name', '-star', '-actions', 'actions', '-type', '+owner'), fc.string()), {
          maxLength: 8,
        }),
        (words) => {
          const shown = ids(words.join(','));
          expect(shown).toContain('name');
          expect(shown[0]).toBe('star');
          expect(shown.at(-1)).toBe('actions');
          expect(new Set(shown).size).toBe(shown.length);
        },
      ),
    );
  });

  it('are read back as they were written, whatever was done to them', () => {
    const id = fc.constantFrom('name', 'type', 'address', 'owner', 'location');
    const change = fc.oneof(
      fc.record({ does: fc.constant('move' as const), id, to: fc.integer({ min: -2, max: 7 }) }),
      fc.record({ does: fc.constant('show' as const), id, shown: fc.boolean() }),
      fc.record({ does: fc.constant('size' as const), id, width: fc.option(fc.integer({ min: 0, max: 2000 })) }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 10 }), (changes) => {
        let layout = readLayout('', columns);
        for (const one of changes) {
          if (one.does === 'move') layout = moved(layout, one.id, one.to);
          else if (one.does === 'size') layout = sized(layout, one.id, one.width ?? undefined);
          else if (one.id !== 'name') layout = showing(layout, one.id, one.shown);
        }
        expect(readLayout(writeLayout(layout, columns), columns)).toEqual(layout);
        for (const { width } of layout) {
          if (width !== undefined) expect(width >= widths.least && width <= widths.most).toBe(true);
        }
      }),
    );
  });

  it('keep their places when the list has got a new column, and forget one that is gone', () => {
    const later = [...columns.slice(0, 3), column('policy'), ...columns.slice(3)];
    const placed = readLayout('address,type,gone,name', later).map(({ id }) => id);
    expect(placed).toEqual(['address', 'owner', 'location', 'type', 'policy', 'name']);
  });

  it('show in a narrow window what was asked for by name, and no other wide column', () => {
    const wide = (text: string) => arrange(columns, readLayout(text, columns)).find(({ id }) => id === 'owner')?.wide;
    expect(wide('owner,name')).toBe(true);
    expect(wide('+owner')).toBeUndefined();
  });

  it('need at least what their tracks ask for', () => {
    expect(leastWidth(['30px', 'minmax(128px, 1fr)', '276px'], 10)).toBe(454);
    expect(leastWidth([], 10)).toBe(0);
  });
});
