import type { RunKind } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';
import { readTypes } from '../resource/index.ts';
import { traitsOf } from './catalogue.ts';

/** An account that a run is for, with what tells whether there is anything to ask. */
export interface RunAccount {
  readonly id: string;
  /** ‘root on web-1’; empty for what the asker does not see. */
  readonly name: string;
  readonly resourceId: string | null;
  readonly viaAccountId: string | null;
  /** Why it is passed over; null when it is asked. */
  readonly skipped: string | null;
}

interface Row {
  id: string;
  username: string;
  resourceName: string;
  resourceId: string;
  type: string;
  dnsName: string;
  configured: boolean;
  adminAccountId: string | null;
  adminRefused: boolean;
  loginWith: string | null;
  attemptOpen: boolean;
  seen: boolean;
}

/**
 * What is known of the accounts of a run before it begins, in the order of the ids, each once. Those that the asker does not
 * see (`sees`, a condition on the account `a`) have no name, and nothing is told of them.
 */
export async function readRunAccounts(
  db: OrganisationDb,
  kind: RunKind,
  ids: readonly string[],
  sees: RawBuilder<boolean>,
): Promise<RunAccount[]> {
  const wanted = [...new Set(ids)];
  const [types, { rows }] = await Promise.all([
    readTypes(db),
    sql<Row>`select a.id, a.username, r.name as resource_name, a.resource_id, r.type, r.dns_name, r.reset is not null as configured,
        r.admin_account_id, r.reset->>'loginWith' as login_with,
        exists (select 1 from account x where x.id = r.admin_account_id and x.id <> a.id and x.check_result = 'rejected') as admin_refused, ${sees} as seen,
        exists (select 1 from rotation_attempt t where t.account_id = a.id and t.state not in ('promoted', 'rolled-back')) as attempt_open
      from account a join resource r on r.id = a.resource_id where a.id = any(${wanted}::uuid[])`.execute(db),
  ]);
  const known = new Map(rows.map((row) => [row.id, row]));
  return wanted.map((id) => {
    const row = known.get(id);
    if (!row?.seen) return { id, name: '', resourceId: null, viaAccountId: null, skipped: null };
    const type = types(row.type);
    return {
      id,
      name: `${row.username} on ${row.resourceName}`,
      resourceId: row.resourceId,
      viaAccountId: row.loginWith === 'another account' && row.adminAccountId !== id ? row.adminAccountId : null,
      skipped: whySkipped(kind, row, type?.driver ?? null, type?.holdsFiles ?? false),
    };
  });
}

/** Why there is nothing to ask; null when there is. */
function whySkipped(kind: RunKind, row: Row, driverName: string | null, holdsFiles: boolean): string | null {
  if (holdsFiles) return 'It holds a file: there is nothing to log in with.';
  const driver = traitsOf(driverName);
  if (!driver) return `The product cannot log in to the type ‘${row.type}’.`;
  if (!row.configured) return 'Its resource is not set up for the product to log in to it.';
  if (row.dnsName === '' && driver.addressed) return 'Its resource has no DNS name or address.';
  if (kind === 'verify' && !driver.provable) return 'The service lets nobody prove a password by itself.';
  if (kind === 'reset' && !driver.resets) return 'Passwords of this kind of target can be verified, but not set.';
  if (kind === 'reset' && row.adminRefused && row.loginWith === 'another account')
    return 'The target refuses the account that signs in for it. Mend and verify that one first.';
  if (kind === 'reset' && row.attemptOpen) return 'A rotation of it is not finished yet.';
  return null;
}
