import { listResources, previewReset } from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, seesResource, type Endpoint } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { findResources } from '../resource/index.ts';

/** How many of the resources that somebody sees have reset settings already: what giving them others would overwrite. */
export const previewResetEndpoint: Endpoint = endpoint(previewReset, {
  async run(grant, { selection }, facts) {
    const { userId } = grant.actor;
    const which = async () => {
      if ('resourceIds' in selection)
        return sql`from resource r where r.id = any(${[...selection.resourceIds]}::uuid[]) and ${seesResource(facts, userId, 'r')}`;
      const { limit: _, offset: __, cursor: ___, sort: ____, ...filters } = selection.filter;
      const parsed = listResources.input.safeParse(filters);
      if (!parsed.success)
        throw new Problem('input-invalid', {
          errors: [{ path: 'selection.filter', message: 'has filters that the list does not take' }],
        });
      const { from } = await findResources(grant.db, facts, userId, parsed.data);
      return sql`${from} and r.id <> all(${[...selection.except]}::uuid[])`;
    };
    const { rows } = await sql<{ type: string; resources: number; configured: number }>`
      select r.type, count(*)::int as resources, count(r.reset)::int as configured ${await which()} group by r.type order by r.type`.execute(
      grant.db,
    );
    return { types: rows };
  },
});
