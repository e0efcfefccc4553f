import type { HostKey, Login, Reset, Verified } from '@strongroom/driver-kit';
import { system } from '../authorise/index.ts';
import type { Attempt } from './attempt.ts';
import { keepOffered, pinHostKey } from './host-keys.ts';
import type { Route } from './outpost-child.ts';
import type { Contacted } from './outpost.ts';
import type { ReachFacts } from './reach.ts';
import type { WorkerParts } from './worker-parts.ts';

/** A way to one target: what to ask of it goes through the outpost. */
export interface Contact {
  verify(login: Login): Promise<Verified>;
  /** Signed in as `via`, or as the account itself. */
  reset(attempt: Attempt, via: Login | undefined): Promise<Reset>;
  /** The account that signs in, where the settings say that accounts do not do so themselves. */
  readonly via: Login | undefined;
  /** How far the last reset came; undefined where that is not known. */
  reached(): Contacted<Reset>['reached'];
  /** Whether a verification could not be made because the account that signs in for others was turned away. */
  signInRefused(): boolean;
  /** The key that was offered and is not the pinned one. */
  offered(): HostKey | undefined;
}

/** The way to a target, on which the key of a first contact is pinned. */
export function routeOf(parts: WorkerParts, organisationId: string, reach: ReachFacts): Route {
  const ask = { actor: system(organisationId), action: 'resource.pin-host-key', objectId: reach.resourceId } as const;
  return { ...reach, pin: (key) => parts.perform(ask, (grant) => pinHostKey(grant, key)) };
}

/**
 * A way to the target. The key of a first contact is pinned before anything secret is sent; another key than the
 * pinned one ends the contact there. No transaction is open while we talk.
 */
export function contact(parts: WorkerParts, organisationId: string, reach: ReachFacts): Contact {
  let offered: HostKey | undefined;
  let reached: Contacted<Reset>['reached'];
  let signInRefused = false;
  const route = routeOf(parts, organisationId, reach);
  const { loginWith } = reach.settings as { loginWith?: unknown };
  const via = loginWith === 'another account' ? reach.admin : undefined;
  return {
    via,
    offered: () => offered,
    reached: () => reached,
    signInRefused: () => signInRefused,
    async verify(login) {
      const contacted = await parts.outpost.verify(route, login, via);
      offered = contacted.offered ?? offered;
      // Of the account itself it would have been a refusal.
      signInRefused = via !== undefined && contacted.said === 'unreachable' && contacted.reached === 'turned-away';
      return contacted.said;
    },
    async reset(attempt, signsIn) {
      const { username, current, next } = attempt;
      const admin = signsIn ?? { username, password: current };
      const elevation = reach.elevatesItself ? { username, password: current } : reach.elevation;
      const contacted = await parts.outpost.reset(route, admin, { username, current }, next, elevation);
      ({ reached } = contacted);
      offered = contacted.offered ?? offered;
      return contacted.said;
    },
  };
}

/** Keeps the key that a host offered instead of the pinned one, and raises the alarm. */
export async function raiseAlarm(
  parts: WorkerParts,
  organisationId: string,
  reach: ReachFacts,
  offered: HostKey | undefined,
): Promise<void> {
  if (!offered) return;
  await parts.perform(
    { actor: system(organisationId), action: 'resource.alarm-host-key', objectId: reach.resourceId },
    (grant) => keepOffered(grant, offered),
  );
  parts.onHostKeyChanged({ resourceName: reach.resourceName, host: reach.host, offered: offered.fingerprint });
}
