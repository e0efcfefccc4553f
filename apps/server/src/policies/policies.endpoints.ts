import {
  copyPolicy as copyPolicyCall,
  createPolicy,
  deletePolicy as deletePolicyCall,
  listEvaluations,
  listPolicies,
  readPolicyUsage,
  samplePolicy,
  setDefaultPolicy,
  updatePolicy,
  type Evaluation,
} from '@strongroom/contract';
import { drawPassphrase, drawPassword, inWords, NothingKeeps } from '@strongroom/password-policy';
import { sql } from 'kysely';
import type { z } from 'zod';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { addPolicy, changePolicy, copyPolicy, deletePolicy, makeDefault, readPolicy, usageOf } from './own.ts';
import { readPolicies } from './rows.ts';

const policyOf = (input: { policyId: string }): string => input.policyId;
/** So many sweeps that ended are shown. */
const endedShown = 20;

type Times = 'createdAt' | 'startedAt' | 'endedAt';
type Row = Omit<z.input<typeof Evaluation>, Times> & { createdAt: Date; startedAt: Date | null; endedAt: Date | null };

async function evaluations(db: OrganisationDb): Promise<z.input<typeof Evaluation>[]> {
  const columns = sql`s.id, s.because, s.state, s.opens, s.seen, s.total, s.judged, s.changed, s.created_at, s.started_at, s.ended_at,
    coalesce((select p.name from password_policy p where p.id = s.policy_id), (select g.name from resource_group g where g.id = s.group_id)) as name`;
  const { rows } = await sql<Row>`
    (select ${columns} from policy_sweep s where s.state in ('waiting', 'running') order by s.created_at desc limit 100)
    union all (select ${columns} from policy_sweep s where s.ended_at is not null order by s.ended_at desc limit ${endedShown})
    order by 11 desc nulls first, 9 desc`.execute(db);
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  }));
}

/** The calls about policies themselves. */
export const policyEndpoints = (): Endpoint[] => [
  endpoint(listPolicies, { run: async (grant) => ({ items: await readPolicies(grant.db) }) }),
  endpoint(readPolicyUsage, { run: async (grant) => ({ items: await usageOf(grant.db) }) }),
  endpoint(listEvaluations, { run: async (grant) => ({ items: await evaluations(grant.db) }) }),
  endpoint(samplePolicy, {
    run(_grant, { count, ...rules }) {
      try {
        const drawn = Array.from({ length: count }, () =>
          rules.kind === 'passphrase' ? drawPassphrase(rules) : drawPassword(rules),
        );
        return Promise.resolve({
          passwords: drawn.map(({ password }) => password),
          bits: Math.min(...drawn.map(({ bits }) => bits)),
          says: inWords(rules),
        });
      } catch (error) {
        if (!(error instanceof NothingKeeps)) throw error;
        throw new Problem('password-weak', { detail: 'No password keeps these rules.', cause: error });
      }
    },
  }),
  endpoint(createPolicy, {
    run: async (grant, input) => readPolicy(grant.db, await addPolicy(grant, input)),
  }),
  endpoint(copyPolicyCall, {
    object: policyOf,
    run: async (grant, input) => readPolicy(grant.db, await copyPolicy(grant, input.name)),
  }),
  endpoint(updatePolicy, {
    object: policyOf,
    async run(grant, { policyId, ...changes }) {
      await changePolicy(grant, changes);
      return readPolicy(grant.db, policyId);
    },
  }),
  endpoint(setDefaultPolicy, {
    object: policyOf,
    async run(grant, { policyId }) {
      await makeDefault(grant, policyId);
      return readPolicy(grant.db, policyId);
    },
  }),
  endpoint(deletePolicyCall, {
    object: policyOf,
    async run(grant, input) {
      await deletePolicy(grant, input.replacementId);
      return {};
    },
  }),
];
