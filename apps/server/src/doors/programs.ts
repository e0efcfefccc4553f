import { setTimeout as pause } from 'node:timers/promises';
import {
  changePassword,
  listAccounts,
  listResources,
  readAttempt,
  type Account,
  type Attempt,
  type Call,
} from '@strongroom/contract';
import type { z } from 'zod';
import type { Actor, Endpoint, Perform } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';

/** What the doors for programs share: making calls of the contract, names for ids, and waiting for a target. */

/** Makes a call of the contract as an actor, through the same endpoint that `/api/v1` uses. Throws Problem. */
export type InvokeAs = <I extends z.ZodType, R extends z.ZodType>(
  call: Call<string, I, R>,
  actor: Actor,
  input: z.input<I>,
) => Promise<z.output<R>>;

/** The same for one asker. */
export type Invoke = <I extends z.ZodType, R extends z.ZodType>(
  call: Call<string, I, R>,
  input: z.input<I>,
) => Promise<z.output<R>>;

/** Makes calls of the contract for another door than `/api/v1`. No session is begun or ended in this way. */
export function invoker(parts: { readonly endpoints: readonly Endpoint[]; readonly perform: Perform }): InvokeAs {
  const byName = new Map<string, Endpoint>(parts.endpoints.map((endpoint) => [endpoint.call.name, endpoint]));
  const none = { startSession: () => undefined, endSession: () => undefined };
  return async <I extends z.ZodType, R extends z.ZodType>(
    call: Call<string, I, R>,
    actor: Actor,
    input: z.input<I>,
  ) => {
    const endpoint = byName.get(call.name);
    if (!endpoint) throw new Problem('not-found');
    return (await endpoint.handle(parts.perform, actor, input, none)) as z.output<R>;
  };
}

/**
 * The account of exactly this log-in name on the resource of this name, which may be in any case. One answer whether resource or account are missing.
 * Throws `not-found`.
 */
export async function accountNamed(invoke: Invoke, resourceName: string, username: string): Promise<Account> {
  const name = resourceName.trim();
  const resource =
    name === '' || name.length > 120 ? undefined : (await invoke(listResources, { name, limit: 1 })).items[0];
  const account =
    resource === undefined || username === '' || username.length > 255
      ? undefined
      : (await invoke(listAccounts, { resourceId: resource.id, username, limit: 1 })).items[0];
  if (!account) throw new Problem('not-found');
  return account;
}

/** A change of a password, and how long it is waited for. */
export interface Change {
  readonly accountId: string;
  readonly password: string;
  readonly where: 'local' | 'target';
  readonly reason?: string;
  readonly ticket?: string;
}
export interface Patience {
  /** How long a change on a target is waited for, in milliseconds. */
  readonly waitMs: number;
  /** True once nobody waits for the answer. */
  gone(): boolean;
}

/** A password that is not changed on its target. */
export interface Unchanged {
  /** In sentences. */
  readonly says: string;
  /** True while the change goes on in the background. */
  readonly goesOn: boolean;
}

const firstPauseMs = 100;
const longestPauseMs = 1000;
const ended = (attempt: Attempt): boolean => ['promoted', 'rolled-back', 'needs-person'].includes(attempt.state);

/**
 * Changes a password, in the vault alone or on the target too. The latter is asked for as an attempt and waited for, because programs take the answer for the end of it;
 * whoever hangs up is not waited for, and the attempt goes on. Gives why the password is not changed, or not yet; undefined when it is. Throws Problem.
 */
export async function changeAndWait(
  invoke: Invoke,
  change: Change,
  patience: Patience,
): Promise<Unchanged | undefined> {
  const { attemptId } = await invoke(changePassword, change);
  if (attemptId === null) return undefined;
  const { accountId } = change;
  const until = Date.now() + patience.waitMs;
  let attempt = await invoke(readAttempt, { accountId, attemptId });
  for (
    let ms = firstPauseMs;
    !ended(attempt) && Date.now() < until && !patience.gone();
    ms = Math.min(longestPauseMs, ms * 2)
  ) {
    await pause(Math.min(ms, Math.max(1, until - Date.now())));
    attempt = await invoke(readAttempt, { accountId, attemptId });
  }
  return attempt.state === 'promoted' ? undefined : { says: unchanged(attempt), goesOn: !ended(attempt) };
}

function unchanged(attempt: Attempt): string {
  const because = attempt.why === null ? '' : ` ${attempt.why}`;
  if (attempt.state === 'rolled-back') return `Password is not changed.${because}`;
  if (attempt.state === 'needs-person')
    return `Password change needs a person: neither the old nor the new password is proven.${because}`;
  return `Password change is not finished (${attempt.state}) and goes on in the background.${because}`;
}
