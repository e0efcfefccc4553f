// needs: root openssh-server sudo
import {
  configureReset,
  createResource,
  makeKey,
  placeKey,
  readKey,
  revealAccount,
  revealKey,
  rotateAccount,
  rotateKey,
  withdrawKey,
  type AccountId,
  type ResourceId,
} from '@strongroom/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { passwords, startFleet, type Fleet } from '../../../../test/lab/fleet.ts';
import { world, type World } from '../../test/world.ts';
import { createOutpost, type Outpost } from '../rotation/index.ts';

let fleet: Fleet;
let w: World;
let outpost: Outpost;
/** The product dies at this point of an errand, counted from 1; 0 for never. */
let dieAt = 0;
let errands = 0;
let hosts = 0;
beforeAll(async () => {
  fleet = await startFleet(3);
  outpost = createOutpost({ onDeath: () => undefined });
  const dying = async <T>(errand: () => Promise<T>): Promise<T> => {
    errands += 1;
    if (errands === dieAt) throw new Error('killed before');
    const said = await errand();
    errands += 1;
    if (errands === dieAt) throw new Error('killed after');
    return said;
  };
  w = await world({
    outpost: {
      ...outpost,
      authorise: (...given) => dying(() => outpost.authorise(...given)),
      verify: (...given) => dying(() => outpost.verify(...given)),
    },
  });
});
afterAll(async () => {
  await Promise.all([w.close(), outpost.stop()]);
  await fleet.stop();
});

const keeper = () => w.people.keeper.actor();
interface Host {
  readonly resourceId: ResourceId;
  readonly accounts: Readonly<Record<string, AccountId>>;
}
async function host(index: number, settings: object, admin?: 'root' | 'bob'): Promise<Host> {
  const { host: dnsName, port } = fleet.hosts[index - 1] ?? { host: '', port: 0 };
  const names = ['svcapp', ...(admin ? [admin] : [])] as const;
  const { id } = await w.invoke(createResource, await keeper(), {
    name: `host ${index} of ${admin ?? 'none'} ${String(hosts++)}`,
    type: 'Linux',
    dnsName,
    accounts: names.map((username) => ({ username, password: passwords[username] })),
  });
  const rows = await w.sql<{ id: AccountId; username: string }>(
    'select id, username from strongroom.account where resource_id = $1',
    [id],
  );
  const accounts = Object.fromEntries(rows.map((row) => [row.username, row.id]));
  await w.invoke(configureReset, await keeper(), {
    resourceId: id,
    reset: { settings: { port, ...settings }, ...(admin ? { adminAccountId: accounts[admin] as AccountId } : {}) },
  });
  return { resourceId: id, accounts };
}
async function work(accountId: AccountId): Promise<void> {
  const [key] = await w.sql<{ id: string }>('select id from strongroom.ssh_key where account_id = $1', [accountId]);
  await w.sql('update strongroom.ssh_key_place set next_try_at = null');
  for (let turn = 0; turn < 3; turn += 1)
    await w.composed.jobs.key({ organisationId: w.organisationId, keyId: key?.id ?? '' }, new AbortController().signal);
}
const keyOf = async (accountId: AccountId) => (await w.invoke(readKey, await keeper(), { accountId })).key;
const linesOn = async (index: number): Promise<string[]> => {
  const { stdout } = await fleet.exec(index, 'sh', '-c', 'cat /home/svcapp/.ssh/authorized_keys 2>/dev/null');
  return stdout.split('\n').filter((line) => line.includes('strongroom:'));
};

it('puts a key on real hosts, rotates it while the product dies between any two steps, and takes it away', async () => {
  const own = await host(1, {});
  const asRoot = await host(2, { loginWith: 'another account' }, 'root');
  const bySudo = await host(3, { loginWith: 'another account', elevation: 'sudo' }, 'bob');
  const accountId = own.accounts['svcapp'] as AccountId;
  const everywhere = [own, asRoot, bySudo].map(({ accounts }) => accounts['svcapp'] as AccountId);
  await w.invoke(makeKey, await keeper(), { accountId });
  await w.invoke(placeKey, await keeper(), { accountId, accountIds: everywhere });
  await work(accountId);
  expect((await keyOf(accountId))?.places.map(({ state, why }) => [state, why])).toEqual(
    everywhere.map(() => ['open', null]),
  );

  const works = async (): Promise<void> => {
    // The same as everybody else: OpenSSH’s own client, with what the vault gives out.
    const { privateKey } = await w.invoke(revealKey, await keeper(), { accountId });
    for (const index of [1, 2, 3]) expect(await fleet.canLogInWith(index, 'svcapp', privateKey)).toBe(true);
  };
  await works();
  await w.invoke(rotateKey, await keeper(), { accountId, kind: 'ecdsa-521' });
  let deaths = 0;
  for (let at = 1; (await keyOf(accountId))?.stage !== 'settled'; at = (at % 5) + 1) {
    [dieAt, errands] = [at, 0];
    await work(accountId).catch(() => (deaths += 1));
    [dieAt, errands] = [0, 0];
    await works();
    if (deaths >= 5) await work(accountId);
  }
  expect(deaths).toBeGreaterThan(1);
  expect(await keyOf(accountId)).toMatchObject({ version: 2, kind: 'ecdsa-521', next: null });
  for (const index of [1, 2, 3]) expect(await linesOn(index)).toHaveLength(1);

  await w.invoke(withdrawKey, await keeper(), { accountId, accountIds: everywhere });
  await work(accountId);
  expect((await keyOf(accountId))?.places).toEqual([]);
  for (const index of [1, 2, 3]) expect(await linesOn(index)).toEqual([]);
});

it('signs in by the administrator’s key to reset others, once that key is proven there', async () => {
  const made = await host(2, { loginWith: 'another account' }, 'root');
  const root = made.accounts['root'] as AccountId;
  await w.invoke(makeKey, await keeper(), { accountId: root });
  await w.invoke(placeKey, await keeper(), { accountId: root, accountIds: [root] });
  await work(root);
  expect((await keyOf(root))?.places).toMatchObject([{ state: 'open' }]);
  // From here on root’s password opens nothing: whoever signs in does so by the key.
  await fleet.configure(2, 'PermitRootLogin prohibit-password');
  const accountId = made.accounts['svcapp'] as AccountId;
  const { attemptId } = await w.invoke(rotateAccount, await keeper(), { accountId });
  await w.composed.jobs.rotate({ organisationId: w.organisationId, attemptId }, new AbortController().signal);
  const { password } = await w.invoke(revealAccount, await keeper(), { accountId });
  expect(password).not.toBe(passwords.svcapp);
  expect(await fleet.canLogIn(2, 'svcapp', password)).toBe(true);
});
