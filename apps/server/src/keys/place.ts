import type { HostKey, Login, Reset, Verified } from '@strongroom/driver-kit';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import type { Secret } from '../platform/secret.ts';
import { raiseAlarm, readReach, routeOf, shownAs, type ReachFacts, type WorkerParts } from '../rotation/index.ts';
import type { Vault } from '../vault/index.ts';
import { nextStep, type PlaceFacts } from './plan.ts';
import { versionsOf } from './rows.ts';

/** What is to be done on one account, with the keys open. Lives in the worker's memory only. */
interface Errand {
  readonly placeId: string;
  readonly username: string;
  readonly reach: ReachFacts;
  readonly add: readonly Opened[];
  readonly remove: readonly Opened[];
  /** The key to be tried where nothing else is to be done. */
  readonly check: Opened | undefined;
  /** Who signs in to change the list. */
  readonly signsIn: Login | undefined;
  readonly comment: string;
}
interface Opened {
  readonly version: number;
  readonly publicKey: string;
  readonly privateKey: Secret;
}

/** What came of it. `refused`: of the change; `rejected`: of the log-in that was to prove it. */
type Outcome = Verified | 'refused' | 'unknown';
interface Came {
  readonly result: Outcome;
  readonly why: string | null;
  readonly proven: readonly number[];
  readonly removed: readonly number[];
  /** The key that was tried without a change was refused. */
  readonly lost: readonly number[];
}

/** When a host could not do it: seconds until it is asked again. */
const backOff = [10, 30, 60, 300, 900, 3600] as const;

/**
 * Does what is next on one account: nothing is open while we talk to its host. What may be put there is written down before the first
 * packet, so whoever finds it after a crash takes it out again or proves it. `changed`: there may be more to do at once.
 */
export async function workPlace(
  parts: WorkerParts,
  ask: { readonly actor: Grant['actor']; readonly action: 'key.work'; readonly objectId: string },
  placeId: string,
): Promise<'changed' | 'waits' | 'gone'> {
  const taken = await parts.perform(ask, (grant) => take(grant, parts.vault, placeId));
  if (taken === 'nothing') return 'gone';
  if (taken === 'off') return 'waits';
  const { came, offered } = await talk(parts, ask.actor.organisationId, taken);
  await raiseAlarm(parts, ask.actor.organisationId, taken.reach, offered);
  await parts.perform(ask, (grant) => record(grant, taken, came));
  return came.result === 'accepted' || came.result === 'rejected' ? (came.why === null ? 'changed' : 'waits') : 'waits';
}

async function take(grant: Grant<'key.work'>, vault: Vault, placeId: string): Promise<Errand | 'nothing' | 'off'> {
  const place = await grant.db
    .selectFrom('sshKeyPlace as p')
    .innerJoin('account as a', 'a.id', 'p.accountId')
    .select(['p.id', 'p.keyId', 'p.accountId', 'p.wanted', 'p.placed', 'p.proven', 'p.checkDue', 'a.username'])
    .where('p.id', '=', placeId)
    .forUpdate('p')
    .executeTakeFirst();
  if (!place) return nothing(grant);
  const versions = await versionsOf(grant.db, place.keyId);
  const step = nextStep(versions, place);
  if (!step && !place.wanted) {
    await grant.db.deleteFrom('sshKeyPlace').where('id', '=', placeId).execute();
    grant.note({ 'key is gone from': place.username });
    return 'nothing';
  }
  if (!step && !place.checkDue) return nothing(grant);
  const reach = await readReach(grant, vault, place.accountId).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'not-resettable') return undefined;
    throw error;
  });
  if (!reach) {
    await write(grant, placeId, {
      result: 'refused',
      why: 'The resource is no longer set up for the product to log in to it.',
    });
    grant.note({ state: 'not set up' });
    return 'off';
  }
  const open = async (version: number): Promise<Opened> => {
    const row = await grant.db
      .selectFrom('sshKeyVersion')
      .select(['sealed', 'publicKey'])
      .where('keyId', '=', place.keyId)
      .where('version', '=', version)
      .executeTakeFirstOrThrow();
    const at = { column: 'ssh_key_version.sealed', rowId: place.keyId, version } as const;
    return { version, publicKey: row.publicKey, privateKey: await vault.open(grant, row.sealed, at) };
  };
  const add = await Promise.all((step?.add ?? []).map(open));
  const remove = await Promise.all((step?.remove ?? []).map(open));
  if (add.length > 0)
    await grant.db
      .updateTable('sshKeyPlace')
      .set({ placed: [...new Set([...place.placed, ...(step?.add ?? [])])] })
      .where('id', '=', placeId)
      .execute();
  const holder = await grant.db
    .selectFrom('account')
    .select('username')
    .where('id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  grant.note({ on: place.username, add: add.length, remove: remove.length });
  return {
    placeId,
    username: place.username,
    reach,
    add,
    remove,
    check: step ? undefined : await open(versions.current),
    signsIn: step ? await whoSignsIn(grant, vault, place, reach, open) : undefined,
    comment: `strongroom:${holder.username.replace(/[^A-Za-z0-9._@-]/g, '_').slice(0, 60)}`,
  };
}

function nothing(grant: Grant): 'nothing' {
  grant.nothingDone();
  return 'nothing';
}

/**
 * The account that signs in for others, where the settings say so; otherwise the account itself, by a key that is proven there, or by
 * its password.
 */
async function whoSignsIn(
  grant: Grant<'key.work'>,
  vault: Vault,
  place: PlaceFacts & { readonly accountId: string; readonly username: string },
  reach: ReachFacts,
  open: (version: number) => Promise<Opened>,
): Promise<Login | undefined> {
  const { loginWith } = reach.settings as { loginWith?: unknown };
  if (loginWith === 'another account' && reach.admin) return reach.admin;
  const version = place.proven.at(-1);
  if (version !== undefined) return { username: place.username, privateKey: (await open(version)).privateKey };
  const secret = await grant.db
    .selectFrom('secret')
    .select(['version', 'sealed', 'fileId'])
    .where('accountId', '=', place.accountId)
    .where('state', '=', 'current')
    .executeTakeFirst();
  if (!secret || secret.fileId !== null) return undefined;
  const at = { column: 'secret.sealed', rowId: place.accountId, version: secret.version } as const;
  return { username: place.username, password: await vault.open(grant, secret.sealed, at) };
}

async function talk(
  parts: WorkerParts,
  organisationId: string,
  errand: Errand,
): Promise<{ came: Came; offered: HostKey | undefined }> {
  const { username, reach, add, remove, check, signsIn, comment } = errand;
  const route = routeOf(parts, organisationId, reach);
  const target = shownAs(reach);
  const none = { proven: [], removed: [], lost: [] };
  let offered: HostKey | undefined;
  const tries = async (key: Opened): Promise<Verified> => {
    const contacted = await parts.outpost.verify(route, { username, privateKey: key.privateKey }, undefined);
    offered = contacted.offered ?? offered;
    return contacted.said;
  };
  if (check) {
    const said = await tries(check);
    const lost = said === 'rejected' ? [check.version] : [];
    const proven = said === 'accepted' ? [check.version] : [];
    return { came: { ...none, result: said, why: sentence(said, target), proven, lost }, offered };
  }
  if (!signsIn)
    return { came: { ...none, result: 'refused', why: 'There is no password or key to log in with.' }, offered };
  const elevation = reach.elevatesItself ? signsIn : reach.elevation;
  const change = { add: add.map((key) => key.publicKey), remove: remove.map((key) => key.publicKey), comment };
  const done = await parts.outpost.authorise(route, signsIn, username, change, elevation);
  offered = done.offered;
  if (done.said.is !== 'done')
    return { came: { ...none, result: done.said.is, why: unmet(done.said, target) }, offered };
  const proven: number[] = [];
  for (const key of add) {
    const said = await tries(key);
    if (said !== 'accepted') return { came: { ...none, proven, result: said, why: sentence(said, target) }, offered };
    proven.push(key.version);
  }
  const removed: number[] = [];
  for (const key of remove) {
    const said = await tries(key);
    if (said === 'accepted')
      return {
        came: {
          ...none,
          proven,
          removed,
          result: 'refused',
          why: `${target} still accepts the former key: it may be listed elsewhere.`,
        },
        offered,
      };
    if (said !== 'rejected')
      return { came: { ...none, proven, removed, result: said, why: sentence(said, target) }, offered };
    removed.push(key.version);
  }
  return { came: { ...none, proven, removed, result: 'accepted', why: null }, offered };
}

function sentence(said: Verified, target: string): string | null {
  switch (said) {
    case 'accepted':
      return null;
    case 'rejected':
      return `${target} does not accept the key. Its sshd may not allow keys, or look for them elsewhere.`;
    case 'unreachable':
      return `${target} could not be reached.`;
    case 'untrusted':
      return `The key of ${target} itself is not the pinned one. Nothing was sent.`;
  }
}
function unmet(said: Exclude<Reset, { is: 'done' }>, target: string): string {
  switch (said.is) {
    case 'refused':
      return `${target} refused the change: ${said.why}`;
    case 'unknown':
      return 'The line broke while the list was changed. It is looked at again.';
    case 'unreachable':
    case 'untrusted':
      return sentence(said.is, target) ?? '';
  }
}

async function record(grant: Grant<'key.work'>, { placeId, username }: Errand, came: Came): Promise<void> {
  const place = await grant.db
    .selectFrom('sshKeyPlace')
    .select(['placed', 'proven', 'tries'])
    .where('id', '=', placeId)
    .forUpdate()
    .executeTakeFirst();
  if (!place) {
    grant.nothingDone();
    return;
  }
  const gone = (version: number): boolean => came.removed.includes(version);
  const tries = came.why === null ? 0 : place.tries + 1;
  const wait = backOff[Math.min(tries, backOff.length) - 1];
  await grant.db
    .updateTable('sshKeyPlace')
    .set({
      placed: place.placed.filter((version) => !gone(version)),
      proven: [...new Set([...place.proven, ...came.proven])].filter((one) => !gone(one) && !came.lost.includes(one)),
      checkDue: false,
      checkedAt: new Date(),
      tries,
      nextTryAt: wait === undefined ? null : new Date(Date.now() + wait * 1000),
    })
    .where('id', '=', placeId)
    .execute();
  await write(grant, placeId, came);
  grant.note({ on: username, result: came.result, proven: came.proven.length, removed: came.removed.length });
}

async function write(grant: Grant, placeId: string, { result, why }: Pick<Came, 'result' | 'why'>): Promise<void> {
  await sql`update ssh_key_place set result = ${result}, why = ${why}, check_due = false,
    next_try_at = coalesce(next_try_at, case when ${why}::text is null then null else now() + interval '1 hour' end) where id = ${placeId}`.execute(
    grant.db,
  );
}
