// Writes apps/server/src/platform/tables.ts from a migrated database: node tools/tables.mjs <postgres url> [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import pg from 'pg';

const target = new URL('../apps/server/src/platform/tables.ts', import.meta.url);
const types = {
  uuid: 'string',
  text: 'string',
  int4: 'number',
  int8: 'number',
  bool: 'boolean',
  timestamptz: 'Date',
  bytea: 'Buffer',
  _text: 'string[]',
  _int4: 'number[]',
  _uuid: 'string[]',
};
const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

/** @param {string} url */
export async function tablesSource(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `select table_name, column_name, udt_name, is_nullable = 'YES' as nullable, column_default is not null or is_identity = 'YES' as preset, is_generated = 'ALWAYS' as made
     from information_schema.columns where table_schema in ('strongroom', 'strongroom_standby', 'strongroom_local') order by table_name, ordinal_position`,
  );
  await client.end();
  let used = new Set();
  const lines = [];
  for (const table of [...new Set(rows.map((row) => row.table_name))]) {
    lines.push(`  ${camel(table)}: {`);
    for (const row of rows.filter((r) => r.table_name === table)) {
      let type = row.udt_name === 'jsonb' ? 'Json' : types[row.udt_name];
      if (!type)
        throw new Error(`${table}.${row.column_name} has type ${row.udt_name}, which tables.mjs does not know`);
      if (row.nullable) type = type === 'Json' ? 'NullableJson' : `${type} | null`;
      if (row.made) {
        type = `GeneratedAlways<${type}>`;
        used.add('GeneratedAlways');
      } else if (row.preset && type === 'Json') {
        type = 'GeneratedJson';
      } else if (row.preset) {
        type = `Generated<${type}>`;
        used.add('Generated');
      }
      lines.push(`    ${camel(row.column_name)}: ${type};`);
    }
    lines.push('  };');
  }
  return `// Written by tools/tables.mjs from the migrated database. Do not edit.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** jsonb: read as a value, written as JSON text. */
type Json = ColumnType<unknown, string, string>;
type GeneratedJson = ColumnType<unknown, string | undefined, string>;
type NullableJson = ColumnType<unknown, string | null | undefined, string | null>;

export interface Tables {
${lines.join('\n')}
}
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const source = await tablesSource(process.argv[2] ?? '');
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== source) {
      process.stderr.write('apps/server/src/platform/tables.ts is out of date\n');
      process.exit(1);
    }
  } else writeFileSync(target, source);
}
