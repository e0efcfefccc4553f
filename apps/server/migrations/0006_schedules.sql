-- Schedules of resets, and who uses an account.

-- One for each resource group. It acts for its owner, with the rights that they have when a run is due.
create table strongroom.reset_schedule (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  group_id uuid not null,
  -- Whoever wrote it last; null once that user is deleted.
  owner_id uuid,
  -- What a token carried that wrote it; null for a person, who has all.
  scopes text[],
  -- When, as the contract has it: local time, to be read in the time zone.
  at jsonb not null,
  time_zone text not null,
  passwords text not null check (passwords in ('unique', 'common', 'common-random')),
  -- The one password of ‘common’, sealed for this row and version.
  sealed bytea,
  sealed_version int not null default 0,
  sealed_at timestamptz,
  tell_before_minutes int check (tell_before_minutes between 1 and 10080),
  tell_before jsonb not null,
  tell_after jsonb not null,
  state text not null default 'active' check (state in ('active', 'paused', 'stopped')),
  -- Why it was stopped, for people.
  why text,
  -- The next run, and when people are told of it; null when there is none, and when they were told.
  next_at timestamptz,
  tell_at timestamptz,
  -- What the clock said when a run was last started. Should it say much less later, it had been wrong.
  handled_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id, id),
  unique (organisation_id, group_id),
  check ((passwords = 'common') = (sealed is not null)),
  check (state = 'stopped' or why is null),
  check (state = 'active' or (next_at is null and tell_at is null)),
  foreign key (organisation_id, group_id) references strongroom.resource_group (organisation_id, id) on delete cascade,
  foreign key (organisation_id, owner_id) references strongroom.app_user (organisation_id, id) on delete set null (owner_id)
);
create index reset_schedule_due on strongroom.reset_schedule (organisation_id, next_at) where next_at is not null;
create index reset_schedule_telling on strongroom.reset_schedule (organisation_id, tell_at) where tell_at is not null;
create index reset_schedule_owner on strongroom.reset_schedule (organisation_id, owner_id);

-- What became of each time a schedule was due or started by hand.
create table strongroom.reset_schedule_run (
  id uuid primary key,
  organisation_id uuid not null,
  schedule_id uuid not null,
  due_at timestamptz not null,
  source text not null check (source in ('due', 'made-up', 'by-hand')),
  state text not null check (state in ('running', 'done', 'refused', 'failed')),
  why text,
  -- The run of resets; null when nothing was left to reset.
  run_id uuid,
  requested_by text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  -- How many accounts there were, were reset, failed and were left out; kept for reading.
  total int not null default 0,
  done int not null default 0,
  failed int not null default 0,
  skipped int not null default 0,
  told int not null default 0,
  unique (organisation_id, id),
  foreign key (organisation_id, schedule_id) references strongroom.reset_schedule (organisation_id, id) on delete cascade,
  foreign key (organisation_id, run_id) references strongroom.reset_run (organisation_id, id) on delete set null (run_id)
);
-- Whatever nodes, clocks and restarts do: no due time has two runs.
create unique index reset_schedule_run_once on strongroom.reset_schedule_run (organisation_id, schedule_id, due_at) where source <> 'by-hand';
create index reset_schedule_run_newest on strongroom.reset_schedule_run (organisation_id, schedule_id, started_at desc);
create index reset_schedule_run_of on strongroom.reset_schedule_run (organisation_id, run_id) where run_id is not null;

-- Accounts that a run was not even started for, and why: somebody works with their passwords.
create table strongroom.reset_schedule_skip (
  organisation_id uuid not null,
  schedule_run_id uuid not null,
  account_id uuid not null,
  -- In words.
  why text not null,
  primary key (organisation_id, schedule_run_id, account_id),
  foreign key (organisation_id, schedule_run_id) references strongroom.reset_schedule_run (organisation_id, id) on delete cascade,
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade
);
create index reset_schedule_skip_account on strongroom.reset_schedule_skip (organisation_id, account_id);

-- A schedule to begin others with. It never has a password in it.
create table strongroom.schedule_template (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  name text not null,
  body jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  unique (organisation_id, id)
);
create unique index schedule_template_name on strongroom.schedule_template (organisation_id, lower(name));

-- Programs and services that sign in with an account's password.
create table strongroom.account_consumer (
  id uuid primary key,
  organisation_id uuid not null,
  account_id uuid not null,
  name text not null,
  kind text not null check (kind in ('service', 'scheduled-task', 'application', 'script', 'pipeline', 'person', 'other')),
  contact text not null default '',
  note text not null default '',
  -- Where one asks whether it is well.
  probe_url text not null default '',
  -- In which order they are to be told of a new password: smallest first.
  position int not null default 0,
  added_at timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id, id),
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade
);
create unique index account_consumer_name on strongroom.account_consumer (organisation_id, account_id, lower(name));

do $$ declare t record; begin
  for t in select unnest(array['reset_schedule', 'reset_schedule_run', 'reset_schedule_skip', 'schedule_template', 'account_consumer']) as name loop
    execute format('alter table strongroom.%I enable row level security', t.name);
    execute format('create policy organisation on strongroom.%I using (organisation_id = (select strongroom.current_organisation()))', t.name);
    execute format('grant select, insert, update, delete on strongroom.%I to strongroom_app', t.name);
  end loop;
end $$;
