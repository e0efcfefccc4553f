import { completeSetup } from '@strongroom/contract';
import type { z } from 'zod';
import { looksLikeMail } from '../../lib/mail-address.ts';
import { entry } from '../../lib/messages/entry.ts';
import { me } from '../../lib/messages/me.ts';
import { checkPassword, meetsAll } from '../me/password-checks.ts';
import { browserTimeZone } from '../me/TimeZoneField.tsx';
import { isUsername } from '../users/user-form.ts';
import { emptyMail, mailErrors, mailServerOf, type MailForm } from '../settings/mail-form.ts';

/** Everything the set-up asks for, as the form holds it. */
export interface SetupForm {
  readonly organisation: string;
  readonly fullName: string;
  readonly email: string;
  readonly username: string;
  readonly timeZone: string;
  readonly password: string;
  readonly moveKey: boolean;
  readonly keyFile: string;
  readonly keyCopied: boolean;
  readonly useMail: boolean;
  readonly mail: MailForm;
}

/** What is wrong, by field of the form or by `mail.` and a field of the mail server. */
export type SetupErrors = Readonly<Partial<Record<string, string>>>;

/** The steps, in their order. */
export const steps = ['administrator', 'key', 'mail', 'review'] as const;
export type Step = (typeof steps)[number];

/** The form before anything was typed. */
export const emptySetup = (): SetupForm => ({
  organisation: '',
  fullName: '',
  email: '',
  username: '',
  timeZone: browserTimeZone(),
  password: '',
  moveKey: false,
  keyFile: '',
  keyCopied: false,
  useMail: true,
  mail: emptyMail,
});

/** What is wrong on one step; empty when one may go on. The review has no fields of its own. */
export function stepErrors(step: Step, form: SetupForm): SetupErrors {
  switch (step) {
    case 'administrator':
      return {
        ...(form.organisation.trim() ? {} : { organisation: entry('field.organisationMissing') }),
        ...(form.fullName.trim() ? {} : { fullName: entry('field.fullNameMissing') }),
        ...(looksLikeMail(form.email) ? {} : { email: entry('field.emailWrong') }),
        ...(isUsername(form.username) ? {} : { username: entry('field.usernameWrong') }),
        ...(meetsAll(checkPassword(form.password, form.username)) ? {} : { password: me('check.missing') }),
      };
    case 'key':
      return {
        ...(!form.moveKey || form.keyFile.trim().startsWith('/') ? {} : { keyFile: entry('field.pathWrong') }),
        ...(form.keyCopied ? {} : { keyCopied: entry('setup.key.copiedMissing') }),
      };
    case 'mail':
      return form.useMail
        ? Object.fromEntries(Object.entries(mailErrors(form.mail)).map(([field, says]) => [`mail.${field}`, says]))
        : {};
    case 'review':
      return {};
  }
}

/** The step that shows a field the server complained about; the review when no step does. */
export function stepOf(field: string): Step {
  if (field === 'keyFile') return 'key';
  if (field.startsWith('mail')) return 'mail';
  return ['organisation', 'fullName', 'email', 'username', 'timeZone', 'password'].includes(field)
    ? 'administrator'
    : 'review';
}

/** The form as the call wants it. */
export function setupBody(form: SetupForm, token: string): z.input<(typeof completeSetup)['input']> {
  return {
    token,
    organisation: form.organisation.trim(),
    username: form.username.trim(),
    fullName: form.fullName.trim(),
    email: form.email.trim(),
    timeZone: form.timeZone,
    password: form.password,
    mail: form.useMail ? mailServerOf(form.mail) : null,
    keyFile: form.moveKey ? form.keyFile.trim() : null,
  };
}
