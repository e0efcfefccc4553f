import type { MailServer } from '@strongroom/contract';
import { createTransport } from 'nodemailer';
import type { Secret } from '../platform/secret.ts';
import type { TrustOptions } from '../platform/trust.ts';

/** Sends mail; tests put a collector in. */
export interface Mailer {
  /** Throws when the server does not take the mail. */
  send(
    server: Omit<MailServer, 'password'> & { password: Secret | null; trust: TrustOptions },
    mail: { to: string; subject: string; text: string },
  ): Promise<void>;
}

export const smtpMailer: Mailer = {
  async send(server, mail) {
    const transport = createTransport({
      host: server.host,
      port: server.port,
      secure: server.security === 'tls',
      requireTLS: server.security === 'starttls',
      ignoreTLS: server.security === 'none',
      tls: server.trust,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 20_000,
      ...(server.username === '' ? {} : { auth: { user: server.username, pass: server.password?.expose() ?? '' } }),
    });
    try {
      await transport.sendMail({ from: server.from, ...mail });
    } finally {
      transport.close();
    }
  },
};
