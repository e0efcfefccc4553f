import type { Found as FoundThing, FoundKind } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { readSight, seesGroup, type Facts, type Sight } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { literally } from '../platform/paging.ts';
import { findAccounts, findResources, fits, nearly, wordsOf, type Word } from '../resource/index.ts';

type Item = z.input<typeof FoundThing>;
export interface Asked {
  readonly db: OrganisationDb;
  readonly facts: Facts;
  readonly userId: string;
  readonly sight: Sight;
  /** What was typed. */
  readonly q: string;
  /** Most of each kind. */
  readonly limit: number;
}
interface Kind {
  readonly kind: FoundKind;
  readonly items: Item[];
  readonly more: boolean;
}

/**
 * Everything the asker may see that has all the words, by kind. Where nothing has, what is spelled nearly so: each word of four letters and more with one
 * letter changed, left out, put in, or two that changed places.
 */
export async function searchEverything(who: Omit<Asked, 'sight'>): Promise<{ kinds: Kind[]; nearly: boolean }> {
  const asked = { ...who, sight: await readSight(who.db, who.facts, who.userId) };
  const exact = await searchKinds(asked, wordsOf(asked.q));
  if (exact.length > 0) return { kinds: exact, nearly: false };
  for (const how of ['swapped', 'edited'] as const) {
    const words = [...new Set(asked.q.split(/\s+/))].map((word) => nearly(word, how));
    if (words.every((word) => word.length <= 1)) continue;
    const near = await searchKinds(asked, words);
    if (near.length > 0) return { kinds: near, nearly: true };
  }
  return { kinds: [], nearly: false };
}

async function searchKinds(asked: Asked, words: readonly Word[]): Promise<Kind[]> {
  const kinds: Kind[] = [];
  const lowered = await lower(asked.db, words);
  // One after the other: they share a connection, and the last two set it up for going along.
  for (const search of [groups, users, userGroups, resources, accounts]) {
    const items = await search(asked, lowered);
    const first = items[0];
    if (first) kinds.push({ kind: first.kind, items: items.slice(0, asked.limit), more: items.length > asked.limit });
  }
  const order: readonly FoundKind[] = ['resource', 'account', 'resource-group', 'user', 'user-group'];
  return kinds.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** Exactly what was typed first, then what begins so, then one of its words, then the rest. */
const rank = (
  name: RawBuilder<unknown>,
  q: string,
): RawBuilder<unknown> => sql`case when lower(${name}) = lower(${q}) then 0
  when lower(${name}) like lower(${`${literally(q)}%`}) then 1
  when lower(${name}) in (select lower(w) from unnest(${q.split(/\s+/)}::text[]) w) then 2 else 3 end`;

/** Finds one more than asked for, to tell whether there are more. */
async function rows<Row extends { id: string }>(
  { db, q, limit }: Asked,
  of: { select: RawBuilder<unknown>; from: RawBuilder<unknown>; id: RawBuilder<unknown>; name: RawBuilder<unknown> },
): Promise<Row[]> {
  const found =
    await sql<Row>`select ${of.select} ${of.from} order by ${rank(of.name, q)}, lower(${of.name}), ${of.id} limit ${limit + 1}`.execute(
      db,
    );
  return found.rows;
}

/**
 * Where words fit so much that it is met along the list, the best are not at its beginning: those whose name begins with what was typed are
 * looked up by name and come first.
 */
async function best<Row extends { id: string }>(
  asked: Asked,
  of: {
    readonly find: (among?: readonly string[]) => Promise<{ from: RawBuilder<unknown>; walks?: boolean }>;
    readonly named: 'resources' | 'accounts';
    readonly select: RawBuilder<unknown>;
    readonly id: RawBuilder<unknown>;
    readonly name: RawBuilder<unknown>;
  },
): Promise<Row[]> {
  const { db, q, limit } = asked;
  const found = await of.find();
  if (found.walks !== true) return rows<Row>(asked, { ...of, from: found.from });
  const { rows: named } = await sql<{
    id: string;
  }>`select id from ${sql.table(`strongroom.named_${of.named}`)}(lower(${q}), ${namedAtMost}) id`.execute(db);
  const first = await rows<Row>(asked, { ...of, from: (await of.find(named.map(({ id }) => id))).from });
  if (first.length > limit) return first;
  const known = new Set(first.map((row) => row.id));
  const rest =
    await sql<Row>`select ${of.select} ${found.from} order by lower(${of.name}), ${of.id} limit ${2 * limit + 2}`.execute(
      db,
    );
  return [...first, ...rest.rows.filter((row) => !known.has(row.id))].slice(0, limit + 1);
}
const namedAtMost = 500;

async function resources(asked: Asked, words: readonly Word[]): Promise<Item[]> {
  const { db, facts, userId, sight } = asked;
  const found = await best<{ id: string; name: string; type: string; dnsName: string }>(asked, {
    find: (among) => findResources(db, facts, userId, { words, among, sight }),
    named: 'resources',
    select: sql`r.id, r.name, r.type, r.dns_name`,
    id: sql`r.id`,
    name: sql`r.name`,
  });
  return found.map((row) => ({
    kind: 'resource',
    id: row.id,
    title: row.name,
    detail: [row.type, row.dnsName].filter((text) => text !== '').join(' · '),
    type: row.type,
    resourceId: row.id,
  }));
}

async function accounts(asked: Asked, words: readonly Word[]): Promise<Item[]> {
  const { db, facts, userId, sight } = asked;
  const found = await best<{ id: string; username: string; name: string; type: string; resourceId: string }>(asked, {
    find: (among) => findAccounts(db, facts, userId, { words, among, sight, sort: 'username' }),
    named: 'accounts',
    select: sql`a.id, a.username, r.name, r.type, a.resource_id`,
    id: sql`a.id`,
    name: sql`a.username`,
  });
  return found.map((row) => ({
    kind: 'account',
    id: row.id,
    title: row.username,
    detail: row.name,
    type: row.type,
    resourceId: row.resourceId,
  }));
}

const all = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  sql.join([sql`true`, ...conditions], sql` and `);
/** Words as the database folds them, for tables that are small enough to be read through. */
async function lower(db: OrganisationDb, words: readonly Word[]): Promise<Word[]> {
  const { rows } = await sql<{
    likes: string[];
  }>`select array(select lower(w) from unnest(${words.flat()}::text[]) with ordinality x(w, n) order by n) as likes`.execute(
    db,
  );
  const likes = [...(rows[0]?.likes ?? [])];
  return words.map((word) => likes.splice(0, word.length));
}

async function groups(asked: Asked, words: readonly Word[]): Promise<Item[]> {
  const found = await rows<{ id: string; name: string; kind: string }>(asked, {
    select: sql`g.id, g.name, g.kind`,
    from: sql`from resource_group g where ${seesGroup(asked.facts, asked.userId, 'g')} and ${all(fits('g', words))}`,
    id: sql`g.id`,
    name: sql`g.name`,
  });
  return found.map(({ id, name, kind }) => ({
    kind: 'resource-group',
    id,
    title: name,
    detail: kind,
    type: null,
    resourceId: null,
  }));
}

async function users(asked: Asked, words: readonly Word[]): Promise<Item[]> {
  if (!asked.facts.permits.includes('manage-users')) return [];
  const found = await rows<{ id: string; username: string; fullName: string }>(asked, {
    select: sql`u.id, u.username, u.full_name`,
    from: sql`from app_user u where ${all(fits('u', words))}`,
    id: sql`u.id`,
    name: sql`u.username`,
  });
  return found.map(({ id, username, fullName }) => ({
    kind: 'user',
    id,
    title: fullName === '' ? username : fullName,
    detail: username,
    type: null,
    resourceId: null,
  }));
}

/** Whoever may not manage users sees the groups they are in, as in the list. */
async function userGroups(asked: Asked, words: readonly Word[]): Promise<Item[]> {
  const mine = sql`g.id in (select m.user_group_id from user_group_member m where m.user_id = ${asked.userId})`;
  const found = await rows<{ id: string; name: string; description: string }>(asked, {
    select: sql`g.id, g.name, g.description`,
    from: sql`from user_group g where ${asked.facts.permits.includes('manage-users') ? sql`true` : mine} and ${all(fits('g', words))}`,
    id: sql`g.id`,
    name: sql`g.name`,
  });
  return found.map(({ id, name, description }) => ({
    kind: 'user-group',
    id,
    title: name,
    detail: description,
    type: null,
    resourceId: null,
  }));
}
