-- Resets and verifications of many accounts: one row for the whole, one for each account. A run acts for whoever asked, with
-- the rights they have when it gets to an account; those of the product itself (`as_product`) act by its own rules.
create table strongroom.reset_run (
  id uuid primary key,
  organisation_id uuid not null,
  kind text not null check (kind in ('reset', 'verify')),
  title text not null,
  source text not null check (source in ('person', 'schedule', 'nightly', 'expiry', 'share-removed')),
  source_id uuid,
  requested_by_id uuid,
  requested_by text not null,
  as_product boolean not null default false,
  scopes text[],
  reason text,
  ticket text,
  state text not null default 'running' check (state in ('running', 'done', 'stopped')),
  total int not null,
  -- How many ended in which way, once the run has ended; of one that runs they are counted when somebody asks.
  counts jsonb,
  -- The one password for all, where they are to have the same: sealed, and emptied at the end.
  sealed bytea,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (organisation_id, id),
  foreign key (organisation_id, requested_by_id) references strongroom.app_user (organisation_id, id) on delete set null (requested_by_id)
);
create index reset_run_started on strongroom.reset_run (organisation_id, started_at desc, id desc);
create index reset_run_requested on strongroom.reset_run (organisation_id, requested_by_id, started_at desc, id desc);
create index reset_run_source on strongroom.reset_run (organisation_id, source_id, started_at desc) where source_id is not null;
create index reset_run_running on strongroom.reset_run (organisation_id) where state = 'running';

create table strongroom.reset_run_item (
  organisation_id uuid not null,
  run_id uuid not null,
  n int not null,
  account_id uuid,
  -- As it was called when the run began: empty where the asker could not see it.
  name text not null,
  -- What is asked one at a time: the target, and the account that signs in on it for the others.
  resource_id uuid,
  via_account_id uuid,
  state text not null default 'waiting'
    check (state in ('waiting', 'running', 'done', 'refused', 'unreachable', 'untrusted', 'in-doubt', 'skipped', 'needs-person')),
  why text,
  attempt_id uuid,
  tries int not null default 0,
  not_before timestamptz,
  -- While a worker is at it no other takes it up.
  leased_until timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  primary key (run_id, n),
  foreign key (organisation_id, run_id) references strongroom.reset_run (organisation_id, id) on delete cascade,
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete set null (account_id)
);
create index reset_run_item_account on strongroom.reset_run_item (account_id);
create index reset_run_item_waiting on strongroom.reset_run_item (run_id, n) where state = 'waiting';
create index reset_run_item_busy on strongroom.reset_run_item (organisation_id) where state = 'running';
create index reset_run_item_attempt on strongroom.reset_run_item (attempt_id) where attempt_id is not null;
create index reset_run_item_state on strongroom.reset_run_item (run_id, state, n);

do $$ declare t text; begin
  foreach t in array array['reset_run', 'reset_run_item'] loop
    execute format('alter table strongroom.%I enable row level security', t);
    execute format('create policy organisation on strongroom.%I using (organisation_id = (select strongroom.current_organisation()))', t);
    execute format('grant select, insert, update, delete on strongroom.%I to strongroom_app', t);
  end loop;
end $$;

-- Some services let nobody prove a password by itself: what was set there is known to be set, and no more.
alter table strongroom.account drop constraint account_check_result_check;
alter table strongroom.account add check (check_result in ('accepted', 'rejected', 'unreachable', 'untrusted', 'unprovable'));

-- Runs that a stopped server left in the middle, in every organisation: read at start.
create function strongroom.unfinished_runs() returns table (id uuid, organisation_id uuid) language sql stable security definer
  set search_path = pg_catalog as $$ select r.id, r.organisation_id from strongroom.reset_run r where r.state = 'running' $$;
revoke all on function strongroom.unfinished_runs() from public;
grant execute on function strongroom.unfinished_runs() to strongroom_app;
