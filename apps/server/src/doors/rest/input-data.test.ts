import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { letter } from '../../../../../tools/lib/letters.ts';
import { Problem } from '../../platform/problem.ts';
import { given, objects, readInputData, required } from './input-data.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const fromBody = (body: string, query = ''): unknown => ({ ...readInputData(query, bytes(body)) });
const fromQuery = (query: string): unknown => ({ ...readInputData(query, new Uint8Array()) });
const detail = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return `${error.code}: ${error.detail}`;
    throw error;
  }
  return 'nothing was thrown';
};

/** As application/x-www-form-urlencoded writes it: spaces as plus signs. */
const formed = (text: string): string => new URLSearchParams({ v: text }).toString().slice(2);
/** As JavaScript’s encodeURIComponent and Python’s quote write it: spaces as %20. */
const quoted = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
const passwords = fc.oneof(
  fc.string({ unit: letter, minLength: 1 }).filter((text) => text.isWellFormed()),
  fc.string({
    minLength: 1,
    unit: fc.constantFrom('"', "'", '\\', '&', '+', '%', '=', ' ', '{', '}', '#', '?', 'A', '2', 'é', '€', '😀'),
  }),
);
const envelopeOf = (password: string): string =>
  JSON.stringify({ operation: { Details: { NEWPASSWORD: password, RESETTYPE: 'LOCAL' } } });

describe('INPUT_DATA', () => {
  it('brings any password through unchanged: raw body, encoded body either way, query either way', () => {
    fc.assert(
      fc.property(passwords, (password) => {
        const json = envelopeOf(password);
        const expected = { NEWPASSWORD: password, RESETTYPE: 'LOCAL' };
        for (const body of [
          `INPUT_DATA=${json}`,
          `INPUT_DATA=${formed(json)}`,
          `INPUT_DATA=${quoted(json)}`,
          json,
          `INPUT_DATA=${formed(json)}&X=1`,
          `X=1&INPUT_DATA=${json}`,
        ]) {
          expect(fromBody(body)).toEqual(expected);
        }
        for (const query of [
          `INPUT_DATA=${formed(json)}`,
          `INPUT_DATA=${quoted(json)}`,
          `AUTHTOKEN=T&INPUT_DATA=${quoted(json)}&X=%20`,
          `INPUT_DATA=${formed(json)}&AUTHTOKEN=T`,
        ]) {
          expect(fromQuery(query)).toEqual(expected);
        }
      }),
      { numRuns: 500 },
    );
  });
  it('never throws anything but input-invalid, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: letter }),
        fc.uint8Array(),
        fc.constantFrom('', 'INPUT_DATA=', 'INPUT_DATA={', '{', '%7B', 'INPUT_DATA=%7B'),
        (query, noise, start) => {
          for (const work of [
            () => readInputData(`INPUT_DATA=${query}`, new Uint8Array()),
            () => readInputData(query, Buffer.concat([Buffer.from(start), noise])),
          ]) {
            try {
              work();
            } catch (error) {
              expect(error).toBeInstanceOf(Problem);
              expect((error as Problem).code).toBe('input-invalid');
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
  it('reads a URL whose quotes and spaces are encoded and whose brackets are not', () => {
    expect(
      fromQuery('AUTHTOKEN=T&INPUT_DATA={%22operation%22:{%22Details%22:{%22REASON%22:%22Need%20the%20password%22}}}'),
    ).toEqual({ REASON: 'Need the password' });
    expect(fromBody('INPUT_DATA={%22operation%22:{%22Details%22:{%22REASON%22:%22a%20b%22}}}')).toEqual({
      REASON: 'a b',
    });
  });
  it('keeps a plus sign where the value writes spaces as %20', () => {
    expect(
      fromBody(`INPUT_DATA=${encodeURI('{"operation":{"Details":{"NEWPASSWORD":"a+b&c=d","REASON":"x y"}}}')}`),
    ).toEqual({ NEWPASSWORD: 'a+b&c=d', REASON: 'x y' });
  });
  it('leaves percent signs of a raw body alone', () => {
    expect(fromBody('INPUT_DATA={"operation":{"Details":{"NEWPASSWORD":"100%25 a%b%"}}}')).toEqual({
      NEWPASSWORD: '100%25 a%b%',
    });
  });
  it('prefers the body, and takes the query when the body has none', () => {
    const query = 'INPUT_DATA={"operation":{"Details":{"A":"query"}}}';
    expect(fromBody('INPUT_DATA={"operation":{"Details":{"A":"body"}}}', query)).toEqual({ A: 'body' });
    expect(fromBody('', query)).toEqual({ A: 'query' });
    expect(fromBody('X=1', query)).toEqual({ A: 'query' });
  });
  it('takes details in small letters, spaces before the object, bare JSON, and nothing at all', () => {
    expect(fromBody('INPUT_DATA= { "operation" : { "details" : { "A" : "1" } } }')).toEqual({ A: '1' });
    expect(fromQuery('INPUT_DATA=+%20{"operation":{"Details":{"A":"1"}}}')).toEqual({ A: '1' });
    expect(fromBody('{"Details":{"A":"1"}}')).toEqual({ A: '1' });
    for (const none of ['', 'INPUT_DATA=', 'INPUT_DATA=&X=1', 'hello']) expect(fromBody(none)).toEqual({});
    expect(fromBody('INPUT_DATA={"operation":{}}')).toEqual({});
  });
  it.each([
    ['bytes that are no UTF-8', () => readInputData('', Uint8Array.of(0x49, 0xff)), 'not UTF-8'],
    [
      'percent-encoded bytes that are no UTF-8',
      () => fromBody('INPUT_DATA=%7B%22A%22:%22%FF%22%7D'),
      'not percent-encoded UTF-8',
    ],
    ['Details that are a list', () => fromBody('INPUT_DATA={"operation":{"Details":[1]}}'), 'must be an object'],
    ['an operation that is a text', () => fromBody('INPUT_DATA={"operation":"x"}'), 'must be {"operation"'],
    ['something that is no object', () => fromBody('INPUT_DATA=hello'), 'must be a JSON object'],
  ])('refuses %s', (_, work, says) => {
    expect(detail(work)).toContain(says);
  });
});

describe('what is given', () => {
  const details = readInputData(
    '',
    bytes('{"Details":{"A":"1","EMPTY":"","NONE":null,"LIST":[{"B":"2"}],"ONE":{"B":"3"},"BAD":["x"]}}'),
  );
  it('takes empty and null for not given', () => {
    expect([
      given(details, 'A'),
      given(details, 'EMPTY'),
      given(details, 'NONE'),
      given(details, 'ABSENT'),
      required(details, 'A'),
    ]).toEqual(['1', undefined, undefined, undefined, '1']);
    expect(detail(() => required(details, 'EMPTY'))).toBe('input-invalid: EMPTY is missing.');
    expect(detail(() => given(details, 'LIST'))).toBe('input-invalid: LIST must be a text.');
  });
  it('takes a list of objects, one object alone, or none', () => {
    expect(objects(details, 'LIST').map((item) => item['B'])).toEqual(['2']);
    expect(objects(details, 'ONE').map((item) => item['B'])).toEqual(['3']);
    expect(objects(details, 'EMPTY')).toEqual([]);
    expect(detail(() => objects(details, 'BAD'))).toBe('input-invalid: BAD must be a list of objects.');
  });
});
