import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';
import { readFields, type FieldRow } from '../resource/index.ts';

/** What a listener is told of the resource, beside the passwords. Fields of one's own by their names, but for passwords and files. */
export interface ToldResource {
  readonly name: string;
  readonly dnsName: string;
  readonly type: string;
  readonly url: string;
  readonly domain: string;
  /** The port that it is reached at for resets; null where none is set. */
  readonly port: number | null;
  readonly description: string;
  readonly department: string;
  readonly location: string;
  readonly fields: Readonly<Record<string, string>>;
}
/** What a listener is told of the account, beside the passwords. */
export interface ToldAccount {
  readonly name: string;
  readonly notes: string;
  readonly domain: string;
  readonly compliance: string;
  readonly complianceWhy: readonly string[];
  /** ISO 8601; null for one that does not expire. */
  readonly expiresAt: string | null;
  /** What the target last said to the stored password: `accepted`, `rejected` and so on; null when it was not asked. */
  readonly checked: string | null;
  readonly fields: Readonly<Record<string, string>>;
}
export interface Told {
  readonly resource: ToldResource;
  readonly account: ToldAccount;
}

interface Row {
  name: string;
  dnsName: string;
  type: string;
  url: string;
  domain: string;
  reset: { port?: unknown } | null;
  description: string;
  department: string;
  location: string;
  fields: Record<string, string>;
  username: string;
  notes: string;
  compliance: string | null;
  complianceWhy: string[];
  expiresAt: Date | null;
  checkResult: string | null;
  accountFields: Record<string, string>;
}

/** Values by the names of their fields. */
const named = (fields: readonly FieldRow[], of: FieldRow['belongsTo'], values: Record<string, string>) =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = values[field.id];
      return field.belongsTo === of && value !== undefined ? [[field.name, value]] : [];
    }),
  );

/** What there is to tell of an account and its resource; undefined when it is gone. */
export async function toldOf(db: OrganisationDb, accountId: string): Promise<Told | undefined> {
  const { rows } = await sql<Row>`
    select r.name, r.dns_name, r.type, r.url, r.domain, r.reset, r.description, r.department, r.location, r.fields, a.username, a.notes,
      a.compliance, a.compliance_why, a.expires_at, a.check_result, a.fields as account_fields
    from account a join resource r on r.id = a.resource_id where a.id = ${accountId}`.execute(db);
  const row = rows[0];
  if (!row) return undefined;
  const fields = await readFields(db);
  const { name, dnsName, type, url, domain, description, department, location } = row;
  const port = row.reset?.port;
  return {
    resource: {
      ...{ name, dnsName, type, url, domain, port: typeof port === 'number' ? port : null },
      ...{ description, department, location, fields: named(fields, 'resource', row.fields) },
    },
    account: {
      name: row.username,
      notes: row.notes,
      domain,
      compliance: row.compliance ?? 'unknown',
      complianceWhy: row.complianceWhy,
      expiresAt: row.expiresAt?.toISOString() ?? null,
      checked: row.checkResult,
      fields: named(fields, 'account', row.accountFields),
    },
  };
}

/** What a test tells: nothing of it exists. */
export const madeUp = (type: string): Told => ({
  resource: {
    ...{ name: 'Example resource', dnsName: 'host.example.invalid', type, url: '', domain: '', port: null },
    ...{ description: 'Made up for a test', department: '', location: '', fields: {} },
  },
  account: {
    ...{ name: 'example', notes: '', domain: '', compliance: 'unknown', complianceWhy: [] },
    ...{ expiresAt: null, checked: null, fields: {} },
  },
});
