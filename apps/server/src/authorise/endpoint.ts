import type { Call } from '@strongroom/contract';
import type { z } from 'zod';
import { Problem } from '../platform/problem.ts';
import type { Sealed } from './facts.ts';
import type { Actor, Grant } from './grant.ts';
import type { Perform } from './perform.ts';
import type { Action, Facts } from './policy.ts';

/** What work may ask of the door it came through, beside its reply. */
export interface Door {
  /** Hands the client a new session. */
  startSession(token: string): void;
  endSession(): void;
}

export interface Endpoint {
  readonly call: Call<Action, z.ZodType, z.ZodType>;
  handle(perform: Perform, actor: Actor, input: unknown, door: Door): Promise<unknown>;
}

interface How<A extends Action, I extends z.ZodType, R extends z.ZodType> {
  /** What the action is on; left out for the organisation itself. */
  object?(input: z.output<I>, actor: Actor): string;
  reason?(input: z.output<I>): string | undefined;
  ticket?(input: z.output<I>): string | undefined;
  run(grant: Grant<A>, input: z.output<I>, facts: Facts, also: Sealed | undefined): Promise<z.input<R>>;
}

/** Binds a call of the contract to its work. The call's name picks the policy line and names the audit event. */
export function endpoint<A extends Action, I extends z.ZodType, R extends z.ZodType>(
  call: Call<A, I, R>,
  how: How<A, I, R>,
): Endpoint {
  return {
    call,
    async handle(perform, actor, raw) {
      const input = parseInput(call, raw);
      const ask = {
        actor,
        action: call.name,
        objectId: how.object?.(input, actor) ?? actor.organisationId,
        reason: how.reason?.(input),
        ticket: how.ticket?.(input),
      };
      // Parsed inside, so that a reply the contract does not promise rolls the work back.
      return perform(ask, async (grant, facts, also) => call.reply.parse(await how.run(grant, input, facts, also)));
    },
  };
}

/** For a call whose work is more than one transaction: it calls `perform` itself, as often as it must. */
export function longEndpoint<A extends Action, I extends z.ZodType, R extends z.ZodType>(
  call: Call<A, I, R>,
  run: (perform: Perform, actor: Actor, input: z.output<I>, door: Door) => Promise<z.input<R>>,
): Endpoint {
  return {
    call,
    handle: async (perform, actor, raw, door) =>
      call.reply.parse(await run(perform, actor, parseInput(call, raw), door)),
  };
}

/** Reads the input by the call's schema. Throws `input-invalid` with a line for each fault; never repeats a value. */
export function parseInput<I extends z.ZodType>(call: { readonly input: I }, raw: unknown): z.output<I> {
  // No column of the database can hold a NUL, and no honest client sends one.
  if (hasNul(raw)) throw new Problem('input-invalid', { detail: 'The input holds a NUL character.' });
  const parsed = call.input.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new Problem('input-invalid', {
    errors: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  });
}

function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasNul);
}
