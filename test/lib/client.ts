import { Agent, request } from 'node:https';

/** An answer of the API, whatever its status. `body` is the JSON it sent, or its text. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  /** The id under which the audit trail and the log know it. */
  readonly requestId: string;
  readonly body: unknown;
}

/** Thrown by call() for an answer that is no success. */
class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(what: string, answer: Answer) {
    const { code = '', detail = '' } = (answer.body ?? {}) as { code?: string; detail?: string };
    super(`${what}: ${String(answer.status)} ${code} ${detail}`);
    this.status = answer.status;
    this.code = code;
  }
}

/** How tests talk to the product. */
export interface Caller {
  /** Sends a request with the token. Throws only when there was no answer at all. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** As ask(), and gives the body. Throws `Refused` for any status but 2xx. */
  call<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
}

/** A keep-alive client of `/api/v1`. Its certificate is not looked at: that is not what these tests are about. */
export function client(to: () => { url: string; token: string }): Caller & { close(): void } {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: 64 });
  const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { url, token } = to();
      const sent = body === undefined ? undefined : JSON.stringify(body);
      const going = request(
        `${url}${path.startsWith('/api/') ? path : `/api/v1${path}`}`,
        {
          method,
          agent,
          headers: {
            authorization: `Bearer ${token}`,
            ...(sent === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('error', reject);
          response.on('end', () => {
            const type = response.headers['content-type'] ?? '';
            resolve({
              status: response.statusCode ?? 0,
              type,
              requestId: String(response.headers['x-request-id'] ?? ''),
              body: /^application\/(problem\+)?json\b/.test(type) ? JSON.parse(text) : text,
            });
          });
        },
      );
      going.on('error', reject);
      going.end(sent);
    });
  return {
    ask,
    async call<T>(method: string, path: string, body?: unknown) {
      const answer = await ask(method, path, body);
      if (answer.status < 200 || answer.status > 299) throw new Refused(`${method} ${path}`, answer);
      return answer.body as T;
    },
    close: () => {
      agent.destroy();
    },
  };
}
