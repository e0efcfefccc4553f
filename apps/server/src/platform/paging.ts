import { sql, type RawBuilder } from 'kysely';
import type { OrganisationDb } from './db.ts';
import { Problem } from './problem.ts';

/** A sortable column: its SQL, never null, and the type its cursor is cast back to. */
export interface Order {
  readonly by: RawBuilder<unknown>;
  readonly type: 'text' | 'int' | 'timestamptz' | 'uuid';
}

export interface PageAsk {
  readonly sort?: string | undefined;
  readonly limit: number;
  readonly offset?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface Page<Row> {
  readonly rows: Row[];
  /** Counted to `countedTo`: nobody reads on to there, and to count a million rows takes longer than to show some. */
  readonly total: number;
  readonly totalIs: 'exact' | 'at-least';
  readonly nextCursor: string | null;
}

export const countedTo = 10_000;

/**
 * Reads one page of a list: by cursor (keyset, cheap at any depth) or by offset (for a scroll bar that jumps).
 * `from` holds everything from `from` to the end of `where`; `id` breaks ties, so that no row is shown twice or missed.
 * `counting` is another way to say `from`, where rows are quicker counted than put in order;
 * `atLeast` finds some of them, quicker still: when those are more than `enough`, they are count enough. `countTo` is for rows that are slow to find.
 * Throws `input-invalid` for a cursor that is not from this list.
 */
export async function readPage<Row extends { id: string }>(
  db: OrganisationDb,
  ask: PageAsk,
  list: {
    select: RawBuilder<unknown>;
    from: RawBuilder<unknown>;
    counting?: RawBuilder<unknown>;
    atLeast?: { readonly from: RawBuilder<unknown>; readonly enough: number } | undefined;
    countTo?: number;
    id: RawBuilder<unknown>;
    orders: Record<string, Order>;
    first: string;
  },
): Promise<Page<Row>> {
  const sort = ask.sort ?? list.first;
  const descending = sort.startsWith('-');
  const order = list.orders[descending ? sort.slice(1) : sort];
  if (!order) throw new Problem('input-invalid', { errors: [{ path: 'sort', message: 'no such column' }] });
  const cursor = ask.cursor === undefined ? undefined : decode(ask.cursor, sort, order.type);
  const types = { text: sql`text`, int: sql`int`, timestamptz: sql`timestamptz`, uuid: sql`uuid` };
  const after = cursor
    ? sql`and (${order.by}, ${list.id}) ${descending ? sql`<` : sql`>`} (${cursor.value}::${types[order.type]}, ${cursor.id}::uuid)`
    : sql``;
  const direction = descending ? sql`desc` : sql`asc`;
  // Both travel together; the count is of all that matches, whatever page is asked.
  const most = list.countTo ?? countedTo;
  const count = async (from: RawBuilder<unknown>): Promise<number> =>
    (await sql<{ n: number }>`select count(*)::int as n from (select 1 ${from} limit ${most + 1}) x`.execute(db))
      .rows[0]?.n ?? 0;
  const counting = list.counting ?? list.from;
  const [known, read] = await Promise.all([
    count(list.atLeast?.from ?? counting),
    sql<Row & { sortKey: unknown }>`select ${list.select}, (${order.by})::text as sort_key ${list.from} ${after}
      order by ${order.by} ${direction}, ${list.id} ${direction} limit ${ask.limit + 1} offset ${cursor ? 0 : (ask.offset ?? 0)}`.execute(
      db,
    ),
  ]);
  const rows = read.rows.slice(0, ask.limit);
  const lastRow = rows.at(-1);
  const more = read.rows.length > ask.limit && lastRow !== undefined;
  const enough = list.atLeast !== undefined && known > list.atLeast.enough;
  const total = enough || !list.atLeast ? known : await count(counting);
  return {
    rows,
    total: Math.min(total, most),
    totalIs: enough || total > most ? 'at-least' : 'exact',
    nextCursor: more ? encode(sort, String(lastRow.sortKey), lastRow.id) : null,
  };
}

const encode = (sort: string, value: string, id: string): string =>
  Buffer.from(JSON.stringify([sort, value, id])).toString('base64url');

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What a cursor may say of each type: anything else is not ours, and the database would choke on it. */
const shapes: Record<Order['type'], RegExp> = {
  text: /^[^\0]*$/,
  int: /^-?\d{1,9}$/,
  timestamptz: /^(-?infinity|\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00)$/,
  uuid,
};

function decode(cursor: string, sort: string, type: Order['type']): { value: string; id: string } {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(parsed) &&
      parsed.length === 3 &&
      parsed[0] === sort &&
      typeof parsed[1] === 'string' &&
      shapes[type].test(parsed[1]) &&
      uuid.test(String(parsed[2]))
    ) {
      return { value: parsed[1], id: String(parsed[2]) };
    }
  } catch {
    // Falls through to the one answer for every cursor that is not ours.
  }
  throw new Problem('input-invalid', {
    errors: [{ path: 'cursor', message: 'is not from this list, or the order was changed' }],
  });
}

/** A text as a LIKE pattern that stands for itself. */
export const literally = (text: string): string => text.replace(/[\\%_]/g, (c) => `\\${c}`);

/**
 * A text as a pattern that finds it anywhere in lower case: `%` and `_` in it stand for themselves. The database folds
 * it, as it folds what it is held against: JavaScript folds some letters in another way.
 */
export const containing = (text: string): RawBuilder<string> => sql<string>`lower(${`%${literally(text)}%`})`;
