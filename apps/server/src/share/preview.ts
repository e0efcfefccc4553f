import type { Derivation, previewResourceShares } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { ladder, seesGroup, type Relation } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { holdBy } from './derive.ts';
import { derivationOf, findReaching } from './explain.ts';
import { reachingOf, readHeldObject, readReachingShares, type HeldKind, type HeldObject } from './reaching.ts';
import { andUndo } from './savepoint.ts';
import { changeShares, type Difference, type Done, type Sharer } from './shares.ts';

type Reply = z.input<(typeof previewResourceShares)['reply']>;
interface Person {
  id: string;
  username: string;
  fullName: string;
  superAdministrator: boolean;
}
/** How many people a preview names. */
const named = 200;

/** How many lines came, changed and went. */
export const countsOf = (done: readonly Done[]): { added: number; changed: number; removed: number } => {
  const of = (change: Done['change']): number => done.filter((one) => one.change === change).length;
  return { added: of('added'), changed: of('changed'), removed: of('removed') };
};

/** What a difference would change for whom: it is made, read and undone. `userId`: a person whose hold is asked for in any case. */
export async function previewShares(
  db: OrganisationDb,
  sharer: Sharer,
  kind: HeldKind,
  objectId: string,
  input: Difference & { readonly userId?: string | undefined },
): Promise<Reply> {
  const object = await readHeldObject(db, kind, objectId, null);
  if (!object) throw new Problem('not-found');
  const people = await readConcerned(db, input);
  const before = await holdsOf(db, kind, object, people);
  return andUndo(db, async () => {
    const done = await changeShares(db, sharer, kind, objectId, input);
    const after = await holdsOf(db, kind, object, people);
    const changes = people
      .map((person) => ({
        userId: person.id,
        username: person.username,
        fullName: person.fullName,
        before: before(person),
        after: after(person),
      }))
      .sort((a, b) => (a.username < b.username ? -1 : 1));
    const affected = changes.filter((one) => one.before !== one.after);
    const asked = people.find((person) => person.id === input.userId);
    const change = changes.find((one) => one.userId === input.userId);
    const found = asked && (await findReaching(db, asked, kind, objectId, null));
    return {
      ...countsOf(done),
      affected: affected.length,
      people: affected.slice(0, named),
      checked:
        asked && change && found
          ? { ...change, why: await seenBy(db, sharer, await derivationOf(db, asked.id, found, sees)) }
          : null,
    };
  });
}

/** For a person whose hold is asked for without an action, the question is whether they see it at all. */
const sees = (relation: Relation): boolean => ladder.indexOf(relation) >= ladder.indexOf('view');

type Why = z.input<typeof Derivation>;
/** A derivation as the sharer may read it: the names of groups that they do not see are left out. */
async function seenBy(db: OrganisationDb, { facts, userId }: Sharer, why: Why): Promise<Why> {
  const { rows } = await sql<{ id: string }>`
    select g.id from resource_group g where g.id = any(${why.edges.map((edge) => edge.to.id)}::uuid[]) and ${seesGroup(facts, userId, 'g')}`.execute(
    db,
  );
  const seen = new Set(rows.map((row) => row.id));
  return {
    ...why,
    edges: why.edges.map((edge) =>
      edge.to.kind === 'resource-group' && !seen.has(edge.to.id) ? { ...edge, to: { ...edge.to, name: null } } : edge,
    ),
  };
}

/** Everybody whom a line names, by themselves or as one of a group, and the person asked about. Throws `not-found` for an unknown one. */
async function readConcerned(
  db: OrganisationDb,
  { set, remove, userId }: Difference & { readonly userId?: string | undefined },
): Promise<Person[]> {
  const named = [...set.map((line) => line.to), ...remove];
  const of = (kind: 'user' | 'user-group'): string[] => named.filter((to) => to.kind === kind).map((to) => to.id);
  const ids = [...of('user'), ...(userId === undefined ? [] : [userId])];
  const { rows } = await sql<Person>`
    select u.id, u.username, u.full_name, u.super_administrator from app_user u
    where u.id = any(${ids}::uuid[]) or u.id in (select m.user_id from user_group_member m where m.user_group_id = any(${of('user-group')}::uuid[]))`.execute(
    db,
  );
  if (userId !== undefined && !rows.some((row) => row.id === userId)) throw new Problem('not-found');
  return rows;
}

async function holdsOf(
  db: OrganisationDb,
  kind: HeldKind,
  object: HeldObject,
  people: readonly Person[],
): Promise<(person: Person) => Relation> {
  const shares = await readReachingShares(
    db,
    kind,
    [object.id],
    people.map((person) => person.id),
    null,
  );
  const reaching = reachingOf(shares);
  return (person) => holdBy(reaching(person, object));
}
