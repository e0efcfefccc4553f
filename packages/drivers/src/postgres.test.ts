import { expect, it } from 'vitest';
import type { Sql, Target } from '@strongroom/driver-kit';
import { postgres } from './postgres.ts';

const secret = (text: string) => ({ expose: () => text });
/** A server that says of itself what it likes, with what was asked of it. */
function serverWith(rounds: string) {
  const asked: string[] = [];
  const sql: Sql = {
    query(statement) {
      asked.push(statement);
      if (statement.includes('server_version_num')) return Promise.resolve([{ version: 160_000, rounds, there: true }]);
      return Promise.resolve([{ statement: 'ALTER ROLE app' }]);
    },
  };
  const target = {
    settings: postgres.settings.parse({}),
    sql: <T>(_access: unknown, _login: unknown, work: (sql: Sql) => Promise<T>) => work(sql),
  };
  return { asked, target: target as Partial<Target<unknown>> as Parameters<NonNullable<typeof postgres.reset>>[0] };
}
const reset = ({ target }: ReturnType<typeof serverWith>) =>
  postgres.reset?.(
    target,
    { username: 'admin', password: secret('Admin-1') },
    { username: 'app' },
    secret('Next-Word-1'),
  );

it.each(['2147483647', '-1', 'many', '0.5'])(
  'makes no %s rounds of hashing because a server says so',
  async (rounds) => {
    const server = serverWith(rounds);
    const begun = performance.now();
    expect(await reset(server)).toMatchObject({ is: 'refused', why: expect.stringContaining('rounds of hashing') });
    expect(performance.now() - begun).toBeLessThan(3000);
    expect(server.asked).toHaveLength(1);
  },
);

it('makes as many as the server keeps', async () => {
  const server = serverWith('10000');
  expect(await reset(server)).toEqual({ is: 'done' });
  expect(server.asked.at(-1)).toBe('ALTER ROLE app');
});
