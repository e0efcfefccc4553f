-- How passwords must be, and whether they are.
alter table strongroom.password_policy
  add column description text not null default '',
  add column kind text not null default 'password' check (kind in ('password', 'passphrase')),
  add column dictionary_words_allowed boolean not null default true,
  add column words int not null default 0,
  add column created_at timestamptz not null default now(),
  add column version int not null default 1;
create unique index password_policy_one_default on strongroom.password_policy (organisation_id) where is_default;
insert into strongroom.password_policy (id, organisation_id, name, description, built_in, is_default, kind, min_length, max_length, mixed_case, digits, specials,
    special_characters, starts_with_letter, login_name_allowed, history_depth, max_age_days, words)
  select gen_random_uuid(), o.id, 'Offline Password File', 'A passphrase that people type: it guards an encrypted file of passwords.', true, false, 'passphrase', 20, 128, false, 0, 0,
    '!@#$%^&*-_=+', false, false, 0, 0, 5 from strongroom.organisation o
  on conflict (organisation_id, name) do nothing;
update strongroom.password_policy set description = case name when 'Low' then 'For systems that take little.' when 'Medium' then 'Mixed letters and a digit.'
  else 'Long, of every kind of character.' end where built_in and kind = 'password';

-- Whether the current password keeps the policy that applies, why not, and when that policy's age is reached. `compliance` is null for an
-- account that holds a file. Written with the password, and after changes of policies by what `policy_sweep` asks for.
alter table strongroom.account
  add column compliance text default 'unknown' check (compliance in ('compliant', 'violating', 'unknown')),
  add column compliance_why text[] not null default '{}',
  add column expires_at timestamptz;
create index account_not_compliant on strongroom.account (organisation_id, compliance, id) where compliance <> 'compliant';
create index account_by_expiry on strongroom.account (organisation_id, coalesce(expires_at, 'infinity'), id);
create index account_of_policy on strongroom.account (policy_id) where policy_id is not null;
create index resource_of_policy on strongroom.resource (policy_id) where policy_id is not null;
create index resource_group_of_policy on strongroom.resource_group (policy_id) where policy_id is not null;
-- When somebody's log-in password was set, for organisations that let them age.
alter table strongroom.app_user add column password_set_at timestamptz not null default now();

-- The policy that applies to an account: its own, its resource's, the strictest of its groups', the default.
create function strongroom.policy_that_applies(own uuid, resource uuid, of_resource uuid) returns uuid language sql stable set search_path = pg_catalog as $$
  select coalesce(own, of_resource, strongroom.policy_of_groups(resource), (select p.id from strongroom.password_policy p where p.is_default)) $$;
-- Whoever judges a password holds this shared, from before it reads the policy until its commit; whoever goes through accounts after a change
-- takes it alone for a moment first: then nobody is left who read what was before the change.
create function strongroom.judging_lock(org uuid) returns bigint language sql immutable set search_path = pg_catalog
  as $$ select hashtextextended('judging ' || org::text, 0) $$;

-- False when somebody is still at it: whoever waits for long holds up those who come after.
create function strongroom.await_judges(org uuid) returns boolean language plpgsql set search_path = pg_catalog set lock_timeout = '100ms' as $$
begin
  perform pg_advisory_xact_lock(strongroom.judging_lock(org));
  return true;
exception when lock_not_available then return false;
end $$;

-- Accounts to be judged anew, because a policy changed or another one applies. A job goes through them by `cursor`, in batches.
create table strongroom.policy_sweep (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  because text not null check (because in ('policy', 'group', 'resources', 'accounts', 'organisation')),
  policy_id uuid,
  group_id uuid,
  -- The resources or accounts, where they are few.
  ids uuid[],
  -- False where only dates move: then no password is opened.
  opens boolean not null default true,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'superseded')),
  -- Of `ids`, so many were gone through; and the last account.
  position int not null default 0,
  cursor uuid,
  total int,
  seen int not null default 0,
  judged int not null default 0,
  changed int not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  unique (organisation_id, id)
);
create index policy_sweep_open on strongroom.policy_sweep (organisation_id, created_at) where state in ('waiting', 'running');
create index policy_sweep_ended on strongroom.policy_sweep (organisation_id, ended_at desc) where ended_at is not null;
alter table strongroom.policy_sweep enable row level security;
create policy organisation on strongroom.policy_sweep using (organisation_id = (select strongroom.current_organisation()));
grant select, insert, update, delete on strongroom.policy_sweep to strongroom_app;

-- Asks for accounts to be judged anew, with the job that does it, in the transaction of the change.
create function strongroom.sweep_policies(org uuid, why text, of_policy uuid, of_group uuid, among uuid[], opening boolean) returns void language plpgsql
  set search_path = pg_catalog as $$
declare sweep uuid := gen_random_uuid();
begin
  -- What one through everything would look at, a later one looks at as well.
  if among is null then
    update strongroom.policy_sweep s set state = 'superseded', ended_at = now() where s.organisation_id = org and s.state in ('waiting', 'running')
      and s.because = why and s.policy_id is not distinct from of_policy and s.group_id is not distinct from of_group and (opening or not s.opens);
  end if;
  insert into strongroom.policy_sweep (id, organisation_id, because, policy_id, group_id, ids, opens) values (sweep, org, why, of_policy, of_group, among, opening);
  perform strongroom_local.enqueue('judge', json_build_object('organisationId', org, 'sweepId', sweep), 'judge:' || sweep, null);
end $$;
create function strongroom.sweep_resources(org uuid, among uuid[]) returns void language plpgsql set search_path = pg_catalog as $$
begin
  -- Resources that have no account yet have nothing to judge: their accounts are judged as they are added.
  among := array(select x from unnest(among) x where exists (select 1 from strongroom.account a where a.resource_id = x));
  if cardinality(among) > 5000 then perform strongroom.sweep_policies(org, 'organisation', null, null, null, true);
  elsif cardinality(among) > 0 then perform strongroom.sweep_policies(org, 'resources', null, null, among, true);
  end if;
end $$;

create function strongroom.policy_changed() returns trigger language plpgsql set search_path = pg_catalog as $$
declare rules boolean := (new.kind, new.min_length, new.max_length, new.mixed_case, new.digits, new.specials, new.special_characters, new.starts_with_letter,
    new.login_name_allowed, new.dictionary_words_allowed, new.words) is distinct from (old.kind, old.min_length, old.max_length, old.mixed_case, old.digits, old.specials,
    old.special_characters, old.starts_with_letter, old.login_name_allowed, old.dictionary_words_allowed, old.words);
begin
  if rules or (new.is_default and not old.is_default) then perform strongroom.sweep_policies(new.organisation_id, 'policy', new.id, null, null, true);
  elsif new.max_age_days <> old.max_age_days then perform strongroom.sweep_policies(new.organisation_id, 'policy', new.id, null, null, false);
  end if;
  return null;
end $$;
create trigger judged_anew after update on strongroom.password_policy for each row execute function strongroom.policy_changed();

create function strongroom.policy_of_group_changed() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if tg_op = 'DELETE' then perform strongroom.sweep_policies(old.organisation_id, 'organisation', null, null, null, true);
  else perform strongroom.sweep_policies(new.organisation_id, 'group', null, new.id, null, true);
  end if;
  return null;
end $$;
create trigger judged_anew after update on strongroom.resource_group for each row when (old.policy_id is distinct from new.policy_id)
  execute function strongroom.policy_of_group_changed();
create trigger judged_anew_gone after delete on strongroom.resource_group for each row when (old.policy_id is not null)
  execute function strongroom.policy_of_group_changed();

create function strongroom.members_changed() returns trigger language plpgsql set search_path = pg_catalog as $$
declare one record;
begin
  for one in select m.organisation_id as org, array_agg(distinct m.resource_id) as ids from moved m join strongroom.resource_group g on g.id = m.group_id
      where g.policy_id is not null group by m.organisation_id loop
    perform strongroom.sweep_resources(one.org, one.ids);
  end loop;
  return null;
end $$;
create trigger judged_anew_joined after insert on strongroom.resource_group_member referencing new table as moved for each statement execute function strongroom.members_changed();
create trigger judged_anew_left after delete on strongroom.resource_group_member referencing old table as moved for each statement execute function strongroom.members_changed();

create function strongroom.policy_of_resources_changed() returns trigger language plpgsql set search_path = pg_catalog as $$
declare one record;
begin
  for one in select x.organisation_id as org, array_agg(x.id) as ids from (select n.organisation_id, n.id, n.policy_id from came n except select o.organisation_id, o.id, o.policy_id from went o) x
    group by x.organisation_id loop
    perform strongroom.sweep_resources(one.org, one.ids);
  end loop;
  return null;
end $$;
create trigger judged_anew after update on strongroom.resource referencing old table as went new table as came for each statement
  execute function strongroom.policy_of_resources_changed();
-- Another policy, another resource, or another log-in name, which a password may not have in it.
create function strongroom.policy_of_accounts_changed() returns trigger language plpgsql set search_path = pg_catalog as $$
declare one record;
begin
  for one in select x.organisation_id as org, array_agg(x.id) as ids from (select n.organisation_id, n.id, n.policy_id, n.resource_id, n.username from came n
      except select o.organisation_id, o.id, o.policy_id, o.resource_id, o.username from went o) x
    group by x.organisation_id loop
    if cardinality(one.ids) > 5000 then perform strongroom.sweep_policies(one.org, 'organisation', null, null, null, true);
    else perform strongroom.sweep_policies(one.org, 'accounts', null, null, one.ids, true);
    end if;
  end loop;
  return null;
end $$;
create trigger judged_anew after update on strongroom.account referencing old table as went new table as came for each statement
  execute function strongroom.policy_of_accounts_changed();

-- What was stored before is judged once, when the server starts.
insert into strongroom.policy_sweep (id, organisation_id, because) select gen_random_uuid(), o.id, 'organisation' from strongroom.organisation o;
-- Sweeps that wait or were left in the middle, in every organisation: read at start.
create function strongroom.unfinished_sweeps() returns table (id uuid, organisation_id uuid) language sql stable security definer
  set search_path = pg_catalog as $$ select s.id, s.organisation_id from strongroom.policy_sweep s where s.state in ('waiting', 'running') $$;
do $$ declare f text; begin
  foreach f in array array['policy_that_applies(uuid, uuid, uuid)', 'judging_lock(uuid)', 'await_judges(uuid)', 'sweep_policies(uuid, text, uuid, uuid, uuid[], boolean)', 'sweep_resources(uuid, uuid[])',
      'policy_changed()', 'policy_of_group_changed()', 'members_changed()', 'policy_of_resources_changed()', 'policy_of_accounts_changed()', 'unfinished_sweeps()'] loop
    execute format('revoke all on function strongroom.%s from public', f);
    execute format('grant execute on function strongroom.%s to strongroom_app', f);
  end loop;
end $$;
