import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { letter } from '../../../tools/lib/letters.ts';
import { canonicalJson } from './canonical.ts';
import { canonicalEvent, parseEvent } from './record.ts';
import { testEvent } from './testing/trail.ts';

describe('canonical text', () => {
  it('sorts keys and escapes as the RFC 8785 test data "weird" has it', () => {
    const input =
      '{"\\u20ac":"Euro Sign","1":"One","\\u0080":"Control\\u007f","\\ud83d\\ude02":"Smiley","\\u00f6":"Latin Small Letter O With Diaeresis","\\ufb33":"Hebrew Letter Dalet With Dagesh","</script>":"Browser Challenge"}';
    expect(canonicalJson(JSON.parse(input) as Record<string, string>)).toBe(
      '{"1":"One","</script>":"Browser Challenge","\u0080":"Control\u007f","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😂":"Smiley","\uFB33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  it('writes the string of RFC 8785, 3.2.2 with its escapes', () => {
    // The example of the RFC: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"
    expect(Buffer.from(canonicalJson('€$\u000F\nA\'B"\\\\"/')).toString('hex')).toBe(
      '22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f22',
    );
  });

  it('uses the short escapes and lower-case hex, and no other', () => {
    expect(canonicalJson('\b\t\n\f\r\u0000\u001f\u007f/\u2028')).toBe('"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f/\u2028"');
  });

  it('refuses half a surrogate pair, in values and keys', () => {
    expect(() => canonicalJson('a\ud800')).toThrow('surrogate');
    expect(() => canonicalJson({ '\udc00': 'x' })).toThrow('surrogate');
  });

  it('says the same value with the same text, whatever the order of the keys', () => {
    const map = fc.dictionary(fc.string({ unit: letter }), fc.option(fc.string({ unit: letter })), { maxKeys: 8 });
    fc.assert(
      fc.property(map, (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        const text = canonicalJson(value);
        expect(canonicalJson(turned)).toBe(text);
        expect(Object.entries(JSON.parse(text) as object).sort()).toEqual(Object.entries(value).sort());
      }),
    );
  });
});

describe('canonical event', () => {
  it('comes back as it went in', () => {
    for (let n = 0; n < 50; n += 1) expect(parseEvent(canonicalEvent(testEvent(n)))).toEqual(testEvent(n));
  });

  it('has every key, always, in the order of the canonical form', () => {
    expect(canonicalEvent({ ...testEvent(0), actorName: 'Ana', reason: null, details: { b: '2', a: '1' } })).toBe(
      '{"action":"account.reveal","actorId":null,"actorKind":"user","actorName":"Ana","address":"192.0.2.0","at":"2026-11-26T15:00:00.000Z","client":"Mozilla/5.0 (X11; Linux x86_64)","details":{"a":"1","b":"2"},"id":"01936b7e-5c00-7000-9000-000000000000","objectId":"01936b7e-5c00-7000-b000-000000000000","objectKind":"account","objectName":"naïve café","organisationId":"01936b7e-5c00-7000-8000-000000000001","outcome":"done","reason":null,"requestId":null,"ticket":"CHG-0"}'.replace(
        '"naïve café"',
        JSON.stringify(testEvent(0).objectName),
      ),
    );
  });

  it.each<[string, object]>([
    ['a key too few', { client: undefined }],
    ['a key too many', { extra: 'x' }],
    ['a number where text belongs', { details: { version: 1 } }],
    ['a nested detail', { details: { a: { b: 'c' } } }],
    ['a time without milliseconds', { at: '2026-11-26T15:00:00Z' }],
    ['an unknown outcome', { outcome: 'maybe' }],
    ['null for a name', { actorName: null }],
  ])('refuses %s', (_, change) => {
    const record = Object.fromEntries(
      Object.entries({ ...testEvent(1), ...change }).filter(([, value]) => value !== undefined),
    );
    expect(() => parseEvent(JSON.stringify(record))).toThrow('the event');
  });

  it('refuses another text of the same event', () => {
    const text = canonicalEvent(testEvent(1));
    for (const other of [
      text.replace('{', '{ '),
      `${text} `,
      text.replace('"action"', '"\\u0061ction"'),
      text.replace('{', '{"action":"other",'),
    ]) {
      expect(() => parseEvent(other)).toThrow('canonical');
    }
  });
});
