import type { MailServer } from '@strongroom/contract';
import { looksLikeMail } from '../../lib/mail-address.ts';
import { settings } from '../../lib/messages/settings.ts';

/** The mail server as a form holds it. `port` is text while it is typed. */
export interface MailForm {
  readonly host: string;
  readonly port: string;
  readonly security: MailServer['security'];
  readonly username: string;
  readonly password: string;
  readonly from: string;
}

/** An empty form, with the usual way to hand in mail. */
export const emptyMail: MailForm = {
  host: '',
  port: '587',
  security: 'starttls',
  username: '',
  password: '',
  from: '',
};

/** What is wrong in the form, by field; empty when nothing is. */
export function mailErrors(mail: MailForm): Readonly<Partial<Record<keyof MailForm, string>>> {
  const port = Number(mail.port);
  return {
    ...(mail.host.trim() === '' ? { host: settings('mail.hostMissing') } : {}),
    ...(!/^\d+$/.test(mail.port.trim()) || port < 1 || port > 65535 ? { port: settings('mail.portWrong') } : {}),
    ...(looksLikeMail(mail.from) ? {} : { from: settings('mail.fromWrong') }),
  };
}

/** The form as the contract wants it. Call only when `mailErrors` is empty. */
export function mailServerOf(mail: MailForm): MailServer {
  return {
    ...mail,
    host: mail.host.trim(),
    port: Number(mail.port),
    username: mail.username.trim(),
    from: mail.from.trim(),
    accountId: null,
    accessUrl: null,
  };
}
