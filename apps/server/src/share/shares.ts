import type { Permission, Recipient } from '@strongroom/contract';
import { sql } from 'kysely';
import { holdOf, ladder, reachOf, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import type { HeldKind } from './reaching.ts';

/** One share as it is to be. Moments are the contract's instants. */
export interface Line {
  readonly to: Recipient;
  readonly permission: Permission;
  readonly from: string | null;
  readonly until: string | null;
}
export interface Difference {
  readonly set: readonly Line[];
  readonly remove: readonly Recipient[];
}
/** Who shares, and what they hold of the object. */
export interface Sharer {
  readonly organisationId: string;
  readonly userId: string | null;
  readonly name: string;
  readonly facts: Facts;
}
/** One share that came, changed or went, for the trail. */
export interface Done {
  readonly change: 'added' | 'changed' | 'removed';
  readonly to: Recipient & { readonly name: string };
  readonly permission: Permission;
  readonly was: Permission | null;
  readonly from: string | null;
  readonly until: string | null;
}

interface Existing {
  id: string;
  toId: string;
  kind: 'user' | 'user-group';
  permission: Permission;
  validFrom: Date | null;
  validUntil: Date | null;
}

const invalid = (path: string, message: string): Problem =>
  new Problem('input-invalid', { errors: [{ path, message }] });

/** What can be wrong with a difference by itself. Throws `input-invalid`. */
function checkDifference({ set, remove }: Difference): void {
  const seen = new Set<string>();
  for (const [i, id] of [...set.map((line) => line.to.id), ...remove.map((to) => to.id)].entries()) {
    if (seen.has(id)) throw invalid(i < set.length ? `set.${i}.to` : `remove.${i - set.length}`, 'is named twice');
    seen.add(id);
  }
  for (const [i, { from, until }] of set.entries()) {
    if (until !== null && Date.parse(until) <= Date.now()) throw invalid(`set.${i}.until`, 'must lie ahead');
    if (from !== null && until !== null && from >= until) throw invalid(`set.${i}.until`, 'must come after ‘from’');
  }
}

/** Locks the object, so that its shares change one after another, and gives its owner. */
async function lockObject(db: OrganisationDb, kind: HeldKind, id: string): Promise<{ ownerId: string }> {
  const { rows } = await (
    kind === 'account'
      ? sql<{
          ownerId: string;
        }>`select r.owner_id from account a join resource r on r.id = a.resource_id where a.id = ${id} for no key update of a for share of r`
      : kind === 'resource'
        ? sql<{ ownerId: string }>`select owner_id from resource where id = ${id} for no key update`
        : sql<{ ownerId: string }>`select owner_id from resource_group where id = ${id} for no key update`
  ).execute(db);
  const row = rows[0];
  if (!row) throw new Problem('not-found');
  return row;
}

/** The names of recipients by id. Throws `not-found` when one of them is none of the organisation's. */
async function namesOf(db: OrganisationDb, recipients: readonly Recipient[]): Promise<Map<string, string>> {
  const of = (kind: Recipient['kind']): string[] => recipients.filter((to) => to.kind === kind).map((to) => to.id);
  const { rows } = await sql<{ id: string; name: string }>`
    select id, username as name from app_user where id = any(${of('user')}::uuid[])
    union all select id, name from user_group where id = any(${of('user-group')}::uuid[])`.execute(db);
  const names = new Map(rows.map((row) => [row.id, row.name]));
  if (recipients.some((to) => !names.has(to.id))) throw new Problem('not-found');
  return names;
}

/**
 * Nobody may give what they could not give by itself: whoever shares a group must manage all that is in it. Otherwise whoever
 * gave a resource away could still hand it to others through a group of theirs that it is in.
 */
async function requireAllWithin(db: OrganisationDb, sharer: Sharer, groupId: string): Promise<void> {
  if (sharer.facts.superAdministrator) return;
  const { rows } = await sql<{ id: string; ownerId: string }>`
    select r.id, r.owner_id from resource_group_member m join resource r on r.id = m.resource_id where m.group_id = ${groupId}`.execute(
    db,
  );
  const others = rows.filter((row) => row.ownerId !== sharer.userId).map((row) => row.id);
  const reached = await reachOf(db, sharer.facts, sharer.userId, 'resource', others);
  const manages = (id: string): boolean =>
    ladder.indexOf(holdOf({ owner: false, superAdministrator: false }, reached(id).edges)) >= ladder.indexOf('manage');
  if (!others.every(manages))
    throw new Problem('not-your-role', {
      detail: 'The group holds resources that you may not share. Take them out of it, or ask their owners.',
    });
}

const momentOf = (text: string | null): number | null => (text === null ? null : Date.parse(text));
const sameMoment = (at: Date | null, text: string | null): boolean => (at?.getTime() ?? null) === momentOf(text);

/** Whether a line gives less than, or as much as, the share that stands: nothing new is given then. */
function onlyNarrows(line: Line, before: Existing | undefined): boolean {
  if (!before) return false;
  const [from, until] = [momentOf(line.from) ?? -Infinity, momentOf(line.until) ?? Infinity];
  return (
    ladder.indexOf(line.permission) <= ladder.indexOf(before.permission) &&
    from >= (before.validFrom?.getTime() ?? -Infinity) &&
    until <= (before.validUntil?.getTime() ?? Infinity)
  );
}

/**
 * Makes a difference of shares so, all or nothing, and says what came of each line; lines that change nothing are left out.
 * Throws `not-found` for a recipient that is none of the organisation's, `input-invalid` for one that cannot be, and
 * `not-your-role` where more would be given than the sharer may give.
 */
export async function changeShares(
  db: OrganisationDb,
  sharer: Sharer,
  kind: HeldKind,
  objectId: string,
  difference: Difference,
): Promise<Done[]> {
  checkDifference(difference);
  const { ownerId } = await lockObject(db, kind, objectId);
  const names = await namesOf(
    db,
    difference.set.map((line) => line.to),
  );
  for (const [i, { to }] of difference.set.entries()) {
    if (to.id === sharer.userId) throw invalid(`set.${i}.to`, 'nobody shares with themselves');
    if (to.id === ownerId) throw invalid(`set.${i}.to`, 'owns it, and needs no share');
  }
  const standing = await readStanding(db, objectId);
  const set = difference.set.filter(({ to, permission, from, until }) => {
    const before = standing.get(to.id);
    return !(
      before?.permission === permission &&
      sameMoment(before.validFrom, from) &&
      sameMoment(before.validUntil, until)
    );
  });
  const wider = set.filter((line) => !onlyNarrows(line, standing.get(line.to.id)));
  if (kind === 'resource-group' && wider.length > 0) {
    const { byCriteria, mayShareCriteria, superAdministrator } = sharer.facts;
    if (byCriteria && !superAdministrator && !mayShareCriteria && wider.some((line) => line.permission === 'manage'))
      throw new Problem('not-your-role', {
        detail: '‘Manage’ on a group by criteria may be given only by whoever is in user groups that permit it.',
      });
    await requireAllWithin(db, sharer, objectId);
  }
  await writeShares(db, sharer, kind, objectId, set);
  const gone = difference.remove.flatMap((to) => {
    const before = standing.get(to.id);
    return before?.kind === to.kind ? [{ to, before }] : [];
  });
  const goneNames =
    gone.length === 0
      ? names
      : await namesOf(
          db,
          gone.map(({ to }) => to),
        );
  if (gone.length > 0)
    await db
      .deleteFrom('share')
      .where(
        'id',
        'in',
        gone.map(({ before }) => before.id),
      )
      .execute();
  return [
    ...set.map((line): Done => {
      const was = standing.get(line.to.id)?.permission ?? null;
      return {
        ...line,
        change: was === null ? 'added' : 'changed',
        to: { ...line.to, name: names.get(line.to.id) ?? '' },
        was,
      };
    }),
    ...gone.map(({ to, before }): Done => ({
      change: 'removed',
      to: { ...to, name: goneNames.get(to.id) ?? '' },
      permission: before.permission,
      was: before.permission,
      from: before.validFrom?.toISOString() ?? null,
      until: before.validUntil?.toISOString() ?? null,
    })),
  ];
}

async function readStanding(db: OrganisationDb, objectId: string): Promise<Map<string, Existing>> {
  const { rows } = await sql<Existing>`
    select id, to_id, case when user_id is null then 'user-group' else 'user' end as kind, permission, valid_from, valid_until
    from share where target_id = ${objectId}`.execute(db);
  return new Map(rows.map((row) => [row.toId, row]));
}

/** Writes shares as they are to be, whether or not they stood before. Asks nothing: that was done before. */
export async function writeShares(
  db: OrganisationDb,
  by: { readonly organisationId: string; readonly userId: string | null; readonly name: string },
  kind: HeldKind,
  objectId: string,
  lines: readonly Line[],
): Promise<void> {
  if (lines.length === 0) return;
  await db
    .insertInto('share')
    .values(
      lines.map(({ to, permission, from, until }) => ({
        id: newId(),
        organisationId: by.organisationId,
        accountId: kind === 'account' ? objectId : null,
        resourceId: kind === 'resource' ? objectId : null,
        groupId: kind === 'resource-group' ? objectId : null,
        userId: to.kind === 'user' ? to.id : null,
        userGroupId: to.kind === 'user-group' ? to.id : null,
        permission,
        validFrom: from === null ? null : new Date(from),
        validUntil: until === null ? null : new Date(until),
        sharedById: by.userId,
        sharedBy: by.name,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['targetId', 'toId']).doUpdateSet((eb) => ({
        permission: eb.ref('excluded.permission'),
        validFrom: eb.ref('excluded.validFrom'),
        validUntil: eb.ref('excluded.validUntil'),
        sharedById: eb.ref('excluded.sharedById'),
        sharedBy: eb.ref('excluded.sharedBy'),
        version: eb('share.version', '+', 1),
      })),
    )
    .execute();
}
