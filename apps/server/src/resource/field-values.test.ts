import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from './field-values.ts';

const read = (kind: 'text' | 'number' | 'date-time' | 'file', value: string | number, options: string[] = []) =>
  canonical({ kind, options }, value);
const text = (kind: 'text' | 'number' | 'date-time', value: string | number): string => {
  const result = read(kind, value);
  return 'text' in result ? result.text : `fault: ${result.fault}`;
};

describe('values of one’s own fields', () => {
  it('are numbers of one spelling', () => {
    expect(['007', '+5', '-0', '-0.00', '1.50', '0.5', '10', 12.25].map((value) => text('number', value))).toEqual(
      ['7', '5', '0', '0', '1.5', '0.5', '10', '12.25'], // prettier-ignore
    );
    for (const wrong of ['', ' ', '1e5', '.5', '5.', '1,5', 'NaN', '0x10', '--1', Number.NaN, Infinity])
      expect(text('number', wrong)).toMatch(/^fault: must be a number/);
    fc.assert(
      fc.property(fc.integer(), fc.nat(999), (whole, part) => {
        const once = text('number', `${whole}.${part}`);
        expect(Number(once)).toBe(Number(`${whole}.${part}`));
        expect(text('number', once)).toBe(once);
      }),
    );
  });

  it('are instants in UTC, and no day that the calendar has not', () => {
    expect(
      ['2026-05-31T16:30:00+02:00', '2026-05-31 14:30', '2026-05-31', '2024-02-29T23:59:59.500Z'].map((value) =>
        text('date-time', value),
      ),
    ).toEqual(['2026-05-31T14:30:00Z', '2026-05-31T14:30:00Z', '2026-05-31T00:00:00Z', '2024-02-29T23:59:59Z']);
    for (const wrong of ['2026-02-30', '2025-02-29', '2026-13-01', 'tomorrow', '1', '2026-05-31T25:00', '31.05.2026'])
      expect(text('date-time', wrong)).toMatch(/^fault: must be a date/);
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true }),
        (date) => {
          date.setUTCMilliseconds(0);
          expect(new Date(text('date-time', date.toISOString())).getTime()).toBe(date.getTime());
        },
      ),
    );
  });

  it('are text on one line, from the list where there is one', () => {
    expect(text('text', '  rack 7 ')).toBe('rack 7');
    expect(text('text', 'a\nb')).toMatch(/^fault/);
    expect(text('text', 'x'.repeat(1001))).toMatch(/^fault/);
    expect(read('text', 'red', ['red', 'blue'])).toEqual({ text: 'red' });
    expect(read('text', 'Red', ['red', 'blue'])).toEqual({ fault: 'must be one of: red, blue' });
    expect(read('file', 'x')).toHaveProperty('fault');
  });
});
