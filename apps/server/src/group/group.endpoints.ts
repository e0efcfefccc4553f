import {
  changeCriteria as changeCriteriaCall,
  changeGroupMembers,
  createResourceGroup,
  deleteResourceGroup,
  listGroupMembers,
  listResourceGroups,
  moveResourceGroup,
  previewCriteria,
  readResourceGroup,
  updateResourceGroup,
} from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, requireAlso, seesGroup, seesResource, type Endpoint } from '../authorise/index.ts';
import { containing, readPage } from '../platform/paging.ts';
import { previewOf, requireFields } from './criteria.ts';
import { groupColumns, groupReplies, groupReply, groupTables, type GroupRow } from './group.queries.ts';
import { addGroup, changeCriteria, changeGroup, deleteGroup, moveGroup } from './groups.ts';
import { changeMembers } from './members.ts';

const groupOf = (input: { groupId: string }): string => input.groupId;

export const resourceGroupEndpoints: Endpoint[] = [
  endpoint(listResourceGroups, {
    async run(grant, input, facts) {
      const { userId } = grant.actor;
      if (input.resourceId !== undefined) await requireAlso(grant, 'resource.read', input.resourceId);
      const inTree = sql`exists (select 1 from explorer_node n where n.group_id = g.id)`;
      const page = await readPage<GroupRow>(grant.db, input, {
        select: groupColumns(facts, userId),
        from: sql`from ${groupTables} where ${seesGroup(facts, userId, 'g')}
          ${input.kind ? sql`and g.kind = ${input.kind}` : sql``} ${input.ownerId ? sql`and g.owner_id = ${input.ownerId}` : sql``}
          ${input.placed === undefined ? sql`` : input.placed ? sql`and ${inTree}` : sql`and not ${inTree}`}
          ${input.number === undefined ? sql`` : sql`and g.number = ${input.number}`}
          ${input.resourceId ? sql`and exists (select 1 from resource_group_member m where m.group_id = g.id and m.resource_id = ${input.resourceId})` : sql``}
          ${input.search ? sql`and g.search_text like ${containing(input.search)}` : sql``}`,
        id: sql`g.id`,
        first: 'name',
        orders: {
          name: { by: sql`lower(g.name)`, type: 'text' },
          kind: { by: sql`g.kind`, type: 'text' },
          ownerName: { by: sql`lower(u.full_name)`, type: 'text' },
          updatedAt: { by: sql`g.updated_at`, type: 'timestamptz' },
          number: { by: sql`g.number`, type: 'int' },
        },
      });
      return { ...page, items: await groupReplies(grant.db, page.rows, facts, userId) };
    },
  }),
  endpoint(readResourceGroup, {
    object: groupOf,
    run: (grant, _input, facts) => groupReply(grant.db, grant.objectId, facts, grant.actor.userId),
  }),
  endpoint(createResourceGroup, {
    async run(grant, input, facts) {
      const id = await addGroup(grant, input);
      return groupReply(grant.db, id, facts, grant.actor.userId);
    },
  }),
  endpoint(updateResourceGroup, {
    object: groupOf,
    async run(grant, { groupId: _, ...changes }, facts) {
      await changeGroup(grant, changes);
      return groupReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
  endpoint(changeCriteriaCall, {
    object: groupOf,
    async run(grant, input, facts) {
      await changeCriteria(grant, input);
      return groupReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
  endpoint(previewCriteria, {
    async run(grant, input, facts) {
      await requireFields(grant.db, input.criteria);
      if (input.groupId === undefined)
        return previewOf(grant.db, input, facts.superAdministrator ? null : grant.actor.userId);
      // The group's scope is its owner's; whoever may change its criteria holds all of that.
      await requireAlso(grant, 'resource-group.change-criteria', input.groupId);
      const owner = await grant.db
        .selectFrom('resourceGroup as g')
        .innerJoin('appUser as u', 'u.id', 'g.ownerId')
        .select(['u.id', 'u.superAdministrator'])
        .where('g.id', '=', input.groupId)
        .executeTakeFirstOrThrow();
      return previewOf(grant.db, input, owner.superAdministrator ? null : owner.id);
    },
  }),
  endpoint(changeGroupMembers, {
    object: groupOf,
    run: (grant, input) => changeMembers(grant, input),
  }),
  endpoint(listGroupMembers, {
    object: groupOf,
    async run(grant, input, facts) {
      const page = await readPage<{
        id: string;
        name: string;
        type: string;
        dnsName: string;
        ownerName: string;
        accounts: number;
        since: Date;
      }>(grant.db, input, {
        select: sql`r.id, r.name, r.type, r.dns_name, u.full_name as owner_name, m.since,
          (select count(*)::int from account a where a.resource_id = r.id) as accounts`,
        from: sql`from resource_group_member m join resource r on r.id = m.resource_id join app_user u on u.id = r.owner_id
          where m.group_id = ${grant.objectId} and ${seesResource(facts, grant.actor.userId, 'r')}
          ${input.search ? sql`and r.search_text like ${containing(input.search)}` : sql``}`,
        id: sql`r.id`,
        first: 'name',
        orders: {
          name: { by: sql`lower(r.name)`, type: 'text' },
          type: { by: sql`lower(r.type)`, type: 'text' },
          dnsName: { by: sql`lower(r.dns_name)`, type: 'text' },
          since: { by: sql`m.since`, type: 'timestamptz' },
        },
      });
      return { ...page, items: page.rows.map((row) => ({ ...row, since: row.since.toISOString() })) };
    },
  }),
  endpoint(moveResourceGroup, {
    object: groupOf,
    async run(grant, input, facts) {
      await moveGroup(grant, input.parentId);
      return groupReply(grant.db, grant.objectId, facts, grant.actor.userId);
    },
  }),
  endpoint(deleteResourceGroup, {
    object: groupOf,
    async run(grant) {
      await deleteGroup(grant);
      return {};
    },
  }),
];
