import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Product } from './product.ts';
import { criteria, people, resources, accounts, rights } from './estate-sql.ts';
import type { Size } from './estate-size.ts';

const fromEnv = (name: string, usual: number): number => Number(process.env[`STRONGROOM_BENCH_${name}`] ?? usual);

/** The size that is asked of the product, or what the environment says instead. */
const estateSize = (): Size => ({
  resources: fromEnv('RESOURCES', 100_000),
  accountsEach: fromEnv('ACCOUNTS_EACH', 10),
  users: fromEnv('USERS', 10_000),
  userGroups: fromEnv('USER_GROUPS', 1_000),
  criteriaGroups: fromEnv('CRITERIA_GROUPS', 500),
});

/** Those who ask, each with much or little to see. */
export const askers = {
  boss: 'a super administrator',
  olga: 'an owner of 10,000 accounts',
  cleo: 'a user who sees 50 accounts',
  dora: 'a user who sees nearly everything through one group share',
  otto: 'an owner of 10,000 resources',
} as const;
export type Asker = keyof typeof askers;

/** A filled product, and how each asker presents themselves. */
export interface Estate {
  readonly size: Size;
  readonly organisationId: string;
  /** The `authorization` header of each. */
  readonly tokens: Readonly<Record<Asker, string>>;
  /** Ids that questions need: a resource and the user group of 3,000. */
  readonly ids: { readonly resource: string; readonly crowd: string };
  /** As a superuser of the database. */
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Fills a product with an organisation as large as `size` says, by SQL and past the triggers, which would do one row at a time what is done here for all at
 * once; then checks that the rows are what the triggers would have made. The same rows every time. Secrets are left out: lists and searches read none.
 */
export async function buildEstate(product: Pick<Product, 'adminUrl'>, size: Size = estateSize()): Promise<Estate> {
  const client = new pg.Client({ connectionString: product.adminUrl.replace('/postgres?', '/strongroom?') });
  await client.connect();
  const sql = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await client.query<Row>(text, values)).rows;
  try {
    const [organisation] = await sql<{ id: string }>('select id from strongroom.organisation');
    if (!organisation) throw new Error('the product is not set up');
    const tokens = await fill(client, organisation.id, size);
    await verify(sql);
    const [ids] = await sql<{ resource: string; crowd: string }>(
      `select (select r.id from strongroom.resource r where r.number = 777) as resource,
        (select g.id from strongroom.user_group g where g.name = 'Everybody in operations') as crowd`,
    );
    if (!ids) throw new Error('the estate is empty');
    return { size, organisationId: organisation.id, tokens, ids, sql, [Symbol.asyncDispose]: () => client.end() };
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function fill(client: pg.Client, organisationId: string, size: Size): Promise<Record<Asker, string>> {
  const settings = `set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '128MB';
    set search_path = strongroom, pg_temp`;
  await client.query(settings);
  await client.query(`
    create function pg_temp.org() returns uuid language sql immutable as $$ select '${organisationId}'::uuid $$;
    create function pg_temp.id(kind text, n int) returns uuid language sql immutable as $$
      select (lpad(to_hex(1760000000000 + n), 12, '0') || '7' || substr(md5(kind || n), 1, 3) || '8' || substr(md5(kind || n), 4, 15))::uuid $$;
    create function pg_temp.pick(list text[], salt text, n int) returns text language sql immutable as $$
      select list[1 + (('x' || substr(md5(salt || n), 1, 7))::bit(28)::int % cardinality(list))] $$;
    create function pg_temp.roll(salt text, n int, sides int) returns int language sql immutable as $$
      select ('x' || substr(md5(salt || n), 1, 7))::bit(28)::int % sides $$`);
  const tables = ['resource', 'account', 'resource_group_member', 'share', 'app_user'];
  // Indexes are built once over all rows: ten times as fast as row by row.
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index i
     where indrelid = any ($1::regclass[]) and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)`,
    [tables],
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  for (const text of [people(size), resources(size), accounts(size), rights(size), criteria(size)])
    await client.query(text);
  for (const { definition } of indexes) await client.query(definition);
  await client.query('vacuum analyze');
  const tokens = {} as Record<Asker, string>;
  for (const name of Object.keys(askers) as Asker[]) {
    const text = `srt_${randomBytes(32).toString('base64url')}`;
    await client.query(
      `insert into strongroom.api_token (id, organisation_id, user_id, name, hash, hint, scopes)
       select gen_random_uuid(), organisation_id, id, 'bench', $2, '', '{read,passwords,manage,administer}' from strongroom.app_user where username = $1`,
      [name, createHash('sha256').update(text).digest()],
    );
    tokens[name] = `Bearer ${text}`;
  }
  await client.query(
    'set session_replication_role = origin; reset synchronous_commit; reset maintenance_work_mem; reset work_mem',
  );
  return tokens;
}

/** What was written past the triggers must be what they would have written. */
async function verify(sql: Estate['sql']): Promise<void> {
  const [wrong] = await sql<{ texts: number }>(`select
    (select count(*)::int from strongroom.resource r where r.number % 97 = 5 and r.search_text <> strongroom.resource_search_text(r))
      + (select count(*)::int from strongroom.account a join strongroom.resource r on r.id = a.resource_id
         where a.number % 997 = 5 and a.search_text <> strongroom.account_search_text(a, r.search_text)) as texts`);
  if (wrong?.texts !== 0) throw new Error(`${String(wrong?.texts)} search texts are not what the product would write`);
  const members = (): Promise<{ sum: string }[]> =>
    sql(`select md5(string_agg(group_id::text || resource_id, ' ' order by group_id, resource_id)) as sum
      from strongroom.resource_group_member m join strongroom.resource_group g on g.id = m.group_id where g.kind = 'criteria' and g.number % 83 = 7`);
  const [before] = await members();
  await sql(`select strongroom.gather_groups(organisation_id, array_agg(id)) from strongroom.resource_group
    where kind = 'criteria' and number % 83 = 7 group by organisation_id`);
  const [after] = await members();
  if (before?.sum !== after?.sum || !after?.sum)
    throw new Error('the members of groups by criteria are not what the product would gather');
}
