import {
  generatePassword,
  noteOfflineUse,
  readHistory,
  restoreVersion,
  revealAccount,
  revealFormer as revealFormerCall,
} from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { readPolicies } from '../policies/index.ts';
import { typeNamed, type DriverCatalogue } from '../resource/index.ts';
import type { Vault } from '../vault/index.ts';
import { restore } from './change.ts';
import { drawWith } from './policies.ts';
import { reveal, revealFormer } from './reveal.ts';

const accountOf = (input: { accountId: string }): string => input.accountId;
const why = {
  object: accountOf,
  reason: (input: { reason?: string | undefined }) => input.reason,
  ticket: (input: { ticket?: string | undefined }) => input.ticket,
};

export const passwordEndpoints = (vault: Vault, catalogue: DriverCatalogue): Endpoint[] => [
  endpoint(generatePassword, {
    async run(grant, input) {
      const policy = (await readPolicies(grant.db)).find((p) => p.id === input.policyId);
      if (!policy) throw new Problem('not-found');
      const type = input.resourceType === undefined ? undefined : await typeNamed(grant.db, input.resourceType);
      const limits = type?.driver ? catalogue.limitsOf(type.driver, type.script) : undefined;
      const drawn = Array.from({ length: input.count }, () => drawWith(policy, input.username ?? '', limits, input));
      return {
        passwords: drawn.map(({ password }) => password.expose()),
        // Words differ in length, and so does how many it takes: the least is what counts.
        bits: Math.min(...drawn.map(({ bits }) => bits)),
      };
    },
  }),
  endpoint(revealAccount, {
    ...why,
    async run(grant, input, _facts, sealed) {
      const { username, version, password, candidate } = await reveal(grant, vault, sealed, input.purpose);
      return { username, version, password: password.expose(), candidate: candidate?.expose() ?? null };
    },
  }),
  endpoint(noteOfflineUse, {
    object: accountOf,
    reason: (input) => input.reason,
    run(grant, { what, at }) {
      // Nobody here saw it, and the clock is the client's: the event says both.
      grant.note({ 'as told by the client': what, 'when, by its clock': at });
      return Promise.resolve({});
    },
  }),
  endpoint(revealFormerCall, {
    ...why,
    async run(grant, input) {
      const { username, password } = await revealFormer(grant, vault, input.version, input.purpose);
      return { username, version: input.version, password: password.expose() };
    },
  }),
  endpoint(restoreVersion, {
    ...why,
    run: async (grant, input) => ({ version: await restore(grant, vault, input.version) }),
  }),
  endpoint(readHistory, {
    object: accountOf,
    async run(grant, input) {
      const { rows } = await sql<{
        version: number;
        state: 'current' | 'former' | 'candidate' | 'abandoned';
        origin: 'created' | 'changed' | 'rotated' | 'restored' | 'copied';
        changedBy: string;
        changedFrom: string | null;
        changedAt: Date;
        file: { name: string; size: number; storedAt: string } | null;
        total: number;
      }>`
        select version, state, origin, changed_by, changed_from, changed_at, count(*) over ()::int as total,
          (select jsonb_build_object('name', f.name, 'size', f.size, 'storedAt', f.created_at) from stored_file f where f.id = s.file_id) as file
        from secret s where account_id = ${grant.objectId} order by version desc limit ${input.limit} offset ${input.offset}`.execute(
        grant.db,
      );
      return {
        items: rows.map(({ total: _, file, ...row }) => ({
          ...row,
          changedAt: row.changedAt.toISOString(),
          file: file === null ? null : { ...file, storedAt: new Date(file.storedAt).toISOString() },
        })),
        total: rows[0]?.total ?? 0,
      };
    },
  }),
];
