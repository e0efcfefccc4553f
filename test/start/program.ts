import { Agent, request } from 'node:https';
import { administrator } from '../lib/product.ts';

export {
  administrator,
  checkout,
  makePlace,
  querying,
  unattended,
  type Ended,
  type Place,
  type Running,
} from '../lib/product.ts';

/** What a request carries. */
export interface With {
  readonly token?: string;
  readonly cookie?: string;
  readonly csrf?: string;
  readonly body?: unknown;
  readonly agent?: Agent;
}

/** An answer. `body` is its JSON, or its text. */
export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Record<string, unknown>;
  readonly text: string;
  /** Upper-case hex of the SHA-256 over the certificate that was shown. */
  readonly fingerprint: string | undefined;
}

/** Sends one request. The certificate is not looked at, since each test's is self-signed. */
export function ask(url: string, method: string, path: string, carrying: With = {}): Promise<Answer> {
  const { token, cookie, csrf, body, agent } = carrying;
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const going = request(`${url}${path}`, {
      method,
      rejectUnauthorized: false,
      ...(agent === undefined ? { agent: false } : { agent }),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === undefined ? {} : { cookie }),
        ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
        ...(sent === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
      },
    });
    going.on('error', reject);
    going.on('response', (response) => {
      const socket = response.socket as import('node:tls').TLSSocket;
      const fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const isJson = (response.headers['content-type'] ?? '').includes('json');
        const parsed = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed, text, fingerprint });
      });
    });
    going.end(sent);
  });
}

/** Signs in; gives the cookie and the CSRF token of the session. */
export async function signIn(url: string): Promise<{ cookie: string; csrf: string }> {
  const { username, password } = administrator;
  const answer = await ask(url, 'POST', '/api/v1/session', { body: { username, password } });
  if (answer.status !== 200) throw new Error(`sign-in: ${String(answer.status)} ${answer.text}`);
  const cookie = String(answer.headers['set-cookie']?.[0]).split(';', 1)[0] ?? '';
  return { cookie, csrf: String(answer.body['csrfToken']) };
}

/** One SHA-256 over every row of the tables that hold what people entrusted, to show that nothing changed. */
export const rowsDigest = `select encode(sha256(convert_to(string_agg(line, E'\\n' order by line), 'UTF8')), 'hex') as digest from (
  select 'organisation' || t::text as line from strongroom.organisation t union all select 'key' || t::text from strongroom.data_key t
  union all select 'user' || t::text from strongroom.app_user t union all select 'resource' || t::text from strongroom.resource t
  union all select 'account' || t::text from strongroom.account t union all select 'secret' || t::text from strongroom.secret t
  union all select 'event' || t::text from strongroom.audit_event t) rows`;
