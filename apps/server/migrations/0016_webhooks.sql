-- Webhooks: web addresses that are told of events of the trail, one after the other.

create table strongroom.webhook (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  name text not null,
  url text not null,
  -- Actions of the trail, such as account.reveal, account.* or *.
  events text[] not null,
  outcomes text[] not null,
  private_network boolean not null default false,
  is_on boolean not null default true,
  -- Told of what happened since then only.
  since timestamptz not null default now(),
  -- What its calls are signed with, and which of those it had.
  sealed bytea not null,
  secret_version int not null,
  -- Failures in a row; when the next try is.
  failures int not null default 0,
  failing_since timestamptz,
  why text,
  next_try_at timestamptz not null default now(),
  paused_at timestamptz,
  -- Events that it was not told of since it last took one.
  missed int not null default 0,
  last_delivered_at timestamptz,
  -- Deliveries that were ever put in line: whoever adds one counts here first, so that their order is that of the commits.
  line bigint not null default 0,
  -- Which sender is at it; after `leased_until` it is taken to be gone.
  lease uuid,
  leased_until timestamptz,
  created_by text not null,
  -- Who is told when it is paused; they may be gone by then.
  created_by_id uuid,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id, id)
);
create unique index webhook_name on strongroom.webhook (organisation_id, lower(name));

create table strongroom.webhook_delivery (
  id uuid primary key,
  organisation_id uuid not null,
  webhook_id uuid not null,
  -- The order in which they are sent: the how manieth of its webhook it is.
  place bigint not null,
  -- Null for a test.
  event_id uuid,
  again boolean not null default false,
  action text not null,
  object_name text,
  -- What is sent, as it is signed at each try.
  body text not null,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'given-up', 'skipped')),
  tries int not null default 0,
  status int,
  why text,
  created_at timestamptz not null default now(),
  tried_at timestamptz,
  ended_at timestamptz,
  unique (organisation_id, id),
  check ((state = 'waiting') = (ended_at is null)),
  foreign key (organisation_id, webhook_id) references strongroom.webhook (organisation_id, id) on delete cascade
);
-- Each event is in line once for each webhook, but for what is sent again by hand.
create unique index webhook_delivery_once on strongroom.webhook_delivery (webhook_id, event_id) where not again;
create index webhook_delivery_line on strongroom.webhook_delivery (webhook_id, place) where state = 'waiting';
create index webhook_delivery_newest on strongroom.webhook_delivery (organisation_id, created_at, id);
create index webhook_delivery_of_webhook on strongroom.webhook_delivery (webhook_id, created_at, id);

-- How far the trail was read for webhooks. Transaction numbers are the cluster's own, so this never travels.
create table strongroom_local.webhook_cursor (
  organisation_id uuid primary key,
  tx bigint not null,
  event_id uuid not null
);

do $$ declare t text; begin
  foreach t in array array['strongroom.webhook', 'strongroom.webhook_delivery', 'strongroom_local.webhook_cursor']
  loop
    execute format('alter table %s enable row level security', t);
    execute format('create policy organisation on %s using (organisation_id = (select strongroom.current_organisation()))', t);
    execute format('grant select, insert, update, delete on %s to strongroom_app', t);
  end loop;
end $$;
