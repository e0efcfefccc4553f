import type { Settings, updateSettings } from '@strongroom/contract';
import type { z } from 'zod';
import { settings as words } from '../../lib/messages/settings.ts';
import { sections, type Field } from './fields.ts';
import { emptyMail, mailErrors, mailServerOf, type MailForm } from './mail-form.ts';

/** The settings as the form holds them: numbers are text while they are typed. */
export interface SettingsForm {
  readonly numbers: Readonly<Record<string, string>>;
  readonly switches: Readonly<Record<string, boolean>>;
  readonly useMail: boolean;
  readonly mail: MailForm;
}

const fields: readonly Field[] = sections.flatMap((section) => section.fields);

/** The stored settings as a form. The mail password is never sent to the browser, so its field starts empty. */
export function formOf(stored: Settings): SettingsForm {
  const { mail } = stored;
  return {
    numbers: Object.fromEntries(
      fields.flatMap((field) => (field.kind === 'number' ? [[field.name, String(stored[field.name])]] : [])),
    ),
    switches: Object.fromEntries(
      fields.flatMap((field) => (field.kind === 'switch' ? [[field.name, stored[field.name]]] : [])),
    ),
    useMail: mail !== null,
    mail: mail
      ? {
          host: mail.host,
          port: String(mail.port),
          security: mail.security,
          username: mail.username,
          password: '',
          from: mail.from,
        }
      : emptyMail,
  };
}

/** Whether a number field holds a whole number within its bounds. */
function isWithin(field: Extract<Field, { kind: 'number' }>, text: string): boolean {
  const value = Number(text);
  return /^\d+$/.test(text.trim()) && value >= field.min && value <= field.max;
}

/** What is wrong, by the setting's name, and by `mail.` and a field for the mail server. */
export function settingsErrors(form: SettingsForm): Readonly<Partial<Record<string, string>>> {
  const numbers = fields.flatMap((field) =>
    field.kind === 'number' && !isWithin(field, form.numbers[field.name] ?? '')
      ? [[field.name, words('unit.outOf', { min: field.min, max: field.max })] as const]
      : [],
  );
  const mail = form.useMail
    ? Object.entries(mailErrors(form.mail)).map(([field, says]) => [`mail.${field}`, says] as const)
    : [];
  return Object.fromEntries([...numbers, ...mail]);
}

/** Only what differs from what is stored, as the call wants it; empty when nothing does. Call when nothing is wrong. */
export function changesOf(form: SettingsForm, stored: Settings): z.input<(typeof updateSettings)['input']> {
  const before = formOf(stored);
  const numbers = Object.entries(form.numbers).flatMap(([name, text]) =>
    Number(text) === Number(before.numbers[name]) ? [] : [[name, Number(text)] as const],
  );
  const switches = Object.entries(form.switches).filter(([name, value]) => value !== before.switches[name]);
  const mailChanged =
    form.useMail !== before.useMail || (form.useMail && JSON.stringify(form.mail) !== JSON.stringify(before.mail));
  return {
    ...Object.fromEntries([...numbers, ...switches]),
    ...(mailChanged ? { mail: form.useMail ? mailServerOf(form.mail) : null } : {}),
  };
}
