-- What follows a new password: scripts, modules and webhooks, which a second administrator approves.

create table strongroom.listener (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  name text not null,
  is_on boolean not null default true,
  newest int not null default 1,
  -- The approved version that runs; null before the first.
  runs int,
  created_by_id uuid not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  -- What a webhook's calls are signed with, and which of those it had.
  sealed bytea,
  secret_version int not null default 0,
  unique (organisation_id, id)
);
create unique index listener_name on strongroom.listener (organisation_id, lower(name));

-- A script, program or module. Never changed: another version has another file.
create table strongroom.listener_file (
  id uuid primary key,
  organisation_id uuid not null,
  listener_id uuid not null,
  name text not null,
  bytes int not null,
  sha256 text not null,
  sealed bytea not null,
  unique (organisation_id, id),
  foreign key (organisation_id, listener_id) references strongroom.listener (organisation_id, id) on delete cascade
);
create index listener_file_listener on strongroom.listener_file (listener_id);

-- Never changed but for the decision. The approval is sealed, with the hash it is about and who gave it: whoever can write rows cannot approve.
-- Who made and who decided stays written here when the user is gone.
create table strongroom.listener_version (
  organisation_id uuid not null,
  listener_id uuid not null,
  version int not null check (version > 0),
  name text not null,
  note text not null,
  spec jsonb not null,
  file_id uuid,
  companion_id uuid,
  hash text not null,
  state text not null default 'waiting' check (state in ('waiting', 'approved', 'refused', 'replaced')),
  author_id uuid not null,
  author text not null,
  created_at timestamptz not null default now(),
  decided_by text,
  decided_at timestamptz,
  why text,
  approval bytea,
  primary key (listener_id, version),
  check ((state = 'approved') = (approval is not null)),
  foreign key (organisation_id, listener_id) references strongroom.listener (organisation_id, id) on delete cascade,
  foreign key (organisation_id, file_id) references strongroom.listener_file (organisation_id, id),
  foreign key (organisation_id, companion_id) references strongroom.listener_file (organisation_id, id)
);
create index listener_version_waiting on strongroom.listener_version (organisation_id, created_at) where state = 'waiting';

create table strongroom.listener_run (
  id uuid primary key,
  organisation_id uuid not null,
  listener_id uuid not null,
  -- The event of the trail that it follows; null for a test and one that was asked for by hand.
  event_id uuid,
  version int,
  account_id uuid,
  account_name text,
  old_version int,
  new_version int,
  state text not null default 'waiting'
    check (state in ('waiting', 'running', 'done', 'failed', 'timed-out', 'refused', 'skipped', 'in-doubt')),
  why text,
  exit_code int,
  output text,
  tries int not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  next_try_at timestamptz not null default now(),
  -- After this whoever ran it is taken to be gone.
  leased_until timestamptz,
  unique (organisation_id, id),
  -- Each event is followed once by each listener.
  unique (listener_id, event_id),
  foreign key (organisation_id, listener_id) references strongroom.listener (organisation_id, id) on delete cascade,
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete set null (account_id)
);
create index listener_run_newest on strongroom.listener_run (organisation_id, created_at, id);
create index listener_run_of_listener on strongroom.listener_run (listener_id, created_at, id);
create index listener_run_open on strongroom.listener_run (organisation_id, next_try_at) where state in ('waiting', 'running');
create index listener_run_account on strongroom.listener_run (account_id) where account_id is not null;

-- How far the trail was read for listeners. Transaction numbers are the cluster's own, so this never travels.
create table strongroom_local.listener_cursor (
  organisation_id uuid primary key,
  tx bigint not null,
  event_id uuid not null
);

do $$ declare t text; begin
  foreach t in array array['strongroom.listener', 'strongroom.listener_file', 'strongroom.listener_version', 'strongroom.listener_run', 'strongroom_local.listener_cursor']
  loop
    execute format('alter table %s enable row level security', t);
    execute format('create policy organisation on %s using (organisation_id = (select strongroom.current_organisation()))', t);
    execute format('grant select, insert, update, delete on %s to strongroom_app', t);
  end loop;
end $$;
