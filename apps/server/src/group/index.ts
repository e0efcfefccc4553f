// Resource groups: by hand and by criteria, and the trees they hang in.
// It owns the groups, their members where a person names them, and the explorer trees.
// Who is in a group by criteria is the database’s work; who may reach it through a group is authorise/’s.
import type { Endpoint } from '../authorise/index.ts';
import { explorerEndpoints } from './explorer.endpoints.ts';
import { resourceGroupEndpoints } from './group.endpoints.ts';

export { policyOfGroups } from './policies.ts';

export const groupEndpoints = (): Endpoint[] => [...resourceGroupEndpoints, ...explorerEndpoints];
