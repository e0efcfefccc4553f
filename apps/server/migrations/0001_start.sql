-- Three schemas, as a standby needs them: `strongroom` is published by a primary, `strongroom_standby` is written by
-- standbys and flows back, `strongroom_local` never leaves its node. Every table has a primary key (logical replication).
create schema strongroom;
create schema strongroom_standby;
create schema strongroom_local;
comment on schema strongroom is 'published by the primary to its standbys';
comment on schema strongroom_standby is 'written by a standby, published back to the primary';
comment on schema strongroom_local is 'stays on its node: sessions, throttles, the queue';

create function strongroom.current_organisation() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.organisation_id', true), '')::uuid $$;

create table strongroom.organisation (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null default now()
);

-- One data key per organisation and version, wrapped by the master key named by master_key_id.
create table strongroom.data_key (
  organisation_id uuid not null references strongroom.organisation (id),
  version int not null check (version > 0),
  master_key_id text not null,
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (organisation_id, version)
);

-- Small numbers per organisation, for the reference API.
create table strongroom.counter (
  organisation_id uuid not null references strongroom.organisation (id),
  kind text not null check (kind in ('user', 'resource', 'account')),
  last int not null default 0,
  primary key (organisation_id, kind)
);

create table strongroom.app_user (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  number int not null,
  kind text not null check (kind in ('person', 'api')),
  username text not null,
  full_name text not null,
  email text not null default '',
  department text not null default '',
  location text not null default '',
  phone text not null default '',
  mobile text not null default '',
  language text not null default 'en',
  time_zone text not null default 'UTC',
  role text not null check (role in ('administrator', 'privileged-administrator', 'password-administrator', 'password-user', 'password-auditor')),
  super_administrator boolean not null default false,
  state text not null check (state in ('active', 'invited', 'disabled')),
  host text not null default '',
  password_hash text,
  must_change_password boolean not null default false,
  created_at timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id, id),
  unique (organisation_id, number)
);
create unique index app_user_username on strongroom.app_user (organisation_id, lower(username));

create table strongroom.former_password_hash (
  organisation_id uuid not null,
  user_id uuid not null,
  changed_at timestamptz not null default now(),
  hash text not null,
  primary key (user_id, changed_at),
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade
);

create table strongroom.api_token (
  id uuid primary key,
  organisation_id uuid not null,
  user_id uuid not null,
  name text not null,
  -- SHA-256 of the token: 256 random bits need no slow hash.
  hash bytea not null unique,
  hint text not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  unique (organisation_id, id),
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade
);
create index api_token_user on strongroom.api_token (organisation_id, user_id);

create table strongroom.user_link (
  id uuid primary key,
  organisation_id uuid not null,
  user_id uuid not null,
  hash bytea not null unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade
);
create index user_link_user on strongroom.user_link (organisation_id, user_id);

create table strongroom.setting (
  organisation_id uuid not null references strongroom.organisation (id),
  name text not null,
  value jsonb not null,
  primary key (organisation_id, name)
);
create table strongroom.setting_secret (
  organisation_id uuid not null references strongroom.organisation (id),
  id uuid not null,
  name text not null,
  sealed bytea not null,
  primary key (organisation_id, name)
);

create table strongroom.password_policy (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  name text not null,
  built_in boolean not null default false,
  is_default boolean not null default false,
  min_length int not null check (min_length between 1 and 256),
  max_length int not null check (max_length between 1 and 256),
  mixed_case boolean not null,
  digits int not null,
  specials int not null,
  special_characters text not null,
  starts_with_letter boolean not null,
  login_name_allowed boolean not null,
  history_depth int not null,
  max_age_days int not null,
  unique (organisation_id, id),
  unique (organisation_id, name),
  check (min_length <= max_length)
);

create table strongroom.resource (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  number int not null,
  name text not null,
  type text not null,
  dns_name text not null default '',
  description text not null default '',
  department text not null default '',
  location text not null default '',
  domain text not null default '',
  url text not null default '',
  policy_id uuid,
  owner_id uuid not null,
  -- The driver's settings; null while the product does not log in to this resource.
  reset jsonb,
  admin_account_id uuid,
  elevation_account_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id, id),
  unique (organisation_id, number),
  foreign key (organisation_id, policy_id) references strongroom.password_policy (organisation_id, id),
  foreign key (organisation_id, owner_id) references strongroom.app_user (organisation_id, id)
);
create unique index resource_name on strongroom.resource (organisation_id, lower(name));
create index resource_owner on strongroom.resource (organisation_id, owner_id, lower(name));

create table strongroom.account (
  id uuid primary key,
  organisation_id uuid not null,
  number int not null,
  resource_id uuid not null,
  username text not null,
  notes text not null default '',
  policy_id uuid,
  -- The version of the current password and when it became current; the password itself lies in `secret`.
  secret_version int not null default 1,
  changed_at timestamptz not null default now(),
  proven_at timestamptz,
  proven_by text check (proven_by in ('verify', 'rotation')),
  checked_at timestamptz,
  check_result text check (check_result in ('accepted', 'rejected', 'unreachable', 'untrusted')),
  check_why text,
  exclusion_reason text,
  exclusion_owner_id uuid,
  exclusion_until timestamptz,
  created_at timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id, id),
  unique (organisation_id, number),
  unique (resource_id, username),
  foreign key (organisation_id, resource_id) references strongroom.resource (organisation_id, id) on delete cascade,
  foreign key (organisation_id, policy_id) references strongroom.password_policy (organisation_id, id),
  foreign key (organisation_id, exclusion_owner_id) references strongroom.app_user (organisation_id, id),
  check ((exclusion_until is null) = (exclusion_reason is null) and (exclusion_until is null) = (exclusion_owner_id is null))
);
alter table strongroom.resource
  add foreign key (organisation_id, admin_account_id) references strongroom.account (organisation_id, id) deferrable initially deferred,
  add foreign key (organisation_id, elevation_account_id) references strongroom.account (organisation_id, id) deferrable initially deferred;

-- Every password an account has or had. A candidate is a rotation's next password, sealed here before the target hears of it.
create table strongroom.secret (
  organisation_id uuid not null,
  account_id uuid not null,
  version int not null check (version > 0),
  state text not null check (state in ('candidate', 'current', 'former', 'abandoned')),
  sealed bytea not null,
  origin text not null check (origin in ('created', 'changed', 'rotated', 'restored', 'copied')),
  changed_by text not null,
  changed_from text,
  changed_at timestamptz not null default now(),
  primary key (account_id, version),
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade
);
create unique index secret_one_current on strongroom.secret (account_id) where state = 'current';
create unique index secret_one_candidate on strongroom.secret (account_id) where state = 'candidate';

create table strongroom.host_key (
  organisation_id uuid not null,
  resource_id uuid not null,
  fingerprint text not null,
  algorithm text not null,
  public_key text not null,
  state text not null check (state in ('pinned', 'offered')),
  seen_at timestamptz not null default now(),
  primary key (resource_id, fingerprint),
  foreign key (organisation_id, resource_id) references strongroom.resource (organisation_id, id) on delete cascade
);

create table strongroom.favourite (
  organisation_id uuid not null,
  user_id uuid not null,
  account_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (user_id, account_id),
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade,
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade
);

create table strongroom.rotation_attempt (
  id uuid primary key,
  organisation_id uuid not null,
  account_id uuid not null,
  base_version int not null,
  next_version int not null,
  state text not null default 'prepared'
    check (state in ('prepared', 'applying', 'applied', 'verified', 'promoted', 'unverified', 'rolled-back', 'needs-person')),
  why text,
  tries int not null default 0,
  -- A password that the target refused is not offered again by itself: each refusal may count towards a lock-out.
  next_refused boolean not null default false,
  current_refused boolean not null default false,
  applied_at timestamptz,
  -- While a worker is at it no other takes it up.
  leased_until timestamptz,
  requested_by_id uuid,
  requested_by text not null,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  next_try_at timestamptz,
  ended_at timestamptz,
  unique (organisation_id, id),
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade,
  foreign key (account_id, next_version) references strongroom.secret (account_id, version) on delete cascade
);
-- An account has at most one unfinished attempt, so recovery never chooses between candidates.
create unique index rotation_attempt_one_unfinished on strongroom.rotation_attempt (account_id)
  where state not in ('promoted', 'rolled-back');
create index rotation_attempt_account on strongroom.rotation_attempt (organisation_id, account_id, started_at desc);

-- The trail. `tx` tells the sealer which events are older than every running transaction.
create table strongroom.audit_event (
  id uuid not null,
  -- No foreign key: row-level security lets only the organisation of the transaction through, and the check of a key would lock
  -- the one row of `organisation` in every transaction at once (nearly a multixact for each event, measured).
  organisation_id uuid not null,
  tx bigint not null default (pg_current_xact_id()::text::bigint),
  at timestamptz(3) not null,
  trail text not null check (trail in ('resource', 'user', 'task')),
  actor_kind text not null check (actor_kind in ('user', 'system', 'anonymous')),
  actor_id uuid,
  actor_name text not null,
  action text not null,
  object_kind text not null,
  object_id text,
  object_name text,
  outcome text not null check (outcome in ('done', 'refused', 'failed')),
  reason text,
  ticket text,
  request_id text,
  address text,
  client text,
  details jsonb not null,
  -- Ids grow with time: this is also the order in which an organisation's trail is read.
  primary key (organisation_id, id)
);
create index audit_event_object on strongroom.audit_event (organisation_id, object_id, id);
create index audit_event_actor on strongroom.audit_event (organisation_id, actor_id, id);
create index audit_event_tx on strongroom.audit_event using brin (tx) with (pages_per_range = 16, autosummarize = on);

create table strongroom.audit_leaf (
  organisation_id uuid not null,
  leaf bigint not null,
  event_id uuid not null unique,
  hash bytea not null,
  primary key (organisation_id, leaf)
);
create table strongroom.audit_checkpoint (
  organisation_id uuid not null,
  size bigint not null,
  note text not null,
  -- The right edge of the tree at this size, so that the next seal goes on from here (RFC 9162 section 2.1).
  edge text not null,
  created_at timestamptz not null default now(),
  primary key (organisation_id, size)
);

-- How far this node's sealer has read. Transaction numbers are the cluster's own, so this never travels.
create table strongroom_local.audit_cursor (
  organisation_id uuid primary key,
  tx bigint not null,
  event_id uuid not null
);
create table strongroom_local.session (
  hash bytea primary key,
  id uuid not null unique,
  organisation_id uuid not null,
  user_id uuid not null,
  csrf_token text not null,
  started_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  address text not null,
  client text not null
);
create index session_by_user on strongroom_local.session (organisation_id, user_id);
-- Wrong passwords, by name and address together: a guesser locks out itself, never the person whose name it guesses.
-- The row with an empty username counts the address as a whole.
create table strongroom_local.sign_in_throttle (
  organisation_id uuid not null,
  username text not null,
  address text not null,
  failures int not null,
  last_failed_at timestamptz not null,
  locked_until timestamptz,
  primary key (organisation_id, username, address)
);
create table strongroom_local.last_use (
  organisation_id uuid not null,
  subject_id uuid not null,
  used_at timestamptz not null,
  primary key (subject_id)
);
create table strongroom_local.idempotency (
  organisation_id uuid not null,
  actor_id uuid not null,
  key text not null,
  request_hash bytea not null,
  status int,
  body jsonb,
  created_at timestamptz not null default now(),
  primary key (organisation_id, actor_id, key)
);
create table strongroom_local.setup_token (
  hash bytea primary key,
  created_at timestamptz not null default now()
);

-- The walls. Every table that carries an organisation shows one organisation's rows to the application's role.
do $$ declare t record; begin
  for t in
    select c.table_schema, c.table_name from information_schema.columns c
    join information_schema.tables b using (table_schema, table_name)
    where c.table_schema in ('strongroom', 'strongroom_standby', 'strongroom_local') and c.column_name = 'organisation_id' and b.table_type = 'BASE TABLE'
  loop
    execute format('alter table %I.%I enable row level security', t.table_schema, t.table_name);
    -- Large tables ask once for each statement which organisation it is. Those that are read by key ask for each row, which is
    -- cheaper there: a sub-select costs more to set up than one row costs to compare.
    execute format('create policy organisation on %I.%I using (organisation_id = %s)', t.table_schema, t.table_name,
      case when t.table_name in ('api_token', 'session', 'setting', 'data_key', 'rotation_attempt', 'secret')
        then 'strongroom.current_organisation()' else '(select strongroom.current_organisation())' end);
  end loop;
end $$;
alter table strongroom.organisation enable row level security;
create policy organisation on strongroom.organisation using (id = (select strongroom.current_organisation()));

grant usage on schema strongroom, strongroom_standby, strongroom_local to strongroom_app;
grant select, insert, update, delete on all tables in schema strongroom, strongroom_local to strongroom_app;
-- Nothing the application can be made to do changes or removes what was recorded.
revoke update, delete on strongroom.audit_event, strongroom.audit_leaf, strongroom.audit_checkpoint from strongroom_app;
revoke all on strongroom_local.setup_token from strongroom_app;

-- The few questions asked before it is known which organisation asks. They run as the owner, past the walls, and give no secret.
create function strongroom.organisations() returns table (id uuid, name text) language sql stable security definer
  set search_path = pg_catalog as $$ select o.id, o.name from strongroom.organisation o order by o.created_at $$;
create function strongroom.find_session(session_hash bytea) returns table (id uuid, organisation_id uuid, user_id uuid, csrf_token text)
  language sql stable security definer set search_path = pg_catalog
  as $$ select s.id, s.organisation_id, s.user_id, s.csrf_token from strongroom_local.session s where s.hash = session_hash $$;
create function strongroom.find_token(token_hash bytea) returns table (id uuid, organisation_id uuid, user_id uuid, scopes text[], host text, username text)
  language sql stable security definer set search_path = pg_catalog
  as $$ select t.id, t.organisation_id, t.user_id, t.scopes, u.host, u.username
        from strongroom.api_token t join strongroom.app_user u on u.id = t.user_id where t.hash = token_hash $$;
create function strongroom.find_link(link_hash bytea) returns table (id uuid, organisation_id uuid, user_id uuid)
  language sql stable security definer set search_path = pg_catalog
  as $$ select l.id, l.organisation_id, l.user_id from strongroom.user_link l
        where l.hash = link_hash and l.used_at is null and l.expires_at > now() $$;
-- A set-up token is good while there is no organisation; claiming it and the first organisation stand or fall together.
create function strongroom.setup_token_holds(token_hash bytea) returns boolean language sql stable security definer set search_path = pg_catalog
  as $$ select exists (select 1 from strongroom_local.setup_token t where t.hash = token_hash) and not exists (select 1 from strongroom.organisation) $$;
create function strongroom.claim_setup(token_hash bytea) returns boolean language plpgsql security definer set search_path = pg_catalog
  as $$ begin
    lock table strongroom.organisation in share row exclusive mode;
    if exists (select 1 from strongroom.organisation) then return false; end if;
    delete from strongroom_local.setup_token t where t.hash = token_hash;
    if not found then return false; end if;
    delete from strongroom_local.setup_token;
    return true;
  end $$;
create function strongroom.remember_setup(token_hash bytea) returns boolean language plpgsql security definer set search_path = pg_catalog
  as $$ begin
    if exists (select 1 from strongroom.organisation) then return false; end if;
    delete from strongroom_local.setup_token;
    insert into strongroom_local.setup_token (hash) values (token_hash);
    return true;
  end $$;
-- A job starts with the transaction that causes it, or not at all.
create function strongroom_local.enqueue(task text, payload json, job_key text, run_at timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog
  as $$ begin
    perform graphile_worker.add_job(identifier => task, payload => payload, job_key => job_key, run_at => run_at, max_attempts => 25);
  end $$;
-- Attempts that a stopped server left unfinished, in every organisation: read at start.
create function strongroom.unfinished_attempts() returns table (id uuid, organisation_id uuid) language sql stable security definer
  set search_path = pg_catalog
  as $$ select a.id, a.organisation_id from strongroom.rotation_attempt a where a.state not in ('promoted', 'rolled-back', 'needs-person') $$;

revoke all on all functions in schema strongroom, strongroom_local from public;
grant execute on all functions in schema strongroom, strongroom_local to strongroom_app;
