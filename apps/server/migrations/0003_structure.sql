-- People, rights and structure at scale: roles, user groups, resource groups, shares with their past, fields, tags, types, sealed
-- files, long work, imports, saved views, and the search text of every list.
create extension if not exists pg_trgm with schema strongroom;
-- An external database may have it elsewhere: the operator class is looked up once, here.
select set_config('search_path', 'pg_catalog, strongroom, ' || quote_ident(n.nspname), true)
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm';

-- Roles of one's own: a set of named permissions, taken from a built-in role and changed.
create table strongroom.custom_role (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  name text not null,
  description text not null default '',
  permissions text[] not null,
  created_at timestamptz not null default now(),
  since timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id, id)
);
create unique index custom_role_name on strongroom.custom_role (organisation_id, lower(name));

alter table strongroom.app_user
  drop constraint app_user_role_check,
  -- `locked`: kept out for a while, with tokens and everything else left as it is.
  drop constraint app_user_state_check,
  add constraint app_user_state_check check (state in ('active', 'invited', 'locked', 'disabled')),
  add column custom_role_id uuid,
  -- Public halves only: what an API user signs in with at the SSH and certificate doors.
  add column ssh_key text not null default '',
  add column certificate text not null default '',
  add column since timestamptz not null default now(),
  add column search_text text not null generated always as (lower(username || ' ' || full_name || ' ' || email || ' ' || department || ' ' || location)) stored,
  add constraint app_user_role_check check (role in ('administrator', 'privileged-administrator', 'password-administrator', 'password-user', 'password-auditor', 'custom')),
  add constraint app_user_custom_role check ((role = 'custom') = (custom_role_id is not null)),
  add foreign key (organisation_id, custom_role_id) references strongroom.custom_role (organisation_id, id);
create index app_user_custom_role on strongroom.app_user (organisation_id, custom_role_id) where custom_role_id is not null;
create index app_user_search on strongroom.app_user using gin (search_text gin_trgm_ops);

alter table strongroom.counter drop constraint counter_kind_check,
  add constraint counter_kind_check check (kind in ('user', 'resource', 'account', 'user-group', 'resource-group'));

create table strongroom.user_group (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  number int not null,
  name text not null,
  description text not null default '',
  -- What its members may. Of several groups the least wins; whoever is in none is not held back by these.
  export_passwords boolean not null default true,
  personal_passwords boolean not null default true,
  export_personal boolean not null default true,
  -- These two widen: each must be given by every group one is in, and one must be in one.
  manage_criteria_shares boolean not null default false,
  ticket_exempt boolean not null default false,
  export_plain boolean not null default true,
  export_offline boolean not null default true,
  created_at timestamptz not null default now(),
  version int not null default 1,
  search_text text not null generated always as (lower(name || ' ' || description)) stored,
  unique (organisation_id, id),
  unique (organisation_id, number)
);
create unique index user_group_name on strongroom.user_group (organisation_id, lower(name));
create index user_group_search on strongroom.user_group using gin (search_text gin_trgm_ops);
create table strongroom.user_group_member (
  organisation_id uuid not null,
  user_group_id uuid not null,
  user_id uuid not null,
  since timestamptz not null default now(),
  primary key (user_group_id, user_id),
  foreign key (organisation_id, user_group_id) references strongroom.user_group (organisation_id, id) on delete cascade,
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade
);
create index user_group_member_user on strongroom.user_group_member (user_id, user_group_id);

-- Fields of an organisation's own: at most twenty on resources and twenty on accounts.
create table strongroom.custom_field (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  belongs_to text not null check (belongs_to in ('resource', 'account')),
  slot int not null check (slot between 1 and 20),
  name text not null,
  kind text not null check (kind in ('text', 'number', 'password', 'date-time', 'file')),
  description text not null default '',
  -- For text: the values one may choose from; empty for any.
  options text[] not null default '{}',
  required boolean not null default false,
  -- For file: the resource types that show it.
  types text[] not null default '{}',
  version int not null default 1,
  unique (organisation_id, id),
  unique (organisation_id, belongs_to, slot)
);
create unique index custom_field_name on strongroom.custom_field (organisation_id, belongs_to, lower(name));

-- A file, sealed in chunks with a key of its own.
create table strongroom.stored_file (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  name text not null,
  media_type text not null default 'application/octet-stream',
  state text not null default 'uploading' check (state in ('uploading', 'ready')),
  sealed_key bytea not null,
  size bigint not null default 0,
  chunks int not null default 0,
  sha256 bytea,
  uploaded_by_id uuid,
  created_at timestamptz not null default now(),
  unique (organisation_id, id)
);
create index stored_file_unfinished on strongroom.stored_file (organisation_id, created_at) where state = 'uploading';
create table strongroom.file_chunk (
  organisation_id uuid not null,
  file_id uuid not null,
  n int not null check (n >= 0),
  sealed bytea not null,
  primary key (file_id, n),
  foreign key (organisation_id, file_id) references strongroom.stored_file (organisation_id, id) on delete cascade
);
-- Sealed bytes do not compress: spare the try.
alter table strongroom.file_chunk alter column sealed set storage external;

alter table strongroom.resource
  -- Values of its own fields by field id, as text: kinds that are no secret.
  add column fields jsonb not null default '{}',
  add column since timestamptz not null default now(),
  add column search_text text not null default '';
alter table strongroom.account
  add column fields jsonb not null default '{}',
  add column since timestamptz not null default now(),
  add column search_text text not null default '';
alter table strongroom.secret
  -- For a store: the file that this version is. Its sealed text is the file's id then, which must be the same.
  add column file_id uuid,
  add foreign key (organisation_id, file_id) references strongroom.stored_file (organisation_id, id);
create index secret_file on strongroom.secret (file_id) where file_id is not null;
-- The values of password fields, and the files of file fields.
create table strongroom.field_value (
  organisation_id uuid not null,
  resource_id uuid,
  account_id uuid,
  object_id uuid not null generated always as (coalesce(resource_id, account_id)) stored,
  field_id uuid not null,
  -- For a file: its id, so that nobody who can write rows only can put another's file here.
  sealed bytea not null,
  file_id uuid,
  changed_at timestamptz not null default now(),
  primary key (object_id, field_id),
  check (num_nonnulls(resource_id, account_id) = 1),
  foreign key (organisation_id, resource_id) references strongroom.resource (organisation_id, id) on delete cascade,
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade,
  foreign key (organisation_id, field_id) references strongroom.custom_field (organisation_id, id) on delete cascade,
  foreign key (organisation_id, file_id) references strongroom.stored_file (organisation_id, id)
);
create index field_value_resource on strongroom.field_value (resource_id) where resource_id is not null;
create index field_value_account on strongroom.field_value (account_id) where account_id is not null;
create index field_value_file on strongroom.field_value (file_id) where file_id is not null;

-- Tags: attributes with a list of values, given to many resources.
create table strongroom.tag (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  scope text not null check (scope in ('service-provider', 'client')),
  name text not null,
  description text not null default '',
  version int not null default 1,
  unique (organisation_id, id)
);
create unique index tag_name on strongroom.tag (organisation_id, lower(name));
create table strongroom.tag_value (
  id uuid primary key,
  organisation_id uuid not null,
  tag_id uuid not null,
  value text not null,
  description text not null default '',
  unique (organisation_id, id),
  foreign key (organisation_id, tag_id) references strongroom.tag (organisation_id, id) on delete cascade
);
create unique index tag_value_value on strongroom.tag_value (tag_id, lower(value));
create table strongroom.resource_tag (
  organisation_id uuid not null,
  resource_id uuid not null,
  tag_value_id uuid not null,
  primary key (resource_id, tag_value_id),
  foreign key (organisation_id, resource_id) references strongroom.resource (organisation_id, id) on delete cascade,
  foreign key (organisation_id, tag_value_id) references strongroom.tag_value (organisation_id, id) on delete cascade
);
create index resource_tag_value on strongroom.resource_tag (tag_value_id, resource_id);

create table strongroom.resource_type (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  name text not null,
  attributes text[] not null,
  account_label text not null,
  -- The built-in type whose way of resetting it takes; null for none.
  resets_like text,
  -- True when its accounts hold files instead of passwords.
  holds_files boolean not null default false,
  created_at timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id, id)
);
create unique index resource_type_name on strongroom.resource_type (organisation_id, lower(name));
create table strongroom.resource_type_icon (
  organisation_id uuid not null,
  type_id uuid primary key,
  png bytea not null,
  foreign key (organisation_id, type_id) references strongroom.resource_type (organisation_id, id) on delete cascade
);

create table strongroom.resource_group (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  number int not null,
  name text not null,
  description text not null default '',
  kind text not null check (kind in ('static', 'criteria')),
  match text not null default 'all' check (match in ('all', 'any')),
  policy_id uuid,
  owner_id uuid not null,
  -- Where it hangs in its owner's tree; navigation only, nothing is inherited.
  parent_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  since timestamptz not null default now(),
  version int not null default 1,
  search_text text not null generated always as (lower(name || ' ' || description)) stored,
  unique (organisation_id, id),
  unique (organisation_id, number),
  check (parent_id <> id),
  foreign key (organisation_id, policy_id) references strongroom.password_policy (organisation_id, id),
  foreign key (organisation_id, owner_id) references strongroom.app_user (organisation_id, id),
  foreign key (organisation_id, parent_id) references strongroom.resource_group (organisation_id, id) on delete set null (parent_id)
);
create unique index resource_group_name on strongroom.resource_group (organisation_id, owner_id, lower(name));
create index resource_group_parent on strongroom.resource_group (parent_id) where parent_id is not null;
create index resource_group_search on strongroom.resource_group using gin (search_text gin_trgm_ops);
create table strongroom.resource_criterion (
  organisation_id uuid not null,
  group_id uuid not null,
  n int not null,
  field text not null check (field in ('name', 'type', 'dns-name', 'description', 'department', 'location', 'domain', 'account', 'tag', 'resource-field', 'account-field')),
  field_id uuid,
  operator text not null check (operator in ('contains', 'not-contains', 'equals', 'not-equals', 'starts', 'ends')),
  value text not null,
  wanted text not null generated always as (lower(value)) stored,
  primary key (group_id, n),
  check ((field in ('resource-field', 'account-field')) = (field_id is not null)),
  foreign key (organisation_id, group_id) references strongroom.resource_group (organisation_id, id) on delete cascade,
  foreign key (organisation_id, field_id) references strongroom.custom_field (organisation_id, id)
);
create index resource_criterion_field on strongroom.resource_criterion (organisation_id, field);
create table strongroom.resource_group_member (
  organisation_id uuid not null,
  group_id uuid not null,
  resource_id uuid not null,
  since timestamptz not null default now(),
  primary key (group_id, resource_id),
  foreign key (organisation_id, group_id) references strongroom.resource_group (organisation_id, id) on delete cascade,
  foreign key (organisation_id, resource_id) references strongroom.resource (organisation_id, id) on delete cascade
);
create index resource_group_member_resource on strongroom.resource_group_member (resource_id, group_id);
-- The policy that a resource has from its groups: of several the hardest to keep, by length first, then by what must be in it; null for none.
create function strongroom.policy_of_groups(resource uuid) returns uuid language sql stable set search_path = pg_catalog as $$
  select p.id from strongroom.resource_group_member m join strongroom.resource_group g on g.id = m.group_id
    join strongroom.password_policy p on p.id = g.policy_id
  where m.resource_id = resource
  order by p.min_length desc, p.digits + p.specials desc, p.mixed_case desc, p.login_name_allowed, p.history_depth desc, p.id limit 1 $$;
-- What the root of an owner's tree is called; without a row ‘NAME's Group’.
create table strongroom.explorer_root (
  organisation_id uuid not null,
  owner_id uuid primary key,
  name text not null,
  foreign key (organisation_id, owner_id) references strongroom.app_user (organisation_id, id) on delete cascade
);
-- The one tree of the organisation, where the setting has it. A node names itself; it may stand for a group.
create table strongroom.explorer_node (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  parent_id uuid,
  name text not null,
  group_id uuid,
  position int not null default 0,
  unique (organisation_id, id),
  check (parent_id <> id),
  foreign key (organisation_id, parent_id) references strongroom.explorer_node (organisation_id, id) deferrable initially deferred,
  foreign key (organisation_id, group_id) references strongroom.resource_group (organisation_id, id) on delete set null (group_id)
);
create index explorer_node_group on strongroom.explorer_node (group_id) where group_id is not null;
-- Every state the tree was in, so that each can be brought back.
create table strongroom.explorer_change (
  organisation_id uuid not null references strongroom.organisation (id),
  version int not null,
  at timestamptz not null default now(),
  changed_by_id uuid,
  changed_by text not null,
  what text not null,
  nodes jsonb not null,
  primary key (organisation_id, version)
);

-- A grant of view, modify or manage on an account, a resource or a resource group, to a user or a user group.
create table strongroom.share (
  id uuid primary key,
  organisation_id uuid not null,
  account_id uuid,
  resource_id uuid,
  group_id uuid,
  user_id uuid,
  user_group_id uuid,
  target_id uuid not null generated always as (coalesce(account_id, resource_id, group_id)) stored,
  to_id uuid not null generated always as (coalesce(user_id, user_group_id)) stored,
  permission text not null check (permission in ('view', 'modify', 'manage')),
  valid_from timestamptz,
  valid_until timestamptz,
  shared_by_id uuid,
  shared_by text not null,
  since timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id, id),
  unique (target_id, to_id),
  check (num_nonnulls(account_id, resource_id, group_id) = 1),
  check (num_nonnulls(user_id, user_group_id) = 1),
  check (account_id is null or permission <> 'manage'),
  check (valid_from is null or valid_until is null or valid_from < valid_until),
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade,
  foreign key (organisation_id, resource_id) references strongroom.resource (organisation_id, id) on delete cascade,
  foreign key (organisation_id, group_id) references strongroom.resource_group (organisation_id, id) on delete cascade,
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade,
  foreign key (organisation_id, user_group_id) references strongroom.user_group (organisation_id, id) on delete cascade
);
create index share_to on strongroom.share (to_id, target_id);
-- What goes takes its shares along: each is found by its own column then.
create index share_account on strongroom.share (account_id) where account_id is not null;
create index share_resource on strongroom.share (resource_id) where resource_id is not null;
create index share_group on strongroom.share (group_id) where group_id is not null;
create index share_user on strongroom.share (user_id) where user_id is not null;
create index share_user_group on strongroom.share (user_group_id) where user_group_id is not null;

-- Long work: one row for the whole, one for each thing it is done to. A job acts for the user who asked, with the rights they have when it gets there.
create table strongroom.task (
  id uuid primary key,
  organisation_id uuid not null,
  user_id uuid,
  kind text not null,
  title text not null,
  input jsonb not null,
  scopes text[],
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  total int not null default 0,
  done int not null default 0,
  failed int not null default 0,
  reason text,
  ticket text,
  why text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  unique (organisation_id, id),
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete set null (user_id)
);
create index task_user on strongroom.task (organisation_id, user_id, created_at desc);
create table strongroom.task_item (
  organisation_id uuid not null,
  task_id uuid not null,
  n int not null,
  object_id uuid,
  name text not null default '',
  state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
  code text,
  detail text,
  primary key (task_id, n),
  foreign key (organisation_id, task_id) references strongroom.task (organisation_id, id) on delete cascade
);
create index task_item_waiting on strongroom.task_item (task_id, n) where state = 'waiting';
create index task_item_failed on strongroom.task_item (task_id, n) where state = 'failed';

create table strongroom.import_run (
  id uuid primary key,
  organisation_id uuid not null,
  user_id uuid,
  kind text not null check (kind in ('resource', 'user')),
  state text not null check (state in ('uploaded', 'checked', 'running', 'done', 'failed', 'undoing', 'undone')),
  file_id uuid,
  file_name text not null,
  detected jsonb not null default '{}',
  header jsonb not null default '[]',
  mapping jsonb not null default '{}',
  options jsonb not null default '{}',
  task_id uuid,
  lines int not null default 0,
  created int not null default 0,
  merged int not null default 0,
  skipped int not null default 0,
  why text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  undone_at timestamptz,
  unique (organisation_id, id),
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete set null (user_id),
  foreign key (organisation_id, file_id) references strongroom.stored_file (organisation_id, id) on delete set null (file_id),
  foreign key (organisation_id, task_id) references strongroom.task (organisation_id, id) on delete set null (task_id)
);
create index import_run_user on strongroom.import_run (organisation_id, user_id, created_at desc);
create index import_run_file on strongroom.import_run (file_id) where file_id is not null;
create table strongroom.import_line (
  organisation_id uuid not null,
  import_id uuid not null,
  line int not null,
  outcome text not null check (outcome in ('created', 'merged', 'skipped')),
  name text not null default '',
  code text,
  detail text,
  object_id uuid,
  primary key (import_id, line),
  foreign key (organisation_id, import_id) references strongroom.import_run (organisation_id, id) on delete cascade
);
create index import_line_skipped on strongroom.import_line (import_id, line) where outcome = 'skipped';
-- What was there before, to bring it back: never a secret, which lies in its own table under its version.
create table strongroom.import_change (
  organisation_id uuid not null,
  import_id uuid not null,
  n bigint not null,
  kind text not null,
  object_id uuid not null,
  before jsonb,
  primary key (import_id, n),
  foreign key (organisation_id, import_id) references strongroom.import_run (organisation_id, id) on delete cascade
);

create table strongroom.saved_view (
  id uuid primary key,
  organisation_id uuid not null,
  user_id uuid not null,
  list text not null,
  name text not null,
  query jsonb not null,
  -- Everybody in this group sees it too.
  user_group_id uuid,
  created_at timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id, id),
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade,
  foreign key (organisation_id, user_group_id) references strongroom.user_group (organisation_id, id) on delete set null (user_group_id)
);
create unique index saved_view_name on strongroom.saved_view (organisation_id, user_id, list, lower(name));

-- How rights stood before: the former states of everything a decision depends on, each with the time it held.
create table strongroom.past (
  organisation_id uuid not null,
  kind text not null,
  -- The two ends: whose, and of what. For a share its target and whom it is for; for a member its group and itself.
  a uuid not null,
  b uuid,
  since timestamptz not null,
  until timestamptz not null,
  n bigint generated always as identity,
  state jsonb not null,
  primary key (n)
);
create index past_a on strongroom.past (organisation_id, kind, a, since);
create index past_b on strongroom.past (organisation_id, kind, b, since);

-- tg_argv: kind, column of a, column of b, then the columns that matter.
create function strongroom.keep_past() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
  former jsonb := to_jsonb(old);
  kept jsonb := '{}';
  i int;
begin
  -- What came and went in one transaction was never seen by anybody.
  if old.since < now() then
    for i in 3 .. tg_nargs - 1 loop
      kept := kept || jsonb_build_object(tg_argv[i], former -> tg_argv[i]);
    end loop;
    insert into strongroom.past (organisation_id, kind, a, b, since, until, state)
      values (old.organisation_id, tg_argv[0], (former ->> tg_argv[1])::uuid, (former ->> tg_argv[2])::uuid, old.since, now(), kept);
  end if;
  if tg_op = 'DELETE' then return old; end if;
  new.since := now();
  return new;
end $$;

create trigger past_gone before delete on strongroom.share for each row
  execute function strongroom.keep_past('share', 'target_id', 'to_id', 'id', 'permission', 'valid_from', 'valid_until', 'account_id', 'resource_id', 'group_id', 'user_id', 'user_group_id', 'shared_by');
create trigger past_changed before update on strongroom.share for each row
  when ((old.permission, old.valid_from, old.valid_until) is distinct from (new.permission, new.valid_from, new.valid_until))
  execute function strongroom.keep_past('share', 'target_id', 'to_id', 'id', 'permission', 'valid_from', 'valid_until', 'account_id', 'resource_id', 'group_id', 'user_id', 'user_group_id', 'shared_by');
create trigger past_gone before delete on strongroom.user_group_member for each row
  execute function strongroom.keep_past('user-group-member', 'user_group_id', 'user_id');
create trigger past_gone before delete on strongroom.resource_group_member for each row
  execute function strongroom.keep_past('resource-group-member', 'group_id', 'resource_id');
create trigger past_gone before delete on strongroom.resource for each row
  execute function strongroom.keep_past('resource', 'id', 'owner_id', 'name');
create trigger past_changed before update on strongroom.resource for each row when (old.owner_id <> new.owner_id)
  execute function strongroom.keep_past('resource', 'id', 'owner_id', 'name');
create trigger past_gone before delete on strongroom.account for each row
  execute function strongroom.keep_past('account', 'id', 'resource_id', 'username');
create trigger past_changed before update on strongroom.account for each row when (old.resource_id <> new.resource_id)
  execute function strongroom.keep_past('account', 'id', 'resource_id', 'username');
create trigger past_gone before delete on strongroom.resource_group for each row
  execute function strongroom.keep_past('resource-group', 'id', 'owner_id', 'name');
create trigger past_changed before update on strongroom.resource_group for each row when (old.owner_id <> new.owner_id)
  execute function strongroom.keep_past('resource-group', 'id', 'owner_id', 'name');
create trigger past_gone before delete on strongroom.app_user for each row
  execute function strongroom.keep_past('user', 'id', 'custom_role_id', 'role', 'super_administrator', 'state');
create trigger past_changed before update on strongroom.app_user for each row
  when ((old.role, old.custom_role_id, old.super_administrator, old.state) is distinct from (new.role, new.custom_role_id, new.super_administrator, new.state))
  execute function strongroom.keep_past('user', 'id', 'custom_role_id', 'role', 'super_administrator', 'state');
create trigger past_gone before delete on strongroom.custom_role for each row
  execute function strongroom.keep_past('custom-role', 'id', 'id', 'permissions');
create trigger past_changed before update on strongroom.custom_role for each row when (old.permissions <> new.permissions)
  execute function strongroom.keep_past('custom-role', 'id', 'id', 'permissions');

-- How it stood at a moment. Plain SQL, so that the planner looks into them.
create function strongroom.share_at(at timestamptz) returns table (id uuid, organisation_id uuid, target_id uuid, to_id uuid, permission text, valid_from timestamptz, valid_until timestamptz)
  language sql stable as $$
  select s.id, s.organisation_id, s.target_id, s.to_id, s.permission, s.valid_from, s.valid_until from strongroom.share s where s.since <= at
  union all
  select (p.state ->> 'id')::uuid, p.organisation_id, p.a, p.b, p.state ->> 'permission', (p.state ->> 'valid_from')::timestamptz, (p.state ->> 'valid_until')::timestamptz
    from strongroom.past p where p.kind = 'share' and p.since <= at and p.until > at $$;
create function strongroom.user_group_member_at(at timestamptz) returns table (organisation_id uuid, user_group_id uuid, user_id uuid)
  language sql stable as $$
  select m.organisation_id, m.user_group_id, m.user_id from strongroom.user_group_member m where m.since <= at
  union all
  select p.organisation_id, p.a, p.b from strongroom.past p where p.kind = 'user-group-member' and p.since <= at and p.until > at $$;
create function strongroom.resource_group_member_at(at timestamptz) returns table (organisation_id uuid, group_id uuid, resource_id uuid)
  language sql stable as $$
  select m.organisation_id, m.group_id, m.resource_id from strongroom.resource_group_member m where m.since <= at
  union all
  select p.organisation_id, p.a, p.b from strongroom.past p where p.kind = 'resource-group-member' and p.since <= at and p.until > at $$;
create function strongroom.resource_at(at timestamptz) returns table (organisation_id uuid, id uuid, name text, owner_id uuid)
  language sql stable as $$
  select r.organisation_id, r.id, r.name, r.owner_id from strongroom.resource r where r.since <= at
  union all
  select p.organisation_id, p.a, p.state ->> 'name', p.b from strongroom.past p where p.kind = 'resource' and p.since <= at and p.until > at $$;
create function strongroom.account_at(at timestamptz) returns table (organisation_id uuid, id uuid, username text, resource_id uuid)
  language sql stable as $$
  select a.organisation_id, a.id, a.username, a.resource_id from strongroom.account a where a.since <= at
  union all
  select p.organisation_id, p.a, p.state ->> 'username', p.b from strongroom.past p where p.kind = 'account' and p.since <= at and p.until > at $$;
create function strongroom.resource_group_at(at timestamptz) returns table (organisation_id uuid, id uuid, name text, owner_id uuid)
  language sql stable as $$
  select g.organisation_id, g.id, g.name, g.owner_id from strongroom.resource_group g where g.since <= at
  union all
  select p.organisation_id, p.a, p.state ->> 'name', p.b from strongroom.past p where p.kind = 'resource-group' and p.since <= at and p.until > at $$;
create function strongroom.app_user_at(at timestamptz) returns table (organisation_id uuid, id uuid, role text, custom_role_id uuid, super_administrator boolean, state text)
  language sql stable as $$
  select u.organisation_id, u.id, u.role, u.custom_role_id, u.super_administrator, u.state from strongroom.app_user u where u.since <= at
  union all
  select p.organisation_id, p.a, p.state ->> 'role', p.b, (p.state ->> 'super_administrator')::boolean, p.state ->> 'state'
    from strongroom.past p where p.kind = 'user' and p.since <= at and p.until > at $$;
create function strongroom.custom_role_at(at timestamptz) returns table (organisation_id uuid, id uuid, permissions text[])
  language sql stable as $$
  select c.organisation_id, c.id, c.permissions from strongroom.custom_role c where c.since <= at
  union all
  select p.organisation_id, p.a, array(select jsonb_array_elements_text(p.state -> 'permissions'))
    from strongroom.past p where p.kind = 'custom-role' and p.since <= at and p.until > at $$;

-- Search text: everything of a resource that is no secret, in lower case; an account's has its resource's too, so that ‘root fra-db’ finds it.
create function strongroom.resource_search_text(r strongroom.resource) returns text language sql stable set search_path = pg_catalog as $$
  select lower(concat_ws(' ', r.name, r.dns_name, r.type, r.description, r.department, r.location, r.domain,
    (select string_agg(value, ' ') from jsonb_each_text(r.fields)),
    (select string_agg(t.name || ' ' || v.value, ' ') from strongroom.resource_tag x join strongroom.tag_value v on v.id = x.tag_value_id
       join strongroom.tag t on t.id = v.tag_id where x.resource_id = r.id))) $$;
create function strongroom.account_search_text(a strongroom.account, of_resource text) returns text language sql immutable set search_path = pg_catalog as $$
  select lower(concat_ws(' ', a.username, a.notes, (select string_agg(value, ' ') from jsonb_each_text(a.fields)))) || ' ' || of_resource $$;

create function strongroom.resource_before_write() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  new.search_text := strongroom.resource_search_text(new);
  return new;
end $$;
create trigger search_made before insert on strongroom.resource for each row execute function strongroom.resource_before_write();
create trigger search_changed before update on strongroom.resource for each row
  when ((old.name, old.dns_name, old.type, old.description, old.department, old.location, old.domain, old.fields)
    is distinct from (new.name, new.dns_name, new.type, new.description, new.department, new.location, new.domain, new.fields))
  execute function strongroom.resource_before_write();
create function strongroom.account_before_write() returns trigger language plpgsql set search_path = pg_catalog as $$
declare of_resource text;
begin
  -- Locked, so that a change of the resource that is not done yet is waited for: it would not see this account.
  select r.search_text into of_resource from strongroom.resource r where r.id = new.resource_id for no key update;
  new.search_text := strongroom.account_search_text(new, coalesce(of_resource, ''));
  return new;
end $$;
create trigger search_made before insert on strongroom.account for each row execute function strongroom.account_before_write();
create trigger search_changed before update on strongroom.account for each row
  when ((old.username, old.notes, old.resource_id, old.fields) is distinct from (new.username, new.notes, new.resource_id, new.fields))
  execute function strongroom.account_before_write();

-- Groups by criteria. The database keeps their members, so that no way of changing a resource can forget to.
create function strongroom.text_matches(actual text, operator text, wanted text) returns boolean language sql immutable parallel safe as $$
  select case operator
    when 'contains' then position(wanted in actual) > 0
    when 'not-contains' then position(wanted in actual) = 0
    when 'equals' then actual = wanted
    when 'not-equals' then actual <> wanted
    when 'starts' then starts_with(actual, wanted)
    else right(actual, length(wanted)) = wanted end $$;
-- Whether one criterion holds for a resource. Of the accounts and tags of a resource: one that fits is enough; for ‘not’, none may fit.
create function strongroom.criterion_holds(c strongroom.resource_criterion, r strongroom.resource) returns boolean language sql stable as $$
  select case
    when c.field = 'account' then c.operator like 'not-%' <> exists (select 1 from strongroom.account a where a.resource_id = r.id
      and strongroom.text_matches(lower(a.username), replace(c.operator, 'not-', ''), c.wanted))
    when c.field = 'account-field' then c.operator like 'not-%' <> exists (select 1 from strongroom.account a where a.resource_id = r.id
      and strongroom.text_matches(lower(coalesce(a.fields ->> c.field_id::text, '')), replace(c.operator, 'not-', ''), c.wanted))
    when c.field = 'tag' then c.operator like 'not-%' <> exists (select 1 from strongroom.resource_tag x join strongroom.tag_value v on v.id = x.tag_value_id
      join strongroom.tag t on t.id = v.tag_id where x.resource_id = r.id
      and strongroom.text_matches(lower(t.name || '=' || v.value), replace(c.operator, 'not-', ''), c.wanted))
    else strongroom.text_matches(lower(case c.field when 'name' then r.name when 'type' then r.type when 'dns-name' then r.dns_name
      when 'description' then r.description when 'department' then r.department when 'location' then r.location when 'domain' then r.domain
      else coalesce(r.fields ->> c.field_id::text, '') end), c.operator, c.wanted) end $$;
-- A group gathers among the resources of its owner; a super administrator's gathers among all. A group without a criterion gathers nothing.
create function strongroom.matching(org uuid, groups uuid[], resources uuid[]) returns table (group_id uuid, resource_id uuid)
  language sql stable set search_path = pg_catalog as $$
  select g.id, r.id from strongroom.resource r, strongroom.resource_group g join strongroom.app_user u on u.id = g.owner_id
  where r.organisation_id = org and g.organisation_id = org and g.kind = 'criteria'
    and (groups is null or g.id = any (groups)) and (resources is null or r.id = any (resources))
    and (u.super_administrator or g.owner_id = r.owner_id)
    and (select case g.match when 'all' then bool_and(strongroom.criterion_holds(c, r)) else bool_or(strongroom.criterion_holds(c, r)) end
         from strongroom.resource_criterion c where c.group_id = g.id) $$;
-- Changes of criteria wait for changes of resources and the other way round: neither is judged by what the other had before.
create function strongroom.criteria_lock(org uuid) returns bigint language sql immutable set search_path = pg_catalog as $$
  select hashtextextended('strongroom criteria ' || org::text, 0) $$;
create function strongroom.gather_resources(org uuid, ids uuid[]) returns void language plpgsql set search_path = pg_catalog as $$
begin
  perform pg_advisory_xact_lock_shared(strongroom.criteria_lock(org));
  if not exists (select 1 from strongroom.resource_group g where g.organisation_id = org and g.kind = 'criteria') then return; end if;
  with now_in as materialized (select m.group_id, m.resource_id from strongroom.matching(org, null, ids) m),
    gone as (delete from strongroom.resource_group_member m using strongroom.resource_group g
      where g.id = m.group_id and g.kind = 'criteria' and m.resource_id = any (ids)
        and not exists (select 1 from now_in n where n.group_id = m.group_id and n.resource_id = m.resource_id))
  insert into strongroom.resource_group_member (organisation_id, group_id, resource_id)
    select org, n.group_id, n.resource_id from now_in n on conflict do nothing;
end $$;
create function strongroom.gather_groups(org uuid, ids uuid[]) returns void language plpgsql set search_path = pg_catalog as $$
begin
  perform pg_advisory_xact_lock(strongroom.criteria_lock(org));
  with now_in as materialized (select m.group_id, m.resource_id from strongroom.matching(org, ids, null) m),
    gone as (delete from strongroom.resource_group_member m using strongroom.resource_group g
      where g.id = m.group_id and g.kind = 'criteria' and m.group_id = any (ids)
        and not exists (select 1 from now_in n where n.group_id = m.group_id and n.resource_id = m.resource_id))
  insert into strongroom.resource_group_member (organisation_id, group_id, resource_id)
    select org, n.group_id, n.resource_id from now_in n on conflict do nothing;
end $$;

create function strongroom.resource_after_insert() returns trigger language plpgsql set search_path = pg_catalog as $$
declare one record;
begin
  for one in select organisation_id as org, array_agg(id) as ids from came group by organisation_id loop
    perform strongroom.gather_resources(one.org, one.ids);
  end loop;
  return null;
end $$;
create trigger gathered_new after insert on strongroom.resource referencing new table as came for each statement execute function strongroom.resource_after_insert();
create function strongroom.resource_after_update() returns trigger language plpgsql set search_path = pg_catalog as $$
declare one record;
begin
  -- What changed, as a difference of sets: a join of the two would be planned once, for the few rows of a first update, and go
  -- through ten thousand rows ten thousand times later.
  for one in select x.organisation_id as org, array_agg(x.id) as ids from (
      select n.organisation_id, n.id, n.search_text from came n except select o.organisation_id, o.id, o.search_text from went o) x
    group by x.organisation_id loop
    update strongroom.account a set search_text = strongroom.account_search_text(a, r.search_text)
      from strongroom.resource r where r.id = a.resource_id and r.id = any (one.ids);
  end loop;
  for one in select x.organisation_id as org, array_agg(x.id) as ids from (
      select n.organisation_id, n.id, n.name, n.dns_name, n.type, n.description, n.department, n.location, n.domain, n.fields, n.owner_id from came n
      except select o.organisation_id, o.id, o.name, o.dns_name, o.type, o.description, o.department, o.location, o.domain, o.fields, o.owner_id from went o) x
    group by x.organisation_id loop
    perform strongroom.gather_resources(one.org, one.ids);
  end loop;
  return null;
end $$;
create trigger gathered_changed after update on strongroom.resource referencing old table as went new table as came for each statement execute function strongroom.resource_after_update();
-- A criteria change holds its lock while it makes members, which need the resource: deleting takes the two in the same order.
create function strongroom.resource_before_delete() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  perform pg_advisory_xact_lock_shared(strongroom.criteria_lock(strongroom.current_organisation()));
  return null;
end $$;
create trigger gathered_gone before delete on strongroom.resource for each statement execute function strongroom.resource_before_delete();
-- Accounts matter to a group only where a criterion asks for them.
create function strongroom.gather_for_accounts(org uuid, ids uuid[]) returns void language plpgsql set search_path = pg_catalog as $$
begin
  -- Two that change accounts of one resource at once would each miss the other's.
  perform 1 from strongroom.resource r where r.id = any (ids) order by r.id for no key update;
  -- And a criterion that is being written is waited for before it is looked for.
  perform pg_advisory_xact_lock_shared(strongroom.criteria_lock(org));
  if not exists (select 1 from strongroom.resource_criterion c where c.organisation_id = org and c.field in ('account', 'account-field')) then return; end if;
  perform strongroom.gather_resources(org, ids);
end $$;
create function strongroom.account_after_insert() returns trigger language plpgsql set search_path = pg_catalog as $$
declare one record;
begin
  for one in select organisation_id as org, array_agg(distinct resource_id) as ids from came group by organisation_id loop
    perform strongroom.gather_for_accounts(one.org, one.ids);
  end loop;
  return null;
end $$;
create trigger gathered_new after insert on strongroom.account referencing new table as came for each statement execute function strongroom.account_after_insert();
create function strongroom.account_after_update() returns trigger language plpgsql set search_path = pg_catalog as $$
declare one record;
begin
  for one in select x.organisation_id as org, array_agg(distinct x.resource_id) as ids from (
      (select n.organisation_id, n.id, n.username, n.fields, n.resource_id from came n except select o.organisation_id, o.id, o.username, o.fields, o.resource_id from went o)
      union all
      (select o.organisation_id, o.id, o.username, o.fields, o.resource_id from went o except select n.organisation_id, n.id, n.username, n.fields, n.resource_id from came n)) x
    group by x.organisation_id loop
    perform strongroom.gather_for_accounts(one.org, one.ids);
  end loop;
  return null;
end $$;
create trigger gathered_changed after update on strongroom.account referencing old table as went new table as came for each statement execute function strongroom.account_after_update();
create function strongroom.account_after_delete() returns trigger language plpgsql set search_path = pg_catalog as $$
declare one record;
begin
  for one in select organisation_id as org, array_agg(distinct resource_id) as ids from went group by organisation_id loop
    perform strongroom.gather_for_accounts(one.org, one.ids);
  end loop;
  return null;
end $$;
create trigger gathered_gone after delete on strongroom.account referencing old table as went for each statement execute function strongroom.account_after_delete();
-- A tag given, taken or renamed is a change of the resource's text. The rows are locked before the text is made: it is made of what others did by then.
create function strongroom.retag(org uuid, ids uuid[]) returns void language plpgsql set search_path = pg_catalog as $$
begin
  perform 1 from strongroom.resource r where r.id = any (ids) order by r.id for no key update;
  update strongroom.resource r set search_text = strongroom.resource_search_text(r) where r.id = any (ids);
  perform strongroom.gather_resources(org, ids);
end $$;
create function strongroom.tag_renamed() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  perform strongroom.retag(new.organisation_id, array(select distinct x.resource_id from strongroom.resource_tag x
    join strongroom.tag_value v on v.id = x.tag_value_id where new.id in (v.id, v.tag_id)));
  return null;
end $$;
create trigger tag_renamed after update on strongroom.tag for each row when (old.name <> new.name) execute function strongroom.tag_renamed();
create trigger value_renamed after update on strongroom.tag_value for each row when (old.value <> new.value) execute function strongroom.tag_renamed();
create function strongroom.tags_changed() returns trigger language plpgsql set search_path = pg_catalog as $$
declare one record;
begin
  for one in select organisation_id as org, array_agg(distinct resource_id) as ids from moved group by organisation_id loop
    perform strongroom.retag(one.org, one.ids);
  end loop;
  return null;
end $$;
create trigger tags_given after insert on strongroom.resource_tag referencing new table as moved for each statement execute function strongroom.tags_changed();
create trigger tags_taken after delete on strongroom.resource_tag referencing old table as moved for each statement execute function strongroom.tags_changed();
create function strongroom.user_after_update() returns trigger language plpgsql set search_path = pg_catalog as $$
declare ids uuid[];
begin
  select array_agg(g.id) into ids from strongroom.resource_group g where g.owner_id = new.id and g.kind = 'criteria';
  if ids is not null then perform strongroom.gather_groups(new.organisation_id, ids); end if;
  return null;
end $$;
create trigger gathered_scope after update on strongroom.app_user for each row when (old.super_administrator <> new.super_administrator)
  execute function strongroom.user_after_update();
create function strongroom.group_after_update() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  perform strongroom.gather_groups(new.organisation_id, array[new.id]);
  return null;
end $$;
create trigger gathered_owner after update on strongroom.resource_group for each row when (new.kind = 'criteria' and old.owner_id <> new.owner_id)
  execute function strongroom.group_after_update();

update strongroom.resource set search_text = strongroom.resource_search_text(resource);
update strongroom.account a set search_text = strongroom.account_search_text(a, r.search_text) from strongroom.resource r where r.id = a.resource_id;
create index resource_search on strongroom.resource using gin (search_text gin_trgm_ops);
create index account_search on strongroom.account using gin (search_text gin_trgm_ops);
-- One index for each order a list is shown in.
create index resource_by_type on strongroom.resource (organisation_id, lower(type), id);
create index resource_by_dns_name on strongroom.resource (organisation_id, lower(dns_name), id);
create index resource_by_change on strongroom.resource (organisation_id, updated_at, id);
-- Without these, each account that goes would read all resources for one that logs in with it.
create index resource_admin_account on strongroom.resource (admin_account_id) where admin_account_id is not null;
create index resource_elevation_account on strongroom.resource (elevation_account_id) where elevation_account_id is not null;
create index account_by_username on strongroom.account (organisation_id, lower(username), id);
create index account_by_change on strongroom.account (organisation_id, changed_at, id);
create index account_by_check on strongroom.account (organisation_id, coalesce(checked_at, '-infinity'), id);
create index account_unwell on strongroom.account (organisation_id, check_result, id) where check_result <> 'accepted';
create index app_user_by_full_name on strongroom.app_user (organisation_id, lower(full_name), id);
-- And one for each way they are narrowed that leaves few.
create index resource_of_type on strongroom.resource (organisation_id, type, lower(name), id);
create index resource_of_department on strongroom.resource (organisation_id, department, lower(name), id);
create index resource_of_location on strongroom.resource (organisation_id, location, lower(name), id);
create index account_by_proof on strongroom.account (organisation_id, proven_at);
create index account_excluded on strongroom.account (organisation_id, exclusion_until) where exclusion_until is not null;

-- Row-level security keeps the planner from looking a text up in an index, because matching might tell of rows behind the wall. These look as the owner
-- and name the organisation themselves. They give ids only, `most` at most; what is shown of them is read behind the walls. Each of the words must be there, in
-- one of its spellings: `a` for the first, `b` and `c` for the next two, null when there are fewer. All in lower case, with % and _ as LIKE takes them.
create function strongroom.probe_resources(a text[], b text[], c text[], most int) returns setof uuid language plpgsql stable security definer
  set search_path = pg_catalog set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
declare org uuid := strongroom.current_organisation();
begin
  return query select r.id from strongroom.resource r where r.organisation_id = org and r.search_text like any (a)
    and (b is null or r.search_text like any (b)) and (c is null or r.search_text like any (c)) limit most;
end $$;
create function strongroom.probe_accounts(a text[], b text[], c text[], most int) returns setof uuid language plpgsql stable security definer
  set search_path = pg_catalog set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
declare org uuid := strongroom.current_organisation();
begin
  return query select x.id from strongroom.account x where x.organisation_id = org and x.search_text like any (a)
    and (b is null or x.search_text like any (b)) and (c is null or x.search_text like any (c)) limit most;
end $$;
-- Resources whose name begins so, and accounts whose log-in name does, in their order. The last character there is ends the range.
create function strongroom.named_resources(beginning text, most int) returns setof uuid language plpgsql stable security definer
  set search_path = pg_catalog set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
declare org uuid := strongroom.current_organisation();
begin
  return query select r.id from strongroom.resource r where r.organisation_id = org and lower(r.name) >= beginning and lower(r.name) < beginning || U&'\+10FFFF'
    order by lower(r.name), r.id limit most;
end $$;
create function strongroom.named_accounts(beginning text, most int) returns setof uuid language plpgsql stable security definer
  set search_path = pg_catalog set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
declare org uuid := strongroom.current_organisation();
begin
  return query select x.id from strongroom.account x where x.organisation_id = org and lower(x.username) >= beginning and lower(x.username) < beginning || U&'\+10FFFF'
    order by lower(x.username), x.id limit most;
end $$;
-- The different log-in names that begin so, in their order: a step of the index for each name, however many accounts have it.
create function strongroom.names_beginning(beginning text, most int) returns setof text language plpgsql stable security definer
  set search_path = pg_catalog set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
declare
  org uuid := strongroom.current_organisation();
  name text;
begin
  for n in 1 .. most loop
    select lower(x.username) into name from strongroom.account x where x.organisation_id = org
      and lower(x.username) > coalesce(name, '') and lower(x.username) >= beginning and lower(x.username) < beginning || U&'\+10FFFF'
      order by lower(x.username) limit 1;
    exit when not found;
    return next name;
  end loop;
end $$;

-- The walls, for what this migration added.
do $$ declare t record; begin
  for t in
    select c.oid::regclass as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'strongroom' and c.relkind = 'r' and not c.relrowsecurity
      and exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'organisation_id')
  loop
    execute format('alter table %s enable row level security', t.name);
    execute format('create policy organisation on %s using (organisation_id = (select strongroom.current_organisation()))', t.name);
    execute format('grant select, insert, update, delete on %s to strongroom_app', t.name);
  end loop;
end $$;
-- What stood cannot be made not to have stood.
revoke update, delete on strongroom.past from strongroom_app;
-- Import lines and chunks are written once.
revoke update on strongroom.file_chunk from strongroom_app;

-- Work that a stopped server left in the middle, in every organisation: read at start.
create function strongroom.unfinished_tasks() returns table (id uuid, organisation_id uuid) language sql stable security definer
  set search_path = pg_catalog
  as $$ select t.id, t.organisation_id from strongroom.task t where t.state in ('waiting', 'running') $$;
-- Fresh statistics for what an import fills: only the owner may gather them, and until the database does by itself its plans would be for empty tables.
create function strongroom.analyze_lists() returns void language plpgsql security definer set search_path = pg_catalog
  as $$ begin
    analyze strongroom.resource, strongroom.account, strongroom.secret, strongroom.app_user, strongroom.resource_tag, strongroom.resource_group_member,
      strongroom.import_line, strongroom.import_change;
  end $$;
do $$ declare f record; begin
  for f in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'strongroom' and p.proowner = current_user::regrole and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  loop
    execute format('revoke all on function %s from public', f.name);
    execute format('grant execute on function %s to strongroom_app', f.name);
  end loop;
end $$;
