import { sql, type RawBuilder } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';
import { literally } from '../platform/paging.ts';

/** One word that must be there, as the LIKE patterns of its spellings: one that fits is enough. */
export type Word = readonly string[];

/** The words of a search as they were written. */
export const wordsOf = (search: string | undefined): Word[] =>
  [...new Set((search ?? '').split(/\s+/).filter((word) => word !== ''))].map((word) => [`%${literally(word)}%`]);

/** True when the index of texts knows something of a pattern: it goes by three letters or digits in a row. */
const isIndexed = (pattern: string): boolean => /[\p{L}\p{N}]{3}/u.test(pattern);

/**
 * A word of four letters and more with the patterns of everything that is one edit away: two letters that changed places (`swapped`), which is quickest looked
 * up; or a letter changed, left out or put in. Such an edit is a `_` of the pattern, so no other word is needed to compare with, and nothing is learnt of words that the asker may not see. Patterns that
 * the index knows little of are left out: in words of up to seven letters those with the edit in their middle.
 */
export function nearly(word: string, how: 'swapped' | 'edited'): Word {
  const letters = [...word];
  if (letters.length < 4) return [`%${literally(word)}%`];
  const at =
    (n: number, ...instead: readonly string[]): ((length: number) => string) =>
    (length) =>
      [...letters.slice(0, n).map(literally), ...instead, ...letters.slice(n + length).map(literally)].join('');
  const edited = letters.flatMap((_, n) =>
    how === 'edited'
      ? [at(n, '_')(1), at(n)(1), ...(n > 0 ? [at(n, '_')(0)] : [])]
      : n + 1 < letters.length
        ? [at(n, literally(letters[n + 1] ?? ''), literally(letters[n] ?? ''))(2)]
        : [],
  );
  // A run of three letters says little among a million texts: where the word is long enough, four must be left.
  const left = letters.length < 6 ? isIndexed : (pattern: string): boolean => /[\p{L}\p{N}]{4}/u.test(pattern);
  return [literally(word), ...new Set(edited)].filter(left).map((pattern) => `%${pattern}%`);
}

/** True when two words are equal but for one edit: a letter changed, left out or put in, or two that changed places. */
export function isNear(a: string, b: string): boolean {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [restA, restB] = [a.slice(i), b.slice(i)];
  return (
    restA === restB ||
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}

/** Those of `texts`' words that are one edit away from a word, or begin so: at most `spellingsAtMost`. All in lower case. */
export function spellingsIn(word: string, texts: readonly string[]): string[] {
  const begins = (longer: string): boolean =>
    [word.length - 1, word.length, word.length + 1].some((n) => n <= longer.length && isNear(word, longer.slice(0, n)));
  const words = new Set(texts.flatMap((text) => text.split(/[^\p{L}\p{N}_]+/u)));
  return [...words].filter(begins).slice(0, spellingsAtMost);
}
const spellingsAtMost = 5;

/** More candidates than these are met soon enough by going along the list; fewer are quicker looked at one by one. */
const candidatesAtMost = 5_000;

/** What words leave of a table: patterns in lower case, word by word, and ids of rows that fit; `all` of them where they are few. */
export interface Probe {
  readonly words: readonly Word[];
  readonly ids: readonly string[] | undefined;
  /** The resources that these accounts are on, or these resources. */
  readonly resources: readonly string[] | undefined;
  readonly all: boolean;
}

/**
 * Folds the words as the database folds what they are held against, and asks the index for what fits; of `none` it asks nothing. `exact` are texts that the rows hold somewhere, which narrow
 * the candidates but are judged elsewhere. More than `most` are not gathered.
 */
export async function probe(
  db: OrganisationDb,
  table: 'resources' | 'accounts' | 'none',
  words: readonly Word[],
  exact: readonly string[],
  { most = candidatesAtMost, onlyRare = false }: { most?: number | undefined; onlyRare?: boolean } = {},
): Promise<Probe> {
  const length = (word: Word): number => word[0]?.length ?? 0;
  // The longest words are likely the rarest.
  const asked = [...words, ...exact.map((text): Word => [`%${literally(text)}%`])]
    .filter((word) => word.length > 0 && word.every(isIndexed))
    .sort((a, b) => length(b) - length(a));
  if (words.length === 0 && (asked.length === 0 || table === 'none'))
    return { words: [], ids: undefined, resources: undefined, all: false };
  const folded = (word: Word | undefined): RawBuilder<unknown> =>
    word === undefined ? sql`null::text[]` : sql`array(select lower(w) from unnest(${[...word]}::text[]) w)`;
  const asks = asked.length > 0 && table !== 'none';
  const found = sql`${sql.table(`strongroom.probe_${table}`)}(${folded(asked[0])}, ${folded(asked[1])}, ${folded(asked[2])}, ${most + 1})`;
  const worthIt = onlyRare ? sql`strongroom.is_rare(${sql.lit(table)}, ${folded(asked[0])})` : sql`true`;
  const { rows } = await sql<{ likes: string[]; ids: string[] | null; resources: string[] | null }>`select
    array(select lower(w) from unnest(${words.flat()}::text[]) with ordinality x(w, n) order by n) as likes, p.ids, p.resources
    from (select ${asks ? worthIt : sql`false`} as it offset 0) worth left join lateral (select ${
      !asks
        ? sql`null::uuid[] as ids, null::uuid[] as resources`
        : table === 'accounts'
          ? sql`coalesce(array_agg(f.account), '{}') as ids, coalesce(array_agg(distinct f.resource), '{}') as resources from ${found} f where worth.it`
          : sql`coalesce(array_agg(f), '{}') as ids, null::uuid[] as resources from ${found} f where worth.it`
    }) p on worth.it`.execute(db);
  const likes = [...(rows[0]?.likes ?? [])];
  const ids = rows[0]?.ids ?? undefined;
  return {
    words: words.map((word) => likes.splice(0, word.length)),
    ids,
    resources: rows[0]?.resources ?? ids,
    all: ids !== undefined && ids.length <= most,
  };
}

/**
 * Runs of letters, few, of which every text that fits one of the patterns has at least one: a third of a word that is misspelt in one place is spelled right.
 * Empty where they would be no fewer than the patterns.
 */
export function piecesOf(word: Word): string[] {
  const runs = word.map((pattern) => pattern.split(/\\.|[%_]/).filter((run) => run.length >= 3));
  const pieces: string[] = [];
  let left = runs;
  while (left.length > 0) {
    const longest = left[0]?.toSorted((a, b) => b.length - a.length)[0];
    if (longest === undefined) return [];
    const third = Math.max(3, Math.floor(longest.length / 3));
    const thirds = [0, 1, 2].map((n) => longest.slice(n * third, n === 2 ? undefined : (n + 1) * third));
    const without = (piece: string): string[][] => left.filter((some) => !some.some((run) => run.includes(piece)));
    const best = thirds
      .filter((piece) => piece.length >= 3)
      .map((piece) => ({ piece, rest: without(piece) }))
      .sort((a, b) => a.rest.length - b.rest.length)[0];
    if (!best) return [];
    pieces.push(best.piece);
    left = best.rest;
  }
  return pieces.length * 2 < word.length ? pieces : [];
}

/** The rows of a table whose text has all of the words, folded already. */
export const fits = (table: string, words: readonly Word[]): RawBuilder<unknown>[] =>
  words.map((word) => {
    const text = sql.ref(`${table}.searchText`);
    if (word.length === 1) return sql`${text} like ${word[0]}`;
    const any = sql`${text} like any (${[...word]}::text[])`;
    const pieces = piecesOf(word).map((piece) => `%${piece}%`);
    // Most texts have none of the pieces, and are not held against every spelling.
    return pieces.length === 0 ? any : sql`(${text} like any (${pieces}::text[]) and ${any})`;
  });
