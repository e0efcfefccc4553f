import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { newId } from '../platform/random.ts';
import { startRun } from '../rotation/index.ts';
import type { Vault } from '../vault/index.ts';
import type { Held } from './schedules.ts';

/**
 * Which of some accounts somebody works with at this moment, so that their passwords must stay; for each the reason, in words.
 * Who lends passwords out fills it in.
 */
export type InUse = (db: OrganisationDb, accountIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
export const nobodyUses: InUse = () => Promise.resolve(new Map());

export interface Occasion {
  readonly dueAt: Date;
  readonly source: 'due' | 'made-up' | 'by-hand';
}

/**
 * Starts the resets of a group's accounts, as its schedule says, in the grant's transaction: the row of the due time and the
 * run stand or fall together. Undefined when this time was started before. Each account that is passed over leaves an audit event.
 */
export async function start(
  grant: Grant<'schedule.run'>,
  parts: { vault: Vault; inUse: InUse },
  schedule: Held,
  { dueAt, source }: Occasion,
): Promise<string | undefined> {
  const { organisationId } = grant.actor;
  const id = newId();
  const { rows: added } = await sql<{ id: string }>`
    insert into reset_schedule_run (id, organisation_id, schedule_id, due_at, source, state, requested_by)
    values (${id}, ${organisationId}, ${schedule.id}, ${dueAt}, ${source}, 'running', ${grant.actorName})
    on conflict do nothing returning id`.execute(grant.db);
  if (added.length === 0) return undefined;
  const [{ rows }, group] = await Promise.all([
    sql<{ id: string; name: string }>`select a.id, a.username || ' on ' || r.name as name
      from resource_group_member m join resource r on r.id = m.resource_id join account a on a.resource_id = r.id
      where m.group_id = ${grant.objectId} order by lower(r.name), lower(a.username)`.execute(grant.db),
    grant.db.selectFrom('resourceGroup').select('name').where('id', '=', grant.objectId).executeTakeFirstOrThrow(),
  ]);
  const busy = await parts.inUse(
    grant.db,
    rows.map((row) => row.id),
  );
  const runId = await startRun(grant, {
    kind: 'reset',
    title: `Reset by the schedule of ${group.name}`,
    source: 'schedule',
    sourceId: schedule.id,
    accountIds: rows.filter((row) => !busy.has(row.id)).map((row) => row.id),
    passwords: await passwordsOf(grant, parts.vault, schedule),
    reason: `Schedule of the group ${group.name}`.slice(0, 500),
  });
  await sql`update reset_schedule_run set run_id = ${runId}, total = ${rows.length} where id = ${id}`.execute(grant.db);
  const skipped = await leaveOut(grant, id, runId, rows, busy);
  grant.note({ due: dueAt.toISOString(), source, skipped });
  return id;
}

async function passwordsOf(
  grant: Grant<'schedule.run'>,
  vault: Vault,
  { id, passwords, sealed, sealedVersion }: Held,
): Promise<NonNullable<Parameters<typeof startRun>[1]['passwords']>> {
  if (passwords !== 'common') return passwords === 'unique' ? { is: 'unique' } : { is: 'common-random', vault };
  if (sealed === null) throw new Error('the schedule has no password');
  const place = { column: 'reset_schedule.sealed', rowId: id, version: sealedVersion } as const;
  return { is: 'common', password: await vault.open(grant, sealed, place), vault };
}

/** Writes down what is in use, and an event for everything that is passed over, by us or by the run. Returns how many there are. */
async function leaveOut(
  grant: Grant<'schedule.run'>,
  id: string,
  runId: string,
  accounts: readonly { id: string; name: string }[],
  busy: ReadonlyMap<string, string>,
): Promise<number> {
  const names = new Map(accounts.map((account) => [account.id, account.name]));
  const ours = [...busy].filter(([accountId]) => names.has(accountId));
  await sql`insert into reset_schedule_skip (organisation_id, schedule_run_id, account_id, why)
    select ${grant.actor.organisationId}, ${id}, x.account_id, x.why
    from unnest(${ours.map(([accountId]) => accountId)}::uuid[], ${ours.map(([, why]) => why)}::text[]) as x(account_id, why)`.execute(
    grant.db,
  );
  const { rows } = await sql<{ accountId: string; why: string | null }>`
    select account_id, why from reset_run_item where run_id = ${runId} and state = 'skipped' and account_id is not null`.execute(
    grant.db,
  );
  const all = [...ours, ...rows.map(({ accountId, why }): [string, string] => [accountId, why ?? ''])];
  for (const [accountId, why] of all)
    grant.each({ kind: 'account', id: accountId, name: names.get(accountId) ?? '' }, { skipped: why });
  return all.length;
}

/** Whether a run of the schedule is still at work. */
export async function isRunning(db: OrganisationDb, scheduleId: string): Promise<boolean> {
  const { rows } = await sql<{
    is: boolean;
  }>`select exists (select 1 from reset_schedule_run x join reset_run r on r.id = x.run_id
    where x.schedule_id = ${scheduleId} and x.state = 'running' and r.state = 'running') as is`.execute(db);
  return rows[0]?.is ?? false;
}

/** One account of a run, for its report. */
export interface Line {
  accountId: string;
  resourceId: string;
  username: string;
  resourceName: string;
  outcome: 'waiting' | 'done' | 'failed' | 'skipped';
  why: string | null;
  usedBy: number;
}

/** What became of each account of a schedule's run, as `x`, with the account as `a` and its resource as `r`; `sees` says of which. */
export const linesOf = (id: string, runId: string | null, sees: ReturnType<typeof sql<boolean>>) => sql`(
    select i.account_id, i.why, case when i.state in ('done', 'skipped') then i.state when i.state in ('waiting', 'running') then 'waiting' else 'failed' end as outcome
    from reset_run_item i where i.run_id = ${runId}
    union all select k.account_id, k.why, 'skipped' from reset_schedule_skip k where k.schedule_run_id = ${id}) x
  join account a on a.id = x.account_id join resource r on r.id = a.resource_id where ${sees}`;

export const lineColumns = sql`a.id as account_id, r.id as resource_id, a.username, r.name as resource_name, x.outcome, x.why,
  (select count(*)::int from account_consumer c where c.account_id = a.id) as used_by`;
