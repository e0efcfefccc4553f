import type { Size } from './estate-size.ts';

/** Words that the estate's names are made of, as SQL arrays. */
const list = (words: string): string => `array['${words.split(' ').join("','")}']`;
const sites = list('fra ber muc ham cgn lon par mad mil vie zrh ams bru cph osl sto hel waw prg was');
const roles = list('app db web mail file print dns ldap mon ci git cache queue proxy batch');
const systems = list('lnx win bsd sol aix');
const departments = list(
  'Finance Logistics Research Sales Support Legal Marketing Production Purchasing Infrastructure',
);
const types = list('Linux Linux Linux Windows Windows Solaris MySQL PostgreSQL Cisco');
const usernames = list('root oracle postgres admin svc_backup svc_monitor deploy ansible sysadm operator');
const firstNames = list(
  'Ada Bjarne Carla Dmitri Elena Farid Greta Hugo Ines Jonas Katja Liam Mira Nils Olga Pavel Quirin Rosa Sven Tilda',
);
const lastNames = list(
  'Abel Berg Costa Dahl Engel Fischer Grant Holm Ivers Jansen Keller Lang Moreau Novak Olsen Peters Quist Rossi Stein Tanner',
);

/** Users 1 to 5 are the askers, 6 to 205 the administrators who own what is left. */
const askers = list('boss olga cleo dora otto');
const owner = `pg_temp.id('user', case when n <= 1000 then 2 when n <= 11000 then 5 else 6 + n % 200 end)`;

/** Users and user groups: group 1 has 3,000 members, group 2 the asker who sees nearly everything, the others about thirty each. */
export const people = ({ users, userGroups }: Size): string => `
  insert into app_user (id, organisation_id, number, kind, username, full_name, email, department, location, role, super_administrator, state)
    select pg_temp.id('user', n), pg_temp.org(), 1000 + n, 'person', x.username, x.full_name, x.username || '@example.org',
      pg_temp.pick(${departments}, 'ud', n), pg_temp.pick(${sites}, 'ul', n),
      case when n = 1 then 'administrator' when n = 3 or n = 4 or n > 205 then 'password-user' else 'password-administrator' end, n = 1, 'active'
    from generate_series(1, ${users}) n, lateral (select coalesce((${askers})[n], 'user' || n) as username,
      pg_temp.pick(${firstNames}, 'f', n) || ' ' || pg_temp.pick(${lastNames}, 'l', n) as full_name) x;
  insert into user_group (id, organisation_id, number, name)
    select pg_temp.id('ug', n), pg_temp.org(), n, case n when 1 then 'Everybody in operations' when 2 then 'All systems, read only' else 'Team ' || n || ' ' || pg_temp.pick(${departments}, 'gd', n) end
    from generate_series(1, ${userGroups}) n;
  insert into user_group_member (organisation_id, user_group_id, user_id)
    select pg_temp.org(), pg_temp.id('ug', 1), pg_temp.id('user', n) from generate_series(206, least(3205, ${users})) n
    union all select pg_temp.org(), pg_temp.id('ug', 2), pg_temp.id('user', 4)
    union all select pg_temp.org(), pg_temp.id('ug', 3 + (n + k * 331) % (${userGroups} - 2)), pg_temp.id('user', n) from generate_series(206, ${users}) n, generate_series(0, 2) k;
  update counter set last = 1000 + ${users} where kind = 'user';
  insert into counter (organisation_id, kind, last) values (pg_temp.org(), 'user-group', ${userGroups}) on conflict (organisation_id, kind) do update set last = excluded.last`;

/** Resources with a field of their own and, on some, tags. */
export const resources = ({ resources: count }: Size): string => `
  insert into custom_field (id, organisation_id, belongs_to, slot, name, kind) values (pg_temp.id('field', 1), pg_temp.org(), 'resource', 1, 'Cost centre', 'text');
  insert into tag (id, organisation_id, scope, name) values (pg_temp.id('tag', 1), pg_temp.org(), 'client', 'Tier');
  insert into tag_value (id, organisation_id, tag_id, value)
    select pg_temp.id('tv', n), pg_temp.org(), pg_temp.id('tag', 1), (array['gold', 'silver', 'bronze'])[n] from generate_series(1, 3) n;
  insert into resource_tag (organisation_id, resource_id, tag_value_id)
    select pg_temp.org(), pg_temp.id('resource', n), pg_temp.id('tv', 1 + pg_temp.roll('t', n, 3)) from generate_series(1, ${count}) n where pg_temp.roll('tagged', n, 2) = 0;
  insert into resource (id, organisation_id, number, name, type, dns_name, description, department, location, owner_id, fields, updated_at)
    select pg_temp.id('resource', n), pg_temp.org(), n, x.name, pg_temp.pick(${types}, 'ty', n), x.name || '.example.org',
      case when n % 5 = 0 then 'Behind the jump host of ' || x.site else '' end, pg_temp.pick(${departments}, 'd', n), x.site, ${owner},
      jsonb_build_object(pg_temp.id('field', 1)::text, 'CC-' || (1000 + n % 400)), now() - make_interval(mins => n % 500000)
    from generate_series(1, ${count}) n, lateral (select pg_temp.pick(${sites}, 's', n) as site) s,
      lateral (select s.site, s.site || '-' || pg_temp.pick(${roles}, 'r', n) || '-' || pg_temp.pick(${systems}, 'o', n) || '-' || lpad(n::text, 6, '0') as name) x;
  update resource r set search_text = resource_search_text(r);
  insert into counter (organisation_id, kind, last) values (pg_temp.org(), 'resource', ${count}) on conflict (organisation_id, kind) do update set last = excluded.last`;

/** Accounts: nine in ten have names that many others have. Most are proven, some are not well. */
export const accounts = ({ resources: count, accountsEach: each }: Size): string => `
  insert into account (id, organisation_id, number, resource_id, username, notes, changed_at, proven_at, proven_by, checked_at, check_result, search_text)
    select pg_temp.id('account', k), pg_temp.org(), k, r.id, x.username, x.notes, now() - make_interval(mins => k % 400000),
      case when x.luck < 80 then x.checked end, case when x.luck < 80 then 'rotation' end, case when x.luck < 95 then x.checked end,
      case when x.luck < 80 then 'accepted' when x.luck = 80 then 'rejected' when x.luck < 84 then 'unreachable' when x.luck = 84 then 'untrusted' end,
      lower(concat_ws(' ', x.username, x.notes)) || ' ' || r.search_text
    from resource r, generate_series(1, ${each}) i, lateral (select (r.number - 1) * ${each} + i as k) k,
      lateral (select case when i <= 9 then (${usernames})[i] || case when i > 10 then i::text else '' end else 'svc_' || substr(md5('u' || k), 1, 8) end as username,
        case when k % 50 = 0 then 'Ask the owner before a restart' else '' end as notes, pg_temp.roll('luck', k, 100) as luck,
        now() - make_interval(mins => k % 60000) as checked) x
    where r.number <= ${count};
  insert into counter (organisation_id, kind, last) values (pg_temp.org(), 'account', ${count * each}) on conflict (organisation_id, kind) do update set last = excluded.last`;

/** Static groups, and shares of all kinds beside those that the askers live on. */
export const rights = ({ resources: count, accountsEach: each, users, userGroups }: Size): string => `
  insert into resource_group (id, organisation_id, number, name, kind, owner_id)
    select pg_temp.id('static', n), pg_temp.org(), 100000 + n, 'Rack ' || n, 'static', pg_temp.id('user', 6 + n % 200) from generate_series(1, 1000) n;
  insert into resource_group_member (organisation_id, group_id, resource_id)
    select distinct pg_temp.org(), pg_temp.id('static', n), pg_temp.id('resource', 1 + pg_temp.roll('m' || k, n, ${count})) from generate_series(1, 1000) n, generate_series(1, 50) k;
  create function pg_temp.one_share(salt text, n int, a uuid, r uuid, g uuid, u uuid, ug uuid) returns share language sql as $$
    select (pg_temp.id('share' || salt, n), pg_temp.org(), a, r, g, u, ug, coalesce(a, r, g), coalesce(u, ug), (array['view', 'view', 'modify'])[1 + n % 3], null, null, null, 'boss', now(), 1)::share $$;
  insert into share (id, organisation_id, account_id, resource_id, group_id, user_id, user_group_id, permission, shared_by)
    select s.id, s.organisation_id, s.account_id, s.resource_id, s.group_id, s.user_id, s.user_group_id, s.permission, s.shared_by from (
      select pg_temp.id('share-r', n) as id, pg_temp.org() as organisation_id, null::uuid as account_id, pg_temp.id('resource', 11001 + n % (${count} - 11001)) as resource_id,
        null::uuid as group_id, pg_temp.id('user', 206 + pg_temp.roll('su', n, ${users} - 206)) as user_id, null::uuid as user_group_id, 'view' as permission, 'boss' as shared_by from generate_series(1, ${Math.floor(count / 5)}) n
      union all select pg_temp.id('share-rg', n), pg_temp.org(), null, pg_temp.id('resource', 11001 + (n * 17) % (${count} - 11001)), null, null, pg_temp.id('ug', 3 + n % (${userGroups} - 2)), 'modify', 'boss' from generate_series(1, 2000) n
      union all select pg_temp.id('share-a', n), pg_temp.org(), pg_temp.id('account', 110001 + n * 29 % (${count * each} - 110001)), null, null, pg_temp.id('user', 206 + pg_temp.roll('au', n, ${users} - 206)), null, 'view', 'boss' from generate_series(1, 10000) n
      union all select pg_temp.id('share-g', n), pg_temp.org(), null, null, pg_temp.id('static', n), null, pg_temp.id('ug', 3 + n % (${userGroups} - 2)), 'view', 'boss' from generate_series(1, 1000) n
      union all select pg_temp.id('share-c', n), pg_temp.org(), null, pg_temp.id('resource', 20000 + n * 7), null, pg_temp.id('user', 3), null, 'view', 'boss' from generate_series(1, 5) n
      union all select pg_temp.id('share-d', 1), pg_temp.org(), null, null, pg_temp.id('criteria', 1), null, pg_temp.id('ug', 2), 'view', 'boss') s
    on conflict (target_id, to_id) do nothing`;

/**
 * Groups by criteria: the first gathers everything, a hundred of a super administrator's go by department and location, the others are an
 * administrator's own and go by what names begin with. Their members are joined here, and looked at again by the product's own function afterwards.
 */
export const criteria = ({ criteriaGroups }: Size): string => `
  insert into resource_group (id, organisation_id, number, name, kind, match, owner_id)
    select pg_temp.id('criteria', n), pg_temp.org(), n, case n when 1 then 'Every system' else 'Gathered ' || n end, 'criteria', 'all',
      pg_temp.id('user', case when n <= 100 then 1 else 6 + n % 200 end) from generate_series(1, ${criteriaGroups}) n;
  insert into resource_criterion (organisation_id, group_id, n, field, operator, value)
    select pg_temp.org(), pg_temp.id('criteria', 1), 0, 'name', 'contains', '-'
    union all select pg_temp.org(), pg_temp.id('criteria', n), 0, 'department', 'equals', pg_temp.pick(${departments}, 'cd', n) from generate_series(2, least(100, ${criteriaGroups})) n
    union all select pg_temp.org(), pg_temp.id('criteria', n), 1, 'location', 'equals', pg_temp.pick(${sites}, 'cl', n) from generate_series(2, least(100, ${criteriaGroups})) n
    union all select pg_temp.org(), pg_temp.id('criteria', n), 0, 'name', 'starts', pg_temp.pick(${sites}, 'cs', n) || '-' from generate_series(101, ${criteriaGroups}) n;
  insert into resource_group_member (organisation_id, group_id, resource_id)
    select pg_temp.org(), pg_temp.id('criteria', 1), r.id from resource r
    union all select pg_temp.org(), d.group_id, r.id from resource_criterion d join resource_criterion l on l.group_id = d.group_id and l.field = 'location'
      join resource r on r.department = d.value and r.location = l.value where d.field = 'department'
    union all select pg_temp.org(), c.group_id, r.id from resource_criterion c join resource_group g on g.id = c.group_id
      join resource r on r.owner_id = g.owner_id and split_part(r.name, '-', 1) || '-' = c.value where c.operator = 'starts';
  insert into counter (organisation_id, kind, last) values (pg_temp.org(), 'resource-group', 200000) on conflict (organisation_id, kind) do update set last = excluded.last`;
