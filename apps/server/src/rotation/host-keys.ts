import type { HostKey } from '@strongroom/driver-kit';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';

/** Pins the key of a first contact. False when another was pinned meanwhile: then the key is kept as offered, which is an alarm. */
export async function pinHostKey(grant: Grant<'resource.pin-host-key'>, key: HostKey): Promise<boolean> {
  const { organisationId } = grant.actor;
  await sql`select 1 from resource where id = ${grant.objectId} for update`.execute(grant.db);
  const pinned = await grant.db
    .selectFrom('hostKey')
    .select('fingerprint')
    .where('resourceId', '=', grant.objectId)
    .where('state', '=', 'pinned')
    .execute();
  if (pinned.some((known) => known.fingerprint === key.fingerprint)) {
    grant.nothingDone();
    return true;
  }
  if (pinned.length > 0) {
    await keepOffered(grant, key);
    return false;
  }
  await grant.db
    .insertInto('hostKey')
    .values({ organisationId, resourceId: grant.objectId, ...key, state: 'pinned' })
    .onConflict((c) => c.columns(['resourceId', 'fingerprint']).doUpdateSet({ state: 'pinned' }))
    .execute();
  grant.note({ pinned: key.fingerprint, algorithm: key.algorithm });
  return true;
}

/** Keeps a key that is not the pinned one, for a person to compare, and raises the alarm in the trail. */
export async function keepOffered(
  grant: Grant<'resource.pin-host-key' | 'resource.alarm-host-key'>,
  key: HostKey,
): Promise<void> {
  await grant.db
    .insertInto('hostKey')
    .values({ organisationId: grant.actor.organisationId, resourceId: grant.objectId, ...key, state: 'offered' })
    .onConflict((c) => c.columns(['resourceId', 'fingerprint']).doUpdateSet({ seenAt: new Date() }))
    .execute();
  grant.note({ alarm: 'host key changed', offered: key.fingerprint, algorithm: key.algorithm });
}
