import { AuditFormatError } from './format-error.ts';

/** What a canonical text may hold here: no numbers, booleans or lists, so that no two languages can read a value differently. */
export type CanonicalValue = string | null | { readonly [key: string]: CanonicalValue };

const loneSurrogate = /\p{Surrogate}/u;

/**
 * The one JSON text of a value: keys sorted by UTF-16 code units, no white space, only the escapes JSON cannot do without.
 * Throws AuditFormatError for text that UTF-8 cannot carry (a lone surrogate).
 * Source: RFC 8785 (JCS), sections 3.2.2.2 (strings) and 3.2.3 (sorting), cut to strings, null and objects.
 */
export function canonicalJson(value: CanonicalValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return canonicalString(value);
  const members: string[] = [];
  // The default sort compares UTF-16 code units, which is the order RFC 8785 asks for.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) throw new AuditFormatError(`key ${JSON.stringify(key)} has no value`);
    members.push(`${canonicalString(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

/** A string as RFC 8785 writes it. Throws AuditFormatError for a lone surrogate. */
export function canonicalString(text: string): string {
  // JSON.stringify writes exactly the escapes of RFC 8785, except that it would escape a lone surrogate instead of refusing it.
  if (loneSurrogate.test(text))
    throw new AuditFormatError('the text holds half a surrogate pair, which UTF-8 cannot carry');
  return JSON.stringify(text);
}
