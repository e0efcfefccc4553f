// Passwords as people meet them: policies, the generator, reveal, local change, history.
// It owns policies and the rules for opening and replacing what `secret` holds.
// It talks to no target: a change on a machine is rotation/.
import { Secret } from '../platform/secret.ts';
import { typeNamed, type DriverCatalogue, type ResourceParts } from '../resource/index.ts';
import { draw, policyFor } from './policies.ts';

export { changeLocally, nextVersion, requireNotReused, requirePassword } from './change.ts';
export { passwordEndpoints } from './passwords.endpoints.ts';
export { addBuiltInPolicies, draw, policyFor, requirePolicyKept } from './policies.ts';
export { reveal } from './reveal.ts';

/** Draws first passwords for new accounts, by the policy that applies and the limits of the type's driver. */
export const drawing =
  (catalogue: DriverCatalogue): ResourceParts['draw'] =>
  async (db, { policyIds, resourceType, username }): Promise<Secret> => {
    const { driver } = await typeNamed(db, resourceType);
    return draw(await policyFor(db, policyIds), username, driver === null ? undefined : catalogue.limitsOf(driver));
  };
