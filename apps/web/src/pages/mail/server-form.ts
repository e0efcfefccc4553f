import type { AccountId, MailServer, Settings } from '@strongroom/contract';
import { mail as words } from '../../lib/messages/mail.ts';
import { emptyMail, mailErrors, mailServerOf, type MailForm } from '../settings/mail-form.ts';

/** The mail server with how it is signed in to, as the form holds it. */
export interface ServerForm {
  readonly use: boolean;
  readonly mail: MailForm;
  readonly how: 'none' | 'typed' | 'account';
  readonly accountId: AccountId | null;
  readonly accessUrl: string;
}

/** The stored mail server as a form. The password is never sent to the browser, so its field starts empty. */
export function formOf({ mail }: Pick<Settings, 'mail'>): ServerForm {
  if (mail === null) return { use: false, mail: emptyMail, how: 'none', accountId: null, accessUrl: '' };
  const { host, port, security, username, from, accountId, accessUrl } = mail;
  return {
    use: true,
    mail: { host, port: String(port), security, username, from, password: '' },
    how: accountId !== null ? 'account' : username === '' ? 'none' : 'typed',
    accountId,
    accessUrl: accessUrl ?? '',
  };
}

type Errors = Readonly<Partial<Record<keyof MailForm | 'accountId' | 'accessUrl', string>>>;
const addressOf = (text: string): string => text.trim().replace(/\/+$/, '');

/** What is wrong, by field; empty when nothing is. */
export function serverErrors(form: ServerForm): Errors {
  if (!form.use) return {};
  const address = addressOf(form.accessUrl);
  return {
    ...mailErrors(form.mail),
    ...(form.how === 'typed' && form.mail.username.trim() === '' ? { username: words('usernameMissing') } : {}),
    ...(form.how === 'account' && form.accountId === null ? { accountId: words('accountMissing') } : {}),
    ...(address === '' || /^https:\/\/[^/?#@\s]+$/.test(address) ? {} : { accessUrl: words('accessUrlWrong') }),
  };
}

/** The form as the contract wants it; null switches mail off. Call only when nothing is wrong. */
export function serverOf(form: ServerForm): MailServer | null {
  if (!form.use) return null;
  const address = addressOf(form.accessUrl);
  return {
    ...mailServerOf(form.how === 'typed' ? form.mail : { ...form.mail, username: '', password: '' }),
    accountId: form.how === 'account' ? form.accountId : null,
    accessUrl: address === '' ? null : address,
  };
}
