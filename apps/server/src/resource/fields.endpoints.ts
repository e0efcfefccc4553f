import { revealAccountField, revealResourceField } from '@strongroom/contract';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import type { Vault } from '../vault/index.ts';
import { revealField } from './fields.ts';

interface Why {
  readonly reason?: string | undefined;
  readonly ticket?: string | undefined;
}
const why = { reason: (input: Why) => input.reason, ticket: (input: Why) => input.ticket };

/** Password fields are opened here, and nowhere else. */
export const fieldEndpoints = (vault: Vault): Endpoint[] => [
  endpoint(revealResourceField, {
    ...why,
    object: (input) => input.resourceId,
    run: async (grant, input) => ({
      value: (await revealField(grant, vault, input.fieldId, input.purpose)).expose(),
    }),
  }),
  endpoint(revealAccountField, {
    ...why,
    object: (input) => input.accountId,
    run: async (grant, input) => ({
      value: (await revealField(grant, vault, input.fieldId, input.purpose)).expose(),
    }),
  }),
];
