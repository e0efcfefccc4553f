import { Agent, request } from 'node:https';
import type { Product } from './product.ts';

/** Calls of the API over one connection that stays open, one after the other, each timed. */
export interface Client {
  /** Makes a call and gives its answer and how long it took, in milliseconds. Throws on any status but 200. */
  call(
    method: string,
    path: string,
    authorization: string,
    body?: unknown,
  ): Promise<{ ms: number; answer: Record<string, unknown> }>;
  [Symbol.dispose](): void;
}

/** Opens a client on a product. */
export function openClient({ port, ca }: Pick<Product, 'port' | 'ca'>): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca, servername: 'localhost' });
  return {
    call: (method, path, authorization, body) =>
      new Promise((resolve, reject) => {
        const sent = performance.now();
        const asked = request(
          {
            host: '127.0.0.1',
            port,
            agent,
            method,
            path: `/api/v1${path}`,
            headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          },
          (answer) => {
            let text = '';
            answer.setEncoding('utf8').on('data', (part: string) => (text += part));
            answer.once('error', reject).once('end', () => {
              const ms = performance.now() - sent;
              if (answer.statusCode !== 200)
                reject(new Error(`${method} ${path}: ${String(answer.statusCode)} ${text.slice(0, 500)}`));
              else resolve({ ms, answer: JSON.parse(text) as Record<string, unknown> });
            });
          },
        );
        asked.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** The time below which 95 of a hundred stay. */
export const p95 = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.ceil(times.length * 0.95) - 1)] ?? Number.NaN;
