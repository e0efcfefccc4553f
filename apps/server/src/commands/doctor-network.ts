import { existsSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Config } from '../platform/config.ts';
import { StartFault } from '../platform/start-fault.ts';
import { readPair, tlsFiles, type TlsKind } from '../platform/tls.ts';
import type { TrustOptions } from '../platform/trust.ts';
import { codeOf, fail, ok, warn, type Check } from './check.ts';

const soonDays = 30;
const dayMs = 86_400_000;
const patienceMs = 5000;

const mendOf: Readonly<Record<TlsKind, string>> = {
  files:
    'put a good certificate and key into the files that STRONGROOM_TLS_CERT and STRONGROOM_TLS_KEY name; the running server takes them by itself',
  installed: 'install a new one: strongroom cert install, or in the console under Admin, Certificates',
  'self-signed': 'restart the server, which makes a new one',
};

/** The server's certificate and its days. */
export function certificateCheck(config: Config, now = Date.now()): Check {
  const what = 'certificate';
  const files = tlsFiles(config);
  if (files.kind === 'self-signed' && !existsSync(files.cert))
    return ok(what, 'a self-signed one is made at the first start.');
  try {
    const { leaf } = readPair(files);
    const days = Math.floor((leaf.validToDate.getTime() - now) / dayMs);
    const says = `${files.cert} is valid until ${leaf.validToDate.toISOString().slice(0, 10)}, ${days} days.`;
    if (days >= soonDays || files.kind === 'self-signed') return ok(what, says);
    return warn(what, says, mendOf[files.kind]);
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    return fail(what, error.message, mendOf[files.kind]);
  }
}

/** The console's port, and whether this installation's own server holds it, which shows our certificate. `running`: an embedded database runs here. */
export async function portCheck(config: Config, running: boolean): Promise<{ check: Check; held: boolean }> {
  const { port, host } = config;
  const what = 'port';
  const not = (check: Check): { check: Check; held: boolean } => ({ check, held: false });
  if (port === 'off') return not(ok(what, 'off: no console is served.'));
  if (port === 0) return not(ok(what, 'a free one is taken at each start.'));
  const code = await bindOnce(port, host);
  const elsewhere = 'stop that program, or choose another port with STRONGROOM_PORT';
  if (code === undefined)
    return not(
      running
        ? fail(what, `nothing listens on ${port}, though the database runs.`, 'restart the server, and see its log')
        : ok(what, `${port} is free.`),
    );
  if (code === 'EACCES')
    return not(fail(what, `${port} may not be opened by this user.`, 'choose one above 1023 with STRONGROOM_PORT'));
  if (code !== 'EADDRINUSE')
    return not(fail(what, `${host ?? 'all addresses'} cannot be listened on (${code}).`, 'mend STRONGROOM_HOST'));
  const theirs = await certificateShown(port, host);
  const ours = ourFingerprint(config);
  if (theirs !== undefined && theirs === ours)
    return { check: ok(what, `${port} is held by this installation's server.`), held: true };
  if (theirs !== undefined && ours === undefined)
    return not(warn(what, `${port} is held by a server that cannot be told from ours.`, 'mend the certificate first'));
  return not(fail(what, `${port} is taken by another program.`, elsewhere));
}

/** The code with which listening failed; undefined when the port could be had. It is given back at once. */
function bindOnce(port: number, host: string | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => {
      resolve(codeOf(error));
    });
    server.listen({ port, host: host ?? '::' }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}

function ourFingerprint(config: Config): string | undefined {
  try {
    return readPair(tlsFiles(config)).leaf.fingerprint256;
  } catch {
    return undefined;
  }
}

const loopback = (host: string | undefined): string =>
  host === undefined || host === '::' || host === '0.0.0.0' ? 'localhost' : host;

function certificateShown(port: number, host: string | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Only its fingerprint is wanted, which is compared with our own file: no authority needs to vouch for it.
    const socket = connectTls({ port, host: loopback(host), rejectUnauthorized: false, timeout: patienceMs }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256);
      socket.destroy();
    });
    const nothing = (): void => {
      resolve(undefined);
      socket.destroy();
    };
    socket.once('error', nothing).once('timeout', nothing).once('close', nothing);
  });
}

/** What of a mail server is needed to greet it. */
export interface MailHost {
  readonly host: string;
  readonly port: number;
  readonly security: 'none' | 'starttls' | 'tls';
}

/** Whether the organisation's mail server greets us. Whom the organisation trusts is trusted. No password is sent. Source: RFC 5321 section 4.2, the 220 greeting. */
export async function mailCheck(organisation: string, mail: MailHost | null, trust: TrustOptions): Promise<Check> {
  const what = `mail server of ${organisation}`;
  if (mail === null) return ok(what, 'none is set, so invitations are handed over as links.');
  const at = `${mail.host}:${mail.port}`;
  const mend = 'mend the mail server in the console under Admin, Mail, or see that this machine may reach it';
  const why = await greeted(mail, trust);
  return why === undefined
    ? ok(what, `${at} answers.`)
    : fail(what, `${at} does not answer as a mail server (${why}).`, mend);
}

/** Why there was no greeting; undefined when there was one. */
function greeted({ host, port, security }: MailHost, trust: TrustOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket: Socket =
      security === 'tls' ? connectTls({ host, port, servername: host, ...trust }) : connect({ host, port });
    const end = (why: string | undefined): void => {
      resolve(why);
      socket.destroy();
    };
    socket.setTimeout(patienceMs, () => {
      end('no answer in time');
    });
    socket.once('error', (error) => {
      end(codeOf(error));
    });
    socket.once('close', () => {
      end('closed without a greeting');
    });
    socket.once('data', (data) => {
      end(data.toString('latin1').startsWith('220') ? undefined : 'another greeting than 220');
    });
  });
}
