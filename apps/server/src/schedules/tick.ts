import { When } from '@strongroom/contract';
import { sql } from 'kysely';
import { system, type Actor, type Grant, type Scope } from '../authorise/index.ts';
import { isUnavailable, type OrganisationDb } from '../platform/db.ts';
import { Problem, type ProblemCode } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import type { Vault } from '../vault/index.ts';
import { advance, tellAtOf, wrongMs, type Standing } from './advance.ts';
import { isRunning, nobodyUses, start, type InUse } from './run.ts';
import { holdSchedule, type Held } from './schedules.ts';
import { tellBefore, tellStopped, type TellParts } from './tell.ts';
import { nextAfter } from './when.ts';

export interface ScheduleParts extends TellParts {
  readonly vault: Vault;
  readonly inUse?: InUse;
}

interface Due {
  id: string;
  groupId: string;
  groupName: string;
  ownerId: string | null;
  scopes: Scope[] | null;
  nextAt: Date | null;
  tell: boolean;
}

const whose = 'The user whose rights it ran with';
/** Why a schedule has lost its right, in words for whoever manages the group. */
const lost: Partial<Record<ProblemCode, string>> = {
  'not-found': `${whose} does not manage the group any more.`,
  'not-your-role': `${whose} has a role that does not allow it any more.`,
  'signed-out': `${whose} may not sign in any more.`,
  'must-change-password': `${whose} must choose a new log-in password first.`,
  'scope-missing': 'The token that set it did not carry the scope that it needs.',
};

const atOnce = 100;

/**
 * Does what schedules of an organisation are due for at a moment. Any number of nodes may do so at the same time, as often as they like and with clocks
 * that differ: what one has done, another finds done. `onError` is told of what failed on our side; the database being away throws.
 */
export async function tick(
  parts: ScheduleParts,
  organisationId: string,
  now: Date,
  onError: (error: unknown) => void,
): Promise<void> {
  const seen = new Set<string>();
  for (;;) {
    const due = (await dueNow(parts, organisationId, now, [...seen])).filter(({ id }) => !seen.has(id));
    if (due.length === 0) return;
    for (const one of due) {
      seen.add(one.id);
      try {
        if (one.tell) await tellBefore(parts, organisationId, one.groupId, now);
        else await runDue(parts, organisationId, one, now, onError);
      } catch (error) {
        if (isUnavailable(error)) throw error;
        onError(error);
      }
    }
  }
}

function dueNow({ perform }: ScheduleParts, organisationId: string, now: Date, but: readonly string[]): Promise<Due[]> {
  const wrong = new Date(now.getTime() + wrongMs);
  return perform(
    { actor: system(organisationId), action: 'schedule.settle', objectId: organisationId },
    async ({ db }) => {
      const { rows } = await sql<Due>`select s.id, s.group_id, g.name as group_name, s.owner_id, s.scopes, s.next_at,
        s.next_at > ${now} and coalesce(s.handled_at, ${now}) <= ${wrong} and s.owner_id is not null as tell
      from reset_schedule s join resource_group g on g.id = s.group_id
      where s.state = 'active' and not s.id = any(${[...but]}::uuid[])
        and (s.next_at <= ${now} or s.tell_at <= ${now} or s.handled_at > ${wrong} or s.owner_id is null)
      order by s.next_at nulls first, s.id limit ${atOnce}`.execute(db);
      return rows;
    },
  );
}

async function runDue(
  parts: ScheduleParts,
  organisationId: string,
  due: Due,
  now: Date,
  onError: (error: unknown) => void,
): Promise<void> {
  const gone = `${whose} is no longer there.`;
  if (due.ownerId === null) return stop(parts, organisationId, due, gone);
  const actor: Actor = {
    kind: 'user',
    organisationId,
    userId: due.ownerId,
    task: { id: due.id, scopes: due.scopes },
    origin: { requestId: due.id, address: null, client: 'schedule' },
  };
  const ask = { actor, action: 'schedule.run', objectId: due.groupId, reason: 'Its schedule' } as const;
  let allowed = false;
  try {
    await parts.perform(ask, async (grant) => {
      allowed = true;
      await runHeld(grant, parts, due, now);
    });
  } catch (error) {
    if (!(error instanceof Problem) && isUnavailable(error)) throw error;
    if (!allowed && error instanceof Problem)
      return stop(parts, organisationId, due, lost[error.code] ?? error.message);
    if (!(error instanceof Problem)) onError(error);
    const why =
      error instanceof Problem
        ? (error.detail ?? error.message)
        : 'Something failed on our side. The log has the details.';
    await settle(parts, organisationId, due, (grant, held) => passOver(grant, held, now, 'failed', why));
  }
}

const standingOf = (held: Held, now: Date) =>
  advance(held, now, (after) => nextAfter(When.parse(held.at), held.timeZone, after));

async function runHeld(
  grant: Grant<'schedule.run'>,
  { vault, inUse = nobodyUses }: ScheduleParts,
  due: Due,
  now: Date,
): Promise<void> {
  const held = await holdSchedule(grant.db, due.groupId);
  // Meanwhile another node did it, or somebody set it anew.
  if (held?.id !== due.id || held.state !== 'active' || held.nextAt?.getTime() !== due.nextAt?.getTime()) {
    grant.nothingDone();
    return;
  }
  const { due: time, then } = standingOf(held, now);
  await stand(grant.db, held, then);
  if (!time) {
    grant.nothingDone();
    return;
  }
  if (await isRunning(grant.db, held.id)) {
    await writeDown(grant.db, grant.actor.organisationId, held, time, 'refused', 'The run before was still at work.');
    grant.note({ due: time.at.toISOString(), 'left out': 'the run before was still at work' });
    return;
  }
  const started = await start(grant, { vault, inUse }, held, { dueAt: time.at, source: time.source });
  if (started === undefined) grant.nothingDone();
}

/** How the schedule stands from now on in time. */
async function stand(db: OrganisationDb, held: Held, { nextAt, handledAt }: Standing): Promise<void> {
  await db
    .updateTable('resetSchedule')
    .set({ nextAt, handledAt, tellAt: tellAtOf(nextAt, held.tellBeforeMinutes) })
    .where('id', '=', held.id)
    .execute();
}

/** Writes down a time at which nothing was reset. */
async function writeDown(
  db: OrganisationDb,
  organisationId: string,
  held: Held,
  time: { at: Date; source: 'due' | 'made-up' },
  state: 'refused' | 'failed',
  why: string,
): Promise<void> {
  await sql`insert into reset_schedule_run (id, organisation_id, schedule_id, due_at, source, state, why, requested_by, ended_at)
    values (${newId()}, ${organisationId}, ${held.id}, ${time.at}, ${time.source}, ${state}, ${why}, 'Strongroom', now())
    on conflict do nothing`.execute(db);
}

/** Bookkeeping of a schedule by the product itself, if it still stands as it did. */
function settle(
  { perform }: ScheduleParts,
  organisationId: string,
  due: Due,
  work: (grant: Grant<'schedule.stop'>, held: Held) => Promise<void>,
): Promise<void> {
  return perform({ actor: system(organisationId), action: 'schedule.stop', objectId: due.groupId }, async (grant) => {
    const held = await holdSchedule(grant.db, due.groupId);
    if (held?.id !== due.id || held.state !== 'active' || held.nextAt?.getTime() !== due.nextAt?.getTime()) {
      grant.nothingDone();
      return;
    }
    await work(grant, held);
  });
}

async function passOver(
  grant: Grant<'schedule.stop'>,
  held: Held,
  now: Date,
  state: 'refused' | 'failed',
  why: string,
): Promise<void> {
  const { due, then } = standingOf(held, now);
  if (due) await writeDown(grant.db, grant.actor.organisationId, held, due, state, why);
  await stand(grant.db, held, then);
  grant.note({ due: due?.at.toISOString() ?? '', 'not run': why });
}

/** Stops a schedule that has lost its right, and says so to whom it concerns. */
function stop(parts: ScheduleParts, organisationId: string, due: Due, why: string): Promise<void> {
  return settle(parts, organisationId, due, async (grant, held) => {
    if (held.nextAt !== null)
      await writeDown(grant.db, organisationId, held, { at: held.nextAt, source: 'due' }, 'refused', why);
    await grant.db
      .updateTable('resetSchedule')
      .set((eb) => ({
        state: 'stopped',
        why,
        nextAt: null,
        tellAt: null,
        updatedAt: new Date(),
        version: eb('version', '+', 1),
      }))
      .where('id', '=', held.id)
      .execute();
    await tellStopped(grant.db, due.groupId, due.ownerId, why, parts.publicUrl());
    grant.note({ stopped: why });
  });
}
