-- Dialogues of one’s own: how passwords of a type’s resources are reset, where no built-in type says it.
alter table strongroom.resource_type add column script jsonb,
  add check (script is null or (resets_like is null and not holds_files));

-- SSH keys as secrets: one for each account that has one, in versions like passwords.
create table strongroom.ssh_key (
  id uuid primary key,
  organisation_id uuid not null,
  account_id uuid not null unique,
  -- rotating: the candidate is put beside the current one; cleaning: the former one is taken away; withdrawing: the candidate is.
  stage text not null default 'settled' check (stage in ('settled', 'rotating', 'cleaning', 'withdrawing')),
  created_at timestamptz not null default now(),
  rotated_at timestamptz,
  -- While a worker is at it no other takes it up.
  leased_until timestamptz,
  unique (organisation_id, id),
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade
);
create table strongroom.ssh_key_version (
  organisation_id uuid not null,
  key_id uuid not null,
  version int not null,
  kind text not null check (kind in ('ed25519', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-3072', 'rsa-4096', 'other')),
  state text not null check (state in ('candidate', 'current', 'former', 'abandoned')),
  -- The private key and its passphrase.
  sealed bytea not null,
  -- Algorithm and base64, as in the first two fields of a .pub file.
  public_key text not null,
  fingerprint text not null,
  made_by text not null,
  made_at timestamptz not null default now(),
  primary key (key_id, version),
  foreign key (organisation_id, key_id) references strongroom.ssh_key (organisation_id, id) on delete cascade
);
create unique index ssh_key_current on strongroom.ssh_key_version (key_id) where state = 'current';
create unique index ssh_key_candidate on strongroom.ssh_key_version (key_id) where state = 'candidate';

-- Which account a key opens, or is to open. `placed`: versions whose line may be there, said before the first packet; `proven`: those
-- with which a log-in worked since.
create table strongroom.ssh_key_place (
  id uuid primary key,
  organisation_id uuid not null,
  key_id uuid not null,
  account_id uuid not null,
  wanted boolean not null default true,
  placed int[] not null default '{}',
  proven int[] not null default '{}',
  check_due boolean not null default false,
  checked_at timestamptz,
  result text check (result in ('accepted', 'rejected', 'unreachable', 'untrusted', 'refused', 'unknown')),
  why text,
  tries int not null default 0,
  next_try_at timestamptz,
  added_at timestamptz not null default now(),
  added_by text not null,
  unique (key_id, account_id),
  foreign key (organisation_id, key_id) references strongroom.ssh_key (organisation_id, id) on delete cascade,
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade
);
create index ssh_key_place_account on strongroom.ssh_key_place (account_id);

do $$ declare t text; begin
  foreach t in array array['ssh_key', 'ssh_key_version', 'ssh_key_place'] loop
    execute format('alter table strongroom.%I enable row level security', t);
    execute format('create policy organisation on strongroom.%I using (organisation_id = (select strongroom.current_organisation()))', t);
    execute format('grant select, insert, update, delete on strongroom.%I to strongroom_app', t);
  end loop;
end $$;

-- Work with keys that a stopped server left in the middle, in every organisation: read at start.
create function strongroom.unfinished_keys() returns table (id uuid, organisation_id uuid) language sql stable security definer
  set search_path = pg_catalog as $$
  select k.id, k.organisation_id from strongroom.ssh_key k where k.stage <> 'settled'
    or exists (select 1 from strongroom.ssh_key_place p where p.key_id = k.id
      and (not p.wanted or p.check_due or p.next_try_at is not null or cardinality(p.proven) = 0))
$$;
revoke all on function strongroom.unfinished_keys() from public;
grant execute on function strongroom.unfinished_keys() to strongroom_app;
