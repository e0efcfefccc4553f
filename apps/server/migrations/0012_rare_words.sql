-- The beginning of a word says nearly as much as the whole of a common one, and next to nothing of a rare one: what is misspelt has a run of three letters
-- that few texts have, often past its beginning. The sample of texts that the planner keeps says which words are common.
create function strongroom.sample_of(relation text) returns text[] language sql stable
  set search_path = pg_catalog as $$
  select s.histogram_bounds::text::text[] from pg_stats s where s.schemaname = 'strongroom' and s.tablename = relation and s.attname = 'search_text'
$$;
create function strongroom.beginnings_of(patterns text[], sample text[]) returns text[] language sql immutable
  set search_path = pg_catalog as $$
  select array_agg(case when p ~ '^%[[:alnum:]]{7,}%$' and exists (select from unnest(sample) s where s like p) then left(p, 6) || '%' else p end)
  from unnest(patterns) p
$$;
create function strongroom.is_rare(what text, patterns text[]) returns boolean language sql stable security definer
  set search_path = pg_catalog as $$
  select not exists (select from unnest(strongroom.sample_of(case what when 'accounts' then 'account' else 'resource' end)) s where s like any (patterns))
$$;
create or replace function strongroom.probe_resources(a text[], b text[], c text[], most int) returns setof uuid language plpgsql stable security definer
  set search_path = pg_catalog set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
declare
  org uuid := strongroom.current_organisation();
  sample text[] := strongroom.sample_of('resource');
  a_begins text[] := strongroom.beginnings_of(a, sample);
  b_begins text[] := strongroom.beginnings_of(b, sample);
  c_begins text[] := strongroom.beginnings_of(c, sample);
begin
  -- Text that is put together is unknown to the index, and so only looked at.
  return query select x.id from strongroom.resource x where x.organisation_id = org
    and x.search_text like any (a_begins) and (b is null or x.search_text like any (b_begins)) and (c is null or x.search_text like any (c_begins))
    and (a = a_begins or x.search_text || '' like any (a)) and (b is null or b = b_begins or x.search_text || '' like any (b))
    and (c is null or c = c_begins or x.search_text || '' like any (c)) limit most;
end $$;
create or replace function strongroom.probe_accounts(a text[], b text[], c text[], most int) returns table (account uuid, resource uuid) language plpgsql stable security definer
  set search_path = pg_catalog set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
declare
  org uuid := strongroom.current_organisation();
  sample text[] := strongroom.sample_of('account');
  a_begins text[] := strongroom.beginnings_of(a, sample);
  b_begins text[] := strongroom.beginnings_of(b, sample);
  c_begins text[] := strongroom.beginnings_of(c, sample);
begin
  return query select x.id, x.resource_id from strongroom.account x where x.organisation_id = org
    and x.search_text like any (a_begins) and (b is null or x.search_text like any (b_begins)) and (c is null or x.search_text like any (c_begins))
    and (a = a_begins or x.search_text || '' like any (a)) and (b is null or b = b_begins or x.search_text || '' like any (b))
    and (c is null or c = c_begins or x.search_text || '' like any (c)) limit most;
end $$;
drop function strongroom.beginnings_of(text[]);
revoke all on function strongroom.sample_of(text), strongroom.beginnings_of(text[], text[]), strongroom.is_rare(text, text[]) from public;
grant execute on function strongroom.is_rare(text, text[]) to strongroom_app;
