import type { HostKey, Login } from '@strongroom/driver-kit';
import type { Grant } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { typeNamed } from '../resource/index.ts';
import type { Vault } from '../vault/index.ts';
import { traitsOf } from './catalogue.ts';

/** How to get to an account's target: read in one transaction, used after it. */
export interface ReachFacts {
  readonly resourceId: string;
  readonly resourceName: string;
  readonly host: string;
  readonly driver: string;
  readonly settings: unknown;
  readonly pinned: readonly HostKey[];
  /** Certificates (PEM) that the organisation trusts beside the public authorities. */
  readonly trusted: readonly string[];
  /** False where the service lets nobody prove a password by itself: what the reset says is all there is. */
  readonly provable: boolean;
  /** Another account that logs in, where the settings ask for one. */
  readonly admin: Login | undefined;
  /** The version of its password that this is, and whether the target is known to refuse it. */
  readonly adminVersion: number | undefined;
  readonly adminRefused: boolean;
  /** Whose password `su` or `sudo` asks for, where it is not the one that logs in. */
  readonly elevation: Login | undefined;
  /** True when that is the account itself, as for root whose password is set by another account's su. */
  readonly elevatesItself: boolean;
}

/** Reads how to get to an account's target, with the log-ins it takes. Throws `not-resettable` when the resource is not set up for it. */
export async function readReach(
  grant: Grant<'rotation.apply' | 'account.verify' | 'account.check' | 'account.try-script' | 'key.work'>,
  vault: Vault,
  accountId: string,
): Promise<ReachFacts> {
  const row = await grant.db
    .selectFrom('account as a')
    .innerJoin('resource as r', 'r.id', 'a.resourceId')
    .select(['r.id', 'r.name', 'r.type', 'r.dnsName', 'r.reset', 'r.adminAccountId', 'r.elevationAccountId'])
    .where('a.id', '=', accountId)
    .executeTakeFirstOrThrow();
  const { driver, script } = await typeNamed(grant.db, row.type);
  const traits = traitsOf(driver, script);
  if (driver === null || !traits || row.reset === null || (row.dnsName === '' && traits.addressed))
    throw new Problem('not-resettable');
  const pinned = await grant.db
    .selectFrom('hostKey')
    .select(['algorithm', 'fingerprint', 'publicKey'])
    .where('resourceId', '=', row.id)
    .where('state', '=', 'pinned')
    .execute();
  const trusted = await grant.db.selectFrom('trustedCertificate').select('pem').orderBy('addedAt').execute();
  const loginOf = async (id: string | null): Promise<Login | undefined> => {
    if (id === null || id === accountId) return undefined;
    const other = await grant.db
      .selectFrom('account as a')
      .innerJoin('secret as s', (join) => join.onRef('s.accountId', '=', 'a.id').on('s.state', '=', 'current'))
      .select(['a.username', 's.sealed', 's.version'])
      .where('a.id', '=', id)
      .executeTakeFirst();
    if (!other) return undefined;
    const place = { column: 'secret.sealed', rowId: id, version: other.version } as const;
    return {
      username: other.username,
      password: await vault.open(grant, other.sealed, place),
      ...(await keyOf(grant, vault, id)),
    };
  };
  const standing =
    row.adminAccountId === null
      ? undefined
      : await grant.db
          .selectFrom('account')
          .select(['secretVersion', 'checkResult'])
          .where('id', '=', row.adminAccountId)
          .executeTakeFirst();
  return {
    resourceId: row.id,
    resourceName: row.name,
    host: row.dnsName,
    driver,
    // A dialogue is the type's, and never a resource's own.
    settings: script === null ? row.reset : { ...(row.reset as object), script },
    pinned,
    trusted: trusted.map(({ pem }) => pem),
    provable: traits.provable,
    admin: await loginOf(row.adminAccountId),
    adminVersion: standing?.secretVersion ?? undefined,
    adminRefused: standing?.checkResult === 'rejected',
    elevation: await loginOf(row.elevationAccountId),
    elevatesItself: row.elevationAccountId === accountId,
  };
}

/** The account's SSH key, where a log-in with it on the account itself worked: then it signs in by that. */
async function keyOf(
  grant: Parameters<typeof readReach>[0],
  vault: Vault,
  accountId: string,
): Promise<Pick<Login, 'privateKey'>> {
  const key = await grant.db
    .selectFrom('sshKey as k')
    .innerJoin('sshKeyVersion as v', (join) => join.onRef('v.keyId', '=', 'k.id').on('v.state', '=', 'current'))
    .innerJoin('sshKeyPlace as p', (join) =>
      join.onRef('p.keyId', '=', 'k.id').onRef('p.accountId', '=', 'k.accountId'),
    )
    .select(['k.id', 'v.version', 'v.sealed', 'p.proven', 'p.wanted'])
    .where('k.accountId', '=', accountId)
    .executeTakeFirst();
  if (!key?.wanted || !key.proven.includes(key.version)) return {};
  const place = { column: 'ssh_key_version.sealed', rowId: key.id, version: key.version } as const;
  return { privateKey: await vault.open(grant, key.sealed, place) };
}

/** What a target is called in sentences for people: its address, or its name where the address is the driver's to know. */
export const shownAs = ({ host, resourceName }: ReachFacts): string => (host === '' ? resourceName : host);
