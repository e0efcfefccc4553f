-- Mail on its way, and who is told what.

-- What is to be sent, in line with the transaction that caused it. The text is gone once it was sent. One that holds a way in, such as a
-- one-time link, is sealed. A mail that is being sent has its next try in the future: when whoever sends it dies, it is due again then.
create table strongroom.mail_outbox (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  to_address text not null,
  subject text not null,
  about text not null,
  body text,
  sealed bytea,
  -- Withheld when this user does not see this account any more at the moment of sending.
  for_user_id uuid,
  for_account_id uuid,
  -- Given at the first try and the same at each: a receiver can tell a mail that comes twice.
  message_id text,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'withheld')),
  tries int not null default 0,
  why text,
  created_at timestamptz not null default now(),
  next_try_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (organisation_id, id),
  check (num_nonnulls(body, sealed) = case when state in ('sent', 'withheld') then 0 else 1 end),
  check ((for_user_id is null) = (for_account_id is null)),
  foreign key (organisation_id, for_user_id) references strongroom.app_user (organisation_id, id) on delete cascade,
  foreign key (organisation_id, for_account_id) references strongroom.account (organisation_id, id) on delete cascade
);
create index mail_outbox_due on strongroom.mail_outbox (organisation_id, next_try_at) where state = 'waiting';
create index mail_outbox_newest on strongroom.mail_outbox (organisation_id, created_at, id);
create index mail_outbox_user on strongroom.mail_outbox (for_user_id) where for_user_id is not null;
create index mail_outbox_account on strongroom.mail_outbox (for_account_id) where for_account_id is not null;

-- Of what happens to the passwords of a resource group: what is told, and to whom.
create table strongroom.notice_rule (
  organisation_id uuid not null,
  group_id uuid not null,
  event text not null check (event in ('accessed', 'changed', 'share-changed', 'expires', 'violated', 'out-of-sync')),
  to_owner boolean not null default false,
  to_people boolean not null default false,
  addresses text[] not null default '{}',
  -- The password is reset too, by the rights of whoever said so.
  also_reset boolean not null default false,
  reset_by_id uuid,
  primary key (group_id, event),
  check (not also_reset or event in ('share-changed', 'expires')),
  foreign key (organisation_id, group_id) references strongroom.resource_group (organisation_id, id) on delete cascade,
  foreign key (organisation_id, reset_by_id) references strongroom.app_user (organisation_id, id) on delete set null (reset_by_id)
);
create table strongroom.notice_recipient (
  id uuid primary key,
  organisation_id uuid not null,
  group_id uuid not null,
  event text not null,
  user_id uuid,
  user_group_id uuid,
  to_id uuid not null generated always as (coalesce(user_id, user_group_id)) stored,
  unique (group_id, event, to_id),
  check (num_nonnulls(user_id, user_group_id) = 1),
  foreign key (group_id, event) references strongroom.notice_rule (group_id, event) on delete cascade,
  foreign key (organisation_id, group_id) references strongroom.resource_group (organisation_id, id) on delete cascade,
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade,
  foreign key (organisation_id, user_group_id) references strongroom.user_group (organisation_id, id) on delete cascade
);
create index notice_recipient_user on strongroom.notice_recipient (user_id) where user_id is not null;
create index notice_recipient_user_group on strongroom.notice_recipient (user_group_id) where user_group_id is not null;
-- Which expiry of an account was told already.
create table strongroom.notice_expiry (
  organisation_id uuid not null,
  account_id uuid primary key,
  expires_at timestamptz not null,
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade
);
-- The last day (in UTC, as 2026-11-26) of what is told daily.
create table strongroom.notice_day (
  organisation_id uuid not null references strongroom.organisation (id),
  event text not null,
  day text not null,
  primary key (organisation_id, event)
);
-- How far the trail was read for notices. Transaction numbers are the cluster's own, so this never travels.
create table strongroom_local.notice_cursor (
  organisation_id uuid primary key,
  tx bigint not null,
  event_id uuid not null
);

do $$ declare t text; begin
  foreach t in array array['strongroom.mail_outbox', 'strongroom.notice_rule', 'strongroom.notice_recipient', 'strongroom.notice_expiry',
    'strongroom.notice_day', 'strongroom_local.notice_cursor']
  loop
    execute format('alter table %s enable row level security', t);
    execute format('create policy organisation on %s using (organisation_id = (select strongroom.current_organisation()))', t);
    execute format('grant select, insert, update, delete on %s to strongroom_app', t);
  end loop;
end $$;

-- Organisations with mail that waits: read at start.
create function strongroom.waiting_mail() returns table (organisation_id uuid) language sql stable security definer
  set search_path = pg_catalog
  as $$ select distinct m.organisation_id from strongroom.mail_outbox m where m.state = 'waiting' $$;
revoke all on function strongroom.waiting_mail() from public;
grant execute on function strongroom.waiting_mail() to strongroom_app;
