import { request } from 'node:https';
import { keyedHash } from '../platform/random.ts';
import type { Handed } from './hand-over.ts';
import type { Outcome } from './outcome.ts';
import type { Taken } from './take-up.ts';

/** Bytes read of an answer. */
const answerMost = 64 * 1024;
/** Answers after which another try may help, beside all of 500 and above (RFC 9110, RFC 6585). */
const laterAgain = [408, 425, 429];

/** What is sent: passwords only where that was chosen. */
function bodyOf(taken: Taken, what: Handed, sendsPasswords: boolean): string {
  const { oldPassword, newPassword, ...rest } = what;
  return JSON.stringify({
    id: taken.runId,
    event: 'password.changed',
    at: taken.createdAt.toISOString(),
    ...rest,
    ...(sendsPasswords ? { oldPassword, newPassword } : {}),
  });
}

/**
 * HMAC-SHA-256, in hexadecimal, over the time in seconds, a full stop, and the body: with the time in it, a call that was
 * recorded cannot be sent again later.
 */
const signature = (secret: string, seconds: number, body: string): string =>
  keyedHash(secret, `${seconds}.${body}`).toString('hex');

/**
 * Sends one signed call and takes its answer. Follows no redirect: what was approved is the address. The certificate must be trusted, by
 * the authorities or by the organisation. Never rejects.
 */
export function callWebhook(taken: Taken, what: Handed, signal: AbortSignal): Promise<Outcome> {
  const { spec } = taken.version;
  if (spec.kind !== 'webhook') throw new Error('not a webhook');
  const { secret } = taken;
  if (secret === null)
    return Promise.resolve({
      state: 'failed',
      why: 'It has no secret to sign with. Renew it.',
      exitCode: null,
      output: '',
    });
  const body = bodyOf(taken, what, spec.sendsPasswords);
  const seconds = Math.floor(Date.now() / 1000);
  const timeout = AbortSignal.timeout(spec.timeLimitSeconds * 1000);
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      if (timeout.aborted)
        resolve({
          state: 'timed-out',
          why: 'There was no answer within its time limit.',
          exitCode: null,
          output: '',
          again: true,
        });
      else resolve({ state: 'failed', why: whyOf(error), exitCode: null, output: '', again: true });
    };
    const asked = request(
      spec.url,
      {
        method: 'POST',
        agent: false,
        signal: AbortSignal.any([signal, timeout]),
        ...taken.trust,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Strongroom',
          'strongroom-delivery': taken.runId,
          'strongroom-signature': `t=${seconds},v1=${signature(secret.expose(), seconds, body)}`,
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
          const status = answer.statusCode ?? 0;
          const output = Buffer.concat(pieces).toString('utf8');
          const ok = status >= 200 && status < 300;
          resolve({
            state: ok ? 'done' : 'failed',
            why: ok ? null : `The answer was ${status}.`,
            ...{ exitCode: status, output, cut: bytes > answerMost },
            again: !ok && (status >= 500 || laterAgain.includes(status)),
          });
        });
      },
    );
    asked.once('error', fail);
    asked.end(body);
  });
}

/** In words, without what the other side wrote. */
function whyOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'The host has no address.';
  if (code === 'ECONNREFUSED') return 'The host refused the connection.';
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|SIGNATURE/.test(code))
    return `The certificate of the host is not trusted (${code}). Nothing was sent.`;
  return `The host could not be reached (${code ?? 'unknown reason'}).`;
}
