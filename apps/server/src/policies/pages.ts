import { sql, type RawBuilder } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';
import type { Verdict } from './verdict.ts';

/** Accounts to be judged anew, as far as they were gone through. */
export interface Sweep {
  readonly id: string;
  readonly because: 'policy' | 'group' | 'resources' | 'accounts' | 'organisation';
  readonly state: 'waiting' | 'running' | 'done' | 'superseded';
  readonly policyId: string | null;
  readonly groupId: string | null;
  readonly ids: readonly string[] | null;
  readonly opens: boolean;
  readonly position: number;
  readonly cursor: string | null;
}

interface Row extends Verdict {
  readonly id: string;
  readonly username: string;
  readonly changedAt: Date;
  readonly version: number;
  /** The policy that applies, unless it is the default. */
  readonly appliedId: string | null;
  /** Null where nothing is to be opened. */
  readonly sealed: Buffer | null;
  readonly isFile: boolean;
}

export interface Page {
  readonly rows: readonly Row[];
  /** Where to go on. */
  readonly position: number;
  readonly cursor: string | null;
  readonly ended: boolean;
}

/** So many accounts are judged in a transaction: some 15 ms, most of it for what is written. What the p99 of reveals was beside it: `npm run bench -- policy-reeval`. */
const accountsAtOnce = 50;
/** So many of the resources that a sweep names are looked at together. */
const resourcesAtOnce = 50;

/** The next accounts of a sweep, in the order of their ids: those of the whole organisation, or of the next few ids that it names. */
export async function pageOf(db: OrganisationDb, organisationId: string, sweep: Sweep): Promise<Page> {
  const { ids, position, cursor } = sweep;
  const slice = sweep.because === 'accounts' ? accountsAtOnce : resourcesAtOnce;
  const some = ids?.slice(position, position + slice);
  const { rows: grouped } = await sql<{
    one: boolean;
  }>`select exists (select 1 from resource_group where policy_id is not null) as one`.execute(db);
  // Where no group has a policy, none is asked for.
  const ofGroups = grouped[0]?.one === true ? sql`strongroom.policy_of_groups(r.id)` : sql`null::uuid`;
  const secret = sweep.opens ? sql`s.sealed, s.file_id is not null` : sql`null::bytea as sealed, false`;
  const { rows } = await sql<Row>`
    select a.id, a.username, a.changed_at, a.secret_version as version, a.compliance, a.compliance_why, a.expires_at,
      coalesce(a.policy_id, r.policy_id, ${ofGroups}) as applied_id, ${secret} as is_file
    from (select * from account a where a.organisation_id = ${organisationId} and ${narrowed(sweep, some)} ${cursor === null ? sql`` : sql`and a.id > ${cursor}`}
        order by a.id limit ${accountsAtOnce}) a
      join resource r on r.id = a.resource_id ${sweep.opens ? sql`left join secret s on s.account_id = a.id and s.state = 'current'` : sql``}
    order by a.id`.execute(db);
  if (rows.length === accountsAtOnce) return { rows, position, cursor: rows.at(-1)?.id ?? null, ended: false };
  const next = position + slice;
  return { rows, position: next, cursor: null, ended: ids === null || next >= ids.length };
}

function narrowed(sweep: Sweep, some: readonly string[] | undefined): RawBuilder<unknown> {
  if (some !== undefined)
    return sweep.because === 'accounts'
      ? sql`a.id = any(${[...some]}::uuid[])`
      : sql`a.resource_id = any(${[...some]}::uuid[])`;
  if (sweep.because === 'group')
    return sql`exists (select 1 from resource_group_member m where m.group_id = ${sweep.groupId} and m.resource_id = a.resource_id)`;
  return sql`true`;
}
