import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import { plainBytes, secretColumns } from '../vault/index.ts';

let w: World;
beforeAll(async () => {
  w = await world();
});
afterAll(() => w.close());

const ours = `n.nspname in ('strongroom', 'strongroom_standby', 'strongroom_local')`;
const textOf = async (query: string): Promise<string[]> =>
  (await w.sql<{ it: string }>(query)).map((row) => row.it).sort();

/** Every table of ours, and whether it carries an organisation. */
const carriers = `select c.oid::regclass::text as it from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and ${ours} and exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'organisation_id')`;

describe('the database', () => {
  it('holds nothing of ours outside the three schemas but the list of migrations', async () => {
    expect(
      await textOf(
        `select n.nspname || '.' || c.relname as it from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'graphile_worker') and not (${ours})`,
      ),
    ).toEqual(['public.strongroom_migration']);
  });

  it('has a primary key on every table, as logical replication needs', async () => {
    expect(
      await textOf(
        `select c.oid::regclass::text as it from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and ${ours} and not exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary)`,
      ),
    ).toEqual([]);
  });

  it('walls off every table that carries an organisation, for reading and for writing', async () => {
    expect((await textOf(carriers)).length).toBeGreaterThan(20);
    expect(
      await textOf(
        `${carriers} and not (c.relrowsecurity and exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polcmd = '*'
           and pg_get_expr(p.polqual, p.polrelid) like '%organisation_id = %current_organisation()%'))`,
      ),
    ).toEqual([]);
    // One policy each: a second, permissive one would open what the first closes.
    expect(
      await textOf(`select p.polrelid::regclass::text as it from pg_policy p group by p.polrelid having count(*) <> 1`),
    ).toEqual([]);
    // What carries none: the organisations themselves, walled by their own id, and the set-up token of an empty installation.
    expect(
      await textOf(
        `select c.relname as it from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and ${ours}
         and not exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'organisation_id')`,
      ),
    ).toEqual(['organisation', 'setup_token']);
  });

  it('ties no row to one of another organisation: every reference carries it, itself or through another of the same column', async () => {
    const references = await w.sql<{ from: string; to: string; columns: string[] }>(
      `select k.conrelid::regclass::text as from, k.confrelid::regclass::text as to,
         array(select a.attname::text from unnest(k.conkey) c join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c) as columns
       from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace where k.contype = 'f' and ${ours}`,
    );
    expect(references.length).toBeGreaterThan(20);
    const bound = references.filter((r) => r.columns.includes('organisation_id'));
    const loose = references
      .filter((r) => !r.columns.includes('organisation_id'))
      .filter((r) => !r.columns.some((c) => bound.some((b) => b.from === r.from && b.columns.includes(c))));
    expect(loose).toEqual([]);
  });

  it('gives the role that serves requests nothing to get around the walls with', async () => {
    expect(
      await w.sql(
        `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication from pg_roles where rolname = 'strongroom_app'`,
      ),
    ).toEqual([
      {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolcanlogin: false,
        rolreplication: false,
      },
    ]);
    expect(await w.sql(`select 1 from pg_class where pg_get_userbyid(relowner) = 'strongroom_app'`)).toEqual([]);
    expect(await w.sql(`select 1 from pg_proc where pg_get_userbyid(proowner) = 'strongroom_app'`)).toEqual([]);
    expect(await w.sql(`select 1 from pg_auth_members where member = 'strongroom_app'::regrole`)).toEqual([]);
    expect(
      await textOf(
        `select nspname as it from pg_namespace where has_schema_privilege('strongroom_app', oid, 'create')`,
      ),
    ).toEqual([]);
  });

  it('lets the application add to the trail and never change or empty it', async () => {
    for (const table of ['audit_event', 'audit_leaf', 'audit_checkpoint']) {
      const [rights] = await w.sql(
        `select has_table_privilege('strongroom_app', $1, 'insert') as i, has_table_privilege('strongroom_app', $1, 'update') as u,
           has_any_column_privilege('strongroom_app', $1, 'update') as c, has_table_privilege('strongroom_app', $1, 'delete') as d,
           has_table_privilege('strongroom_app', $1, 'truncate') as t, has_table_privilege('strongroom_app', $1, 'trigger') as g`,
        [`strongroom.${table}`],
      );
      expect([table, rights]).toEqual([table, { i: true, u: false, c: false, d: false, t: false, g: false }]);
    }
    const asApplication = (work: string) =>
      w.database.asOrganisation(w.organisationId, (db) => sql.raw(work).execute(db));
    for (const work of [
      'update strongroom.audit_event set action = action',
      'delete from strongroom.audit_event',
      'truncate strongroom.audit_event',
      'alter table strongroom.audit_event disable row level security',
    ])
      await expect(asApplication(work)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('runs past the walls only the questions asked before an organisation is known, each with a fixed search path', async () => {
    expect(
      await textOf(
        `select p.proname as it from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.prosecdef and ${ours}`,
      ),
    ).toEqual([
      'analyze_lists',
      'claim_setup',
      'due_requests',
      'enqueue',
      'find_credential',
      'find_link',
      'find_session',
      'find_token',
      'is_rare',
      'named_accounts',
      'named_resources',
      'names_beginning',
      'organisations',
      'probe_accounts',
      'probe_resources',
      'remember_setup',
      'setup_token_holds',
      'unfinished_attempts',
      'unfinished_keys',
      'unfinished_runs',
      'unfinished_sweeps',
      'unfinished_tasks',
      'waiting_mail',
    ]);
    expect(
      await textOf(`select p.proname as it from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.prosecdef and ${ours}
        and not coalesce(p.proconfig::text like '%search_path=pg_catalog%', false)`),
    ).toEqual([]);
    expect(
      await textOf(`select p.proname as it from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${ours}
        and exists (select 1 from aclexplode(p.proacl) where grantee = 0)`),
    ).toEqual([]);
  });

  it('keeps bytes only where the list of secret columns, or of plain ones, says so [KEY-01]', async () => {
    expect(
      await textOf(
        `select c.relname || '.' || a.attname as it from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and ${ours} and a.atttypid = 'bytea'::regtype`,
      ),
    ).toEqual([...secretColumns, ...plainBytes].sort());
  });
});
