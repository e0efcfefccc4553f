import type { TicketUse } from '@strongroom/contract';
import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';
import { readFields, type FieldRow } from '../resource/index.ts';
import type { Own } from './rules.ts';

interface Row {
  user: string;
  fullName: string;
  email: string | null;
  name: string;
  dnsName: string;
  type: string;
  url: string;
  domain: string;
  description: string;
  department: string;
  location: string;
  fields: Record<string, string>;
  account: string | null;
  accountFields: Record<string, string> | null;
}

/** What a mapping may compare, of a use. */
export interface OwnAndNames {
  readonly own: Own;
  readonly username: string;
  /** The account or resource, as the trail names it. */
  readonly objectName: string;
}

/** What is known of the use of an account, or of what belongs to a resource; undefined when either is gone. */
export async function readOwn(
  db: OrganisationDb,
  what: { userId: string; kind: 'account' | 'resource'; objectId: string; use: TicketUse; reason: string | undefined },
): Promise<OwnAndNames | undefined> {
  const { rows } = await sql<Row>`
    select u.username as "user", u.full_name, u.email, r.name, r.dns_name, r.type, r.url, r.domain, r.description, r.department, r.location, r.fields,
      a.username as account, a.fields as account_fields
    from app_user u cross join resource r left join account a on a.id = ${what.objectId} and a.resource_id = r.id
    where u.id = ${what.userId} and ${what.kind === 'account' ? sql`a.id is not null` : sql`r.id = ${what.objectId}`}`.execute(
    db,
  );
  const row = rows[0];
  if (!row) return undefined;
  const fields = await readFields(db);
  const { name, type, url, domain, description, department, location, account } = row;
  return {
    username: row.user,
    objectName: account === null ? name : `${account} on ${name}`,
    own: {
      ...{ user: row.user, 'full-name': row.fullName, resource: name, type, url, domain, description, department },
      ...{ location, 'dns-name': row.dnsName, 'request-type': what.use },
      ...(row.email === null ? {} : { email: row.email }),
      ...(account === null ? {} : { account }),
      ...(what.reason === undefined ? {} : { reason: what.reason }),
      ...named(fields, 'resource', row.fields),
      ...named(fields, 'account', row.accountFields ?? {}),
    },
  };
}

/** Values of fields of one's own. Those of password fields and files lie elsewhere and are not among them. */
const named = (fields: readonly FieldRow[], of: FieldRow['belongsTo'], values: Record<string, string>): Own =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = values[field.id];
      return field.belongsTo === of && value !== undefined ? [[columnOf(field), value]] : [];
    }),
  );

/** A field of one's own as a column of a mapping. */
const columnOf = (field: Pick<FieldRow, 'belongsTo' | 'name'>): string =>
  `${field.belongsTo === 'resource' ? 'Resource' : 'Account'}@${field.name}`;

/** Every field of one's own that can be compared. */
export const fieldColumns = async (db: OrganisationDb): Promise<string[]> =>
  (await readFields(db)).filter((field) => field.kind !== 'password' && field.kind !== 'file').map(columnOf);
