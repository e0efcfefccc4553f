import {
  explainAccess,
  listAccounts,
  listResourceGroups,
  listResources,
  searchAll,
  supposeAccess,
  userReaches,
  whoReaches,
  type AccessEdge,
  type Explanation,
  type Supposition,
} from '@strongroom/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asks,
  dice,
  naiveAllows,
  naiveHold,
  randomRights,
  randomShare,
  type Kind,
  type Rights,
} from '../../test/random-rights.ts';
import { operate, settle } from '../../test/settle-rights.ts';
import { world, type Person, type World } from '../../test/world.ts';
import { readFacts, refusal, type Action, type Actor } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { holdBy } from './derive.ts';
import { reachingOf, readReachingShares } from './reaching.ts';

/** Enough worlds and questions that some hundred thousand decisions are compared, in about a minute. */
const worlds = 4;
const size = { resources: 26, groups: 10, shares: 140 };
const decisionsAtOnce = 300;
const rounds = 5;

let w: World;
let asker: Actor;
const people = new Map<string, { person: Person; actor: Actor }>();
const userGroups: string[] = [];
const d = dice();
const compared = { decisions: 0, holds: 0, past: 0, listed: 0, reverse: 0, edges: 0, flips: 0, supposed: 0 };

beforeAll(async () => {
  w = await world();
  asker = await w.people.boss.actor();
  for (let i = 0; i < 34; i++) {
    const person = await w.add({ username: `member-${i}` });
    people.set(person.id, { person, actor: await person.actor() });
  }
  const rows = await w.sql<{ id: string }>(
    `insert into strongroom.user_group (id, organisation_id, number, name) select gen_random_uuid(), $1, n, 'group ' || n from generate_series(1, 6) n returning id`,
    [w.organisationId],
  );
  userGroups.push(...rows.map((row) => row.id));
}, 120_000);
afterAll(() => w.close());

const kinds = ['account', 'resource', 'resource-group'] as const;
const objectsOf = (rights: Rights, kind: Kind): readonly { id: string; owner: string }[] =>
  kind === 'resource'
    ? rights.resources
    : kind === 'resource-group'
      ? rights.groups
      : rights.accounts.map(({ id, resource }) => ({
          id,
          owner: rights.resources.find((one) => one.id === resource)?.owner ?? '',
        }));
const saying = (what: string, ...rest: unknown[]): string => `seed ${d.seed}: ${what} ${rest.join(' ')}`;
const ask = <T>(work: (db: OrganisationDb) => Promise<T>): Promise<T> =>
  w.database.asOrganisation(w.organisationId, work);

/** Compares what explain, who and the preview are made of with the naive hold, for every user and every object. */
async function compareHolds(rights: Rights, at: string | null, now: number, count: 'holds' | 'past'): Promise<void> {
  const users = rights.users.map((one) => one.id);
  for (const kind of kinds) {
    const objects = objectsOf(rights, kind);
    const shares = await ask((db) => readReachingShares(db, kind, objects.map((one) => one.id), users, at)); // prettier-ignore
    const reaching = reachingOf(shares);
    for (const user of rights.users)
      for (const object of objects) {
        const hold = holdBy(
          reaching({ id: user.id, superAdministrator: user.super }, { id: object.id, ownerId: object.owner }),
        );
        const expected = naiveHold(rights, user.id, kind, object.id, now);
        if (hold !== expected) throw new Error(saying('hold', kind, hold, expected, at));
        compared[count]++;
      }
  }
}

/** Compares the live decision with the naive one, for a choice of users, objects and actions. */
async function compareDecisions(rights: Rights, now: number): Promise<void> {
  await ask(async (db) => {
    for (let i = 0; i < decisionsAtOnce; i++) {
      const { userId, kind, objectId, action } = question(rights);
      const actor = people.get(userId)?.actor;
      if (!actor) throw new Error('nobody');
      const { facts } = await readFacts(db, { actor, action, objectId });
      const allowed = refusal(action, { ...facts, reasonGiven: true, ticketGiven: true }) === undefined;
      if (facts.relation !== naiveHold(rights, userId, kind, objectId, now))
        throw new Error(saying('relation', facts.relation, kind));
      if (allowed !== naiveAllows(rights, userId, kind, action, objectId, now))
        throw new Error(saying('decision', action));
      compared.decisions++;
    }
  });
}
function question(rights: Rights): { userId: string; kind: Kind; objectId: string; action: Action } {
  const kind = d.pick(kinds);
  return {
    kind,
    userId: d.pick(rights.users).id,
    objectId: d.pick(objectsOf(rights, kind)).id,
    action: d.pick(Object.keys(asks[kind])) as Action,
  };
}

const searched = [
  ['account', 'account'],
  ['resource', 'resource'],
  ['resource-group', 'resource-group'],
] as const;
/** Compares the lists that users see, and what a search over everything finds, with the hold each row shows. */
async function compareLists(rights: Rights, now: number): Promise<void> {
  for (const user of rights.users) {
    const actor = people.get(user.id)?.actor;
    if (!actor || user.state !== 'active') continue;
    const expected = (kind: Kind): string[] =>
      objectsOf(rights, kind)
        .map((one) => [one.id, naiveHold(rights, user.id, kind, one.id, now)] as const)
        .filter(([, hold]) => hold !== 'none')
        .map(([id, hold]) => `${id} ${kind === 'resource' ? hold : ''}`)
        .sort();
    const [resources, accounts, groups] = [
      await w.invoke(listResources, actor, { limit: 500 }),
      await w.invoke(listAccounts, actor, { limit: 500 }),
      await w.invoke(listResourceGroups, actor, { limit: 500 }),
    ];
    expect(resources.items.map((one) => `${one.id} ${one.hold}`).sort(), saying('resources')).toEqual(
      expected('resource'),
    );
    expect(accounts.items.map((one) => `${one.id} `).sort(), saying('accounts')).toEqual(expected('account'));
    expect(groups.items.map((one) => `${one.id} `).sort(), saying('groups')).toEqual(expected('resource-group'));
    const found = await w.invoke(searchAll, actor, { q: 'agreed', limit: 50 });
    for (const [kind, named] of searched) {
      const items = found.kinds.find((one) => one.kind === named)?.items ?? [];
      const all = expected(kind).map((one) => one.split(' ')[0]);
      // It gives fifty of a kind and says that there are more: then all it gives must be among what is seen.
      const given = items.map((one) => one.id).sort();
      expect(given, saying('search', kind)).toEqual(
        all.length > 50 ? all.filter((id) => given.includes(id as never)) : all,
      );
      expect(given.length, saying('search', kind)).toBe(Math.min(50, all.length));
    }
    compared.listed += rights.resources.length + rights.accounts.length + rights.groups.length;
  }
}

/** Compares who reaches an object, and what a user reaches, with asking about everybody and everything. */
async function compareReverse(rights: Rights, at: string | undefined, now: number): Promise<void> {
  const moment = at === undefined ? {} : { at };
  for (const kind of kinds) {
    const object = d.pick(objectsOf(rights, kind));
    const { items } = await w.invoke(whoReaches, asker, {
      objectKind: kind,
      objectId: object.id,
      limit: 500,
      ...moment,
    });
    const ours = items.filter((one) => people.has(one.userId)).map((one) => `${one.userId} ${one.hold}`);
    const all = rights.users.map((one) => `${one.id} ${naiveHold(rights, one.id, kind, object.id, now)}`);
    expect(ours.sort(), saying('who', kind, at)).toEqual(all.filter((one) => !one.endsWith(' none')).sort());
    const user = d.pick(rights.users);
    const reached = await w.invoke(userReaches, asker, { userId: user.id as never, kind, limit: 500, ...moment });
    const everything = objectsOf(rights, kind).map(
      (one) => `${one.id} ${naiveHold(rights, user.id, kind, one.id, now)}`,
    );
    expect(reached.items.map((one) => `${one.id} ${one.hold}`).sort(), saying('reach', kind, at)).toEqual(
      everything.filter((one) => !one.endsWith(' none')).sort(),
    );
    compared.reverse += all.length + everything.length;
  }
}

/** Compares explain with the naive decision, now or then. */
async function compareExplained(rights: Rights, at: string | undefined, now: number): Promise<void> {
  for (let i = at === undefined ? 40 : 6; i > 0; i--) {
    const { userId, kind, objectId, action } = question(rights);
    const said = await w.invoke(explainAccess, asker, {
      userId: userId as never,
      action,
      objectId,
      ...(at === undefined ? {} : { at }),
    });
    expect([said.allowed, said.derivation?.hold, said.facts['relation']], saying('explain', action, at)).toEqual([
      naiveAllows(rights, userId, kind, action, objectId, now),
      naiveHold(rights, userId, kind, objectId, now),
      naiveHold(rights, userId, kind, objectId, now),
    ]);
    if (at === undefined) await takeAwayEdges(userId, action, objectId, said);
  }
}

/** Compares what would be with the naive decision in a copy of the lists that was changed in the same way. */
async function compareSupposed(rights: Rights, now: number): Promise<void> {
  for (let i = 0; i < 15; i++) {
    const { userId, kind, objectId, action } = question(rights);
    const then = structuredClone(rights);
    const changes = Array.from({ length: 1 + d.below(3) }, () => supposed(then, userId, now));
    const said = await w.invoke(supposeAccess, asker, { userId: userId as never, action, objectId, changes });
    expect([said.before.allowed, said.after.allowed, said.after.derivation?.hold], saying('suppose', action)).toEqual([
      naiveAllows(rights, userId, kind, action, objectId, now),
      naiveAllows(then, userId, kind, action, objectId, now),
      naiveHold(then, userId, kind, objectId, now),
    ]);
    compared.supposed++;
  }
}
/** One change at random, made in the lists, and as the contract says it. */
function supposed(rights: Rights, userId: string, now: number): Supposition {
  const recipient = (id: string) => ({ kind: userGroups.includes(id) ? 'user-group' : 'user', id }) as never;
  const userGroupId = d.pick(userGroups) as never;
  const share = { ...randomShare(d, rights, userGroups, now), from: null, until: null };
  const on = { kind: share.targetKind, id: share.target };
  switch (d.below(6)) {
    case 0:
      rights.shares = rights.shares.filter((one) => one.target !== share.target || one.to !== share.to);
      rights.shares.push(share);
      return { do: 'share', on, to: recipient(share.to), permission: share.permission };
    case 1: {
      const ended = d.pick(rights.shares);
      rights.shares = rights.shares.filter((one) => one !== ended);
      return { do: 'end-share', on: { kind: ended.targetKind, id: ended.target }, to: recipient(ended.to) };
    }
    case 2:
      rights.joined.push([userGroupId, userId]);
      return { do: 'join', userGroupId, userId: userId as never };
    case 3:
      rights.joined = rights.joined.filter(([one, member]) => one !== userGroupId || member !== userId);
      return { do: 'leave', userGroupId, userId: userId as never };
    case 4: {
      const superAdministrator = d.chance(0.5);
      for (const one of rights.users) if (one.id === userId) one.super = superAdministrator;
      return { do: 'set-super-administrator', userId: userId as never, superAdministrator };
    }
    default: {
      const kind = d.pick(['resource', 'resource-group'] as const);
      const given = d.pick(kind === 'resource' ? rights.resources : rights.groups);
      given.owner = userId;
      return { do: 'transfer', on: { kind, id: given.id }, toUserId: userId as never };
    }
  }
}

class Undo extends Error {}
/** Takes each edge away in the database by itself, puts the live question, and puts the edge back. */
async function takeAwayEdges(userId: string, action: Action, objectId: string, said: Explanation): Promise<void> {
  const actor = people.get(userId)?.actor;
  if (!actor || !said.derivation) return;
  for (const edge of said.derivation.edges) {
    let allowed: boolean | undefined;
    await ask(async (db) => {
      await takeAway(db, edge);
      const { facts } = await readFacts(db, { actor, action, objectId });
      allowed = refusal(action, { ...facts, reasonGiven: true, ticketGiven: true }) === undefined;
      throw new Undo();
    }).catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
    const flips = allowed !== said.allowed;
    expect(flips, saying('edge', edge.id, action)).toBe(said.derivation.necessary.includes(edge.id));
    compared.edges++;
    if (flips) compared.flips++;
  }
}
async function takeAway(db: OrganisationDb, edge: AccessEdge): Promise<void> {
  switch (edge.kind) {
    case 'super-administrator':
      await sql`update app_user set super_administrator = false where id = ${edge.from.id}`.execute(db);
      return;
    case 'ownership':
      // To somebody who is nothing to this question.
      await sql`update ${sql.id(edge.to.kind === 'resource-group' ? 'resource_group' : 'resource')} set owner_id = ${w.people.nobody.id} where id = ${edge.to.id}`.execute(
        db,
      );
      return;
    case 'share':
      await sql`delete from share where id = ${edge.id.replace('share:', '')}::uuid`.execute(db);
      return;
    case 'membership':
      await sql`delete from user_group_member where user_group_id = ${edge.to.id} and user_id = ${edge.from.id}`.execute(
        db,
      );
      return;
    case 'gathering':
      await sql`delete from resource_group_member where group_id = ${edge.to.id} and resource_id = ${edge.from.id}`.execute(
        db,
      );
  }
}

describe('one truth', () => {
  it(
    'is told by the decision, the lists, the search, explain, who, reach and what-if alike, now and for every moment before, as by the requirement’s words [SHR-02] [XTR-04]',
    { timeout: 180_000 },
    async () => {
      for (let n = 0; n < worlds; n++) {
        const now = Date.now();
        const rights = randomRights(d, [...people.keys()], userGroups, size, now);
        await settle({ w, userGroups }, rights);
        const before: { at: string; now: number; rights: Rights }[] = [];
        for (let round = 0; round < rounds; round++) {
          if (round > 0) await operate({ w, userGroups }, d, rights, now);
          const [clock] = await w.sql<{ at: string }>(
            `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`,
          );
          before.push({ at: clock?.at ?? '', now: Date.now(), rights: structuredClone(rights) });
          await compareHolds(rights, null, Date.now(), 'holds');
          await compareDecisions(rights, Date.now());
        }
        await compareLists(rights, Date.now());
        await compareReverse(rights, undefined, Date.now());
        await compareExplained(rights, undefined, Date.now());
        await compareSupposed(rights, Date.now());
        for (const past of before) {
          await compareHolds(past.rights, past.at, past.now, 'past');
          await compareReverse(past.rights, past.at, past.now);
          await compareExplained(past.rights, past.at, past.now);
        }
      }
      const { decisions, holds, past, listed, reverse, edges, flips } = compared;
      expect(decisions + holds + past + listed + reverse).toBeGreaterThan(100_000);
      expect(decisions).toBe(worlds * rounds * decisionsAtOnce);
      expect(Math.min(edges - flips, flips)).toBeGreaterThan(30);
    },
  );
});
