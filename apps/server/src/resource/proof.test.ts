import {
  createResource,
  createResourceType,
  deleteAccount,
  excludeFromProof,
  listAccounts,
  readAccount,
  readDashboard,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';

let w: World;
let keeper: Actor;
const ids: Record<string, string> = {};

beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  const names = ['proven', 'stale', 'unproven', 'refused', 'away', 'stranger', 'excluded', 'gone'];
  const { id } = await w.invoke(createResource, keeper, {
    name: 'web-1',
    type: 'Linux',
    dnsName: 'web-1.example.org',
    accounts: names.map((username) => ({ username, password: `first-Password-${username}` })),
  });
  const { items } = await w.invoke(listAccounts, keeper, { resourceId: id });
  for (const account of items) ids[account.username] = account.id;
  const say = (username: string, result: string, days: number): Promise<unknown> =>
    w.sql(
      `update strongroom.account set check_result = $2, checked_at = now(), proven_by = 'verify', proven_at = now() - make_interval(days => $3::int) where username = $1`,
      [username, result, days],
    );
  await say('proven', 'accepted', 1);
  await say('stale', 'accepted', 31);
  await say('refused', 'rejected', 1);
  await say('away', 'unreachable', 1);
  await say('stranger', 'untrusted', 1);
  await say('excluded', 'rejected', 1);
});
afterAll(() => w.close());

const account = (name: string): { accountId: string } => ({ accountId: ids[name] ?? '' });
const tomorrow = new Date(Date.now() + 86_400_000).toISOString();

describe('proof', () => {
  it('is never better than the last answer of the target, however young the last log-in', async () => {
    const health: Record<string, string> = {};
    for (const name of ['proven', 'stale', 'unproven', 'refused', 'away', 'stranger'])
      health[name] = (await w.invoke(readAccount, keeper, account(name))).proof.health;
    expect(health).toEqual({
      proven: 'proven',
      stale: 'stale',
      unproven: 'unproven',
      refused: 'out-of-sync',
      away: 'unreachable',
      stranger: 'untrusted',
    });
  });

  it('leaves an account out of the figures only with a reason, an owner and an end in the future', async () => {
    const ownerId = w.people.keeper.id;
    const refused = { code: 'input-invalid' };
    const exclude = (exclusion: object): Promise<unknown> =>
      w.invoke(excludeFromProof, keeper, { ...account('excluded'), exclusion } as never);
    await expect(exclude({ reason: 'x', ownerId, until: tomorrow })).rejects.toMatchObject(refused);
    await expect(exclude({ reason: 'lab machine', ownerId, until: '2020-01-01T00:00:00.000Z' })).rejects.toMatchObject(
      refused,
    );
    await expect(
      exclude({ reason: 'lab machine', ownerId: w.people.foreign.id, until: tomorrow }),
    ).rejects.toMatchObject(refused);
    await exclude({ reason: 'lab machine', ownerId, until: tomorrow });
    const { proof } = await w.invoke(readAccount, keeper, account('excluded'));
    expect(proof).toMatchObject({ health: 'excluded', exclusion: { reason: 'lab machine', ownerId } });
    expect((await w.audit('account.exclude-proof')).at(-1)).toMatchObject({ outcome: 'done', reason: 'lab machine' });
  });

  it('adds up on the dashboard, where the excluded do not count and everything else but proven does against it', async () => {
    const figures = await w.invoke(readDashboard, keeper, {});
    expect(figures).toMatchObject({
      accounts: 8,
      proven: 1,
      stale: 1,
      unproven: 2,
      outOfSync: 1,
      unreachable: 1,
      untrusted: 1,
      excluded: 1,
      files: 0,
    });
    expect(figures.provenShare).toBeCloseTo(1 / 7);
    const listed = await w.invoke(listAccounts, keeper, { health: 'out-of-sync' });
    expect(listed.items.map((item) => item.username)).toEqual(['refused']);
  });

  it('leaves stored files, keys and licences out of the figures, of built-in types and of one’s own: no log-in proves them', async () => {
    const before = await w.invoke(readDashboard, keeper, {});
    const boss = await w.people.boss.actor();
    await w.invoke(createResourceType, boss, {
      name: 'Smart cards',
      attributes: [],
      accountLabel: 'Card',
      holdsFiles: true,
    });
    for (const type of ['Key Store', 'Smart cards'])
      await w.invoke(createResource, keeper, { name: `held in ${type}`, type, accounts: [{ username: 'one' }] });
    const figures = await w.invoke(readDashboard, keeper, {});
    expect(figures).toEqual({ ...before, accounts: 10, resources: before.resources + 2, files: 2 });
    // A type without a driver holds passwords all the same: as long as nobody proved them, they count against it.
    await w.invoke(createResource, keeper, {
      name: 'site-1',
      type: 'Website Accounts',
      accounts: [{ username: 'editor', password: 'first-Password-site' }],
    });
    const more = await w.invoke(readDashboard, keeper, {});
    expect(more).toMatchObject({ accounts: 11, unproven: before.unproven + 1, files: 2 });
    expect(more.provenShare).toBeCloseTo(1 / 8);
  });

  it('counts an account again when its exclusion has ended', async () => {
    await w.sql(
      `update strongroom.account set exclusion_until = now() - interval '1 minute' where username = 'excluded'`,
    );
    expect((await w.invoke(readAccount, keeper, account('excluded'))).proof.health).toBe('out-of-sync');
  });

  it('shows nobody the figures of what is not theirs', async () => {
    expect(await w.invoke(readDashboard, await w.people.nobody.actor(), {})).toMatchObject({
      accounts: 0,
      provenShare: null,
    });
  });
});

describe('account.delete', () => {
  it('takes the account with its history, and says so in the trail', async () => {
    await w.invoke(deleteAccount, keeper, account('gone'));
    expect(await w.sql('select 1 from strongroom.secret where account_id = $1', [ids['gone']])).toHaveLength(0);
    await expect(w.invoke(readAccount, keeper, account('gone'))).rejects.toMatchObject({ code: 'not-found' });
    expect((await w.audit('account.delete')).at(-1)).toMatchObject({ outcome: 'done', object_id: ids['gone'] });
  });
});
