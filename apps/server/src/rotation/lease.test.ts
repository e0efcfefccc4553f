import { createResource, rotateAccount } from '@strongroom/contract';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import { renewLease } from './index.ts';

let w: World;
let other: pg.Client;
beforeAll(async () => {
  w = await world();
  other = new pg.Client({ connectionString: w.url });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await w.close();
});

it('renews the lease of an attempt, and never waits for who holds its row', async () => {
  const keeper = await w.people.keeper.actor();
  const { id } = await w.invoke(createResource, keeper, {
    ...{
      name: 'leased',
      dnsName: 'leased.example',
      type: 'Linux',
      accounts: [{ username: 'ana', password: 'First-word-1' }],
    },
    ...{ reset: { settings: {}, adminUsername: null, elevationUsername: null } },
  });
  const [account] = await w.sql<{ id: string }>(`select id from strongroom.account where resource_id = $1`, [id]);
  const { attemptId } = await w.invoke(rotateAccount, keeper, { accountId: account?.id as never });
  const left = async (): Promise<number | null> => {
    const [row] = await w.sql<{ seconds: number | null }>(
      `select extract(epoch from leased_until - now())::float8 as seconds from strongroom.rotation_attempt where id = $1`,
      [attemptId],
    );
    return row?.seconds ?? null;
  };
  // Nobody is at it.
  await renewLease(w.database, w.organisationId, attemptId);
  expect(await left()).toBeNull();
  await w.sql(`update strongroom.rotation_attempt set leased_until = now() + interval '1 s' where id = $1`, [
    attemptId,
  ]);

  await other.query('begin');
  await other.query('select 1 from strongroom.rotation_attempt where id = $1 for update', [attemptId]);
  await renewLease(w.database, w.organisationId, attemptId);
  expect(await left()).toBeLessThan(2);
  await other.query('rollback');
  await renewLease(w.database, w.organisationId, attemptId);
  expect(await left()).toBeGreaterThan(20);
});
