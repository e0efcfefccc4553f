import { NoticeEvent, type NoticeRule, type NoticeRules } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { requireAlso, type Facts, type Grant } from '../authorise/index.ts';
import { readMailServer } from '../mail/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { lookAtAllExpired } from './expiries.ts';
import { beginCursor } from './trail.ts';

interface RuleRow {
  event: NoticeEvent;
  toOwner: boolean;
  toPeople: boolean;
  addresses: string[];
  alsoReset: boolean;
  resetById: string | null;
  resetBy: string | null;
}
interface NamedRow {
  event: NoticeEvent;
  kind: 'user' | 'user-group';
  id: string;
  name: string;
}

/** The rules of a group: one for every event, those that tell nobody too. */
export async function readRules(db: OrganisationDb, groupId: string): Promise<z.input<typeof NoticeRules>> {
  const [rules, named, mail] = await Promise.all([
    sql<RuleRow>`select n.event, n.to_owner, n.to_people, n.addresses, n.also_reset, n.reset_by_id, u.username as reset_by
      from notice_rule n left join app_user u on u.id = n.reset_by_id where n.group_id = ${groupId}`.execute(db),
    sql<NamedRow>`select c.event, case when c.user_id is null then 'user-group' else 'user' end as kind, c.to_id as id, coalesce(u.username, g.name) as name
      from notice_recipient c left join app_user u on u.id = c.user_id left join user_group g on g.id = c.user_group_id
      where c.group_id = ${groupId} order by lower(coalesce(u.username, g.name)), c.to_id`.execute(db),
    readMailServer(db),
  ]);
  return {
    items: NoticeEvent.options.map((event) => {
      const rule = rules.rows.find((row) => row.event === event);
      const of = (kind: NamedRow['kind']) =>
        named.rows.filter((row) => row.event === event && row.kind === kind).map(({ id, name }) => ({ id, name }));
      return {
        event,
        owner: rule?.toOwner ?? false,
        people: rule?.toPeople ?? false,
        addresses: rule?.addresses ?? [],
        users: of('user'),
        userGroups: of('user-group'),
        alsoReset: rule?.alsoReset ?? false,
        resetBy: rule?.alsoReset === true ? rule.resetBy : null,
      };
    }),
    mailSet: mail !== null,
  };
}

type Rule = z.output<typeof NoticeRule>;
const tellsNobody = (rule: Rule): boolean =>
  !rule.owner && !rule.people && rule.addresses.length + rule.userIds.length + rule.userGroupIds.length === 0;

/**
 * Sets the rules of the grant's group to exactly these. A reset that a rule orders is done by the rights of whoever first said so; it takes a right to
 * change passwords to say it. Throws `not-found` for users and groups that are none of the organisation's, `not-your-role` for
 * naming some without the right to look them up, and `scope-missing`.
 */
export async function writeRules(
  grant: Grant<'resource-group.set-notices'>,
  facts: Facts,
  rules: readonly Rule[],
): Promise<void> {
  const { db, objectId: groupId } = grant;
  const { organisationId, userId } = grant.actor;
  await requireNamed(grant, rules);
  if (rules.some((rule) => rule.alsoReset) && facts.scopes !== null && !facts.scopes.includes('passwords'))
    throw new Problem('scope-missing');
  // Two who save at once do so one after the other.
  await sql`select 1 from resource_group where id = ${groupId} for no key update`.execute(db);
  const before = await readRulesRaw(db, groupId);
  await db.deleteFrom('noticeRule').where('groupId', '=', groupId).execute();
  const kept = rules.filter((rule) => rule.alsoReset || !tellsNobody(rule));
  for (const rule of kept) {
    const former = before.find((one) => one.event === rule.event && one.alsoReset && one.resetById !== null);
    await db
      .insertInto('noticeRule')
      .values({
        organisationId,
        groupId,
        event: rule.event,
        toOwner: rule.owner,
        toPeople: rule.people,
        addresses: [...new Map(rule.addresses.map((address) => [address.toLowerCase(), address])).values()],
        alsoReset: rule.alsoReset,
        resetById: rule.alsoReset ? (former?.resetById ?? userId) : null,
      })
      .execute();
    const named = [
      ...[...new Set<string>(rule.userIds)].map((id) => ({ userId: id, userGroupId: null })),
      ...[...new Set<string>(rule.userGroupIds)].map((id) => ({ userId: null, userGroupId: id })),
    ];
    if (named.length > 0)
      await db
        .insertInto('noticeRecipient')
        .values(named.map((to) => ({ id: newId(), organisationId, groupId, event: rule.event, ...to })))
        .execute();
    grant.note({ [rule.event]: inWords(rule) });
  }
  const off = before.filter((one) => !kept.some((rule) => rule.event === one.event));
  for (const { event } of off) grant.note({ [event]: 'nobody' });
  if (kept.some(({ event }) => event === 'expires')) await lookAtAllExpired(db);
  await beginCursor(db, organisationId);
}

const readRulesRaw = (db: OrganisationDb, groupId: string) =>
  db.selectFrom('noticeRule').select(['event', 'alsoReset', 'resetById']).where('groupId', '=', groupId).execute();

/** A rule for the trail. */
const inWords = (rule: Rule): string =>
  [
    ...(rule.owner ? ['owner'] : []),
    ...(rule.people ? ['people with access'] : []),
    ...(rule.userIds.length > 0 ? [`${rule.userIds.length} users`] : []),
    ...(rule.userGroupIds.length > 0 ? [`${rule.userGroupIds.length} user groups`] : []),
    ...rule.addresses,
    ...(rule.alsoReset ? ['also reset'] : []),
  ].join(', ');

async function requireNamed(grant: Grant, rules: readonly Rule[]): Promise<void> {
  const users = [...new Set<string>(rules.flatMap((rule) => rule.userIds))];
  const groups = [...new Set<string>(rules.flatMap((rule) => rule.userGroupIds))];
  if (users.length + groups.length === 0) return;
  await requireAlso(grant, 'principal.list', grant.actor.organisationId);
  const { rows } = await sql<{ id: string }>`select id from app_user where id = any(${users}::uuid[])
    union all select id from user_group where id = any(${groups}::uuid[])`.execute(grant.db);
  if (rows.length !== users.length + groups.length) throw new Problem('not-found');
}
