import { Problem } from '../../platform/problem.ts';
import { parseLenient, type Lenient, type LenientObject } from './lenient-json.ts';

/** What a client gave: its `operation.Details`. Keys as the client spelt them. */
export type Details = LenientObject;

const nothing: Details = Object.freeze(Object.create(null) as LenientObject);
const fault = (detail: string): Problem => new Problem('input-invalid', { detail });

/**
 * Finds `INPUT_DATA` in a body or, when the body has none, in a query, and reads its Details. Nothing given anywhere is an empty object. The Content-Type is not
 * asked: clients send the same body as form, text/json, application/json or nothing at all.
 *
 * `query` is the raw text after the question mark, `body` the bytes as they came. In a query the value is always percent-encoded text. In a body it is raw when it begins with a
 * bracket, and then nothing in it is decoded, so that `&`, `+`, `%` and `=` in passwords stay; otherwise it is percent-encoded. `+` is a space, except where the same
 * value writes its spaces as `%20`: no client writes both. A body of bare JSON counts as INPUT_DATA.
 * Throws `input-invalid`.
 */
export function readInputData(query: string, body: Uint8Array): Details {
  const outer = read(query, body);
  if (outer === undefined) return nothing;
  const details = under(operationOf(outer), 'details') ?? nothing;
  if (!isObject(details)) throw fault('The Details of INPUT_DATA must be an object.');
  return details;
}

/** The whole of INPUT_DATA; undefined when it is nowhere. */
function read(query: string, body: Uint8Array): LenientObject | undefined {
  const text = utf8(body);
  const start = /^\s*(?:\\?\{|%7B)/i.test(text) ? text : valueIn(text);
  if (start !== undefined) return parseLenient(isRaw(start) ? start : decodeForm(start));
  const asked = valueIn(query);
  return asked === undefined ? undefined : parseLenient(decodeForm(asked));
}

/** As `readInputData`, for the one operation whose Details are a list of objects. */
export function readInputList(query: string, body: Uint8Array): readonly Details[] {
  const outer = read(query, body);
  return outer === undefined ? [] : objects({ Details: under(operationOf(outer), 'details') ?? null }, 'Details');
}

function utf8(bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Problem('input-invalid', { detail: 'The body is not UTF-8 text.', cause });
  }
}

/** Everything after `INPUT_DATA=`, to the very end: an `&` may belong to the value, and what follows the object is ignored. Undefined when it is absent or empty. */
function valueIn(text: string): string | undefined {
  const found = /(?:^|&)\s*INPUT_DATA\s*=/i.exec(text);
  if (!found) return undefined;
  const value = text.slice(found.index + found[0].length).replace(/^(?:[\s+]|%20|%0A|%0D)+/i, '');
  return value === '' || value.startsWith('&') ? undefined : value;
}

/** A bracket that is not encoded, with nothing encoded right after it: some clients encode quotes and spaces but no brackets. */
const isRaw = (value: string): boolean => /^\s*\\?\{\s*(?!%|\s)/.test(value);

function decodeForm(value: string): string {
  // Up to the next parameter: another one's %20 says nothing of this one.
  const own = value.split(/&(?=[A-Z][A-Z_]{2,}=)/, 1)[0] ?? '';
  const plain = own.includes('%20') ? value : value.replaceAll('+', ' ');
  return decodePercent(plain);
}

/** Decodes `%XX` as UTF-8; a percent sign that is none stays. Throws `input-invalid` for bytes that are no UTF-8. */
function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      throw fault('INPUT_DATA is not percent-encoded UTF-8.');
    }
  });
}

const isObject = (value: Lenient | undefined): value is LenientObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** The value under a name in any case: both `Details` and `details` are in use. */
const under = (object: LenientObject, name: string): Lenient | undefined =>
  Object.entries(object).find(([key]) => key.toLowerCase() === name)?.[1];

function operationOf(outer: LenientObject): LenientObject {
  const operation = under(outer, 'operation') ?? outer;
  if (!isObject(operation)) throw fault('INPUT_DATA must be {"operation":{"Details":{…}}}.');
  return operation;
}

/** A text of the Details. Absent, null and empty are all “not given”. Throws `input-invalid` for a list or an object. */
export function given(details: Details, key: string): string | undefined {
  const value = details[key];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw fault(`${key} must be a text.`);
  return value;
}

/** As `given`, for what cannot be left out. Throws `input-invalid`. */
export function required(details: Details, key: string): string {
  const value = given(details, key);
  if (value === undefined) throw fault(`${key} is missing.`);
  return value;
}

/** The objects of a list; one object alone is a list of one, absent is none. Throws `input-invalid` for anything else. */
export function objects(details: Details, key: string): readonly Details[] {
  const value = details[key];
  if (value === undefined || value === null || value === '') return [];
  const list = Array.isArray(value) ? (value as readonly Lenient[]) : [value as Lenient];
  if (!list.every(isObject)) throw fault(`${key} must be a list of objects.`);
  return list;
}
