import type { Field } from '@strongroom/contract';
import { custom } from '../../lib/messages/custom.ts';

/** Values as they are typed, by field id. A password field without an entry keeps what is stored. */
export type FieldDraft = Readonly<Record<string, string>>;

/** The fields a form fills in: files are uploaded by themselves, when the rest is there. */
export const typed = (fields: readonly Field[]): readonly Field[] => fields.filter((field) => field.kind !== 'file');

/** An instant as `datetime-local` shows it, in the browser's zone. Empty for none. */
export function toLocal(instant: string | undefined): string {
  if (!instant) return '';
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
const fromLocal = (text: string): string => {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
};

/** What is stored, as a form starts with it. */
export function startingDraft(fields: readonly Field[], stored: Readonly<Record<string, string>>): FieldDraft {
  return Object.fromEntries(
    typed(fields)
      .filter((field) => field.kind !== 'password')
      .map((field) => [field.id, field.kind === 'date-time' ? toLocal(stored[field.id]) : (stored[field.id] ?? '')]),
  );
}

/**
 * What is to be sent: on creation every value that was given, otherwise those that differ from what is stored. A password
 * field is sent when something was typed, or null when the stored value is to go.
 */
export function valuesOf(
  fields: readonly Field[],
  draft: FieldDraft,
  stored: Readonly<Record<string, string>> = {},
): Record<string, string | null> {
  const values: Record<string, string | null> = {};
  const before = startingDraft(fields, stored);
  for (const field of typed(fields)) {
    const text = draft[field.id];
    if (text === undefined) continue;
    if (field.kind === 'password') values[field.id] = text === '' ? null : text;
    else if (text.trim() !== (before[field.id] ?? ''))
      values[field.id] = text.trim() === '' ? null : field.kind === 'date-time' ? fromLocal(text) : text.trim();
  }
  return values;
}

/** What is wrong with a draft, by field id. `stored` are the password fields that have a value. */
export function draftFaults(
  fields: readonly Field[],
  draft: FieldDraft,
  stored: readonly string[] = [],
): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  for (const field of typed(fields)) {
    const text = draft[field.id]?.trim() ?? '';
    const kept = field.kind === 'password' && draft[field.id] === undefined && stored.includes(field.id);
    if (field.required && text === '' && !kept) faults[field.id] = custom('required', { name: field.name });
    else if (field.kind === 'number' && text !== '' && !/^[+-]?\d{1,30}(\.\d{1,15})?$/.test(text))
      faults[field.id] = custom('numberWrong');
  }
  return faults;
}

/** Of the server's complaints those on own fields, by field id. `at`: where the values were sent. */
export function fieldComplaints(
  errors: Readonly<Record<string, string>>,
  at = 'fields',
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(errors).flatMap(([path, message]) =>
      path.startsWith(`${at}.`) ? [[path.slice(at.length + 1), message]] : [],
    ),
  );
}
