import { callSigned } from '../platform/signed-call.ts';
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

const none = { exitCode: null, output: '' } as const;

/** Sends one signed call and takes its answer, wherever the address leads: two administrators approved it. Never rejects. */
export async function callWebhook(taken: Taken, what: Handed, signal: AbortSignal): Promise<Outcome> {
  const { spec } = taken.version;
  if (spec.kind !== 'webhook') throw new Error('not a webhook');
  const { secret } = taken;
  if (secret === null) return { state: 'failed', why: 'It has no secret to sign with. Renew it.', ...none };
  const answer = await callSigned(
    {
      url: spec.url,
      body: bodyOf(taken, what, spec.sendsPasswords),
      secret: secret.expose(),
      headers: { 'strongroom-delivery': taken.runId },
      trust: taken.trust,
      timeLimitMs: spec.timeLimitSeconds * 1000,
      answerMost,
      privateNetwork: true,
    },
    signal,
  );
  if (answer.is === 'timed-out')
    return { state: 'timed-out', why: 'There was no answer within its time limit.', ...none, again: true };
  if (answer.is === 'failed') return { state: 'failed', why: answer.why, ...none, again: true };
  const { status, text, cut } = answer;
  const ok = status >= 200 && status < 300;
  return {
    state: ok ? 'done' : 'failed',
    why: ok ? null : `The answer was ${status}.`,
    ...{ exitCode: status, output: text, cut },
    again: !ok && (status >= 500 || laterAgain.includes(status)),
  };
}
