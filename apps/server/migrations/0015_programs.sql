-- What API users show at the doors for programs beside their token. Public halves only. A row never changes but for its end: whoever gets another key, other
-- scopes or another end gets another row, so what a door remembers of one holds for as long as it is live.
create table strongroom.api_credential (
  id uuid primary key,
  organisation_id uuid not null,
  user_id uuid not null,
  kind text not null check (kind in ('ssh-key', 'certificate')),
  -- An OpenSSH public key in one line; a certificate as PEM.
  public_text text not null,
  -- SHA-256 over the key's blob (RFC 4253 section 6.6), or over the certificate's DER.
  fingerprint bytea not null check (length(fingerprint) = 32),
  scopes text[] not null,
  created_at timestamptz not null default now(),
  -- A certificate's is never later than its own.
  expires_at timestamptz,
  revoked_at timestamptz,
  unique (organisation_id, id),
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade
);
-- One of each kind, and nobody else's: what two users share says of neither that it is them.
create unique index api_credential_current on strongroom.api_credential (user_id, kind) where revoked_at is null;
create unique index api_credential_fingerprint on strongroom.api_credential (organisation_id, fingerprint) where revoked_at is null;
create index api_credential_user on strongroom.api_credential (organisation_id, user_id);
create index api_credential_door on strongroom.api_credential (fingerprint) where revoked_at is null;

alter table strongroom.api_credential enable row level security;
-- As a function for each call: it is read with every request, by its key.
create policy organisation on strongroom.api_credential using (organisation_id = strongroom.current_organisation());
grant select, insert, update, delete on strongroom.api_credential to strongroom_app;

-- What earlier releases kept with the user. Of several users with the same key, the oldest keeps it: the others must be given one of their own.
insert into strongroom.api_credential (id, organisation_id, user_id, kind, public_text, fingerprint, scopes)
  select gen_random_uuid(), k.organisation_id, k.user_id, k.kind, k.public_text, k.fingerprint,
    coalesce((select t.scopes from strongroom.api_token t where t.user_id = k.user_id order by t.created_at desc limit 1), array['read', 'passwords', 'manage', 'administer'])
  from (
    select distinct on (f.organisation_id, f.fingerprint) f.* from (
      select u.organisation_id, u.id as user_id, u.created_at, 'ssh-key' as kind, u.ssh_key as public_text,
        sha256(decode(split_part(u.ssh_key, ' ', 2), 'base64')) as fingerprint
      from strongroom.app_user u where u.kind = 'api' and u.state <> 'disabled' and u.ssh_key <> ''
      union all
      select u.organisation_id, u.id, u.created_at, 'certificate', u.certificate,
        sha256(decode(regexp_replace(u.certificate, '-----[A-Z ]+-----|\s', '', 'g'), 'base64'))
      from strongroom.app_user u where u.kind = 'api' and u.state <> 'disabled' and u.certificate <> ''
    ) f order by f.organisation_id, f.fingerprint, f.created_at, f.user_id
  ) k;
alter table strongroom.app_user drop column ssh_key;
-- From here on this is people's alone.
update strongroom.app_user set certificate = '' where kind = 'api';

-- Who shows a key or a certificate at a door: asked before it is known which organisation asks. One that has expired is found too, so that its refusal is written down.
create function strongroom.find_credential(credential_kind text, credential_fingerprint bytea)
  returns table (id uuid, organisation_id uuid, organisation text, user_id uuid, username text, scopes text[], host text)
  language sql stable security definer set search_path = pg_catalog
  as $$ select c.id, c.organisation_id, o.name, c.user_id, u.username, c.scopes, u.host
        from strongroom.api_credential c join strongroom.app_user u on u.id = c.user_id join strongroom.organisation o on o.id = c.organisation_id
        where c.kind = credential_kind and c.fingerprint = credential_fingerprint and c.revoked_at is null $$;
revoke all on function strongroom.find_credential(text, bytea) from public;
grant execute on function strongroom.find_credential(text, bytea) to strongroom_app;
