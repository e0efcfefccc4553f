import type { Settings, updateSettings } from '@strongroom/contract';
import type { z } from 'zod';
import { settings as words } from '../../lib/messages/settings.ts';
import { sections, type Field } from './fields.ts';

/** The settings as the form holds them: numbers, and times of the day, are text while they are typed. */
export interface SettingsForm {
  readonly numbers: Readonly<Record<string, string>>;
  readonly switches: Readonly<Record<string, boolean>>;
}

const fields: readonly Field[] = sections.flatMap((section) => section.fields);

/** The stored settings as a form. */
export function formOf(stored: Settings): SettingsForm {
  return {
    numbers: Object.fromEntries(
      fields.flatMap((field) => (field.kind === 'switch' ? [] : [[field.name, String(stored[field.name])]])),
    ),
    switches: Object.fromEntries(
      fields.flatMap((field) => (field.kind === 'switch' ? [[field.name, stored[field.name]]] : [])),
    ),
  };
}

/** Whether a number field holds a whole number within its bounds. */
function isWithin(field: Exclude<Field, { kind: 'switch' }>, text: string): boolean {
  if (field.kind === 'text') return text.length <= field.max;
  if (field.kind === 'time') return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text.trim());
  const value = Number(text);
  return /^\d+$/.test(text.trim()) && value >= field.min && value <= field.max;
}

/** What is wrong, by the setting's name. */
export function settingsErrors(form: SettingsForm): Readonly<Partial<Record<string, string>>> {
  const numbers = fields.flatMap((field) =>
    field.kind !== 'switch' && !isWithin(field, form.numbers[field.name] ?? '')
      ? [
          [
            field.name,
            field.kind === 'time'
              ? words('unit.noTime')
              : field.kind === 'text'
                ? words('unit.tooLong', { max: field.max })
                : words('unit.outOf', { min: field.min, max: field.max }),
          ] as const,
        ]
      : [],
  );
  return Object.fromEntries(numbers);
}

const isNumber = (name: string): boolean => fields.find((field) => field.name === name)?.kind === 'number';

/** Only what differs from what is stored, as the call wants it; empty when nothing does. Call when nothing is wrong. */
export function changesOf(form: SettingsForm, stored: Settings): z.input<(typeof updateSettings)['input']> {
  const before = formOf(stored);
  const numbers = Object.entries(form.numbers).flatMap(([name, text]) =>
    text.trim() === before.numbers[name] || (isNumber(name) && Number(text) === Number(before.numbers[name]))
      ? []
      : [[name, isNumber(name) ? Number(text) : text.trim()] as const],
  );
  const switches = Object.entries(form.switches).filter(([name, value]) => value !== before.switches[name]);
  return Object.fromEntries([...numbers, ...switches]);
}
