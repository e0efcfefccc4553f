import type { Call } from '@strongroom/contract';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type { z } from 'zod';

export interface Answer {
  readonly status: number;
  readonly headers: LightMyRequestResponse['headers'];
  /** The reply or the problem, as it came. */
  readonly body: Record<string, unknown>;
}

/** A client with a cookie, as a browser keeps one. */
export interface Client {
  cookie: string | undefined;
  csrf: string | undefined;
  readonly address: string;
  /** Sends a call of the contract over the wire format. */
  send(
    call: Pick<Call<string, z.ZodType, z.ZodType>, 'method' | 'path'>,
    input?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

/** A client of the app at an address of its own. It takes over cookies and CSRF tokens that it is given. */
export function client(app: FastifyInstance, address = '192.0.2.1'): Client {
  const self: Client = {
    cookie: undefined,
    csrf: undefined,
    address,
    async send(call, input = {}, headers = {}) {
      const rest: Record<string, unknown> = { ...input };
      const path = call.path.replace(/:(\w+)/g, (_, name: string) => {
        const value = rest[name];
        delete rest[name];
        return encodeURIComponent(String(value));
      });
      const inQuery = call.method === 'GET' || call.method === 'DELETE';
      const query = new URLSearchParams(
        Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)])),
      ).toString();
      const reply = await app.inject({
        method: call.method,
        url: `/api/v1${path}${inQuery && query !== '' ? `?${query}` : ''}`,
        remoteAddress: address,
        headers: {
          'user-agent': 'test browser',
          ...(self.cookie === undefined ? {} : { cookie: self.cookie }),
          ...(self.csrf === undefined ? {} : { 'x-csrf-token': self.csrf }),
          ...headers,
        },
        ...(inQuery ? {} : { payload: rest }),
      });
      const set = reply.headers['set-cookie'];
      if (typeof set === 'string') self.cookie = set.split(';', 1)[0] ?? '';
      const body = reply.body === '' ? {} : (reply.json() as Record<string, unknown>);
      if (typeof body['csrfToken'] === 'string') self.csrf = body['csrfToken'];
      return { status: reply.statusCode, headers: reply.headers, body };
    },
  };
  return self;
}
