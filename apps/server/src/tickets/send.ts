import { request } from 'node:https';
import { reachableOnly, requireReachable } from '../platform/reachable.ts';
import type { TrustOptions } from '../platform/trust.ts';
import { NoAnswer, type Asked, type Said, type Send } from './systems/system.ts';

/** Bytes of an answer; a longer one is none. */
const answerMost = 1024 * 1024;

/**
 * Sends requests of one check: no redirect is followed, the certificate must be trusted, an answer has at most 1 MB, and all of it ends with
 * the signal. Ticketing systems may be in private networks; addresses of the link, where clouds hand out credentials, are never called.
 */
export const sender =
  (trust: TrustOptions, signal: AbortSignal): Send =>
  (asked) =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        reject(new NoAnswer(why));
      };
      const late = (): void => {
        fail('The ticketing system did not answer within the time limit.');
      };
      if (signal.aborted) {
        late();
        return;
      }
      signal.addEventListener('abort', late, { once: true });
      try {
        requireReachable(asked.url, true);
      } catch {
        fail('The address of the ticketing system is one that is never called.');
        return;
      }
      const sent = start(asked, trust, signal, (answer) => {
        const pieces: Buffer[] = [];
        let bytes = 0;
        answer.on('data', (piece: Buffer) => {
          bytes += piece.length;
          if (bytes <= answerMost) pieces.push(piece);
          else {
            fail('The answer of the ticketing system is longer than 1 MB.');
            answer.destroy();
          }
        });
        answer.once('error', () => {
          fail('The ticketing system ended the connection in its answer.');
        });
        answer.once('end', () => {
          signal.removeEventListener('abort', late);
          resolve({ status: answer.statusCode ?? 0, json: parsed(Buffer.concat(pieces).toString('utf8')) });
        });
      });
      sent.once('error', (error: NodeJS.ErrnoException) => {
        fail(whyOf(error));
      });
      sent.end(asked.body);
    });

function start(
  { method = 'GET', url, headers, body }: Asked,
  trust: TrustOptions,
  signal: AbortSignal,
  onAnswer: Parameters<typeof request>[2],
): ReturnType<typeof request> {
  return request(
    url,
    {
      ...trust,
      method,
      agent: false,
      signal,
      lookup: reachableOnly(true),
      headers: {
        ...headers,
        'user-agent': 'Strongroom',
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
    },
    onAnswer,
  );
}

function parsed(text: string): Said['json'] {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In words, without what the other side wrote. */
function whyOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'ABORT_ERR') return 'The ticketing system did not answer within the time limit.';
  if (code === 'EPRIVATE') return 'The address of the ticketing system is one that is never called.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'The host of the ticketing system has no address.';
  if (code === 'ECONNREFUSED') return 'The ticketing system refused the connection.';
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|SIGNATURE/.test(code))
    return `The certificate of the ticketing system is not trusted (${code}). Nothing was sent.`;
  return `The ticketing system could not be reached (${code ?? 'unknown reason'}).`;
}
