import {
  changeExplorer as changeCall,
  readExplorer as readCall,
  readExplorerHistory,
  renameExplorerRoot,
  revertExplorer as revertCall,
} from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import { changeExplorer, renameRoot, revertExplorer } from './explorer.ts';
import { readExplorer } from './explorer.queries.ts';

export const explorerEndpoints: Endpoint[] = [
  endpoint(readCall, {
    run: (grant, input, facts) => readExplorer(grant.db, facts, grant.actor.userId, input.ownerId),
  }),
  endpoint(renameExplorerRoot, {
    async run(grant, input) {
      await renameRoot(grant, input.name);
      return {};
    },
  }),
  endpoint(changeCall, {
    async run(grant, input, facts) {
      await changeExplorer(grant, input.version, input.steps);
      return readExplorer(grant.db, facts, grant.actor.userId, undefined);
    },
  }),
  endpoint(readExplorerHistory, {
    async run(grant, input) {
      const { rows } = await sql<{ version: number; at: Date; by: string; what: string; nodes: number }>`
        select version, at, changed_by as by, what, jsonb_array_length(nodes) as nodes
        from explorer_change order by version desc limit ${input.limit} offset ${input.offset}`.execute(grant.db);
      const counted = await grant.db
        .selectFrom('explorerChange')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      return {
        items: rows.map(({ version, at, by, what, nodes }) => ({ version, at: at.toISOString(), by, what, nodes })),
        total: counted.n,
      };
    },
  }),
  endpoint(revertCall, {
    async run(grant, input, facts) {
      await revertExplorer(grant, input.version, input.to);
      return readExplorer(grant.db, facts, grant.actor.userId, undefined);
    },
  }),
];
