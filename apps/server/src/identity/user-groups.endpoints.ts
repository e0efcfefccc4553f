import {
  changeUserGroupMembers,
  createUserGroup,
  deleteUserGroup,
  listUserGroupMembers,
  listUserGroups,
  readUserGroup,
  updateUserGroup,
} from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, requireAlso, type Endpoint } from '../authorise/index.ts';
import { containing, readPage } from '../platform/paging.ts';
import {
  addGroup,
  changeGroup,
  changeMembers,
  deleteGroup,
  groupColumns,
  groupReply,
  memberCount,
  readGroup,
  type GroupRow,
} from './user-groups.ts';

interface MemberRow {
  id: string;
  username: string;
  fullName: string;
  email: string;
  kind: 'person' | 'api';
  state: 'active' | 'invited' | 'locked' | 'disabled';
  since: Date | null;
}

const groupOf = (input: { userGroupId: string }): string => input.userGroupId;

/** User groups: who is in them, and what their members are left. */
export const userGroupEndpoints = (): Endpoint[] => [
  endpoint(listUserGroups, {
    async run(grant, input, facts) {
      // Whose groups somebody else is in is for whoever may read users.
      if (input.userId !== undefined && input.userId !== grant.actor.userId)
        await requireAlso(grant, 'user.read', input.userId);
      const within = (userId: string) =>
        sql`and exists (select 1 from user_group_member x where x.user_group_id = g.id and x.user_id = ${userId})`;
      const all = facts.permits.includes('manage-users');
      const page = await readPage<GroupRow>(grant.db, input, {
        select: groupColumns,
        from: sql`from user_group g where true ${input.userId === undefined ? sql`` : within(input.userId)}
          ${all ? sql`` : within(grant.actor.userId ?? '')}
          ${input.search ? sql`and g.search_text like ${containing(input.search)}` : sql``}`,
        id: sql`g.id`,
        first: 'name',
        orders: {
          name: { by: sql`lower(g.name)`, type: 'text' },
          members: { by: memberCount, type: 'int' },
          createdAt: { by: sql`g.created_at`, type: 'timestamptz' },
        },
      });
      return { ...page, items: page.rows.map((row) => groupReply(row, facts)) };
    },
  }),
  endpoint(readUserGroup, {
    object: groupOf,
    run: async (grant, _input, facts) => groupReply(await readGroup(grant.db, grant.objectId), facts),
  }),
  endpoint(createUserGroup, {
    async run(grant, input, facts) {
      const id = await addGroup(grant, input);
      return groupReply(await readGroup(grant.db, id), facts);
    },
  }),
  endpoint(updateUserGroup, {
    object: groupOf,
    async run(grant, { userGroupId: _, ...changes }, facts) {
      await changeGroup(grant, changes);
      return groupReply(await readGroup(grant.db, grant.objectId), facts);
    },
  }),
  endpoint(deleteUserGroup, {
    object: groupOf,
    async run(grant) {
      await deleteGroup(grant);
      return {};
    },
  }),
  endpoint(listUserGroupMembers, {
    object: groupOf,
    async run(grant, input) {
      const page = await readPage<MemberRow>(grant.db, input, {
        select: sql`u.id, u.username, u.full_name, u.email, u.kind, u.state, m.since`,
        from: sql`from app_user u left join user_group_member m on m.user_id = u.id and m.user_group_id = ${grant.objectId}
          where ${input.others === true ? sql`m.user_id is null` : sql`m.user_id is not null`}
          ${input.search ? sql`and u.search_text like ${containing(input.search)}` : sql``}`,
        id: sql`u.id`,
        first: 'fullName',
        orders: {
          fullName: { by: sql`lower(u.full_name)`, type: 'text' },
          username: { by: sql`lower(u.username)`, type: 'text' },
          since: { by: sql`coalesce(m.since, '-infinity')`, type: 'timestamptz' },
        },
      });
      return { ...page, items: page.rows.map((row) => ({ ...row, since: row.since?.toISOString() ?? null })) };
    },
  }),
  endpoint(changeUserGroupMembers, {
    object: groupOf,
    async run(grant, input, facts) {
      const moved = await changeMembers(grant, input);
      return { ...moved, group: groupReply(await readGroup(grant.db, grant.objectId), facts) };
    },
  }),
];
