import { createTransport } from 'nodemailer';
import type { Secret } from '../platform/secret.ts';
import type { TrustOptions } from '../platform/trust.ts';

/** A mail server, with all it takes to send by it. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  /** Empty where the server asks for no sign-in. */
  readonly username: string;
  readonly password: Secret | null;
  readonly from: string;
  readonly trust: TrustOptions;
}

/** A mail as it goes out. */
export interface Outgoing {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** With its angle brackets, as RFC 5322 section 3.6.4 writes it. */
  readonly messageId: string;
}

/** Connections to one mail server. */
export interface MailLine {
  /** Gives the server's answer to the whole mail. Throws what `failureOf` reads when the server did not take it. */
  send(mail: Outgoing): Promise<string>;
  close(): void;
}

/** Opens mail servers; tests put a collector in. */
export interface Mailer {
  /** Nothing is connected before the first mail. */
  open(server: SmtpServer): MailLine;
}

/** Connections at once to one server: more, and many servers slow their clients down. */
export const linesAtOnce = 3;

export const smtpMailer: Mailer = {
  open(server) {
    const transport = createTransport({
      pool: true,
      maxConnections: linesAtOnce,
      host: server.host,
      port: server.port,
      secure: server.security === 'tls',
      requireTLS: server.security === 'starttls',
      ignoreTLS: server.security === 'none',
      tls: server.trust,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 20_000,
      // A mail is text: nothing in it names a file or an address to be fetched.
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(server.username === '' ? {} : { auth: { user: server.username, pass: server.password?.expose() ?? '' } }),
    });
    // What goes wrong with a mail reaches whoever sends it; an idle connection that the server ends is no fault.
    transport.on('error', () => undefined);
    return {
      async send({ to, ...mail }) {
        // As one address, so that a comma in it makes no second recipient.
        const sent = await transport.sendMail({
          from: { name: 'Strongroom', address: server.from },
          to: { name: '', address: to },
          ...mail,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return sent.response;
      },
      close() {
        transport.close();
      },
    };
  },
};

/** Why a mail was not taken. */
export interface Failure {
  /** Trying again brings nothing: the server refuses this address or this mail. */
  readonly permanent: boolean;
  /** It concerns the server and not this mail: the next mail would meet the same. */
  readonly serverWide: boolean;
  /** For people: the server's answer, or what there was instead. One line. */
  readonly answer: string;
}

const detailOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null && name in error ? (error as Record<string, unknown>)[name] : undefined;
const numberOf = (error: unknown, name: string): number | undefined => {
  const value = detailOf(error, name);
  return typeof value === 'number' ? value : undefined;
};
const textOf = (error: unknown, name: string): string => {
  const value = detailOf(error, name);
  return typeof value === 'string' ? value : '';
};

/**
 * Reads what nodemailer threw. Reply codes of 500 and more are for good (RFC 5321 section 4.2.1), but only where they answer to
 * the recipient or the mail itself: a refused sign-in or sender is for an administrator to mend, and the mail waits for that.
 * What the server says back is shown without the password, whatever it is made to repeat.
 */
export function failureOf(error: unknown, password: Secret | null): Failure {
  const code = textOf(error, 'code');
  const reply = numberOf(error, 'responseCode');
  const command = textOf(error, 'command');
  const ofMail = code === 'EMESSAGE' || (code === 'EENVELOPE' && command !== 'MAIL FROM');
  const message = error instanceof Error ? error.message : 'The mail was not sent.';
  const answer = without(textOf(error, 'response') || message, password);
  return {
    permanent: ofMail && (reply === undefined ? code === 'EENVELOPE' : reply >= 500),
    serverWide: !ofMail,
    answer: explain(code, answer),
  };
}

/** What to look at, by nodemailer's code and the words that the server or the system used; the first that fits. */
const hints: readonly (readonly [code: RegExp, words: RegExp, says: string])[] = [
  [/^EAUTH$/, /./, 'The mail server refuses the sign-in'],
  [/^EDNS$/, /./, 'The mail server’s name is not known'],
  [/^(ESOCKET|ECONNECTION|ETIMEDOUT)$/, /ENOTFOUND|EAI_AGAIN/, 'The mail server’s name is not known'],
  [/^(ESOCKET|ECONNECTION|ETLS)$/, /certificate|altname|CERT_/i, 'The mail server’s certificate is not trusted'],
  [/^(ESOCKET|ECONNECTION)$/, /ECONNREFUSED|UNREACH|ECONNRESET/, 'The mail server cannot be reached'],
  [/^(ESOCKET|ETLS)$/, /./, 'The mail server does not speak TLS in the way that is set'],
  [/^ETIMEDOUT$/, /./, 'The mail server does not answer in time'],
  [/^ECONNECTION$/, /./, 'The connection to the mail server broke'],
];

function explain(code: string, answer: string): string {
  const line = answer.replace(/\s+/g, ' ').trim().slice(0, 500);
  const hint = hints.find(([codes, words]) => codes.test(code) && words.test(line));
  return hint === undefined ? line : `${hint[2]}: ${line}`;
}

function without(text: string, password: Secret | null): string {
  const plain = password?.expose() ?? '';
  if (plain === '') return text;
  const encoded = Buffer.from(plain, 'utf8').toString('base64').replace(/=+$/, '');
  // In AUTH PLAIN the password stands behind two names, so only its inside is the same whatever they are.
  return text
    .split(plain)
    .join('[hidden]')
    .split(encoded)
    .join('[hidden]')
    .replace(/[A-Za-z0-9+/]{16,}={0,2}/g, (part) =>
      Buffer.from(part, 'base64').toString('utf8').includes(plain) ? '[hidden]' : part,
    );
}
