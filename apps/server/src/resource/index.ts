// What passwords are for: resources (machines, databases, services) and the accounts on them.
// It owns resources, accounts, favourites, host keys, the catalogue of types, and what is known of each account's proof.
// It opens no password (passwords/) and talks to no target (rotation/).
import type { Endpoint } from '../authorise/index.ts';
import { accountEndpoints } from './account.endpoints.ts';
import { resourceEndpoints as endpoints, type ResourceParts } from './resource.endpoints.ts';

export { isResettable, proofReply, readAccountRow } from './account.queries.ts';
export { requireNoAttempt } from './accounts.ts';
export type { ResourceParts } from './resource.endpoints.ts';
export { typeNamed, type DriverCatalogue } from './types.ts';

export const resourceEndpoints = (parts: ResourceParts): Endpoint[] => [
  ...endpoints(parts),
  ...accountEndpoints(parts),
];
