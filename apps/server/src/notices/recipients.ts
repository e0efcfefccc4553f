import type { NoticeEvent } from '@strongroom/contract';
import { statement, type OrganisationDb } from '../platform/db.ts';

/** Something to be told: an event of the trail, or what is so on a day. */
export interface Occasion {
  /** Tells the occasions of one call apart. */
  readonly id: string;
  readonly event: NoticeEvent;
  /** What it happened to; `violating` and `rejected` are every account that is so. */
  readonly kind: 'account' | 'attempt' | 'resource' | 'resource-group' | 'violating' | 'rejected';
  readonly objectId: string | null;
}

/** Whom an occasion is told, and of which accounts: the first of them, and how many there are. */
export interface Told {
  readonly occasion: string;
  readonly userId: string | null;
  readonly address: string;
  readonly timeZone: string;
  readonly accountIds: readonly string[];
  readonly count: number;
}

/** Accounts that one notice names. */
const namedMost = 20;

// Accounts that occasions are about, with the rules of the groups they are in. A rule holds for an account only while the owner of
// its group sees that account: who gave a resource away is not told of it by way of a group that it is still in.
const ruled = `
  ev as (select * from jsonb_to_recordset($1::jsonb) as x(id text, event text, kind text, object_id uuid)),
  hit as (
    select e.id, e.event, a.id as account_id, a.resource_id from ev e join account a on a.id = e.object_id where e.kind = 'account'
    union select e.id, e.event, a.id, a.resource_id from ev e join rotation_attempt t on t.id = e.object_id join account a on a.id = t.account_id where e.kind = 'attempt'
    union select e.id, e.event, a.id, a.resource_id from ev e join account a on a.resource_id = e.object_id where e.kind = 'resource'
    union select e.id, e.event, a.id, a.resource_id from ev e join resource_group_member m on m.group_id = e.object_id join account a on a.resource_id = m.resource_id where e.kind = 'resource-group'
    union select e.id, e.event, a.id, a.resource_id from ev e join account a on a.compliance = 'violating' where e.kind = 'violating'
    union select e.id, e.event, a.id, a.resource_id from ev e join account a on a.check_result = 'rejected' where e.kind = 'rejected'),
  named as (
    select h.id, h.event, h.account_id, h.resource_id, r.owner_id, n.group_id, g.owner_id as group_owner_id, n.to_owner, n.to_people, n.addresses, n.also_reset, n.reset_by_id
    from hit h join resource_group_member m on m.resource_id = h.resource_id join notice_rule n on n.group_id = m.group_id and n.event = h.event
      join resource_group g on g.id = n.group_id join resource r on r.id = h.resource_id),
  about as (select distinct account_id, resource_id, owner_id from named),
  has as (
    select a.account_id, a.owner_id as user_id from about a
    union select a.account_id, coalesce(gm.user_id, s.user_id) from about a
      cross join lateral (select a.account_id as id union all select a.resource_id union all select m.group_id from resource_group_member m where m.resource_id = a.resource_id) t
      join share s on s.target_id = t.id left join user_group_member gm on gm.user_group_id = s.user_group_id
    where coalesce(gm.user_id, s.user_id) is not null
      and (s.valid_from is null or s.valid_from <= now()) and (s.valid_until is null or s.valid_until > now())),
  rule as (
    select n.* from named n where exists (select 1 from has where has.account_id = n.account_id and has.user_id = n.group_owner_id)
      or exists (select 1 from app_user o where o.id = n.group_owner_id and o.super_administrator))`;

interface Row {
  occasion: string;
  userId: string | null;
  address: string;
  timeZone: string | null;
  accountIds: string[];
  n: number;
}

// A user is told of what they have, and nobody of an account that they do not see; an address is told of all. Of several groups
// that say the same, one notice comes.
const told = statement<Row>(`with ${ruled},
  asked as (
    select id, account_id, owner_id as user_id from rule where to_owner
    union select r.id, r.account_id, has.user_id from rule r join has on has.account_id = r.account_id where r.to_people
    union select r.id, r.account_id, c.user_id from rule r join notice_recipient c on c.group_id = r.group_id and c.event = r.event where c.user_id is not null
    union select r.id, r.account_id, m.user_id from rule r join notice_recipient c on c.group_id = r.group_id and c.event = r.event
      join user_group_member m on m.user_group_id = c.user_group_id),
  heard as (
    select a.id, a.account_id, u.id as user_id, u.email as address, u.time_zone from asked a join app_user u on u.id = a.user_id
    where u.state = 'active' and u.email <> ''
      and (u.super_administrator or exists (select 1 from has where has.account_id = a.account_id and has.user_id = u.id))
    union select r.id, r.account_id, null::uuid, x.address, 'UTC' from rule r cross join lateral unnest(r.addresses) x(address))
  select id as occasion, user_id, min(address) as address, min(time_zone) as time_zone, (array_agg(account_id order by account_id))[1:${namedMost}] as account_ids,
    count(*)::int as n
  from heard group by id, user_id, lower(address) order by id, lower(address)`);

/** Whom each occasion is told, each address once. */
export async function recipientsOf(db: OrganisationDb, occasions: readonly Occasion[]): Promise<Told[]> {
  if (occasions.length === 0) return [];
  const rows = await told.run(db, [parameter(occasions)]);
  const perAddress = new Map<string, Told>();
  for (const { occasion, userId, address, timeZone, accountIds, n } of rows) {
    const key = `${occasion} ${address.toLowerCase()}`;
    const known = perAddress.get(key);
    // An address that was written down hears of all there is, so it stands before that of a user.
    if (known && (known.userId === null || userId !== null)) continue;
    perAddress.set(key, { occasion, userId, address, timeZone: timeZone ?? 'UTC', accountIds, count: n });
  }
  return [...perAddress.values()];
}

const parameter = (occasions: readonly Occasion[]): string =>
  JSON.stringify(occasions.map(({ id, event, kind, objectId }) => ({ id, event, kind, object_id: objectId })));

/** An account that a rule wants reset, and by whose rights. */
export interface Wanted {
  readonly occasion: string;
  readonly accountId: string;
  readonly ownerId: string;
  readonly resetById: string;
  readonly groupId: string;
}
const wanted = statement<Wanted>(`with ${ruled}
  select distinct id as occasion, account_id, owner_id, reset_by_id, group_id from rule where also_reset and reset_by_id is not null`);

/** The accounts that the rules for some occasions want reset. */
export const wantedResets = (db: OrganisationDb, occasions: readonly Occasion[]): Promise<Wanted[]> =>
  occasions.length === 0 ? Promise.resolve([]) : wanted.run(db, [parameter(occasions)]);
