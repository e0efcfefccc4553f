import {
  configureReset as configureResetCall,
  copyResource as copyResourceCall,
  createResource,
  deleteResource as deleteResourceCall,
  readResource,
  trustHostKey as trustHostKeyCall,
  updateResource,
  type ResourceId,
} from '@strongroom/contract';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import type { Vault } from '../vault/index.ts';
import { copyResource } from './copies.ts';
import { readyAccounts, type FirstPasswords } from './new-accounts.ts';
import { configureReset, trustHostKey } from './reset.ts';
import { resourceReply } from './resource.queries.ts';
import { addResource, changeResource, deleteResource } from './resources.ts';
import { typeNamed, type DriverCatalogue } from './types.ts';

export interface ResourceParts {
  readonly vault: Vault;
  readonly catalogue: DriverCatalogue;
  readonly passwords: FirstPasswords;
}

const resourceOf = (input: { resourceId: string }): string => input.resourceId;

export const resourceEndpoints = ({ vault, catalogue, passwords }: ResourceParts): Endpoint[] => [
  endpoint(readResource, {
    object: resourceOf,
    run: (grant, _input, facts) => resourceReply(grant.db, grant.objectId, facts, grant.actor.userId),
  }),
  endpoint(createResource, {
    async run(grant, input, facts) {
      const type = await typeNamed(grant.db, input.type);
      const { accounts, policyId } = input;
      const id = await addResource(grant, vault, catalogue, {
        ...input,
        accounts: (newId) => readyAccounts(grant.db, passwords, accounts, { id: newId, type, policyId }),
      });
      return resourceReply(grant.db, id, facts, grant.actor.userId);
    },
  }),
  endpoint(updateResource, {
    object: resourceOf,
    async run(grant, { resourceId: _, ...changes }, facts) {
      await changeResource(grant, vault, changes, facts.permits.includes('view-passwords'));
      return resourceReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
  endpoint(copyResourceCall, {
    object: resourceOf,
    // A copy is another way to the passwords, so it asks for what a reveal asks.
    reason: (input) => input.reason,
    run: async (grant, input) => ({
      items: (await copyResource(grant, vault, input)).map((copy) => ({ ...copy, id: copy.id as ResourceId })),
    }),
  }),
  endpoint(deleteResourceCall, {
    object: resourceOf,
    async run(grant) {
      await deleteResource(grant);
      return {};
    },
  }),
  endpoint(configureResetCall, {
    object: resourceOf,
    async run(grant, input, facts) {
      await configureReset(grant, catalogue, input.reset);
      return resourceReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
  endpoint(trustHostKeyCall, {
    object: resourceOf,
    reason: (input) => input.reason,
    async run(grant, input, facts) {
      await trustHostKey(grant, input.fingerprint);
      return resourceReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
];
