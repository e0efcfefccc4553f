import type { Found as FoundThing, FoundKind } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { readSight, seesGroup, type Facts, type Sight } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { literally } from '../platform/paging.ts';
import { findAccounts, findResources, fits, nearly, wordsOf, type Word } from '../resource/index.ts';
import { spelledAs, spelledOut } from './spelling.ts';

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
  const typed = [...new Set(asked.q.toLowerCase().split(/\s+/))];
  // Each word costs look-ups of its own: whoever types more than these has other ways to find what they mean.
  if (typed.length > misspeltAtMost) return { kinds: [], nearly: false };
  for (const how of ['swapped', 'edited'] as const) {
    const words = typed.map((word) => nearly(word, how));
    if (words.every((word) => word.length <= 1)) continue;
    // A single word was looked for as it was typed already.
    const near = await searchKinds(asked, typed.length === 1 ? words.map(([, ...edits]) => edits) : words, {
      typed,
      how,
    });
    if (near.length > 0) return { kinds: near, nearly: true };
  }
  return { kinds: [], nearly: false };
}

const misspeltAtMost = 4;

interface Misspelt {
  readonly typed: readonly string[];
  readonly how: 'swapped' | 'edited';
}

async function searchKinds(asked: Asked, words: readonly Word[], misspelt?: Misspelt): Promise<Kind[]> {
  const kinds: Kind[] = [];
  const add = (items: readonly Item[]): void => {
    const first = items[0];
    if (first) kinds.push({ kind: first.kind, items: items.slice(0, asked.limit), more: items.length > asked.limit });
  };
  const lowered = await lower(asked.db, words);
  // One after the other: they share a connection, and the last two set it up for going along.
  for (const search of [groups, users, userGroups]) add(await search(asked, lowered));
  const onResources = misspelt ? await spelledOut(asked.db, lowered, misspelt.typed) : lowered;
  if (onResources) {
    add(await resources(asked, onResources));
    const onAccounts = misspelt?.how === 'edited' ? await spelledAs(asked, onResources, misspelt.typed) : onResources;
    if (onAccounts) add(await accounts(asked, onAccounts));
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
 * Where words fit much, the best of it is not gone through whole: what begins with what was typed is looked up by name and comes first, then come some
 * of what the index gave. Only where the asker sees too little of that for a page is all of it met, along the list.
 */
async function best<Row extends { id: string }>(
  asked: Asked,
  of: {
    readonly find: (among?: readonly string[]) => Promise<{
      from: RawBuilder<unknown>;
      walks?: boolean;
      name?: RawBuilder<unknown>;
      candidates?: readonly string[] | undefined;
    }>;
    readonly words: readonly Word[];
    readonly named: 'resources' | 'accounts';
    readonly select: RawBuilder<unknown>;
    readonly id: RawBuilder<unknown>;
    readonly name: RawBuilder<unknown>;
  },
): Promise<Row[]> {
  const { db, q, limit } = asked;
  const found = await of.find();
  const { walks = false, candidates } = found;
  if (!walks && (candidates?.length ?? 0) <= someOf) return rows<Row>(asked, { ...of, from: found.from });
  const named = await beginningSo(asked, of.named, [q, ...plain(of.words)]);
  const first = await rows<Row>(asked, { ...of, from: (await of.find(named)).from });
  const known = new Set(first.map((row) => row.id));
  const page = (more: readonly Row[]): Row[] =>
    [...first, ...more.filter((row) => !known.has(row.id))].slice(0, limit + 1);
  if (first.length > limit) return first;
  if (candidates) {
    const some = await rows<Row>(
      { ...asked, limit: 2 * limit + 1 },
      { ...of, from: (await of.find(candidates.slice(0, someOf))).from },
    );
    if (page(some).length > limit) return page(some);
  }
  if (!walks) return rows<Row>(asked, { ...of, from: found.from });
  // Both go along resources by their names: wherever an account is in the order of log-in names, its resource is met as soon as others.
  const rest =
    await sql<Row>`select ${of.select} ${found.from} order by ${found.name ?? sql`lower(r.name)`}, ${of.id} limit ${2 * limit + 2}`.execute(
      db,
    );
  return page(rest.rows);
}
/** Whoever sees everything sees what the index gives. */
const enough = (sight: Sight): number | undefined => (sight.extent === 'all' ? someOf : undefined);
/** So many of what words fit are gone through for a page of search results. */
const someOf = 500;

/** The spellings of a single word that are words themselves, with nothing in them that stands for any letter. */
const plain = (words: readonly Word[]): string[] =>
  words.length === 1
    ? (words[0] ?? []).map((pattern) => pattern.replace(/^%|%$/g, '')).filter((word) => !/[\\%_]/.test(word))
    : [];

/** Ids of what is named so or begins so, seen or not. */
async function beginningSo(
  { db }: Asked,
  named: 'resources' | 'accounts',
  beginnings: readonly string[],
): Promise<string[]> {
  const { rows: found } = await sql<{ id: string }>`
    select distinct n.id from unnest(${[...new Set(beginnings)]}::text[]) b(beginning)
      cross join lateral ${sql.table(`strongroom.named_${named}`)}(lower(b.beginning), ${namedAtMost}) n(id)`.execute(
    db,
  );
  return found.map(({ id }) => id);
}
const namedAtMost = 500;

async function resources(asked: Asked, words: readonly Word[]): Promise<Item[]> {
  const { db, facts, userId, sight } = asked;
  const found = await best<{ id: string; name: string; type: string; dnsName: string }>(asked, {
    find: (among) => findResources(db, facts, userId, { words, among, sight, enough: enough(sight) }),
    words,
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
    find: (among) => findAccounts(db, facts, userId, { words, among, sight, enough: enough(sight) }),
    words,
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
