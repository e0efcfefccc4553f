import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { sqlText } from './sql-text.ts';

describe('a piece of SQL as text', () => {
  it('names what it names, quoted', () => {
    expect(sqlText(sql`${sql.ref('u.state')} = ${sql.lit("it's")}`)).toBe(`"u"."state" = 'it''s'`);
  });

  it('has no parameters', () => {
    expect(() => sqlText(sql`u.state = ${'active'}`)).toThrow(TypeError);
  });
});
