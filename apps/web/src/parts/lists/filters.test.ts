import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf, fieldsText, moreActive, moreFilter } from './filters.ts';

const id = '0199c82c-c001-7de4-81ea-b17ec0b936e0';

describe('filters in the address', () => {
  it('come back as they went, whatever a value holds', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ minLength: 1, maxLength: 40 }).filter((text) => /^.+$/.test(text) && text.isWellFormed()),
          { maxLength: 5 },
        ),
        (values) => {
          const fields = values.map((value) => `${id}=${value}`);
          expect(fieldsOf(fieldsText(fields))).toEqual(fields);
        },
      ),
    );
  });

  it('leave out what is no filter', () => {
    expect(moreFilter({ tag: 'x', field: 'y,%E0%A4%A', department: '' })).toEqual({});
    expect(moreFilter({ tag: id, location: 'fra', field: `${id}=CC-1` })).toEqual({
      tag: id,
      location: 'fra',
      field: [`${id}=CC-1`],
    });
    expect(moreActive({ tag: id, location: 'fra', field: fieldsText([`${id}=a,b`, `${id}=c`]) ?? '' })).toBe(4);
  });
});
