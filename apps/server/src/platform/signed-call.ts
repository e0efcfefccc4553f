import { request } from 'node:https';
import { keyedHash } from './random.ts';
import { reachableOnly, requireReachable } from './reachable.ts';
import type { TrustOptions } from './trust.ts';

/** One call of a web address: a JSON body that is signed. */
export interface SignedCall {
  readonly url: string;
  readonly body: string;
  /** What the signature is made with. */
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly trust: TrustOptions;
  readonly timeLimitMs: number;
  /** Bytes that are read of an answer. */
  readonly answerMost: number;
  /** Whether the host may have an address of a private network. */
  readonly privateNetwork: boolean;
}

/** What came of a call. `why` is a sentence without what the other side wrote. */
export type SignedAnswer =
  | { readonly is: 'answered'; readonly status: number; readonly text: string; readonly cut: boolean }
  | { readonly is: 'timed-out' }
  | { readonly is: 'failed'; readonly why: string };

/**
 * The header that shows whose call it is: HMAC-SHA-256, in hexadecimal, over the time in seconds, a full stop, and the body. With the time in
 * it, a call that was recorded cannot be sent again later.
 */
const signatureHeader = 'strongroom-signature';
const signed = (secret: string, seconds: number, body: string): string =>
  `t=${seconds},v1=${keyedHash(secret, `${seconds}.${body}`).toString('hex')}`;

/**
 * Sends one signed call and takes its answer. Follows no redirect: what was agreed to is the address. The certificate must be trusted, by the
 * authorities or by the organisation. Never rejects.
 */
export function callSigned(call: SignedCall, signal: AbortSignal): Promise<SignedAnswer> {
  const { url, body, secret, headers, trust, timeLimitMs, answerMost, privateNetwork } = call;
  try {
    requireReachable(url, privateNetwork);
  } catch {
    return Promise.resolve({ is: 'failed', why: forbidden });
  }
  const timeout = AbortSignal.timeout(timeLimitMs);
  return new Promise((resolve) => {
    const asked = request(
      url,
      {
        method: 'POST',
        agent: false,
        signal: AbortSignal.any([signal, timeout]),
        lookup: reachableOnly(privateNetwork),
        ...trust,
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Strongroom',
          [signatureHeader]: signed(secret, Math.floor(Date.now() / 1000), body),
        },
      },
      (answer) => {
        const pieces: Buffer[] = [];
        let bytes = 0;
        answer.on('data', (piece: Buffer) => {
          if (bytes < answerMost) pieces.push(piece.subarray(0, answerMost - bytes));
          bytes += piece.length;
          // An answer without end is none.
          if (bytes > answerMost * 4) answer.destroy();
        });
        answer.once('error', () => undefined);
        answer.once('close', () => {
          resolve({
            is: 'answered',
            status: answer.statusCode ?? 0,
            text: Buffer.concat(pieces).toString('utf8'),
            cut: bytes > answerMost,
          });
        });
      },
    );
    asked.once('error', (error: NodeJS.ErrnoException) => {
      resolve(timeout.aborted ? { is: 'timed-out' } : { is: 'failed', why: whyOf(error) });
    });
    asked.end(body);
  });
}

const forbidden =
  'The host has only addresses of private networks, of this machine or of its link, and calls to those are not allowed. Nothing was sent.';

/** In words, without what the other side wrote. */
function whyOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'EPRIVATE') return forbidden;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'The host has no address.';
  if (code === 'ECONNREFUSED') return 'The host refused the connection.';
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|SIGNATURE/.test(code))
    return `The certificate of the host is not trusted (${code}). Nothing was sent.`;
  return `The host could not be reached (${code ?? 'unknown reason'}).`;
}
