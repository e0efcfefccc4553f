import {
  listRunItems,
  listRuns,
  previewRun,
  readRun,
  startRunCall,
  stopRun,
  type Run,
  type RunKind,
} from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { endpoint, requireAlso, seesAccount, type Endpoint, type Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { previewResetEndpoint } from './preview-reset.ts';
import { readRunAccounts } from './run-accounts.ts';
import { endRun } from './run-claim.ts';
import { accountsOf } from './run-select.ts';
import { startRun, type NewPasswords } from './run-start.ts';

const runOf = (input: { runId: string }): string => input.runId;
const examplesShown = 5;

export const runEndpoints = ({ vault }: { readonly vault: Vault }): Endpoint[] => [
  endpoint(startRunCall, {
    reason: (input) => input.reason,
    ticket: (input) => input.ticket,
    async run(grant, input, facts) {
      const { kind, selection, passwords, reason, ticket } = input;
      if (kind === 'reset' && facts.reasonToChange && reason === undefined) throw new Problem('reason-required');
      if ('groupId' in selection) await requireAlso(grant, 'resource-group.members', selection.groupId);
      const accountIds = await accountsOf(grant.db, facts, grant.actor.userId, selection);
      const id = await startRun(grant, {
        kind,
        title: titleOf(kind, accountIds.length),
        source: 'person',
        accountIds,
        passwords: newPasswords(passwords, vault),
        ...(reason === undefined ? {} : { reason }),
        ...(ticket === undefined ? {} : { ticket }),
      });
      return readRunReply(grant.db, id);
    },
  }),
  endpoint(previewRun, {
    async run(grant, { kind, selection }, facts) {
      if ('groupId' in selection) await requireAlso(grant, 'resource-group.members', selection.groupId);
      const { userId } = grant.actor;
      const ids = await accountsOf(grant.db, facts, userId, selection);
      const accounts = await readRunAccounts(grant.db, kind, ids, seesAccount(facts, userId, 'a'));
      const reasons = new Map<string, { count: number; examples: string[] }>();
      for (const { name, skipped } of accounts) {
        const why = name === '' ? 'It is not there, or you may not see it.' : skipped;
        if (why === null) continue;
        const known = reasons.get(why) ?? { count: 0, examples: [] };
        known.count += 1;
        if (name !== '' && known.examples.length < examplesShown) known.examples.push(name);
        reasons.set(why, known);
      }
      const skipped = [...reasons].map(([why, rest]) => ({ why, ...rest })).sort((a, b) => b.count - a.count);
      return { total: accounts.length, asked: accounts.length - skipped.reduce((n, one) => n + one.count, 0), skipped };
    },
  }),
  previewResetEndpoint,
  endpoint(listRuns, {
    async run(grant, input, facts) {
      const mine = facts.superAdministrator ? sql`true` : sql`x.requested_by_id = ${grant.actor.userId}`;
      const page = await readPage<RunRow>(grant.db, input, {
        select: runColumns,
        from: sql`from reset_run x where ${mine}
          ${input.kind ? sql`and x.kind = ${input.kind}` : sql``} ${input.state ? sql`and x.state = ${input.state}` : sql``}
          ${input.source ? sql`and x.source = ${input.source}` : sql``} ${input.sourceId ? sql`and x.source_id = ${input.sourceId}` : sql``}`,
        id: sql`x.id`,
        first: '-startedAt',
        orders: { startedAt: { by: sql`x.started_at`, type: 'timestamptz' } },
      });
      return { ...page, items: page.rows.map(runReply) };
    },
  }),
  endpoint(readRun, { object: runOf, run: (grant) => readRunReply(grant.db, grant.objectId) }),
  endpoint(listRunItems, {
    object: runOf,
    async run(grant, input) {
      const from = sql`from reset_run_item i where i.run_id = ${grant.objectId} ${input.state ? sql`and i.state = ${input.state}` : sql``}`;
      const [counted, read] = await Promise.all([
        sql<{ total: number }>`select count(*)::int as total ${from}`.execute(grant.db),
        sql<ItemRow>`select ${itemColumns} ${from} order by i.n limit ${input.limit} offset ${input.offset}`.execute(
          grant.db,
        ),
      ]);
      return { items: read.rows.map(itemReply), total: counted.rows[0]?.total ?? 0 };
    },
  }),
  endpoint(stopRun, {
    object: runOf,
    async run(grant) {
      await stop(grant);
      return readRunReply(grant.db, grant.objectId);
    },
  }),
];

/** Throws `not-that-state` for a run that has ended. */
async function stop(grant: Grant<'run.stop'>): Promise<void> {
  const { rows } =
    await sql`select 1 from reset_run where id = ${grant.objectId} and state = 'running' for update`.execute(grant.db);
  if (rows.length === 0) throw new Problem('not-that-state', { detail: 'The run has ended already.' });
  const left =
    await sql`update reset_run_item set state = 'skipped', why = 'The run was stopped before its turn.', ended_at = now(), not_before = null
    where run_id = ${grant.objectId} and state = 'waiting' returning n`.execute(grant.db);
  await endRun(grant.db, grant.actor.organisationId, grant.objectId, 'stopped');
  grant.note({ left: left.rows.length });
}

const newPasswords = (passwords: z.output<typeof startRunCall.input>['passwords'], vault: Vault): NewPasswords => {
  if (passwords.is === 'unique') return passwords;
  return passwords.is === 'common'
    ? { is: 'common', password: new Secret(passwords.password), vault }
    : { is: 'common-random', vault };
};

/** ‘Reset 12 accounts’. */
export const titleOf = (kind: RunKind, count: number): string =>
  `${kind === 'reset' ? 'Reset' : 'Verify'} ${count} account${count === 1 ? '' : 's'}`;

interface RunRow {
  id: string;
  kind: z.input<typeof Run>['kind'];
  title: string;
  source: z.input<typeof Run>['source'];
  sourceId: string | null;
  requestedBy: string;
  state: z.input<typeof Run>['state'];
  total: number;
  counts: Partial<Record<keyof z.input<typeof Run>['counts'], number>>;
  reason: string | null;
  ticket: string | null;
  startedAt: Date;
  endedAt: Date | null;
}
const runColumns = sql`x.id, x.kind, x.title, x.source, x.source_id, x.requested_by, x.state, x.total, x.reason, x.ticket, x.started_at, x.ended_at,
  coalesce(x.counts, (select jsonb_object_agg(c.state, c.n) from (
    select i.state, count(*)::int as n from reset_run_item i where i.run_id = x.id group by i.state) c), '{}'::jsonb) as counts`;
const noCounts = {
  waiting: 0,
  running: 0,
  done: 0,
  refused: 0,
  unreachable: 0,
  untrusted: 0,
  'in-doubt': 0,
  skipped: 0,
  'needs-person': 0,
};
const runReply = (row: RunRow): z.input<typeof Run> => ({
  ...row,
  id: row.id as z.output<typeof Run>['id'],
  counts: { ...noCounts, ...row.counts },
  startedAt: row.startedAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
});

/** Throws `not-found`. */
async function readRunReply(db: OrganisationDb, id: string): Promise<z.input<typeof Run>> {
  const { rows } = await sql<RunRow>`select ${runColumns} from reset_run x where x.id = ${id}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return runReply(rows[0]);
}

type ItemReply = z.input<typeof listRunItems.reply>['items'][number];
type ItemRow = Omit<ItemReply, 'notBefore' | 'startedAt' | 'endedAt'> & {
  notBefore: Date | null;
  startedAt: Date | null;
  endedAt: Date | null;
};
const itemColumns = sql`i.n, i.account_id, i.resource_id, i.name, i.state, i.why, i.attempt_id, i.tries, i.not_before, i.started_at, i.ended_at`;
const itemReply = (row: ItemRow): ItemReply => ({
  ...row,
  notBefore: row.notBefore?.toISOString() ?? null,
  startedAt: row.startedAt?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
});
