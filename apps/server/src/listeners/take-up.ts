import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { newToken } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';
import type { TrustOptions } from '../platform/trust.ts';
import { trustOf } from '../trust/index.ts';
import type { Vault } from '../vault/index.ts';
import { Altered, requireApproved } from './approval.ts';
import { tellAltered } from './mails.ts';
import { openFile, type OpenFile } from './open-file.ts';
import { madeUp, toldOf, type Told } from './told.ts';
import { readVersions, type StoredVersion } from './versions.ts';

/** All that a run needs: what was approved, and what it is told. */
export interface Taken {
  readonly runId: string;
  readonly organisationId: string;
  readonly listener: string;
  readonly version: StoredVersion;
  readonly file: OpenFile | null;
  readonly companion: OpenFile | null;
  readonly test: boolean;
  readonly told: Told;
  /** Null where there was none before. */
  readonly oldPassword: Secret | null;
  readonly newPassword: Secret;
  /** What a webhook's calls are signed with. */
  readonly secret: Secret | null;
  readonly trust: TrustOptions;
  readonly createdAt: Date;
}

export interface TakeUpParts {
  readonly vault: Vault;
  publicUrl(): string;
  /** Told that a listener is not what was approved, beside the trail and the mail. */
  onAltered(alarm: { listener: string; why: string }): void;
}

interface Row {
  listenerId: string;
  name: string;
  isOn: boolean;
  runs: number | null;
  sealed: Buffer | null;
  secretVersion: number;
  accountId: string | null;
  accountName: string | null;
  oldVersion: number | null;
  newVersion: number | null;
  state: string;
  createdAt: Date;
  earlier: boolean;
}

/** Beyond its time limit, how long a run may take before whoever runs it is taken to be gone. */
const graceMs = 60_000;

/**
 * Takes up a run: holds the listener against its approval, then opens what it runs and what it is told. Gives nothing when there is
 * nothing to do: it was taken up already, has to wait for an earlier run of the same account, or ends here with a reason.
 */
export async function takeUp(grant: Grant<'listener.run'>, parts: TakeUpParts): Promise<Taken | undefined> {
  const { rows } = await sql<Row>`
    select x.listener_id, l.name, l.is_on, l.runs, l.sealed, l.secret_version, x.account_id, x.account_name, x.old_version, x.new_version, x.state, x.created_at,
      exists (select 1 from listener_run e where e.listener_id = x.listener_id and e.account_id = x.account_id and e.id < x.id
        and e.state in ('waiting', 'running')) as earlier
    from listener_run x join listener l on l.id = x.listener_id where x.id = ${grant.objectId} and x.next_try_at <= now() + interval '1 second' for update of x`.execute(
    grant.db,
  );
  const row = rows[0];
  if (row?.state !== 'waiting' || row.earlier) {
    grant.nothingDone();
    return undefined;
  }
  grant.note({ listener: row.name });
  if (!row.isOn || row.runs === null) {
    await end(grant, 'skipped', row.isOn ? 'No version of it is approved.' : 'It is turned off.');
    return undefined;
  }
  try {
    return await open(grant, parts, row, row.runs);
  } catch (error) {
    if (error instanceof Gone) await end(grant, 'skipped', error.message);
    else if (error instanceof Altered) {
      await end(grant, 'refused', `It is not what was approved. ${error.message}`);
      grant.note({ alarm: error.message });
      await tellAltered(grant, parts, row.name);
      parts.onAltered({ listener: row.name, why: error.message });
    } else throw error;
    return undefined;
  }
}

/** What the run was about is not there any more, or cannot be read. */
class Gone extends Error {}

async function open(grant: Grant<'listener.run'>, parts: TakeUpParts, row: Row, runs: number): Promise<Taken> {
  const { db } = grant;
  const version = await readVersion(grant, row.listenerId, runs);
  await requireApproved(grant, parts.vault, version);
  const [file, companion] = [
    await openFile(grant, parts.vault, version.file),
    await openFile(grant, parts.vault, version.companion),
  ];
  const { spec } = version;
  const test = row.newVersion === null;
  const told = test ? madeUp(spec.resourceTypes[0] ?? 'Linux') : row.accountId && (await toldOf(db, row.accountId));
  if (!told) throw new Gone('The account is gone.');
  if (!test && spec.resourceTypes.length > 0 && !spec.resourceTypes.includes(told.resource.type))
    throw new Gone(`It does not follow resources of the type ${told.resource.type}.`);
  const passwords = test
    ? { oldPassword: new Secret(`old-${newToken()}`), newPassword: new Secret(`new-${newToken()}`) }
    : await openPasswords(grant, parts.vault, row);
  const secret =
    spec.kind === 'webhook' && row.sealed
      ? await parts.vault
          .open(grant, row.sealed, { column: 'listener.sealed', rowId: row.listenerId, version: row.secretVersion })
          .catch((cause: unknown) => {
            throw new Altered('Its secret is not genuine.', { cause });
          })
      : null;
  const leasedUntil = new Date(Date.now() + spec.timeLimitSeconds * 1000 + graceMs);
  await sql`update listener_run set state = 'running', version = ${runs}, started_at = now(), tries = tries + 1, leased_until = ${leasedUntil}, why = null
    where id = ${grant.objectId}`.execute(db);
  grant.note({ version: runs, hash: version.hash });
  return {
    ...{
      runId: grant.objectId,
      organisationId: grant.actor.organisationId,
      listener: row.name,
      version,
      file,
      companion,
    },
    ...{ test, told, ...passwords, secret, trust: await trustOf(db), createdAt: row.createdAt },
  };
}

async function readVersion(grant: Grant<'listener.run'>, listenerId: string, runs: number): Promise<StoredVersion> {
  const [version] = await readVersions(grant.db, listenerId, runs).catch((cause: unknown) => {
    throw new Altered('What it does cannot be read.', { cause });
  });
  if (!version) throw new Altered('The approved version is gone.');
  return version;
}

async function openPasswords(
  grant: Grant<'listener.run'>,
  vault: Vault,
  { accountId, accountName, oldVersion, newVersion }: Row,
): Promise<{ oldPassword: Secret | null; newPassword: Secret }> {
  if (accountId === null || newVersion === null) throw new Gone('The account is gone.');
  const read = await grant.db
    .selectFrom('secret')
    .select(['version', 'sealed'])
    .where('accountId', '=', accountId)
    .where('version', 'in', [newVersion, oldVersion ?? newVersion])
    .where('fileId', 'is', null)
    .where('state', 'in', ['current', 'former'])
    .execute();
  const openOne = async (version: number | null): Promise<Secret | null> => {
    const found = read.find((one) => one.version === version);
    return found
      ? vault
          .open(grant, found.sealed, { column: 'secret.sealed', rowId: accountId, version: found.version })
          .catch((cause: unknown) => {
            throw new Gone('The password does not open: it was changed past the product.', { cause });
          })
      : null;
  };
  const newPassword = await openOne(newVersion);
  if (newPassword === null) throw new Gone('The password is gone.');
  const oldPassword = await openOne(oldVersion);
  grant.each(
    { kind: 'account', id: accountId, name: accountName ?? '' },
    {
      purpose: 'handed to a listener',
      version: newVersion,
      ...(oldPassword === null ? {} : { former: oldVersion ?? 0 }),
    },
  );
  return { oldPassword, newPassword };
}

async function end(grant: Grant<'listener.run'>, state: 'skipped' | 'refused', why: string): Promise<void> {
  grant.note({ state, why });
  await grant.db
    .updateTable('listenerRun')
    .set({ state, why, endedAt: new Date(), leasedUntil: null })
    .where('id', '=', grant.objectId)
    .execute();
}
