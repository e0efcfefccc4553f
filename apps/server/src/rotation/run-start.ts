import type { RunKind, RunSource } from '@strongroom/contract';
import { sql } from 'kysely';
import { readFacts, scopesOf, seesAccount, type Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { enqueue } from '../platform/jobs.ts';
import { newId } from '../platform/random.ts';
import type { Secret } from '../platform/secret.ts';
import { draw, policyFor } from '../passwords/index.ts';
import { readTypes } from '../resource/index.ts';
import type { Vault } from '../vault/index.ts';
import { traitsOf } from './catalogue.ts';
import { readRunAccounts } from './run-accounts.ts';
import { readLimits } from './run-limits.ts';

/** Which passwords a run of resets sets: one drawn for each account, or one for all. */
export type NewPasswords =
  | { readonly is: 'unique' }
  | { readonly is: 'common'; readonly password: Secret; readonly vault: Vault }
  | { readonly is: 'common-random'; readonly vault: Vault };

export interface NewRun {
  readonly kind: RunKind;
  /** In words, such as ‘Reset 12 accounts’. */
  readonly title: string;
  readonly source: RunSource;
  /** What caused it: a schedule, a share. */
  readonly sourceId?: string;
  readonly accountIds: readonly string[];
  readonly passwords?: NewPasswords;
  readonly reason?: string;
  readonly ticket?: string;
}

/**
 * Writes down a run for the grant's actor and puts it in line, in the caller's transaction. Each account is staged or
 * verified by itself later, as this user and with the scopes they have now: a right that was lost meanwhile shows as a refused
 * item. Of the product itself it acts by `account.rotate-due` and `account.check`. Returns the run's id.
 */
export async function startRun(grant: Grant, run: NewRun): Promise<string> {
  const { organisationId, userId, kind: actorKind } = grant.actor;
  const { facts } = await readFacts(grant.db, { actor: grant.actor, action: grant.action, objectId: grant.objectId });
  const asProduct = actorKind === 'system';
  const sees = asProduct ? sql<boolean>`true` : seesAccount(facts, userId, 'a');
  const accounts = await readRunAccounts(grant.db, run.kind, run.accountIds, sees);
  const id = newId();
  const sealed = await sealCommon(grant, id, run);
  const scopes = scopesOf(grant.actor);
  await grant.db
    .insertInto('resetRun')
    .values({
      id,
      organisationId,
      kind: run.kind,
      title: run.title,
      source: run.source,
      sourceId: run.sourceId ?? null,
      requestedById: userId,
      requestedBy: grant.actorName,
      asProduct,
      scopes: scopes && [...scopes],
      reason: run.reason ?? null,
      ticket: run.ticket ?? null,
      total: accounts.length,
      sealed,
    })
    .execute();
  const rows = accounts.map(({ id: account, name, resourceId, viaAccountId, skipped }, n) => ({
    n,
    // Of what the asker does not see nothing tells whether it is there.
    account_id: name === '' ? null : account,
    name,
    resource_id: resourceId,
    via_account_id: viaAccountId,
    state: skipped === null ? 'waiting' : 'skipped',
    why: skipped,
  }));
  await sql`insert into reset_run_item (organisation_id, run_id, n, account_id, name, resource_id, via_account_id, state, why, ended_at)
    select ${organisationId}, ${id}, x.n, a.id, x.name, x.resource_id, x.via_account_id, case when a.id is null then 'refused' else x.state end,
      case when a.id is null then 'It is not there, or you may not see it.' else x.why end, case when x.state = 'skipped' or a.id is null then now() end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(n int, account_id uuid, name text, resource_id uuid, via_account_id uuid, state text, why text)
      left join account a on a.id = x.account_id`.execute(grant.db);
  await enqueuePumps(grant.db, organisationId, id, accounts.length);
  if (grant.action === 'run.start' || grant.action === 'run.start-nightly')
    grant.about({ kind: 'run', id, name: run.title });
  const unseen = accounts.filter(({ name }) => name === '').length;
  if (unseen > 0) grant.note({ refused: unseen });
  grant.note({ run: id, kind: run.kind, accounts: accounts.length, passwords: run.passwords?.is ?? 'unique' });
  return id;
}

/** How many accounts one job of the queue is at: a run's jobs are shared out among the nodes. */
export const lanesOfPump = 10;

/** Puts as many jobs in line as a run can use. */
export async function enqueuePumps(
  db: OrganisationDb,
  organisationId: string,
  runId: string,
  total: number,
): Promise<void> {
  const { atOnce } = await readLimits(db);
  const pumps = Math.max(1, Math.ceil(Math.min(atOnce, total) / lanesOfPump));
  for (let pump = 0; pump < pumps; pump++) await enqueuePump(db, { organisationId, runId, pump });
}

/** Puts one job of a run in line, now or for a time. */
export const enqueuePump = (
  db: OrganisationDb,
  payload: { organisationId: string; runId: string; pump: number },
  runAt?: Date,
): Promise<void> =>
  enqueue(db, 'run', payload, { key: `run:${payload.runId}:${payload.pump}`, ...(runAt ? { runAt } : {}) });

/** Seals the one password for all; null where each gets its own. Its accounts' policies are asked when each has its turn. */
async function sealCommon(grant: Grant, runId: string, run: NewRun): Promise<Buffer | null> {
  const { passwords } = run;
  if (run.kind === 'verify' || !passwords || passwords.is === 'unique') return null;
  const secret = passwords.is === 'common' ? passwords.password : await drawCommon(grant.db, run.accountIds);
  return passwords.vault.seal(grant, secret, { column: 'reset_run.sealed', rowId: runId, version: 1 });
}

/** Draws a password that the first account's policy and all of the targets take. Throws `password-weak`. */
async function drawCommon(db: OrganisationDb, accountIds: readonly string[]): Promise<Secret> {
  const [types, { rows }] = await Promise.all([
    readTypes(db),
    sql<{ type: string }>`select distinct r.type from account a join resource r on r.id = a.resource_id
      where a.id = any(${[...accountIds]}::uuid[])`.execute(db),
  ]);
  const limits = rows.flatMap(({ type }) => traitsOf(types(type)?.driver ?? null, types(type)?.script)?.limits ?? []);
  const first = await sql<{ username: string; policyId: string | null; ofResource: string | null; resourceId: string }>`
    select a.username, a.policy_id, r.policy_id as of_resource, r.id as resource_id from account a join resource r on r.id = a.resource_id
    where a.id = ${accountIds[0] ?? null}`.execute(db);
  const row = first.rows[0];
  const policy = await policyFor(db, [row?.policyId ?? null, row?.ofResource ?? null], row?.resourceId ?? null);
  return draw(policy, row?.username ?? '', {
    maxLength: Math.min(4096, ...limits.map((one) => one.maxLength)),
    forbidden: [...new Set(limits.flatMap((one) => [...one.forbidden]))].join(''),
  });
}
