import type { Account, Health } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { abilities, factsOfRow, reachOf, type Facts, type Reached } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { accessCan, readAccess, type Access } from './access.ts';
import { fieldFilesOf } from './field-files.ts';
import { secretFieldsOf } from './fields.ts';
import { readTypes, type KnownType } from './types.ts';

export interface AccountRow {
  id: string;
  number: number;
  resourceId: string;
  resourceNumber: number;
  resourceName: string;
  resourceType: string;
  resourceReset: unknown;
  /** True when the resource has a URL to open. */
  hasUrl: boolean;
  fields: Record<string, string>;
  file: { name: string; size: number; storedAt: string } | null;
  ownerId: string;
  dnsName: string;
  username: string;
  notes: string;
  policyId: string | null;
  favourite: boolean;
  secretVersion: number;
  changedAt: Date;
  health: Health;
  provenAt: Date | null;
  provenBy: 'verify' | 'rotation' | null;
  checkedAt: Date | null;
  checkWhy: string | null;
  compliance: 'compliant' | 'violating' | 'unknown' | null;
  complianceWhy: string[];
  expiresAt: Date | null;
  /** The resource's URL sends the password by itself. */
  autoLogon: boolean;
  exclusionReason: string | null;
  exclusionOwnerId: string | null;
  exclusionUntil: Date | null;
  attemptId: string | null;
  attemptState: string | null;
  attemptWhy: string | null;
  attemptNextTryAt: Date | null;
  createdAt: Date;
  version: number;
}

/** How long a proof counts, in days, as the organisation set it. */
const proofDays = sql`coalesce((select (value #>> '{}')::int from setting where name = 'proofMaxAgeDays'), 30)`;

/**
 * What is known of an account's password: never better than the last answer of its target. `proven` means a log-in
 * worked within the time that counts, and nothing after it said otherwise.
 */
export const healthOf = sql<Health>`case
  when a.exclusion_until > now() then 'excluded'
  when a.check_result = 'untrusted' then 'untrusted'
  when a.check_result = 'rejected' then 'out-of-sync'
  when a.check_result = 'unreachable' then 'unreachable'
  when a.check_result = 'unprovable' then 'unprovable'
  when a.proven_at is null then 'unproven'
  when a.proven_at < now() - make_interval(days => ${proofDays}) then 'stale'
  else 'proven' end`;

/** Worst first. */
export const healthOrder: readonly Health[] = [
  'untrusted',
  'out-of-sync',
  'unreachable',
  'stale',
  'unproven',
  'unprovable',
  'proven',
  'excluded',
];

/** The file that the account's current secret is; null for a password, and while there is none. */
const currentFile = sql`(select jsonb_build_object('name', sf.name, 'size', sf.size, 'storedAt', sf.created_at)
  from secret s join stored_file sf on sf.id = s.file_id where s.account_id = a.id and s.state = 'current')`;

/** The resource's URL sends the password by itself, as `authorise/facts.ts` has it too. */
const logsIn = sql`r.url like '%\\%PASSWORD\\%%'`;

const accountColumns = (userId: string | null): RawBuilder<unknown> => sql`
  a.id, a.number, a.resource_id, r.number as resource_number, r.name as resource_name, r.type as resource_type, r.reset as resource_reset, r.url <> '' as has_url, a.fields, r.owner_id, r.dns_name,
  a.username, a.notes, a.policy_id, a.secret_version, a.changed_at, ${healthOf} as health, a.proven_at, a.proven_by, a.checked_at, a.check_why, a.compliance, a.compliance_why, a.expires_at, ${logsIn} as auto_logon,
  a.exclusion_reason, a.exclusion_owner_id, a.exclusion_until, t.id as attempt_id, t.state as attempt_state, t.why as attempt_why, t.next_try_at as attempt_next_try_at, a.created_at, a.version,
  exists (select 1 from favourite f where f.account_id = a.id and f.user_id = ${userId}) as favourite,
  ${currentFile} as file`;

export const accountTables = sql`account a join resource r on r.id = a.resource_id
  left join rotation_attempt t on t.account_id = a.id and t.state not in ('promoted', 'rolled-back')`;

/** Reads accounts by id, in no order. */
export async function readAccountRows(
  db: OrganisationDb,
  ids: readonly string[],
  userId: string | null,
): Promise<AccountRow[]> {
  if (ids.length === 0) return [];
  const { rows } =
    await sql<AccountRow>`select ${accountColumns(userId)} from ${accountTables} where a.id = any(${[...ids]}::uuid[])`.execute(
      db,
    );
  return rows;
}

/** Reads one account. Throws when there is none: ask after the policy has found it. */
export async function readAccountRow(db: OrganisationDb, id: string, userId: string | null): Promise<AccountRow> {
  const [row] = await readAccountRows(db, [id], userId);
  if (!row) throw new Error('no such account');
  return row;
}

const onAccount = [
  'account.update',
  'account.delete',
  'account.copy',
  'account.move',
  'account.share',
  'account.control-access',
  'account.exclude-proof',
  'account.reveal',
  'account.reveal-former',
  'account.reveal-field',
  'account.download-file',
  'account.upload-file',
  'account.download-field',
  'account.upload-field',
  'account.open-url',
  'account.change-password',
  'account.restore',
  'account.rotate',
  'account.verify',
  'attempt.resolve',
] as const;
const onAccess = ['account.request', 'account.check-out', 'account.check-in', 'account.break-glass'] as const;
const needPassword: readonly string[] = ['account.reveal', 'account.reveal-former', 'account.change-password'];
const needTarget: readonly string[] = ['account.rotate', 'account.verify', 'attempt.resolve'];

/** Drivers that know the address of their service: a resource of theirs needs none. A test compares them with the drivers themselves. */
export const driversWithAddress: readonly string[] = ['aws-iam', 'google-workspace', 'microsoft-entra', 'rackspace'];

/** True when the product is set up to log in to the account's resource, whose type has this driver. */
export const isResettable = (row: { resourceReset: unknown; dnsName: string }, driver: string | null): boolean =>
  row.resourceReset !== null && driver !== null && (row.dnsName !== '' || driversWithAddress.includes(driver));

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

export const proofReply = (row: AccountRow): z.input<typeof Account>['proof'] => ({
  health: row.health,
  provenAt: iso(row.provenAt),
  provenBy: row.provenBy,
  checkedAt: iso(row.checkedAt),
  why: row.checkWhy,
  exclusion:
    row.exclusionUntil !== null && row.exclusionReason !== null && row.exclusionOwnerId !== null
      ? { reason: row.exclusionReason, ownerId: row.exclusionOwnerId, until: row.exclusionUntil.toISOString() }
      : null,
});

/** Rows as the contract shows them, in their order, each with what the asker may do to it. */
export async function accountReplies(
  db: OrganisationDb,
  rows: readonly AccountRow[],
  facts: Facts,
  userId: string | null,
): Promise<z.input<typeof Account>[]> {
  const ids = rows.map((row) => row.id);
  const [reached, access, secretFields, files, types] = await Promise.all([
    reachOf(db, facts, userId, 'account', ids),
    readAccess(db, facts, userId, ids),
    secretFieldsOf(db, ids),
    fieldFilesOf(db, ids),
    readTypes(db),
  ]);
  return rows.map((row) =>
    accountReply(row, facts, userId, {
      ...reached(row.id),
      access: access(row.id),
      secretFields: secretFields(row.id),
      files: files(row.id),
      type: types(row.resourceType),
    }),
  );
}

/** What opens an account's secret to somebody, or sends it where they asked. */
const accesses: string[] = [
  'account.reveal',
  'account.reveal-former',
  'account.open-url',
  'account.download-file',
  'account.copy',
];

interface Detail {
  id: string;
  name: string;
  from: 'account' | 'resource' | 'group' | 'default';
  at: Date | null;
  by: string | null;
  action: string | null;
}

/** One account as it stands now, with what takes a look elsewhere. Throws when there is none: ask after the policy has found it. */
export async function readAccountReply(
  db: OrganisationDb,
  id: string,
  facts: Facts,
  userId: string | null,
): Promise<z.input<typeof Account>> {
  const [reply] = await accountReplies(db, [await readAccountRow(db, id, userId)], facts, userId);
  if (!reply) throw new Error('no such account');
  const { rows } = await sql<Detail>`
    select p.id, p.name, case p.id when a.policy_id then 'account' when r.policy_id then 'resource' when strongroom.policy_of_groups(r.id) then 'group' else 'default' end as from,
      e.at, e.actor_name as by, e.action
    from account a join resource r on r.id = a.resource_id join password_policy p on p.id = strongroom.policy_that_applies(a.policy_id, r.id, r.policy_id)
      left join lateral (select e.at, e.actor_name, e.action from audit_event e where e.organisation_id = a.organisation_id and e.object_id = a.id::text
        and e.outcome = 'done' and e.action = any(${accesses}) order by e.id desc limit 1) e on true
    where a.id = ${id}`.execute(db);
  const detail = rows[0];
  if (!detail) throw new Error('no such account');
  const { at, by, action, ...appliedPolicy } = detail;
  return {
    ...reply,
    appliedPolicy,
    lastAccess: at === null || by === null || action === null ? null : { at: at.toISOString(), by, action },
  };
}

function accountReply(
  row: AccountRow,
  facts: Facts,
  userId: string | null,
  {
    edges,
    access,
    secretFields,
    files,
    type,
  }: Reached &
    Pick<z.input<typeof Account>, 'secretFields' | 'files'> & { type: KnownType | undefined; access: Access },
): z.input<typeof Account> {
  const holdsFile = type?.holdsFiles ?? false;
  const resettable = !holdsFile && isResettable(row, type?.driver ?? null);
  const ofRow: Facts = {
    ...factsOfRow(facts, {
      owned: row.ownerId === userId,
      edges,
      attemptOpen: row.attemptId !== null,
      autoLogon: row.autoLogon,
    }),
    ...access.facts,
  };
  const can = abilities(onAccount, ofRow)
    .filter((action) => row.hasUrl || action !== 'account.open-url')
    .filter((action) => resettable || !needTarget.includes(action))
    .filter((action) => !holdsFile || !needPassword.includes(action))
    .filter((action) => holdsFile || action !== 'account.upload-file')
    .filter((action) => row.file !== null || action !== 'account.download-file')
    .filter(
      (action) =>
        action !== 'attempt.resolve' ||
        row.attemptState === 'needs-person' ||
        row.attemptState === 'unverified' ||
        // Nothing could be sent yet, and it is tried again.
        (row.attemptState === 'prepared' && row.attemptNextTryAt !== null),
    );
  return {
    id: row.id,
    number: row.number,
    resourceId: row.resourceId,
    resourceNumber: row.resourceNumber,
    resourceName: row.resourceName,
    resourceType: row.resourceType,
    dnsName: row.dnsName,
    username: row.username,
    notes: row.notes,
    policyId: row.policyId,
    favourite: row.favourite,
    secretVersion: row.secretVersion,
    changedAt: row.changedAt.toISOString(),
    proof: proofReply(row),
    compliance: row.compliance,
    complianceWhy: row.complianceWhy,
    expiresAt: iso(row.expiresAt),
    access: access.shown && { ...access.shown, can: accessCan(abilities(onAccess, ofRow), access) },
    resettable,
    holdsFile,
    file: row.file === null ? null : { ...row.file, storedAt: new Date(row.file.storedAt).toISOString() },
    fields: row.fields,
    secretFields,
    files,
    createdAt: row.createdAt.toISOString(),
    version: row.version,
    can,
    attempt:
      row.attemptId !== null && row.attemptState !== null
        ? { id: row.attemptId, state: row.attemptState, why: row.attemptWhy }
        : null,
  };
}
