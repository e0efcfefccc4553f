import { callSigned, type SignedAnswer, type SignedCall } from '../platform/signed-call.ts';
import type { Secret } from '../platform/secret.ts';
import type { TrustOptions } from '../platform/trust.ts';

/** One delivery with all that its call needs. */
export interface Taken {
  readonly deliveryId: string;
  readonly url: string;
  readonly privateNetwork: boolean;
  readonly action: string;
  readonly body: string;
  /** Events that the receiver was not told of since it last took one. */
  readonly missed: number;
  readonly secret: Secret;
  readonly trust: TrustOptions;
}

/** A receiver that takes longer than this has not taken it. */
const timeLimitMs = 10_000;
/** What a receiver says is of no use to us: so much is read that a well-behaved one is not cut off. */
const answerMost = 1024;

/** How a call is made; tests put another in its place. */
export type Send = (call: SignedCall, signal: AbortSignal) => Promise<SignedAnswer>;

/** Sends one delivery. Never rejects. */
export const sendOne = (taken: Taken, signal: AbortSignal, send: Send = callSigned): Promise<SignedAnswer> =>
  send(
    {
      url: taken.url,
      body: taken.body,
      secret: taken.secret.expose(),
      headers: {
        'strongroom-delivery': taken.deliveryId,
        'strongroom-event': taken.action,
        ...(taken.missed > 0 ? { 'strongroom-missed': String(taken.missed) } : {}),
      },
      trust: taken.trust,
      timeLimitMs,
      answerMost,
      privateNetwork: taken.privateNetwork,
    },
    signal,
  );
