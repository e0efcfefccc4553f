import { sql, type RawBuilder } from 'kysely';
import {
  seatsOfRequest,
  seesAccount,
  seesGroup,
  seesResource,
  type Facts,
  type Grant,
  type Permit,
} from '../authorise/index.ts';
import type { Happened } from './trail.ts';

/** Kinds of object that whoever has a permission may see, all of them. */
const byPermit: Readonly<Record<string, Permit>> = {
  'user': 'manage-users',
  'user-group': 'manage-users',
  'role': 'manage-users',
  'mail': 'manage-settings',
  'listener': 'manage-listeners',
  'listener-run': 'manage-listeners',
}; // prettier-ignore
/** Kinds of object that everybody of the organisation may list. */
const open = ['policy', 'field', 'tag', 'tag-value', 'resource-type'];
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Of some events, those that the asker may hear of: what they did themselves, all of them for whoever may read the trail, and otherwise what
 * is about an object that they see at this moment. One statement, whatever their number.
 */
export async function seenBy(
  grant: Grant<'event.follow'>,
  facts: Facts,
  events: readonly Happened[],
): Promise<Happened[]> {
  const { userId } = grant.actor;
  if (facts.permits.includes('read-audit')) return [...events];
  const plainly = (event: Happened): boolean => {
    const permit = byPermit[event.objectKind];
    return (
      (event.actorId !== null && event.actorId === userId) ||
      open.includes(event.objectKind) ||
      (permit !== undefined && facts.permits.includes(permit))
    );
  };
  const asked = events.flatMap((event, n) =>
    !plainly(event) && event.objectId !== null && uuid.test(event.objectId)
      ? [{ n, kind: event.objectKind, id: event.objectId }]
      : [],
  );
  const found = asked.length === 0 ? [] : await ask(grant, facts, asked);
  return events.filter((event, n) => plainly(event) || found.includes(n));
}

async function ask(
  grant: Grant<'event.follow'>,
  facts: Facts,
  asked: readonly { n: number; kind: string; id: string }[],
): Promise<number[]> {
  const { userId } = grant.actor;
  const all = facts.superAdministrator ? sql<boolean>`true` : sql<boolean>`false`;
  const account = seesAccount(facts, userId, 'a');
  /** How each kind is seen: the side of lists of what `readFacts` says of one object. */
  const ways: Readonly<Record<string, RawBuilder<unknown>>> = {
    'account': sql`select from account a where a.id = x.id and ${account}`,
    'attempt': sql`select from rotation_attempt t join account a on a.id = t.account_id where t.id = x.id and ${account}`,
    'resource': sql`select from resource r where r.id = x.id and ${seesResource(facts, userId, 'r')}`,
    'resource-group': sql`select from resource_group g where g.id = x.id and ${seesGroup(facts, userId, 'g')}`,
    'access-request': sql`select from access_request q left join account a on a.id = q.account_id left join resource r on r.id = a.resource_id
      where q.id = x.id and (${all} or q.requester_id = ${userId}::uuid or r.owner_id = ${userId}::uuid
        or exists (select from (${seatsOfRequest('q', 'a')}) y where y.user_id = ${userId}::uuid))`,
    'run': sql`select from reset_run u where u.id = x.id and (${all} or u.requested_by_id = ${userId}::uuid)`,
    'task': sql`select from task t where t.id = x.id and t.user_id = ${userId}::uuid`,
    'import': sql`select from import_run i where i.id = x.id and i.user_id = ${userId}::uuid`,
    'view': sql`select from saved_view v where v.id = x.id and v.user_id = ${userId}::uuid`,
  }; // prettier-ignore
  const kinds = [...new Set(asked.map(({ kind }) => kind))].flatMap((kind) => {
    const way = ways[kind];
    return way ? [sql`(x.kind = ${kind} and exists (${way}))`] : [];
  });
  if (kinds.length === 0) return [];
  const { rows } = await sql<{
    n: number;
  }>`select x.n from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as x(n int, kind text, id uuid)
    where ${sql.join(kinds, sql` or `)}`.execute(grant.db);
  return rows.map(({ n }) => n);
}
