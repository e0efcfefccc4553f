import type { listResourceShares, Share } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { seesGroup, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { containing, readPage } from '../platform/paging.ts';
import { targetsOf, type HeldKind } from './reaching.ts';

interface Row {
  id: string;
  targetId: string;
  level: 'account' | 'resource' | 'group';
  targetName: string | null;
  toId: string;
  kind: 'user' | 'user-group';
  name: string;
  detail: string;
  members: number | null;
  permission: Share['permission'];
  validFrom: Date | null;
  validUntil: Date | null;
  state: Share['state'];
  since: Date;
  sharedBy: string;
}

const kindOf = { account: 'account', resource: 'resource', group: 'resource-group' } as const;

/**
 * One page of the shares of an object; with `inherited` also those of its resource and of its groups. The name of a group is
 * given only where the asker may see that group: a resource can be in groups of other people.
 */
export async function listShares(
  db: OrganisationDb,
  kind: HeldKind,
  objectId: string,
  input: Omit<z.output<(typeof listResourceShares)['input']>, 'resourceId'>,
  facts: Facts,
  userId: string | null,
): Promise<z.input<(typeof listResourceShares)['reply']>> {
  const { inherited, search } = input;
  const name = sql`coalesce(u.username, ug.name)`;
  const order = (by: RawBuilder<unknown>, type: 'text' | 'timestamptz' = 'text') => ({ by, type });
  const { rows, ...page } = await readPage<Row>(db, input, {
    select: sql`s.id, s.target_id, t.level, case t.level
        when 'account' then (select a.username from account a where a.id = s.target_id)
        when 'resource' then (select r.name from resource r where r.id = s.target_id)
        else (select g.name from resource_group g where g.id = s.target_id and ${seesGroup(facts, userId, 'g')}) end as target_name,
      s.to_id, case when s.user_id is null then 'user-group' else 'user' end as kind, ${name} as name,
      coalesce(u.full_name, ug.description) as detail,
      case when s.user_id is null then (select count(*)::int from user_group_member m where m.user_group_id = s.to_id) end as members,
      s.permission, s.valid_from, s.valid_until,
      case when s.valid_until <= now() then 'ended' when s.valid_from > now() then 'coming' else 'in-force' end as state, s.since, s.shared_by`,
    from: sql`from (${targetsOf(kind, [objectId], null)}) t join share s on s.target_id = t.id
      left join app_user u on u.id = s.user_id left join user_group ug on ug.id = s.user_group_id
      where t.level <> 'part' ${inherited ? sql`` : sql`and s.target_id = ${objectId}::uuid`}
        ${search ? sql`and coalesce(u.search_text, ug.search_text) like ${containing(search)}` : sql``}`,
    id: sql`s.id`,
    orders: {
      name: order(sql`lower(${name})`),
      permission: order(sql`s.permission`),
      since: order(sql`s.since`, 'timestamptz'),
      until: order(sql`coalesce(s.valid_until, 'infinity')`, 'timestamptz'),
    },
    first: 'name',
  });
  return {
    ...page,
    items: rows.map((row) => ({
      id: row.id,
      on: { kind: kindOf[row.level], id: row.targetId, name: row.targetName },
      to: { kind: row.kind, id: row.toId, name: row.name, detail: row.detail, members: row.members },
      permission: row.permission,
      from: row.validFrom?.toISOString() ?? null,
      until: row.validUntil?.toISOString() ?? null,
      state: row.state,
      since: row.since.toISOString(),
      sharedBy: row.sharedBy,
    })),
  };
}
