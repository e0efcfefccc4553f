-- The index of texts reads a list for every three letters of a pattern, and a long word of a large estate has a dozen long lists. Its beginning says
-- nearly as much: it goes by that, and what it gives is held against the whole word.
create function strongroom.beginnings_of(patterns text[]) returns text[] language sql immutable
  set search_path = pg_catalog as $$
  select array_agg(case when p ~ '^%[[:alnum:]]{7,}%$' then left(p, 6) || '%' else p end) from unnest(patterns) p
$$;
create or replace function strongroom.probe_resources(a text[], b text[], c text[], most int) returns setof uuid language plpgsql stable security definer
  set search_path = pg_catalog set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
declare
  org uuid := strongroom.current_organisation();
  a_begins text[] := strongroom.beginnings_of(a);
  b_begins text[] := strongroom.beginnings_of(b);
  c_begins text[] := strongroom.beginnings_of(c);
begin
  -- Text that is put together is unknown to the index, and so only looked at.
  return query select x.id from strongroom.resource x where x.organisation_id = org
    and x.search_text like any (a_begins) and (b is null or x.search_text like any (b_begins)) and (c is null or x.search_text like any (c_begins))
    and (a = a_begins or x.search_text || '' like any (a)) and (b is null or b = b_begins or x.search_text || '' like any (b))
    and (c is null or c = c_begins or x.search_text || '' like any (c)) limit most;
end $$;
-- Accounts come with the resource each is on: a list in the order of resources goes through those only.
drop function strongroom.probe_accounts(text[], text[], text[], int);
create function strongroom.probe_accounts(a text[], b text[], c text[], most int) returns table (account uuid, resource uuid) language plpgsql stable security definer
  set search_path = pg_catalog set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
declare
  org uuid := strongroom.current_organisation();
  a_begins text[] := strongroom.beginnings_of(a);
  b_begins text[] := strongroom.beginnings_of(b);
  c_begins text[] := strongroom.beginnings_of(c);
begin
  return query select x.id, x.resource_id from strongroom.account x where x.organisation_id = org
    and x.search_text like any (a_begins) and (b is null or x.search_text like any (b_begins)) and (c is null or x.search_text like any (c_begins))
    and (a = a_begins or x.search_text || '' like any (a)) and (b is null or b = b_begins or x.search_text || '' like any (b))
    and (c is null or c = c_begins or x.search_text || '' like any (c)) limit most;
end $$;
revoke all on function strongroom.beginnings_of(text[]), strongroom.probe_accounts(text[], text[], text[], int) from public;
grant execute on function strongroom.probe_accounts(text[], text[], text[], int) to strongroom_app;
