import type { Call } from '@strongroom/contract';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Actor, StreamReply } from '../../authorise/index.ts';
import { Problem } from '../../platform/problem.ts';
import { newId } from '../../platform/random.ts';
import type { Ask, FileAction, PasswordRules } from './ask.ts';

/** What the door needs of the product. */
export interface RestParts {
  /** Makes one of our own calls as the actor: parses input, decides, works, audits, parses the reply. Throws Problem. */
  invoke<I extends z.ZodType, R extends z.ZodType>(
    call: Call<string, I, R>,
    actor: Actor,
    input: z.input<I>,
  ): Promise<z.output<R>>;
  /**
   * Finds the actor of a token and checks the host it is bound to; in a header also that of a session which the second API began.
   * Throws Problem 'signed-out' | 'wrong-host'.
   */
  authenticate(token: string, request: FastifyRequest, came: 'header' | 'url'): Promise<Actor>;
  /** False when the organisation switched tokens in URLs off (setting tokenInUrl). */
  tokenInUrlAllowed(actor: Actor): Promise<boolean>;
  /** What the actor is asked for before a password is opened; without it the replies say that it asks nothing. */
  passwordRules?(actor: Actor): Promise<PasswordRules>;
  /** The id of an account by its number, and that of its resource where one is given; undefined where the organisation has no such account. */
  accountId(actor: Actor, number: number, resourceNumber?: number): Promise<string | undefined>;
  /** Opens a stored file; without it there are none. */
  open?(
    action: FileAction,
    actor: Actor,
    params: Readonly<Record<string, string>>,
    why: Readonly<Record<string, string>>,
  ): Promise<StreamReply>;
  /** How long RESETTYPE REMOTE waits for the target; 60 000 when left out. */
  readonly remoteWaitMs?: number;
}

/** What one request brings: its address, its input, and whether somebody still waits for the answer. */
export type Given = Pick<Ask, 'part' | 'details' | 'params' | 'gone'>;

const nothingAsked: PasswordRules = { reasonToReveal: false, ticketToReveal: false, ticketToRequest: false };

/** A request as the operations see it: all that they do, they do as this actor. */
export const askFor = (parts: RestParts, actor: Actor, given: Given): Ask => ({
  ...given,
  invoke: (call, input) => parts.invoke(call, actor, input),
  open: (action, ids, reasons) => {
    if (!parts.open) throw new Problem('not-found');
    return parts.open(action, actor, ids, { ...reasons });
  },
  rules: async () => (await parts.passwordRules?.(actor)) ?? nothingAsked,
  // What is not there is asked for like what is not seen: it takes as long, and stands in the trail.
  accountId: async (number, resource) => (await parts.accountId(actor, number, resource)) ?? newId(),
  remoteWaitMs: parts.remoteWaitMs ?? 60_000,
});
