import type { Explanation, Supposition } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { builtInRoles } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { explain, type Question } from './explain.ts';
import { readHeldObject } from './reaching.ts';
import { andUndo } from './savepoint.ts';
import { writeShares } from './shares.ts';

type Answer = z.input<typeof Explanation>;

/**
 * Whether a user could do something if things were changed: the changes are made, the question is put, and all is undone.
 * Nobody's right to make the changes is asked, since none is made. Throws `not-found` where a change names something unknown.
 */
export async function suppose(
  db: OrganisationDb,
  question: Question,
  changes: readonly Supposition[],
): Promise<{ before: Answer; after: Answer }> {
  const before = await explain(db, question);
  const after = await andUndo(db, async () => {
    for (const change of changes) await makeSo(db, question.organisationId, change);
    return explain(db, question);
  });
  return { before, after };
}

async function makeSo(db: OrganisationDb, organisationId: string, change: Supposition): Promise<void> {
  switch (change.do) {
    case 'share': {
      const { on, to, permission } = change;
      if (!(await readHeldObject(db, on.kind, on.id, null))) throw new Problem('not-found');
      await requireOne(db, to.kind === 'user' ? 'app_user' : 'user_group', to.id);
      if (on.kind === 'account' && permission === 'manage')
        throw new Problem('input-invalid', {
          errors: [{ path: 'changes', message: '‘manage’ is given on resources and resource groups only' }],
        });
      return writeShares(db, { organisationId, userId: null, name: '' }, on.kind, on.id, [
        { to, permission, from: null, until: null },
      ]);
    }
    case 'end-share':
      await db.deleteFrom('share').where('targetId', '=', change.on.id).where('toId', '=', change.to.id).execute();
      return;
    case 'join':
      await requireOne(db, 'user_group', change.userGroupId);
      await requireOne(db, 'app_user', change.userId);
      await sql`insert into user_group_member (organisation_id, user_group_id, user_id)
        values (${organisationId}, ${change.userGroupId}, ${change.userId}) on conflict do nothing`.execute(db);
      return;
    case 'leave':
      await sql`delete from user_group_member where user_group_id = ${change.userGroupId} and user_id = ${change.userId}`.execute(
        db,
      );
      return;
    case 'give-role':
      return giveRole(db, change.userId, change.role);
    case 'set-super-administrator':
      await requireOne(db, 'app_user', change.userId);
      await sql`update app_user set super_administrator = ${change.superAdministrator} where id = ${change.userId}`.execute(
        db,
      );
      return;
    case 'transfer':
      await requireOne(db, change.on.kind === 'resource' ? 'resource' : 'resource_group', change.on.id);
      await requireOne(db, 'app_user', change.toUserId);
      await sql`update ${sql.id(change.on.kind === 'resource' ? 'resource' : 'resource_group')} set owner_id = ${change.toUserId} where id = ${change.on.id}`.execute(
        db,
      );
      return;
  }
}

async function giveRole(db: OrganisationDb, userId: string, role: string): Promise<void> {
  await requireOne(db, 'app_user', userId);
  const builtIn = builtInRoles.some((name) => name === role);
  if (!builtIn) {
    if (!/^[0-9a-f-]{36}$/.test(role)) throw new Problem('not-found');
    await requireOne(db, 'custom_role', role);
  }
  await sql`update app_user set role = ${builtIn ? role : 'custom'}, custom_role_id = ${builtIn ? null : role}::uuid where id = ${userId}`.execute(
    db,
  );
}

async function requireOne(
  db: OrganisationDb,
  table: 'app_user' | 'user_group' | 'custom_role' | 'resource' | 'resource_group',
  id: string,
): Promise<void> {
  const { rows } = await sql`select 1 from ${sql.id(table)} where id = ${id}::uuid`.execute(db);
  if (rows.length === 0) throw new Problem('not-found');
}
