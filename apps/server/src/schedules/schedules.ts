import { When, type NewPasswords, type Recipients } from '@strongroom/contract';
import { sql } from 'kysely';
import { scopesOf, type Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';
import { policyFor, requirePolicyKept } from '../passwords/index.ts';
import type { Vault } from '../vault/index.ts';
import { tellAtOf } from './advance.ts';
import { requireRecipients } from './recipients.ts';
import { nextAfter, requireWhen } from './when.ts';

/** A schedule as somebody sets it. */
export interface NewSchedule {
  readonly when: When;
  readonly timeZone: string;
  readonly passwords: NewPasswords;
  readonly password?: string | undefined;
  readonly tellBeforeMinutes: number | null;
  readonly tellBefore: Recipients;
  readonly tellAfter: Recipients;
  readonly version?: number | undefined;
}

export interface Held {
  readonly id: string;
  readonly ownerId: string | null;
  readonly at: unknown;
  readonly timeZone: string;
  readonly passwords: NewPasswords;
  readonly sealed: Buffer | null;
  readonly sealedVersion: number;
  readonly sealedAt: Date | null;
  readonly tellBeforeMinutes: number | null;
  readonly state: 'active' | 'paused' | 'stopped';
  readonly nextAt: Date | null;
  readonly tellAt: Date | null;
  readonly handledAt: Date | null;
  readonly version: number;
}

/** The schedule of a group, held until the transaction ends: its runs and changes come one after another. */
export async function holdSchedule(db: OrganisationDb, groupId: string): Promise<Held | undefined> {
  const { rows } =
    await sql<Held>`select id, owner_id, at, time_zone, passwords, sealed, sealed_version, sealed_at, tell_before_minutes, state,
      next_at, tell_at, handled_at, version
    from reset_schedule where group_id = ${groupId} for update`.execute(db);
  return rows[0];
}

/** As `holdSchedule`. Throws `not-found` for a group without one. */
export async function requireSchedule(db: OrganisationDb, groupId: string): Promise<Held> {
  const held = await holdSchedule(db, groupId);
  if (!held) throw new Problem('not-found', { detail: 'The group has no schedule.' });
  return held;
}

const actingWith = (grant: Grant): string[] | null => {
  const scopes = scopesOf(grant.actor);
  return scopes ? [...scopes] : null;
};

interface SealedPassword {
  readonly sealed: Buffer | null;
  readonly sealedVersion: number;
  readonly sealedAt: Date | null;
}

/**
 * Seals the one password, or keeps the one that the same person gave before. Nobody runs a schedule with a password that
 * somebody else chose: they would let others into what is theirs.
 */
async function passwordOf(
  grant: Grant<'schedule.set'>,
  vault: Vault,
  id: string,
  input: NewSchedule,
  before: Held | undefined,
): Promise<SealedPassword> {
  const wrong = (message: string): Problem => new Problem('input-invalid', { errors: [{ path: 'password', message }] });
  const version = before?.sealedVersion ?? 0;
  if (input.passwords !== 'common') {
    if (input.password !== undefined) throw wrong('is given only where all accounts get the same one');
    return { sealed: null, sealedVersion: version, sealedAt: null };
  }
  if (input.password === undefined) {
    if (before?.passwords !== 'common') throw wrong('must be given');
    if (before.ownerId !== grant.actor.userId) throw wrong('was chosen by somebody else: give one of your own');
    return { sealed: before.sealed, sealedVersion: version, sealedAt: before.sealedAt };
  }
  const password = new Secret(input.password);
  const group = await grant.db
    .selectFrom('resourceGroup')
    .select('policyId')
    .where('id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  // The accounts' own policies are asked when each is reset.
  requirePolicyKept(await policyFor(grant.db, [group.policyId], null), password, '', undefined);
  const place = { column: 'reset_schedule.sealed', rowId: id, version: version + 1 } as const;
  return { sealed: await vault.seal(grant, password, place), sealedVersion: version + 1, sealedAt: new Date() };
}

/** Gives the group its schedule, or replaces it; the actor is whose rights it runs with. Throws `input-invalid`, `password-weak`, `changed-meanwhile`. */
export async function setSchedule(
  grant: Grant<'schedule.set'>,
  vault: Vault,
  input: NewSchedule,
  now: Date,
): Promise<void> {
  const { organisationId, userId } = grant.actor;
  requireWhen(input.when, input.timeZone, now);
  await requireRecipients(grant, input.tellBefore, input.tellAfter);
  const before = await holdSchedule(grant.db, grant.objectId);
  if (input.version !== undefined && input.version !== (before?.version ?? 0)) throw new Problem('changed-meanwhile');
  const id = before?.id ?? newId();
  const password = await passwordOf(grant, vault, id, input, before);
  const nextAt = nextAfter(input.when, input.timeZone, now);
  const row = {
    ownerId: userId,
    scopes: actingWith(grant),
    at: JSON.stringify(input.when),
    timeZone: input.timeZone,
    passwords: input.passwords,
    ...password,
    tellBeforeMinutes: input.tellBeforeMinutes,
    tellBefore: JSON.stringify(input.tellBefore),
    tellAfter: JSON.stringify(input.tellAfter),
    state: 'active',
    why: null,
    nextAt,
    tellAt: tellAtOf(nextAt, input.tellBeforeMinutes),
    handledAt: now,
    updatedAt: now,
  };
  if (before)
    await grant.db
      .updateTable('resetSchedule')
      .set((eb) => ({ ...row, version: eb('version', '+', 1) }))
      .where('id', '=', id)
      .execute();
  else {
    const added = await grant.db
      .insertInto('resetSchedule')
      .values({ id, organisationId, groupId: grant.objectId, ...row })
      .onConflict((conflict) => conflict.columns(['organisationId', 'groupId']).doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows === 0n) throw new Problem('changed-meanwhile');
  }
  grant.note({
    is: before ? 'replaced' : 'new',
    when: JSON.stringify(input.when),
    'time zone': input.timeZone,
    passwords: input.passwords,
    next: nextAt?.toISOString() ?? 'never',
    'told before': toldInWords(input.tellBefore),
    'told after': toldInWords(input.tellAfter),
  });
}

const toldInWords = ({ withAccess, users, userGroups, addresses }: Recipients): string =>
  `${withAccess ? 'whoever has access, ' : ''}${users.length} users, ${userGroups.length} user groups, ${addresses.length} addresses`;

/** Throws `not-that-state` for a schedule that does not run. */
export async function pause(grant: Grant<'schedule.pause'>): Promise<void> {
  const held = await requireSchedule(grant.db, grant.objectId);
  if (held.state !== 'active')
    throw new Problem('not-that-state', { detail: `The schedule is ${held.state} already.` });
  await grant.db
    .updateTable('resetSchedule')
    .set((eb) => ({
      state: 'paused',
      nextAt: null,
      tellAt: null,
      updatedAt: new Date(),
      version: eb('version', '+', 1),
    }))
    .where('id', '=', held.id)
    .execute();
}

/** Throws for whoever would run with a password that somebody else chose. */
export function requireOwnPassword(grant: Grant, held: Held): void {
  if (held.passwords === 'common' && held.ownerId !== grant.actor.userId)
    throw new Problem('not-that-state', {
      detail: 'Its password was chosen by somebody else. Set the schedule with one of your own.',
    });
}

/** Lets a schedule go on with the actor’s rights. Throws `not-that-state`, also for a date that is past. */
export async function resume(grant: Grant<'schedule.resume'>, now: Date): Promise<void> {
  const held = await requireSchedule(grant.db, grant.objectId);
  if (held.state === 'active') throw new Problem('not-that-state', { detail: 'The schedule runs already.' });
  requireOwnPassword(grant, held);
  const when = When.parse(held.at);
  const nextAt = nextAfter(when, held.timeZone, now);
  if (nextAt === null && when.is === 'once')
    throw new Problem('not-that-state', { detail: 'Its date is past. Set another.' });
  await grant.db
    .updateTable('resetSchedule')
    .set((eb) => ({
      state: 'active',
      why: null,
      ownerId: grant.actor.userId,
      scopes: actingWith(grant),
      nextAt,
      tellAt: tellAtOf(nextAt, held.tellBeforeMinutes),
      handledAt: now,
      updatedAt: now,
      version: eb('version', '+', 1),
    }))
    .where('id', '=', held.id)
    .execute();
  grant.note({ next: nextAt?.toISOString() ?? 'never' });
}

/** Takes the schedule away with its runs’ rows; runs that are at work go on. */
export async function remove(grant: Grant<'schedule.delete'>): Promise<void> {
  const held = await requireSchedule(grant.db, grant.objectId);
  await grant.db.deleteFrom('resetSchedule').where('id', '=', held.id).execute();
}
