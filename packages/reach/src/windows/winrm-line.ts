import { createHash, type X509Certificate } from 'node:crypto';
import { Agent, request, type IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { Rejected, Unreachable, windowsName, type Login } from '@strongroom/driver-kit';
import { opening } from '../opening.ts';
import { certificateOf, secure, type TlsReach } from '../tls.ts';
import { Malformed, Writer } from './bytes.ts';
import type { NtlmLogin } from './ntlm-response.ts';
import { authenticateMessage, negotiateMessage, readChallenge } from './ntlm.ts';
import { LineBroken } from './smb-line.ts';

/* HTTPS to WinRM: one connection, signed in once. Source: MS-WSMV section 2.1; RFC 4559; MS-NTHT. */

/** An answer. */
export interface HttpReply {
  readonly status: number;
  readonly body: string;
}

/** A connection that is signed in. */
export interface WinrmLine {
  /** Sends one envelope. Throws LineBroken. */
  post(envelope: string): Promise<HttpReply>;
  /** From now on there are `ms` milliseconds for all that follows. */
  within(ms: number): void;
  close(): void;
}

/** In bytes: MaxEnvelopeSize is 150 KiB, and hosts may be set otherwise. */
const longestReply = 1024 * 1024;

/** How to sign in. `ntlm` gives the login for the host's own name. */
export interface WinrmLogin {
  readonly by: 'NTLM' | 'Basic';
  readonly login: Login;
  readonly ntlm: (computer: string) => NtlmLogin;
}

/**
 * Connects, checks the certificate, and sends the first envelope with the sign-in.
 * Throws Rejected, Unreachable, Untrusted, LineBroken and Malformed.
 */
export async function openWinrm(
  reach: TlsReach,
  certificate: 'verified' | 'pinned',
  signIn: WinrmLogin,
  first: string,
): Promise<{ line: WinrmLine; reply: HttpReply }> {
  const socket = await opening(reach, (line) => secure(line, reach, certificate));
  const binding = tlsBinding(socket);
  const line = over(socket, reach);
  line.within(reach.timeoutMs);
  try {
    const reply = await (signIn.by === 'Basic'
      ? byBasic(line, signIn, first)
      : byNtlm(line, binding, reach, signIn, first));
    if (reply.status === 401) throw new Rejected('the host rejected the log-in');
    return { reply, line: { ...line, post: (envelope) => line.send(envelope, line.kept) } };
  } catch (error) {
    line.close();
    throw error;
  }
}

interface RawLine extends Pick<WinrmLine, 'within' | 'close'> {
  send(envelope: string, authorization?: string): Promise<HttpReply & { challenge: string }>;
  /** Sent with every later request, where signing in is by request and not by connection. */
  kept?: string;
}

function byBasic(line: RawLine, { login }: WinrmLogin, first: string): Promise<HttpReply> {
  const { domain, name } = windowsName(login.username);
  if (domain !== undefined || name.includes(':')) throw new Unreachable('Basic is for local accounts, without a colon');
  line.kept = `Basic ${Buffer.from(`${name}:${login.password?.expose() ?? ''}`, 'utf8').toString('base64')}`;
  return line.send(first, line.kept);
}

async function byNtlm(
  line: RawLine,
  channelBinding: Buffer,
  { host }: TlsReach,
  { ntlm }: WinrmLogin,
  first: string,
): Promise<HttpReply> {
  const negotiate = negotiateMessage();
  const challenged = await line.send('', `Negotiate ${negotiate.toString('base64')}`);
  const token = /(?:^|,\s*)Negotiate ([A-Za-z0-9+/=]+)/i.exec(challenged.challenge)?.[1];
  if (challenged.status !== 401 || token === undefined) throw new Malformed('the host offers no NTLM over WinRM');
  const challenge = readChallenge(Buffer.from(token, 'base64'));
  const { message } = authenticateMessage(negotiate, challenge, ntlm(challenge.computer), {
    service: `HTTP/${host}`,
    channelBinding,
  });
  return line.send(first, `Negotiate ${message.toString('base64')}`);
}

/** Ties the sign-in to this TLS connection, so that nobody can pass it on to another. Source: RFC 5929 section 4; RFC 2744 section 3.11. */
function tlsBinding(socket: TLSSocket): Buffer {
  const certificate = certificateOf(socket);
  const hash = createHash(bindingHash(certificate)).update(certificate.raw).digest();
  const data = Buffer.concat([Buffer.from('tls-server-end-point:', 'latin1'), hash]);
  return createHash('md5').update(new Writer().zeros(16).u32(data.length).bytes(data).done()).digest();
}

/** The hash of the certificate's own signature, and SHA-256 in place of older ones. */
function bindingHash({ signatureAlgorithm }: X509Certificate): 'sha256' | 'sha384' | 'sha512' {
  if (/384/.test(signatureAlgorithm ?? '')) return 'sha384';
  return /512/.test(signatureAlgorithm ?? '') ? 'sha512' : 'sha256';
}

function over(socket: TLSSocket, reach: TlsReach): RawLine {
  let timer: NodeJS.Timeout | undefined;
  let used = false;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  // There is one connection, and it is signed in: never a second.
  agent.createConnection = () => {
    if (used) throw new LineBroken('the host ended the connection');
    used = true;
    return socket;
  };
  const close = (): void => {
    clearTimeout(timer);
    reach.signal?.removeEventListener('abort', close);
    agent.destroy();
    socket.destroy();
  };
  reach.signal?.addEventListener('abort', close, { once: true });
  const send: RawLine['send'] = (envelope, authorization) =>
    new Promise((resolve, reject) => {
      const broken = (): void => {
        reject(new LineBroken('the line broke'));
      };
      if (socket.destroyed) {
        broken();
        return;
      }
      socket.once('close', broken);
      const sent = request({
        agent,
        method: 'POST',
        path: '/wsman',
        headers: {
          host: authority(reach),
          'content-type': 'application/soap+xml;charset=UTF-8',
          'content-length': Buffer.byteLength(envelope),
          'user-agent': 'strongroom',
          ...(authorization === undefined ? {} : { authorization }),
        },
      });
      sent.on('error', broken);
      sent.on('response', (response) => {
        gathered(response, socket).then((body) => {
          socket.removeListener('close', broken);
          resolve({ status: response.statusCode ?? 0, body, challenge: response.headers['www-authenticate'] ?? '' });
        }, broken);
      });
      sent.end(envelope);
    });
  return {
    send,
    within(ms) {
      clearTimeout(timer);
      timer = setTimeout(close, ms);
    },
    close,
  };
}

/** Host and port, as a URL has them. */
export const authority = ({ host, port }: { host: string; port: number }): string =>
  `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;

async function gathered(response: IncomingMessage, socket: TLSSocket): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length > longestReply) socket.destroy();
  }
  if (!response.complete) throw new LineBroken('the line broke');
  return Buffer.concat(parts).toString('utf8');
}
