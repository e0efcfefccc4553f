import { listPrincipals, type Principal } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import { containing } from '../platform/paging.ts';

const atOnce = 20;

/** Whom something can be shared with. Names of users and groups are known to whoever may share. */
export const principalEndpoints = (): Endpoint[] => [
  endpoint(listPrincipals, {
    async run(grant, { search = '', kind, exactly, number }) {
      const pattern = containing(search);
      const only = (name: RawBuilder<unknown>, of: RawBuilder<unknown>) =>
        sql`${exactly === undefined ? sql`` : sql`and lower(${name}) = lower(${exactly})`} ${number === undefined ? sql`` : sql`and ${of} = ${number}`}`;
      const users = sql`select u.id, u.number, 'user' as kind, u.full_name as name,
          case u.kind when 'api' then u.username || case u.host when '' then '' else ' · ' || u.host end else u.username || case u.email when '' then '' else ' · ' || u.email end end as detail,
          u.state from app_user u where u.state <> 'disabled' ${only(sql`u.username`, sql`u.number`)} ${search === '' ? sql`` : sql`and u.search_text like ${pattern}`}`;
      const groups = sql`select g.id, g.number, 'user-group' as kind, g.name, (select count(*)::text from user_group_member m where m.user_group_id = g.id) as detail,
          null::text as state from user_group g where true ${only(sql`g.name`, sql`g.number`)} ${search === '' ? sql`` : sql`and g.search_text like ${pattern}`}`;
      const from = kind === 'user' ? users : kind === 'user-group' ? groups : sql`${users} union all ${groups}`;
      const { rows } = await sql<z.input<typeof Principal> & { number: number }>`select * from (${from}) p
        order by not starts_with(lower(p.name), lower(${search})), lower(p.name), p.id limit ${atOnce + 1}`.execute(
        grant.db,
      );
      return { items: rows.slice(0, atOnce), more: rows.length > atOnce };
    },
  }),
];
