import { sql } from 'kysely';
import { system, type Grant } from '../authorise/index.ts';
import type { Database, OrganisationDb } from '../platform/db.ts';
import { enqueue, type Jobs } from '../platform/jobs.ts';
import type { WorkerParts } from '../rotation/index.ts';
import { workPlace } from './place.ts';
import { nextStage } from './plan.ts';
import { versionsOf } from './rows.ts';

/** How long a worker may be silent before another takes a key up, and how often it says that it is there. */
const leaseSeconds = 40;
const renewEveryMs = 10_000;
/** Accounts of one key that are worked on at once. */
const atOnce = 4;
/** Steps of one account in one go: in, proof, out. */
const mostSteps = 4;

export interface KeyParts extends WorkerParts {
  readonly database: Database;
}

/** Puts the work on a key in line, as part of the change that causes it. */
export const enqueueKey = (db: OrganisationDb, organisationId: string, keyId: string, runAt?: Date): Promise<void> =>
  enqueue(db, 'key', { organisationId, keyId }, { key: `key:${keyId}`, ...(runAt ? { runAt } : {}) });

/**
 * Brings a key on its way: on every account that is due, a few at once. Run again after a crash it goes on from what was written down:
 * each step can be done twice.
 */
export async function runKey(
  parts: KeyParts,
  { organisationId, keyId }: Jobs['key'],
  signal: AbortSignal,
): Promise<void> {
  const accountId = await holderOf(parts.database, organisationId, keyId);
  if (accountId === undefined) return;
  const ask = { actor: system(organisationId), action: 'key.work', objectId: accountId } as const;
  const due = await parts.perform(ask, (grant) => claim(grant, keyId));
  if (!due) return;
  const renewing = setInterval(() => {
    // One that is not renewed only means that another worker asks the hosts too: every step can be done twice.
    parts.database.asOrganisation(organisationId, (db) => lease(db, keyId)).catch(() => undefined);
  }, renewEveryMs);
  try {
    const left = [...due];
    const lane = async (): Promise<void> => {
      for (let placeId = left.shift(); placeId !== undefined && !signal.aborted; placeId = left.shift())
        for (let steps = 0; steps < mostSteps && (await workPlace(parts, ask, placeId)) === 'changed'; steps += 1);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  } finally {
    clearInterval(renewing);
    await parts.perform(ask, (grant) => conclude(grant, keyId));
  }
}

async function holderOf(database: Database, organisationId: string, keyId: string): Promise<string | undefined> {
  const row = await database.asOrganisation(organisationId, (db) =>
    db.selectFrom('sshKey').select('accountId').where('id', '=', keyId).executeTakeFirst(),
  );
  return row?.accountId;
}

const lease = (db: OrganisationDb, keyId: string): Promise<unknown> =>
  sql`update ssh_key set leased_until = now() + make_interval(secs => ${leaseSeconds}) where id = ${keyId} and leased_until is not null`.execute(
    db,
  );

/** The accounts that are due; undefined when somebody else is at the key. */
async function claim(grant: Grant<'key.work'>, keyId: string): Promise<string[] | undefined> {
  grant.nothingDone();
  const { rows } = await sql<{ leasedUntil: Date | null; leased: boolean }>`
    select leased_until, coalesce(leased_until > now(), false) as leased from ssh_key where id = ${keyId} for update`.execute(
    grant.db,
  );
  const key = rows[0];
  if (!key) return undefined;
  if (key.leased && key.leasedUntil) {
    await enqueueKey(grant.db, grant.actor.organisationId, keyId, key.leasedUntil);
    return undefined;
  }
  await sql`update ssh_key set leased_until = now() + make_interval(secs => ${leaseSeconds}) where id = ${keyId}`.execute(
    grant.db,
  );
  const due = await sql<{ id: string }>`
    select id from ssh_key_place where key_id = ${keyId} and (next_try_at is null or next_try_at <= now()) order by id`.execute(
    grant.db,
  );
  return due.rows.map(({ id }) => id);
}

/** Moves the key on where all its places allow it, and puts in line what is left. */
async function conclude(grant: Grant<'key.work'>, keyId: string): Promise<void> {
  const { organisationId } = grant.actor;
  const key = await grant.db.selectFrom('sshKey').select('id').where('id', '=', keyId).forUpdate().executeTakeFirst();
  if (!key) {
    grant.nothingDone();
    return;
  }
  await grant.db.updateTable('sshKey').set({ leasedUntil: null }).where('id', '=', keyId).execute();
  const versions = await versionsOf(grant.db, keyId);
  const places = await grant.db.selectFrom('sshKeyPlace').selectAll().where('keyId', '=', keyId).execute();
  const goes = nextStage(versions, places);
  if (goes === 'commit') {
    await promote(grant, keyId);
    await enqueueKey(grant.db, organisationId, keyId);
    return;
  }
  if (goes === 'settled') {
    await grant.db.updateTable('sshKey').set({ stage: 'settled' }).where('id', '=', keyId).execute();
    grant.note({ stage: 'settled' });
  } else grant.nothingDone();
  const next = places.flatMap(({ nextTryAt }) => (nextTryAt ? [nextTryAt.getTime()] : []));
  if (next.length > 0) await enqueueKey(grant.db, organisationId, keyId, new Date(Math.min(...next)));
}

/** The next key becomes the current one. */
async function promote(grant: Grant<'key.work'>, keyId: string): Promise<void> {
  // In this order: at no moment are there two current ones.
  for (const [from, to] of [
    ['current', 'former'],
    ['candidate', 'current'],
  ] as const)
    await grant.db
      .updateTable('sshKeyVersion')
      .set({ state: to })
      .where('keyId', '=', keyId)
      .where('state', '=', from)
      .execute();
  await grant.db
    .updateTable('sshKey')
    .set({ stage: 'cleaning', rotatedAt: new Date() })
    .where('id', '=', keyId)
    .execute();
  // What waited for the old key is tried again with the new one.
  await grant.db.updateTable('sshKeyPlace').set({ nextTryAt: null, tries: 0 }).where('keyId', '=', keyId).execute();
  grant.note({ stage: 'rotated' });
}

/** Puts every key in line again that a stopped server left in the middle. Call it at start. */
export async function recoverKeys(database: Database): Promise<number> {
  const { rows } = await sql<{ id: string; organisationId: string }>`
    select id, organisation_id from strongroom.unfinished_keys()`.execute(database.anyone);
  for (const { id, organisationId } of rows)
    await database.asOrganisation(organisationId, (db) => enqueueKey(db, organisationId, id));
  return rows.length;
}
