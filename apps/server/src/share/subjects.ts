import type { AccessSubject } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';
import { containing } from '../platform/paging.ts';

const atOnce = 20;

/** For each kind: its rows as (id, name, detail, found), where `found` is what a search looks through, in lower case. */
const sources: Record<AccessSubject['kind'], RawBuilder<unknown>> = {
  'user': sql`select id, username as name, full_name as detail, search_text as found from app_user`,
  'user-group': sql`select id, name, description as detail, search_text as found from user_group`,
  'resource': sql`select id, name, dns_name as detail, search_text as found from resource`,
  'resource-group': sql`select id, name, description as detail, search_text as found from resource_group`,
  'account': sql`select a.id, a.username as name, r.name as detail, a.search_text as found from account a join resource r on r.id = a.resource_id`,
}; // prettier-ignore

/** Up to twenty of a kind that fit a text, by name; `more` when there are others. */
export async function subjectsNamed(
  db: OrganisationDb,
  kind: AccessSubject['kind'],
  search: string | undefined,
  id: string | undefined,
): Promise<{ items: AccessSubject[]; more: boolean }> {
  const { rows } = await sql<Omit<AccessSubject, 'kind'>>`
    select x.id, x.name, x.detail from (${sources[kind]}) x
    where true ${search ? sql`and x.found like ${containing(search)}` : sql``} ${id ? sql`and x.id = ${id}::uuid` : sql``}
    order by lower(x.name), x.id limit ${atOnce + 1}`.execute(db);
  return { items: rows.slice(0, atOnce).map((row) => ({ ...row, kind })), more: rows.length > atOnce };
}
