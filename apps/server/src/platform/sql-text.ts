import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely';

const compiler = new Kysely<never>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** A piece of SQL as text, for statements that are named and prepared once. Throws TypeError for one with parameters: their numbers would be others there. */
export function sqlText(piece: RawBuilder<unknown>): string {
  const { sql, parameters } = piece.compile(compiler);
  if (parameters.length > 0) throw new TypeError('a piece of SQL with parameters has no text of its own');
  return sql;
}
