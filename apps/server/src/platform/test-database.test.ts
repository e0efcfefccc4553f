import pg from 'pg';
import { expect, it } from 'vitest';
import { freshDatabase } from '../../test/database.ts';

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

it('gives every test file a migrated database of its own, to a role that is no superuser', async () => {
  const [a, b] = await Promise.all([freshDatabase(), freshDatabase()]);
  await ask(a.url, 'create table only_here (id int primary key)');
  expect(await ask(b.url, `select to_regclass('only_here') as found`)).toEqual([{ found: null }]);
  expect(
    await ask(a.url, 'select current_user as name, rolsuper, rolbypassrls from pg_roles where rolname = current_user'),
  ).toEqual([{ name: 'strongroom', rolsuper: false, rolbypassrls: false }]);
  await Promise.all([a.close(), b.close()]);
  await expect(ask(a.url, 'select 1')).rejects.toThrow('does not exist');
});

it('gives an empty database for tests of the migrations', async () => {
  const empty = await freshDatabase({ migrated: false });
  expect(
    await ask(
      empty.url,
      `select count(*)::int as n from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    ),
  ).toEqual([{ n: 0 }]);
  await empty.close();
});
