import { sql, type RawBuilder } from 'kysely';
import type { Facts, Sight } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { literally } from '../platform/paging.ts';
import { findResources, spellingsIn, type Word } from '../resource/index.ts';

/** Who looks for what was misspelt. */
interface Looking {
  readonly db: OrganisationDb;
  readonly facts: Facts;
  readonly userId: string;
  readonly sight: Sight;
}

/** Long words are not looked up by each of their edits: there are too many. */
const isLong = (word: string): boolean => /^[\p{L}\p{N}_]{8,}$/u.test(word);
const spelled = (words: readonly string[]): Word => words.map((one) => `%${literally(one)}%`);
const textsAtMost = 200;
const namesAtMost = 150;
const half = (word: string): number => Math.max(3, Math.ceil(word.length / 2));

/** How a word may begin in truth: as it was typed, with two letters changed about or one too many among the first; and its first half, where those are many. */
function beginnings(word: string): string[] {
  const four = word.slice(0, 4);
  const [a = '', b = '', c = '', d = ''] = four;
  return [...new Set([a + b + c, b + a + c, a + c + b, a + b + d, b + c + d, a + c + d, word.slice(0, half(word))])];
}
/** The different log-in names that begin so. */
const namesLike = async (db: OrganisationDb, word: string): Promise<string[]> =>
  (
    await sql<{
      name: string;
    }>`select n.name from unnest(${beginnings(word)}::text[]) b(beginning)
      cross join lateral strongroom.names_beginning(b.beginning, ${namesAtMost}) n(name)`.execute(db)
  ).rows.map(({ name }) => name);

/**
 * Words for the large tables, a long one as it is spelled where one of its halves stands: of one edit, one half is without. Undefined when it is spelled
 * nowhere. What is taken from texts that the asker does not see finds nothing for them.
 */
export async function spelledOut(
  db: OrganisationDb,
  words: readonly Word[],
  typed: readonly string[],
): Promise<Word[] | undefined> {
  const out: Word[] = [];
  for (const [i, word] of typed.entries()) {
    if (!isLong(word)) {
      out.push(words[i] ?? []);
      continue;
    }
    const pattern = (part: string): RawBuilder<unknown> =>
      sql`select strongroom.probe_resources(array[${`%${literally(part)}%`}]::text[], null, null, ${textsAtMost})`;
    const { rows } = await sql<{ text: string }>`select r.search_text as text from resource r
      where r.id = any (array(${pattern(word.slice(0, half(word)))})) or r.id = any (array(${pattern(word.slice(half(word)))}))`.execute(
      db,
    );
    const near = spellingsIn(word, [...rows.map(({ text }) => text), ...(await namesLike(db, word))]);
    if (near.length === 0) return undefined;
    out.push(spelled(near));
  }
  return out;
}

/** Words for accounts, of which there are too many to try every edit on: as the resources found spell them, or log-in names that begin alike. */
export async function spelledAs(
  { db, facts, userId, sight }: Looking,
  words: readonly Word[],
  typed: readonly string[],
): Promise<Word[] | undefined> {
  const found = await findResources(db, facts, userId, { words, sight });
  const { rows: texts } = await sql<{ text: string }>`select r.search_text as text ${found.from} limit 20`.execute(db);
  const out: Word[] = [];
  for (const [i, word] of typed.entries()) {
    const known = words[i] ?? [];
    const near = isLong(word)
      ? known
      : spelled(spellingsIn(word, [...texts.map(({ text }) => text), ...(await namesLike(db, word))]));
    if (near.length === 0) return undefined;
    out.push(near);
  }
  return out;
}
