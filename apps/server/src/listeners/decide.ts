import type { Grant } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { sameText } from '../platform/random.ts';
import type { Vault } from '../vault/index.ts';
import { sealApproval } from './approval.ts';
import { hashNow, readVersions, type StoredVersion } from './versions.ts';
import { authorsSince, lockListener } from './write.ts';

/**
 * The newest version, locked, if the one who asks may decide about it. Throws `not-that-state` when nothing waits, `changed-meanwhile` when
 * it is another than was looked at, `not-yourself` for whoever wrote any of what is not approved yet.
 */
async function waiting(
  grant: Grant<'listener.approve'> | Grant<'listener.refuse'>,
  hash: string,
): Promise<StoredVersion> {
  const { newest, runs } = await lockListener(grant.db, grant.objectId);
  const [version] = await readVersions(grant.db, grant.objectId, newest);
  if (version?.state !== 'waiting') throw new Problem('not-that-state', { detail: 'Nothing of it waits.' });
  // What lies there now, too: whoever approves has read that.
  if (!sameText(version.hash, hash) || !sameText(hashNow(version), hash)) throw new Problem('changed-meanwhile');
  const authors = await authorsSince(grant.db, grant.objectId, runs);
  if (grant.actor.userId === null || authors.includes(grant.actor.userId))
    throw new Problem('not-yourself', {
      detail: 'Another administrator decides: you made or edited what waits.',
    });
  grant.note({ version: newest, hash, author: version.author });
  return version;
}

/** Approves exactly what was looked at: it runs from now on. Throws as `waiting`. */
export async function approve(grant: Grant<'listener.approve'>, vault: Vault, hash: string): Promise<void> {
  const version = await waiting(grant, hash);
  const by = grant.actor.userId;
  if (by === null) throw new Error('an approval is somebody’s');
  const approval = await sealApproval(grant, vault, version, by);
  await grant.db
    .updateTable('listenerVersion')
    .set({ state: 'approved', approval, decidedBy: grant.actorName, decidedAt: new Date() })
    .where('listenerId', '=', grant.objectId)
    .where('version', '=', version.version)
    .execute();
  await grant.db.updateTable('listener').set({ runs: version.version }).where('id', '=', grant.objectId).execute();
}

/** Refuses what waits, with a reason for its author. Throws as `waiting`. */
export async function refuse(grant: Grant<'listener.refuse'>, hash: string, why: string): Promise<void> {
  const version = await waiting(grant, hash);
  grant.note({ why });
  await grant.db
    .updateTable('listenerVersion')
    .set({ state: 'refused', why, decidedBy: grant.actorName, decidedAt: new Date() })
    .where('listenerId', '=', grant.objectId)
    .where('version', '=', version.version)
    .execute();
}
