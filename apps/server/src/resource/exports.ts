import { listAccounts, listResources } from '@strongroom/contract';
import { writeCsv, type Cell } from '@strongroom/tabular';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { seesAccount, type Facts, type StreamAsk, type StreamEndpoint } from '../authorise/index.ts';
import { restrictionsOf } from '../identity/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { healthOf } from './account.queries.ts';
import { readFields, type FieldRow } from './fields.ts';
import { findAccounts, findResources } from './find.ts';

const rowsAtOnce = 1000;
const first = '00000000-0000-0000-0000-000000000000';

interface ExportRow {
  readonly id: string;
  readonly cells: Cell[];
  readonly fields: Record<string, string>;
}
interface Table {
  readonly action: 'resource.export' | 'account.export';
  readonly file: string;
  readonly header: readonly string[];
  /** Rows after `after`, in the order of their ids. */
  rows(ask: {
    db: OrganisationDb;
    facts: Facts;
    userId: string | null;
    after: string;
    query: StreamAsk['query'];
  }): Promise<RawBuilder<ExportRow>>;
  readonly belongsTo: readonly FieldRow['belongsTo'][];
}

const tagText = sql`(select string_agg(t.name || '=' || v.value, '; ' order by lower(t.name), lower(v.value)) from resource_tag x
  join tag_value v on v.id = x.tag_value_id join tag t on t.id = v.tag_id where x.resource_id = r.id)`;
const stamp = (column: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
const ownerName = sql`(select o.username from app_user o where o.id = r.owner_id)`;
const policyName = sql`(select p.name from password_policy p where p.id = coalesce(a.policy_id, r.policy_id))`;

const resources: Table = {
  action: 'resource.export',
  file: 'resources.csv',
  header: [
    'Number', 'Resource', 'Type', 'DNS name', 'Description', 'Department', 'Location', 'Domain', 'URL', 'Policy',
    'Owner', 'Tags', 'Accounts', 'Created', 'Changed',
  ], // prettier-ignore
  belongsTo: ['resource'],
  rows: async ({ db, facts, userId, after, query }) => sql<ExportRow>`
    select r.id, r.fields, jsonb_build_array(r.number, r.name, r.type, r.dns_name, r.description, r.department, r.location, r.domain, r.url,
      (select p.name from password_policy p where p.id = r.policy_id), ${ownerName}, ${tagText},
      (select count(*) from account a where a.resource_id = r.id and ${seesAccount(facts, userId, 'a')}), ${stamp(sql`r.created_at`)}, ${stamp(sql`r.updated_at`)}) as cells
    ${(await findResources(db, facts, userId, filtersIn(listResources, query))).from} and r.id > ${after}::uuid
    order by r.id limit ${rowsAtOnce}`,
};
const accounts: Table = {
  action: 'account.export',
  file: 'accounts.csv',
  header: [
    'Number', 'Account', 'Resource', 'Type', 'DNS name', 'Notes', 'Policy', 'Owner', 'Health', 'Proven', 'Password changed',
    'Created',
  ], // prettier-ignore
  belongsTo: ['account'],
  rows: async ({ db, facts, userId, after, query }) => sql<ExportRow>`
    select a.id, a.fields, jsonb_build_array(a.number, a.username, r.name, r.type, r.dns_name, a.notes, ${policyName}, ${ownerName},
      ${healthOf}, ${stamp(sql`a.proven_at`)}, ${stamp(sql`a.changed_at`)}, ${stamp(sql`a.created_at`)}) as cells
    ${(await findAccounts(db, facts, userId, { ...filtersIn(listAccounts, query), sort: 'number' })).from} and a.id > ${after}::uuid
    order by a.id limit ${rowsAtOnce}`,
};

/** The filters of an export are those of its list. Throws `input-invalid`. */
function filtersIn<I extends z.ZodType>(call: { readonly input: I }, query: StreamAsk['query']): z.output<I> {
  const parsed = call.input.safeParse(query);
  if (
    !parsed.success ||
    Object.values(query)
      .flat()
      .some((value) => value.includes('\0'))
  )
    throw new Problem('input-invalid', { detail: 'A filter is not one of the list’s, or too long.' });
  return parsed.data;
}

/**
 * A list as CSV: what the asker sees of it and no password; nothing for a member of a user group that takes plain exports away. The right is asked and the export recorded before the first
 * byte; it is asked again for each thousand rows, in a transaction of their own, so that one that ends meanwhile ends the export.
 */
const exportOf = (table: Table): StreamEndpoint => ({
  name: table.action,
  method: 'GET',
  path: `/${table.action.replace('.', '-')}`,
  summary: `Every ${table.action.split('.')[0] ?? ''} one sees, as CSV, without passwords. Takes the list’s filters.`,
  takes: 'none',
  async handle({ perform, actor, query }) {
    const page = (after: string, fieldsToo: boolean) =>
      perform({ actor, action: table.action, objectId: actor.organisationId }, async (grant, facts) => {
        const { userId } = actor;
        if (userId !== null && !(await restrictionsOf(grant.db, userId)).exportPlain)
          throw new Problem('not-your-role', {
            detail: 'A user group you are in lets its members export no plain files.',
          });
        const { rows } = await (await table.rows({ db: grant.db, facts, userId, after, query })).execute(grant.db);
        // One event for the whole export: the pages behind the first leave none.
        if (!fieldsToo) grant.nothingDone();
        const all = fieldsToo ? await readFields(grant.db) : [];
        return { rows, fields: all.filter((one) => table.belongsTo.includes(one.belongsTo) && isOpen(one)) };
      });
    const start = await page(first, true);
    const { fields } = start;
    async function* rows(): AsyncGenerator<readonly Cell[]> {
      for (let read = start.rows; read.length > 0;) {
        for (const row of read) yield [...row.cells, ...fields.map((field) => row.fields[field.id] ?? null)];
        const last = read.at(-1);
        if (!last || read.length < rowsAtOnce) return;
        read = (await page(last.id, false)).rows;
      }
    }
    return {
      type: 'text/csv; charset=utf-8',
      headers: { 'content-disposition': `attachment; filename="${table.file}"` },
      body: writeCsv([...table.header, ...fields.map((field) => field.name)], rows()),
    };
  },
});
const isOpen = (field: FieldRow): boolean => field.kind !== 'password' && field.kind !== 'file';

export const exportStreams: readonly StreamEndpoint[] = [exportOf(resources), exportOf(accounts)];
