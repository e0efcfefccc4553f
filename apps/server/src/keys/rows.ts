import type { AccountKey, AccountId, KeyPlace, KeyStage } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { seesAccount, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import type { Versions } from './plan.ts';

/** A key's versions, as the plan wants them. Throws when it has none. */
export async function versionsOf(db: OrganisationDb, keyId: string): Promise<Versions> {
  const { rows } = await sql<{ stage: KeyStage; current: number; next: number | null }>`
    select k.stage, (select v.version from ssh_key_version v where v.key_id = k.id and v.state = 'current') as current,
      (select v.version from ssh_key_version v where v.key_id = k.id and v.state = 'candidate') as next
    from ssh_key k where k.id = ${keyId}`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('no such key');
  return { stage: row.stage, current: row.current, next: row.next ?? undefined };
}

export interface KeyRow {
  readonly id: string;
  readonly stage: KeyStage;
}

/** The key of an account, held until the transaction ends. Throws `not-that-state` when it has none. */
export async function keyOfAccount(db: OrganisationDb, accountId: string): Promise<KeyRow> {
  const row = await db
    .selectFrom('sshKey')
    .select(['id', 'stage'])
    .where('accountId', '=', accountId)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Problem('not-that-state', { detail: 'This account has no SSH key. Make or import one first.' });
  return row as KeyRow;
}

/** The kind of an account's current key; undefined when it has none. */
export async function kindOf(db: OrganisationDb, accountId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('sshKey as k')
    .innerJoin('sshKeyVersion as v', (join) => join.onRef('v.keyId', '=', 'k.id').on('v.state', '=', 'current'))
    .select('v.kind')
    .where('k.accountId', '=', accountId)
    .executeTakeFirst();
  return row?.kind;
}

interface PlaceRow {
  accountId: string;
  username: string;
  resourceName: string;
  wanted: boolean;
  open: boolean;
  waits: boolean;
  result: string | null;
  why: string | null;
  checkedAt: Date | null;
  nextTryAt: Date | null;
}
const placeColumns = sql`a.username, r.name as resource_name, p.wanted, p.result, p.why, p.checked_at, p.next_try_at,
  p.check_due as waits, coalesce(p.proven @> array[v.version], false) as open`;

function placeState(row: PlaceRow): KeyPlace['state'] {
  if (row.why !== null) return row.result === 'unreachable' || row.result === 'untrusted' ? row.result : 'refused';
  if (!row.wanted) return 'leaving';
  return row.open && !row.waits ? 'open' : 'waiting';
}
const placeReply = (row: PlaceRow): z.input<typeof KeyPlace> => ({
  accountId: row.accountId as AccountId,
  username: row.username,
  resourceName: row.resourceName,
  state: placeState(row),
  why: row.why,
  checkedAt: row.checkedAt?.toISOString() ?? null,
  nextTryAt: row.nextTryAt?.toISOString() ?? null,
});

interface Shown {
  id: string;
  accountId: AccountId;
  username: string;
  resourceName: string;
  kind: z.input<typeof AccountKey>['kind'];
  publicKey: string;
  fingerprint: string;
  version: number;
  stage: KeyStage;
  next: string | null;
  madeBy: string;
  madeAt: Date;
}
/** What is shown of a key, of `ssh_key k`. */
export const keyColumns = sql`k.id, k.account_id, a.username, r.name as resource_name, v.kind, v.public_key, v.fingerprint, v.version, k.stage,
  (select n.fingerprint from ssh_key_version n where n.key_id = k.id and n.state = 'candidate') as next, v.made_by, v.made_at`;
export const keyTables = sql`ssh_key k join ssh_key_version v on v.key_id = k.id and v.state = 'current'
  join account a on a.id = k.account_id join resource r on r.id = a.resource_id`;

/** The key of an account and where it is, as far as the asker sees; null for none. */
export async function readAccountKey(
  db: OrganisationDb,
  accountId: string,
  userId: string | null,
  facts: Facts,
): Promise<z.input<typeof AccountKey> | null> {
  const { rows } = await sql<Shown>`select ${keyColumns} from ${keyTables} where k.account_id = ${accountId}`.execute(
    db,
  );
  const row = rows[0];
  if (!row) return null;
  const places = await sql<PlaceRow & { seen: boolean }>`
    select p.account_id, ${placeColumns}, ${seesAccount(facts, userId, 'a')} as seen
    from ssh_key_place p join account a on a.id = p.account_id join resource r on r.id = a.resource_id
      join ssh_key_version v on v.key_id = p.key_id and v.state = 'current'
    where p.key_id = ${row.id} order by lower(r.name), lower(a.username), p.id limit 1000`.execute(db);
  const seen = places.rows.filter((place) => place.seen);
  const { id: _, madeAt, ...shown } = row;
  return {
    ...shown,
    madeAt: madeAt.toISOString(),
    // A public key with whose it is, as a .pub file has it.
    publicKey: `${row.publicKey} ${row.username.replace(/\s/g, '_')}`,
    places: seen.map(placeReply),
    hiddenPlaces: places.rows.length - seen.length,
  };
}

/** Whose keys open an account: those of accounts that the asker sees. */
export async function readOpenedBy(
  db: OrganisationDb,
  accountId: string,
  userId: string | null,
  facts: Facts,
): Promise<z.input<typeof KeyPlace>[]> {
  const { rows } = await sql<PlaceRow>`
    select k.account_id, ${placeColumns}
    from ssh_key_place p join ssh_key k on k.id = p.key_id join account a on a.id = k.account_id join resource r on r.id = a.resource_id
      join ssh_key_version v on v.key_id = p.key_id and v.state = 'current'
    where p.account_id = ${accountId} and ${seesAccount(facts, userId, 'a')} order by lower(r.name), lower(a.username), p.id limit 1000`.execute(
    db,
  );
  return rows.map(placeReply);
}
