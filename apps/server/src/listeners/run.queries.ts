import type { ListenerRun, ListenerRunWithOutput } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { seesAccount, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { containing, readPage, type PageAsk } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';

type Reply = z.input<typeof ListenerRun>;
interface Row {
  id: string;
  listenerId: string;
  listener: string;
  version: number | null;
  test: boolean;
  accountId: string | null;
  accountName: string | null;
  seen: boolean;
  state: Reply['state'];
  why: string | null;
  exitCode: number | null;
  tries: number;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  nextTryAt: Date;
  output?: string | null;
}
/** Who looks: what they may not see is left out. */
export interface Looker {
  readonly facts: Facts;
  readonly userId: string | null;
}

const seen = ({ facts, userId }: Looker): RawBuilder<boolean> =>
  sql<boolean>`(x.new_version is null or coalesce((select ${seesAccount(facts, userId, 'a')} from account a where a.id = x.account_id), ${facts.superAdministrator}))`;
const columns = (
  looker: Looker,
): RawBuilder<unknown> => sql`x.id, x.listener_id, l.name as listener, x.version, x.new_version is null as test,
  x.account_id, x.account_name, ${seen(looker)} as seen, x.state, x.why, x.exit_code, x.tries, x.created_at, x.started_at, x.ended_at, x.next_try_at`;
const from = sql`from listener_run x join listener l on l.id = x.listener_id`;

const reply = (row: Row): Reply => ({
  id: row.id as Reply['id'],
  listenerId: row.listenerId as Reply['listenerId'],
  listener: row.listener,
  version: row.version,
  test: row.test,
  account:
    row.seen && row.accountId !== null
      ? ({ id: row.accountId, name: row.accountName ?? '' } as Reply['account'])
      : null,
  state: row.state,
  why: row.why,
  exitCode: row.exitCode,
  tries: row.tries,
  createdAt: row.createdAt.toISOString(),
  startedAt: row.startedAt?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
  nextTryAt: row.state === 'waiting' ? row.nextTryAt.toISOString() : null,
});

/** One page of runs. Names of accounts that the looker does not see are neither shown nor found. */
export async function runPage(
  db: OrganisationDb,
  looker: Looker,
  ask: PageAsk & { search?: string | undefined; listenerId?: string | undefined; state?: string | undefined },
): Promise<{ items: Reply[]; total: number; totalIs: 'exact' | 'at-least'; nextCursor: string | null }> {
  const { search, listenerId, state } = ask;
  const { rows, ...page } = await readPage<Row>(db, ask, {
    select: columns(looker),
    from: sql`${from} where true ${listenerId ? sql`and x.listener_id = ${listenerId}` : sql``} ${state ? sql`and x.state = ${state}` : sql``}
      ${search ? sql`and (lower(l.name) like ${containing(search)} or (lower(x.account_name) like ${containing(search)} and ${seen(looker)}))` : sql``}`,
    id: sql`x.id`,
    first: '-createdAt',
    orders: { createdAt: { by: sql`x.created_at`, type: 'timestamptz' } },
  });
  return { ...page, items: rows.map(reply) };
}

/** One run with what it wrote, which may tell of the account: null for whoever does not see that. Throws `not-found`. */
export async function oneRun(
  db: OrganisationDb,
  looker: Looker,
  id: string,
): Promise<z.input<typeof ListenerRunWithOutput>> {
  const { rows } = await sql<Row>`select ${columns(looker)}, x.output ${from} where x.id = ${id}`.execute(db);
  const row = rows[0];
  if (!row) throw new Problem('not-found');
  return { ...reply(row), output: row.seen ? (row.output ?? null) : null };
}
