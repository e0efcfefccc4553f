-- Tickets: which ticketing system is asked, and what it lately said.

-- How an organisation's tickets are checked; one row each.
create table strongroom.ticketing (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  is_on boolean not null,
  -- For what a ticket is asked: the decision reads it with the facts.
  asks text[] not null,
  -- The rest, as the contract has it.
  settings jsonb not null,
  -- What signs in there, and which of those it had.
  sealed bytea,
  secret_version int not null default 0,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id)
);

-- What was found of a ticket for one use of one account or resource by one person. Good for a short time, and as long as the settings stand.
create table strongroom.ticket_check (
  organisation_id uuid not null,
  user_id uuid not null,
  -- An account or a resource.
  object_id uuid not null,
  use text not null check (use in ('retrieval', 'request', 'check-out', 'reset', 'auto-logon')),
  ticket text not null,
  verdict text not null check (verdict in ('allowed', 'refused', 'allowed-unchecked')),
  -- Of a refused one, why: whoever gives it again at once is told again.
  why text,
  -- The settings it was checked by.
  settings_version int not null,
  at timestamptz not null default now(),
  primary key (user_id, object_id, use, ticket),
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade
);
create index ticket_check_old on strongroom.ticket_check (organisation_id, at);

-- Versions of the module that asks a ticketing system of one's own. The newest approved one runs.
create table strongroom.ticketing_module (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  version int not null check (version > 0),
  note text not null,
  file_name text not null,
  bytes int not null,
  -- Of the file, in hexadecimal.
  sha256 text not null,
  sealed bytea not null,
  -- Over all of the version; what is approved is this.
  hash text not null,
  state text not null default 'waiting' check (state in ('waiting', 'approved', 'refused', 'replaced')),
  author_id uuid not null,
  author text not null,
  created_at timestamptz not null default now(),
  decided_by text,
  decided_at timestamptz,
  why text,
  approval bytea,
  unique (organisation_id, version),
  check ((state = 'approved') = (approval is not null))
);

do $$ declare t text; begin
  foreach t in array array['ticketing', 'ticket_check', 'ticketing_module']
  loop
    execute format('alter table strongroom.%I enable row level security', t);
    execute format('create policy organisation on strongroom.%I using (organisation_id = (select strongroom.current_organisation()))', t);
    execute format('grant select, insert, update, delete on strongroom.%I to strongroom_app', t);
  end loop;
end $$;
