import { listFields, type FieldBelongsTo } from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import type { Ask } from './ask.ts';
import { given, objects, required, type Details } from './input-data.ts';

export interface CustomField {
  readonly label: string;
  readonly value: string;
}

/** The custom fields of a key, in the order given. A field without a value is left out. Throws `input-invalid` for one without a label or with a line break. */
export function customFields(details: Details, key: string): readonly CustomField[] {
  return objects(details, key).flatMap((field) => {
    const label = required(field, 'CUSTOMLABEL').trim();
    const value = given(field, 'CUSTOMVALUE')?.trim();
    // A second line would read as a field of its own.
    if (/\p{Cc}/u.test(`${label}${value ?? ''}`))
      throw new Problem('input-invalid', { detail: `${key} must be lines of text.` });
    return value === undefined || value === '' ? [] : [{ label, value }];
  });
}

/**
 * Custom fields by their labels: those that the organisation has, in any case, as values by id; the rest as they came, for
 * `withFields`. A field for files takes no text: its label stays among the rest.
 */
export async function knownFields(
  ask: Ask,
  belongsTo: FieldBelongsTo,
  given: readonly CustomField[],
): Promise<{ readonly values: Record<string, string>; readonly rest: readonly CustomField[] }> {
  if (given.length === 0) return { values: {}, rest: given };
  const { items } = await ask.invoke(listFields, { belongsTo });
  const ids = new Map(
    items.filter((field) => field.kind !== 'file').map((field) => [field.name.toLowerCase(), field.id] as const),
  );
  const values: Record<string, string> = {};
  const rest: CustomField[] = [];
  for (const field of given) {
    const id = ids.get(field.label.toLowerCase());
    if (id === undefined) rest.push(field);
    else values[id] = field.value;
  }
  return { values, rest };
}

/**
 * Writes custom fields into a text as lines `label: value`, one each, below what it says. A line that begins with the same label is replaced, so that a second edit
 * changes the value and does not add to it.
 */
export function withFields(text: string, fields: readonly CustomField[]): string {
  const lines = text === '' ? [] : text.split('\n');
  for (const { label, value } of fields) {
    const line = `${label}: ${value}`;
    const at = lines.findIndex((other) => other.startsWith(`${label}: `));
    if (at < 0) lines.push(line);
    else lines[at] = line;
  }
  return lines.join('\n');
}
