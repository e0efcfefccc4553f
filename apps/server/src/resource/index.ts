// What passwords are for: resources (machines, databases, services) and the accounts on them.
// It owns resources, accounts, favourites, host keys, the catalogue of types, and what is known of each account's proof.
// It shows no account's password (passwords/) and talks to no target (rotation/).
import type { Endpoint, StreamEndpoint } from '../authorise/index.ts';
import { accountEndpoints } from './account.endpoints.ts';
import { consumerEndpoints } from './consumers.endpoints.ts';
import { customiseEndpoints, readTypeIcon } from './customise.endpoints.ts';
import { exportStreams } from './exports.ts';
import { fieldEndpoints } from './fields.endpoints.ts';
import { openUrlStream } from './open-url.endpoints.ts';
import { dashboardEndpoint } from './dashboard.ts';
import { listEndpoints } from './list.endpoints.ts';
import { resourceEndpoints as endpoints, type ResourceParts } from './resource.endpoints.ts';

export { findAccounts, findResources } from './find.ts';
export { fits, nearly, spellingsIn, wordsOf, type Word } from './words.ts';
export { driversWithAddress, isResettable, proofReply, readAccountRow } from './account.queries.ts';
export { accountNumbered, requireNoAttempt } from './accounts.ts';
export { fieldPlace, fieldReader, readFields, type FieldRow } from './fields.ts';
export {
  addManyAccounts,
  addResources,
  setResets,
  type AccountToMake,
  type ResetToSet,
  type ResourceToMake,
} from './many.ts';
export { parseReset, requireAdmin } from './reset.ts';
export type { ResourceParts } from './resource.endpoints.ts';
export { requireUrl } from './url.ts';
export { driversOfTypes, readTypes, typeNamed, type DriverCatalogue, type KnownType } from './types.ts';

export const resourceEndpoints = (parts: ResourceParts): Endpoint[] => [
  ...listEndpoints,
  dashboardEndpoint(),
  ...endpoints(parts),
  ...accountEndpoints(parts),
  ...consumerEndpoints,
  ...customiseEndpoints(parts.catalogue),
  ...fieldEndpoints(parts.vault),
];

/** The module's calls whose reply is no JSON: pictures, pages for another site, tables. */
export const resourceStreams = ({ vault }: Pick<ResourceParts, 'vault'>): StreamEndpoint[] => [
  readTypeIcon,
  openUrlStream(vault),
  ...exportStreams,
];
