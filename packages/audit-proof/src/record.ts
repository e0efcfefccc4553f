import { canonicalJson, type CanonicalValue } from './canonical.ts';
import { AuditFormatError } from './format-error.ts';

/** Who acted: a person or token owner, Strongroom itself, or nobody known yet (sign-in). */
export type ActorKind = 'user' | 'system' | 'anonymous';

/** How it ended: the work was done, was not allowed, or was allowed and went wrong. */
export type Outcome = 'done' | 'refused' | 'failed';

/**
 * One event of the trail, as it is hashed and exported. Every key is always present; what is not known is null.
 * `at` is UTC with exactly three digits of milliseconds (`2026-11-26T15:04:05.678Z`). `details` is flat, text to text.
 */
export interface AuditRecord {
  readonly id: string;
  readonly organisationId: string;
  readonly at: string;
  readonly actorKind: ActorKind;
  readonly actorId: string | null;
  readonly actorName: string;
  readonly action: string;
  readonly objectKind: string;
  readonly objectId: string | null;
  readonly objectName: string | null;
  readonly outcome: Outcome;
  readonly reason: string | null;
  readonly ticket: string | null;
  readonly requestId: string | null;
  readonly address: string | null;
  readonly client: string | null;
  readonly details: Readonly<Record<string, string>>;
}

type Rule = (value: unknown) => boolean;

const text: Rule = (value) => typeof value === 'string';
const textOrNull: Rule = (value) => value === null || typeof value === 'string';
const oneOf =
  (...words: readonly string[]): Rule =>
  (value) =>
    typeof value === 'string' && words.includes(value);

/** Every key of an event with what it may hold, in the order of the canonical form. */
const rules: Readonly<Record<keyof AuditRecord, Rule>> = {
  action: text,
  actorId: textOrNull,
  actorKind: oneOf('user', 'system', 'anonymous'),
  actorName: text,
  address: textOrNull,
  at: (value) =>
    typeof value === 'string' && /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/.test(value),
  client: textOrNull,
  details: (value) => isPlainObject(value) && Object.values(value).every(text),
  id: text,
  objectId: textOrNull,
  objectKind: text,
  objectName: textOrNull,
  organisationId: text,
  outcome: oneOf('done', 'refused', 'failed'),
  reason: textOrNull,
  requestId: textOrNull,
  ticket: textOrNull,
};

/**
 * The canonical text of an event: what is hashed (as UTF-8) and what stands in an export.
 * Throws AuditFormatError when a key is missing, unknown or of the wrong kind, or a text is not valid Unicode.
 */
export function canonicalEvent(record: AuditRecord): string {
  assertAuditRecord(record);
  const value: Record<keyof AuditRecord, CanonicalValue> = { ...record };
  return canonicalJson(value);
}

/** Reads a canonical event. Throws AuditFormatError when the text is not an event, or not in its canonical form. */
export function parseEvent(canonical: string): AuditRecord {
  let value: unknown;
  try {
    value = JSON.parse(canonical);
  } catch {
    throw new AuditFormatError('the event is not JSON');
  }
  assertAuditRecord(value);
  // Reading twice given keys, other escapes or white space would all give the same value: only the one text is an event.
  if (canonicalEvent(value) !== canonical) throw new AuditFormatError('the event is not in canonical form');
  return value;
}

/** Whether a value is an event. Throws AuditFormatError naming the first key that is not as it should be. */
export function assertAuditRecord(value: unknown): asserts value is AuditRecord {
  if (!isPlainObject(value)) throw new AuditFormatError('the event is not an object');
  for (const [key, rule] of Object.entries(rules)) {
    if (!Object.hasOwn(value, key)) throw new AuditFormatError(`the event lacks ${key}`);
    if (!rule(value[key])) throw new AuditFormatError(`the event's ${key} is not what it may be`);
  }
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(rules, key));
  if (unknown !== undefined) throw new AuditFormatError(`the event has an unknown key ${JSON.stringify(unknown)}`);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
