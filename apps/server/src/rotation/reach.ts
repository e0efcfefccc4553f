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
  /** Whose password `su` or `sudo` asks for, where it is not the one that logs in. */
  readonly elevation: Login | undefined;
  /** True when that is the account itself, as for root whose password is set by another account's su. */
  readonly elevatesItself: boolean;
}

/** Reads how to get to an account's target, with the log-ins it takes. Throws `not-resettable` when the resource is not set up for it. */
export async function readReach(
  grant: Grant<'rotation.apply' | 'account.verify' | 'account.check'>,
  vault: Vault,
  accountId: string,
): Promise<ReachFacts> {
  const row = await grant.db
    .selectFrom('account as a')
    .innerJoin('resource as r', 'r.id', 'a.resourceId')
    .select(['r.id', 'r.name', 'r.type', 'r.dnsName', 'r.reset', 'r.adminAccountId', 'r.elevationAccountId'])
    .where('a.id', '=', accountId)
    .executeTakeFirstOrThrow();
  const { driver } = await typeNamed(grant.db, row.type);
  const traits = traitsOf(driver);
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
    return (
      other && {
        username: other.username,
        password: await vault.open(grant, other.sealed, { column: 'secret.sealed', rowId: id, version: other.version }),
      }
    );
  };
  return {
    resourceId: row.id,
    resourceName: row.name,
    host: row.dnsName,
    driver,
    settings: row.reset,
    pinned,
    trusted: trusted.map(({ pem }) => pem),
    provable: traits.provable,
    admin: await loginOf(row.adminAccountId),
    elevation: await loginOf(row.elevationAccountId),
    elevatesItself: row.elevationAccountId === accountId,
  };
}

/** What a target is called in sentences for people: its address, or its name where the address is the driver's to know. */
export const shownAs = ({ host, resourceName }: ReachFacts): string => (host === '' ? resourceName : host);
