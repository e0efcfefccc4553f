// Passwords as people meet them: the generator, reveal, local change, history.
// It owns the rules for opening and replacing what `secret` holds.
// It talks to no target: a change on a machine is rotation/.
import { readSettings } from '../identity/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { typeNamed, type DriverCatalogue, type ResourceParts } from '../resource/index.ts';
import { draw, policyFor, requirePolicyKept } from './policies.ts';

export { changeLocally, nextVersion, requireNotReused, requirePassword } from './change.ts';
export { passwordEndpoints } from './passwords.endpoints.ts';
export { draw, policyFor, requirePolicyKept } from './policies.ts';
export { reveal } from './reveal.ts';

/** Draws first passwords for new accounts, and checks given ones, by the policy that applies and the limits of the type's driver. */
export function firstPasswords(catalogue: DriverCatalogue): ResourceParts['passwords'] {
  const limits = async (db: OrganisationDb, resourceType: string) => {
    const { driver, script } = await typeNamed(db, resourceType);
    return driver === null ? undefined : catalogue.limitsOf(driver, script);
  };
  return {
    draw: async (db, { policyIds, resourceId, resourceType, username }) =>
      draw(await policyFor(db, policyIds, resourceId), username, await limits(db, resourceType)),
    async check(db, { policyIds, resourceId, resourceType, username }, password) {
      if (!(await readSettings(db)).policyOnCreation) return;
      requirePolicyKept(await policyFor(db, policyIds, resourceId), password, username, await limits(db, resourceType));
    },
  };
}
