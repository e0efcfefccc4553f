-- Passwords that are opened only after somebody agreed, and by one person at a time.

-- How access to a resource's accounts, or to one account, is controlled. An account's own row counts in place of its resource's, on or off.
create table strongroom.access_control (
  id uuid primary key,
  organisation_id uuid not null,
  resource_id uuid,
  account_id uuid,
  target_id uuid not null generated always as (coalesce(account_id, resource_id)) stored,
  is_on boolean not null default true,
  -- How many of the approvers must agree.
  approvals int not null default 1 check (approvals between 1 and 2),
  -- A request nobody answered is void after so many hours.
  request_hours int not null default 24 check (request_hours between 1 and 8760),
  -- A password is one person's for so many hours; 0 for until it is checked in.
  exclusive_hours int not null default 8 check (exclusive_hours between 0 and 8760),
  reset_after boolean not null default false,
  automatic text not null default 'never' check (automatic in ('never', 'always', 'windows')),
  -- Minutes of the day in the organisation's time zone: [{"from": 840, "to": 900}]; one that ends before it begins goes past midnight.
  windows jsonb not null default '[]',
  -- A valid ticket takes the place of the approvers.
  ticket_approves boolean not null default false,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  version int not null default 1,
  unique (organisation_id, id),
  unique (target_id),
  check (num_nonnulls(account_id, resource_id) = 1),
  foreign key (organisation_id, resource_id) references strongroom.resource (organisation_id, id) on delete cascade,
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade
);
create index access_control_resource on strongroom.access_control (resource_id) where resource_id is not null;
create index access_control_account on strongroom.access_control (account_id) where account_id is not null;
create index access_control_list on strongroom.access_control (organisation_id, changed_at, id);

-- Who approves, and who need not ask.
create table strongroom.access_control_user (
  organisation_id uuid not null,
  control_id uuid not null,
  user_id uuid not null,
  part text not null check (part in ('approver', 'excluded')),
  primary key (control_id, user_id, part),
  foreign key (organisation_id, control_id) references strongroom.access_control (organisation_id, id) on delete cascade,
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade
);
create index access_control_user_user on strongroom.access_control_user (user_id, part, control_id);

-- One person's wish to use one password, from the asking to its end. Kept for ever: what became of it is part of the proof. Who asked and who ended it
-- stays written here when they are gone, and so does what the account was called.
create table strongroom.access_request (
  id uuid primary key,
  organisation_id uuid not null,
  account_id uuid,
  account_name text not null,
  resource_name text not null,
  requester_id uuid,
  requester text not null,
  kind text not null default 'request' check (kind in ('request', 'emergency')),
  state text not null default 'waiting'
    check (state in ('waiting', 'approved', 'in-use', 'checked-in', 'rejected', 'void', 'expired', 'withdrawn')),
  reason text not null,
  ticket text,
  created_at timestamptz not null default now(),
  -- The window that was asked for; null for as soon as it is approved and free.
  starts_at timestamptz,
  ends_at timestamptz,
  -- As the control stood when it was made.
  approvals_needed int not null,
  request_hours int not null,
  exclusive_hours int not null,
  reset_after boolean not null,
  -- Nobody answered by then: void. Approved and not checked out by then: expired.
  void_at timestamptz not null,
  use_by timestamptz,
  -- Of approved ones that wait for the same password, the first in line has it to itself until then.
  turn_until timestamptz,
  approved_at timestamptz,
  approved_how text check (approved_how in ('people', 'automatic', 'ticket', 'exempt')),
  checked_out_at timestamptz,
  due_at timestamptz,
  ended_at timestamptz,
  ended_how text check (ended_how in ('checked-in', 'time-out', 'forced', 'rejected', 'void', 'expired', 'withdrawn')),
  ended_by text,
  -- Why somebody took it back.
  ended_note text,
  -- The reset after it came back: tried until it is done, later and later.
  reset_state text check (reset_state in ('due', 'running', 'done', 'failed')),
  reset_tries int not null default 0,
  reset_next_at timestamptz,
  reset_run_id uuid,
  reset_why text,
  -- Of an emergency: who looked at it afterwards, and what they say.
  reviewed_at timestamptz,
  reviewed_by text,
  review text,
  unique (organisation_id, id),
  check ((state in ('waiting', 'approved', 'in-use')) = (ended_at is null)),
  check (starts_at is null or ends_at is null or starts_at < ends_at),
  check (reset_state is null or state = 'checked-in'),
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete set null (account_id),
  foreign key (organisation_id, requester_id) references strongroom.app_user (organisation_id, id) on delete set null (requester_id)
);
-- One open request of each person for each password.
create unique index access_request_open on strongroom.access_request (account_id, requester_id) where ended_at is null;
create index access_request_of_account on strongroom.access_request (account_id, created_at, id) where account_id is not null;
create index access_request_of_user on strongroom.access_request (requester_id, created_at, id) where requester_id is not null;
create index access_request_history on strongroom.access_request (organisation_id, created_at, id);
create index access_request_live on strongroom.access_request (organisation_id, created_at, id) where ended_at is null;
create index access_request_resets on strongroom.access_request (organisation_id, reset_next_at) where reset_state in ('due', 'running', 'failed');
create index access_request_reset_of on strongroom.access_request (account_id) where reset_state in ('due', 'running', 'failed');
create index access_request_unreviewed on strongroom.access_request (organisation_id, created_at, id) where kind = 'emergency' and reviewed_at is null;

create table strongroom.access_decision (
  id uuid primary key,
  organisation_id uuid not null,
  request_id uuid not null,
  user_id uuid,
  username text not null,
  -- Whose place on the list of approvers it was made from: the user's own, or that of whom they were the deputy, whose name stays written here.
  place_id uuid not null,
  for_name text,
  decision text not null check (decision in ('approved', 'rejected')),
  comment text not null default '',
  at timestamptz not null default now(),
  unique (request_id, user_id),
  foreign key (organisation_id, request_id) references strongroom.access_request (organisation_id, id) on delete cascade,
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete set null (user_id)
);
create index access_decision_user on strongroom.access_decision (user_id) where user_id is not null;

-- Whoever approves names one other person, who decides beside them for a time. A row alone gives nothing: what it gives is asked at each decision, of
-- the list of approvers and of the roles of both.
create table strongroom.deputy (
  user_id uuid primary key,
  organisation_id uuid not null,
  deputy_id uuid not null,
  begins_at timestamptz not null,
  ends_at timestamptz not null,
  note text not null default '',
  named_at timestamptz not null default now(),
  check (user_id <> deputy_id),
  check (begins_at < ends_at and ends_at - begins_at <= interval '90 days'),
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade,
  foreign key (organisation_id, deputy_id) references strongroom.app_user (organisation_id, id) on delete cascade
);
create index deputy_of on strongroom.deputy (deputy_id);

-- The link in the mail to an approver. It opens nothing by itself: whoever follows it signs in as that approver first. Used up by their decision.
create table strongroom.access_link (
  id uuid primary key,
  organisation_id uuid not null,
  request_id uuid not null,
  user_id uuid not null,
  hash bytea not null,
  unique (request_id, user_id),
  unique (organisation_id, hash),
  foreign key (organisation_id, request_id) references strongroom.access_request (organisation_id, id) on delete cascade,
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade
);
create index access_link_user on strongroom.access_link (user_id);

-- Who has a password out. What it binds ends with it: reveals, sessions, and the reset after it. One that is over its time binds nobody, though the row
-- still says so until it is closed.
create table strongroom.lease (
  id uuid primary key,
  organisation_id uuid not null,
  account_id uuid not null,
  user_id uuid not null,
  request_id uuid not null,
  began_at timestamptz not null default now(),
  until timestamptz,
  ended_at timestamptz,
  ended_how text check (ended_how in ('checked-in', 'time-out', 'forced')),
  unique (organisation_id, id),
  unique (request_id),
  check ((ended_at is null) = (ended_how is null)),
  foreign key (organisation_id, account_id) references strongroom.account (organisation_id, id) on delete cascade,
  foreign key (organisation_id, user_id) references strongroom.app_user (organisation_id, id) on delete cascade,
  foreign key (organisation_id, request_id) references strongroom.access_request (organisation_id, id) on delete cascade
);
-- Exclusive use: the database lets nobody have what somebody has.
create unique index lease_held on strongroom.lease (account_id) where ended_at is null;
create index lease_user on strongroom.lease (user_id) where ended_at is null;
create index lease_over on strongroom.lease (organisation_id, until) where ended_at is null;

do $$ declare t text; begin
  foreach t in array array['access_control', 'access_control_user', 'access_request', 'access_decision', 'access_link', 'deputy', 'lease']
  loop
    execute format('alter table strongroom.%I enable row level security', t);
    execute format('create policy organisation on strongroom.%I using (organisation_id = (select strongroom.current_organisation()))', t);
    execute format('grant select, insert, update, delete on strongroom.%I to strongroom_app', t);
  end loop;
end $$;

-- A run of resets that comes from a check-in.
alter table strongroom.reset_run drop constraint reset_run_source_check;
alter table strongroom.reset_run add constraint reset_run_source_check
  check (source in ('person', 'schedule', 'nightly', 'expiry', 'share-removed', 'check-in'));

-- Requests that need looking after at this moment: their time has come, their person is gone, it is the turn of the next, or what came back is to be reset.
create function strongroom.due_requests() returns table (organisation_id uuid, id uuid, account_id uuid) language sql stable security definer
  set search_path = pg_catalog as $$
  select r.organisation_id, r.id, r.account_id from strongroom.access_request r
    left join strongroom.app_user u on u.id = r.requester_id
  where r.ended_at is null and (
    (r.state = 'waiting' and r.void_at <= now()) or (r.state = 'approved' and r.use_by <= now()) or (r.state = 'in-use' and r.due_at <= now())
    or u.state is distinct from 'active' or r.account_id is null
    or (r.state = 'approved' and r.turn_until is null and (r.starts_at is null or r.starts_at <= now())
      and not exists (select from strongroom.access_request o where o.account_id = r.account_id and o.ended_at is null
        and ((o.state = 'in-use' and (o.due_at is null or o.due_at > now())) or o.turn_until > now()))
      and not exists (select from strongroom.access_request o where o.account_id = r.account_id and o.reset_state in ('due', 'running') and o.reset_tries = 0)))
  union all select r.organisation_id, r.id, r.account_id from strongroom.access_request r
    where r.reset_state in ('due', 'failed') and r.reset_next_at <= now()
      and not exists (select from strongroom.lease l where l.account_id = r.account_id and l.ended_at is null and (l.until is null or l.until > now()))
$$;
revoke all on function strongroom.due_requests() from public;
grant execute on function strongroom.due_requests() to strongroom_app;
