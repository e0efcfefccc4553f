import type { z } from 'zod';
import type { newAccount } from '@strongroom/contract';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import type { NewAccount } from './accounts.ts';
import { fieldReader } from './fields.ts';
import { requirePolicy } from './resources.ts';
import type { KnownType } from './types.ts';

/** Whom a first password is for: the policy is the first that is set of the account's, the resource's, its groups' and the default. */
export interface PasswordFor {
  readonly policyIds: readonly (string | null)[];
  /** The resource as it stands, for the groups it is in. */
  readonly resourceId: string;
  readonly resourceType: string;
  readonly username: string;
}
/** What passwords/ knows and this module may not: it is given in. */
export interface FirstPasswords {
  /** Draws a password by the policy that applies. */
  draw(db: OrganisationDb, for_: PasswordFor): Promise<Secret>;
  /** Throws `password-weak` where the organisation holds first passwords to their policy and this one does not keep it. */
  check(db: OrganisationDb, for_: PasswordFor, password: Secret): Promise<void>;
}

/**
 * Accounts as they were asked for, made ready to be added: passwords drawn or checked, values of fields checked.
 * Accounts of a type that holds files get no password: the file is uploaded afterwards.
 */
export async function readyAccounts(
  db: OrganisationDb,
  passwords: FirstPasswords,
  asked: readonly z.output<typeof newAccount>[],
  resource: { readonly id: string; readonly type: KnownType; readonly policyId: string | null },
): Promise<NewAccount[]> {
  if (asked.length === 0) return [];
  for (const policyId of new Set(asked.map((account) => account.policyId))) await requirePolicy(db, policyId);
  const fields = await fieldReader(db, 'account');
  const ready: NewAccount[] = [];
  for (const [i, account] of asked.entries()) {
    const for_ = {
      policyIds: [account.policyId, resource.policyId],
      resourceId: resource.id,
      resourceType: resource.type.name,
      username: account.username,
    };
    const at = `accounts.${i}`;
    const values = fields(account.fields, { path: `${at}.fields`, creating: true });
    let password: Secret | null = null;
    if (resource.type.holdsFiles) {
      if (account.password !== undefined)
        throw new Problem('input-invalid', {
          errors: [{ path: `${at}.password`, message: 'cannot be given: accounts of this type hold a file' }],
        });
    } else if (account.password === undefined) {
      password = await passwords.draw(db, for_);
    } else {
      password = new Secret(account.password);
      await passwords.check(db, for_, password);
    }
    ready.push({
      username: account.username,
      notes: account.notes,
      policyId: account.policyId,
      password,
      fields: values,
    });
  }
  return ready;
}
