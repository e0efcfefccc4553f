import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { letter } from '../../../../../tools/lib/letters.ts';
import { Problem } from '../../platform/problem.ts';
import { parseLenient } from './lenient-json.ts';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const read = (text: string): unknown => plain(parseLenient(text));

/** What Python 3 prints for a text: single quotes, unless there is an apostrophe and no double quote in it. */
function repr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = [...text].map((c) => {
    if (c === '\\' || c === quote) return `\\${c}`;
    if (c === '\n') return '\\n';
    if (c === '\r') return '\\r';
    if (c === '\t') return '\\t';
    const code = c.codePointAt(0) ?? 0;
    if (code < 0x20 || (code >= 0x7f && code <= 0xa0)) return `\\x${code.toString(16).padStart(2, '0')}`;
    if (code > 0xffff) return `\\U${code.toString(16).padStart(8, '0')}`;
    return c;
  });
  return `${quote}${inner.join('')}${quote}`;
}

const texts = fc.oneof(
  fc.string({ unit: letter }).filter((text) => text.isWellFormed()),
  fc.string({
    unit: fc.constantFrom('"', "'", '\\', '&', '+', '%', '=', ' ', '{', '}', '[', ']', ',', ':', 'a', '7', '\n'),
  }),
);
const names = fc.stringMatching(/^[A-Z_]{1,12}$/);
const flat = fc.dictionary(names, texts);

describe('lenient JSON', () => {
  it('reads all that JSON can write, every text unchanged', () => {
    fc.assert(
      fc.property(flat, fc.array(texts), (details, list) => {
        const whole = { operation: { Details: { ...details, LIST: list } } };
        expect(read(JSON.stringify(whole))).toEqual(whole);
        expect(read(JSON.stringify(whole, null, 2))).toEqual(whole);
      }),
    );
  });
  it('reads a Python repr, every text unchanged', () => {
    fc.assert(
      fc.property(flat, (details) => {
        const inner = Object.entries(details)
          .map(([name, value]) => `'${name}': ${repr(value)}`)
          .join(', ');
        expect(read(`{'operation': {'Details': {${inner}}}}`)).toEqual({ operation: { Details: details } });
      }),
    );
  });
  it('reads the repr of Python 2, and its constants', () => {
    expect(read(`{u'operation': {u'Details': {u'REASON': u"it's", u'A': None, u'B': True, u'C': False}}}`)).toEqual({
      operation: { Details: { REASON: "it's", A: null, B: 'true', C: 'false' } },
    });
  });
  it('ignores whatever follows the object', () => {
    fc.assert(
      fc.property(flat, texts, (details, junk) => {
        expect(read(`${JSON.stringify(details)}${junk}`)).toEqual(details);
      }),
    );
    expect(read('{"operation":{"Details":{"A":"1"}}}"')).toEqual({ operation: { Details: { A: '1' } } });
  });
  it('ends in a value or in input-invalid for any text at all, and repeats none of it', () => {
    const secret = 'Kq7vZx';
    fc.assert(
      fc.property(fc.oneof(texts, fc.string({ unit: fc.constantFrom(...'{}[]",\':=\\ux0a; ') })), (text) => {
        try {
          parseLenient(`{"P":"${secret}",${text}`);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
          expect((error as Problem).code).toBe('input-invalid');
          expect((error as Problem).detail).not.toContain(secret);
        }
      }),
      { numRuns: 2000 },
    );
  });
  it('keeps numbers as they were written', () => {
    expect(read('{"A":007,"B":1e5,"C":12345678901234567890,"D":-1.50,"E":[4,5]}')).toEqual({
      A: '007',
      B: '1e5',
      C: '12345678901234567890',
      D: '-1.50',
      E: ['4', '5'],
    });
  });
  it('reads what a shell leaves that ate the quotes', () => {
    expect(
      read(
        '{operation:{Details:{NEWPASSWORD:Test12345$,RESETTYPE:LOCAL,REASON:test run,TICKETID:7,NOTES:,URL:http://a/b=c}}}',
      ),
    ).toEqual({
      operation: {
        Details: {
          NEWPASSWORD: 'Test12345$',
          RESETTYPE: 'LOCAL',
          REASON: 'test run',
          TICKETID: '7',
          NOTES: '',
          URL: 'http://a/b=c',
        },
      },
    });
  });
  it('takes a comma that is missing before a quoted name, spare commas, = for a colon, and \\{ for {', () => {
    expect(read('{"A":"1"\n"B":"2" "C":{"D":"3"} \'E\':["4",],}')).toEqual({ A: '1', B: '2', C: { D: '3' }, E: ['4'] });
    expect(read('{"A"="1";"B"=>"2"}')).toEqual({ A: '1', B: '2' });
    expect(read('\\{"operation":\\{"Details":\\{"A":"1","B":2\\}\\}\\}'.replace('2\\}', '"2"\\}'))).toEqual({
      operation: { Details: { A: '1', B: '2' } },
    });
  });
  it('passes a byte-order mark and line breaks in texts', () => {
    expect(read('\uFEFF\r\n {"A":"one\ntwo"}')).toEqual({ A: 'one\ntwo' });
  });
  it('reads surrogate pairs and the last of two equal names', () => {
    expect(read('{"A":"\\ud83d\\ude00","B":"1","B":"2"}')).toEqual({ A: '😀', B: '2' });
  });
  it('treats __proto__ as a name like any other', () => {
    const value = parseLenient('{"__proto__":{"A":"1"}}');
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['A']).toBeUndefined();
  });
  it.each([
    ['nothing', '', 'must be a JSON object'],
    ['a list', '[1]', 'must be a JSON object'],
    ['an object without its end', '{"A":"1"', 'ends before its last bracket'],
    ['a list without its end', '{"A":["1"', 'ends before its last bracket'],
    ['a text without its end', '{"A":"1', 'closing quote'],
    ['a name alone', '{"A"}', 'without a colon'],
    ['an unknown escape, rather than guess at a password', '{"A":"pa\\$s"}', 'no JSON escape'],
    ['two texts in a row, of which one would be lost', '{"A":"pa" "ss","B":"1"}', 'without a colon'],
    ['half an escape', '{"A":"\\u12"}', 'no JSON escape'],
    ['a code point that does not exist', '{"A":"\\U00110000"}', 'no JSON escape'],
    ['a quote inside a text, which would cut a password', '{"A":"pa"ss","B":"1"}', 'other than a comma'],
    ['an unquoted value with a bracket inside', '{operation:{Details:{P:pa}ss,R:LOCAL}}}', 'other than a comma'],
    ['an unquoted value that ends in brackets', '{operation:{Details:{P:pa}}}}}', 'more closing brackets'],
    ['an unquoted value that ends in a backslash', '{P:pa\\}', 'ends in a backslash'],
    ['a value where a name should be', '{:1}', 'where a name should be'],
    ['too much nesting, without running out of stack', '{"A":'.repeat(100_000), 'nested too deeply'],
    ['too many lists', `{"A":${'['.repeat(100_000)}`, 'nested too deeply'],
  ])('refuses %s', (_, text, says) => {
    expect(() => parseLenient(text)).toThrow(Problem);
    try {
      parseLenient(text);
    } catch (error) {
      expect((error as Problem).detail).toContain(says);
    }
  });
  it('takes time in proportion to the length', () => {
    const started = performance.now();
    expect(() => parseLenient(`{"A":"${'\\u0041'.repeat(170_000)}"}`)).not.toThrow();
    expect(() => parseLenient(`{"A":${'"b" '.repeat(250_000)}`)).toThrow(Problem);
    expect(() => parseLenient(`{${' '.repeat(1_000_000)}`)).toThrow(Problem);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
