import {
  addConsumer,
  changeConsumer,
  countConsumers,
  createResource,
  listConsumers,
  removeConsumer,
  shareAccount,
  type AccountId,
  type UserId,
} from '@strongroom/contract';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';

let w: World;
beforeAll(async () => {
  w = await world();
});
afterAll(() => w.close());

async function account(): Promise<AccountId> {
  const resource = await w.invoke(createResource, await w.people.keeper.actor(), {
    name: `host-${randomUUID().slice(0, 8)}`,
    type: 'Linux',
    accounts: [{ username: 'app' }],
  });
  const [row] = await w.sql<{ id: AccountId }>(`select id from strongroom.account where resource_id = $1`, [
    resource.id,
  ]);
  if (!row) throw new Error('no account');
  return row.id;
}

describe('what uses an account', () => {
  it('is declared, changed and taken back, stays in its order, and is in the trail', async () => {
    const keeper = await w.people.keeper.actor();
    const accountId = await account();
    const billing = await w.invoke(addConsumer, keeper, {
      accountId,
      name: 'Billing',
      contact: 'team-billing@example.org',
      position: 2,
      probeUrl: 'https://billing.example/health',
    });
    await w.invoke(addConsumer, keeper, { accountId, name: 'Nightly export', kind: 'scheduled-task', position: 1 });
    const names = async () => (await w.invoke(listConsumers, keeper, { accountId })).items.map((item) => item.name);
    expect(await names()).toEqual(['Nightly export', 'Billing']);
    await expect(w.invoke(addConsumer, keeper, { accountId, name: 'billing' })).rejects.toMatchObject({
      code: 'name-taken',
    });
    const changed = await w.invoke(changeConsumer, keeper, {
      accountId,
      consumerId: billing.id,
      version: 1,
      position: 0,
    });
    expect(changed).toMatchObject({ name: 'Billing', position: 0, version: 2, contact: 'team-billing@example.org' });
    await expect(
      w.invoke(changeConsumer, keeper, { accountId, consumerId: billing.id, version: 1, note: 'x' }),
    ).rejects.toMatchObject({ code: 'changed-meanwhile' });
    expect(await names()).toEqual(['Billing', 'Nightly export']);
    expect(await w.invoke(countConsumers, keeper, { accountIds: [accountId, await account()] })).toEqual({
      items: [{ accountId, count: 2, names: ['Billing', 'Nightly export'] }],
    });
    await w.invoke(removeConsumer, keeper, { accountId, consumerId: billing.id });
    expect(await names()).toEqual(['Nightly export']);
    const trail = [...(await w.audit('account.add-consumer')), ...(await w.audit('account.remove-consumer'))].filter(
      (row) => row.object_id === accountId && row.outcome === 'done',
    );
    expect(trail.map((row) => row.details['used by'] ?? row.details['no longer used by'])).toEqual([
      'Billing',
      'Nightly export',
      'Billing',
    ]);
  });

  it('is seen by whoever sees the account, declared by whoever manages it, and counted for nobody else', async () => {
    const keeper = await w.people.keeper.actor();
    const [accountId, otherAccount] = [await account(), await account()];
    const { id: consumerId } = await w.invoke(addConsumer, keeper, { accountId, name: 'Billing' });
    const nobody = await w.people.nobody.actor();
    await expect(w.invoke(listConsumers, nobody, { accountId })).rejects.toMatchObject({ code: 'not-found' });
    expect((await w.invoke(countConsumers, nobody, { accountIds: [accountId] })).items).toEqual([]);
    await w.invoke(shareAccount, keeper, {
      accountId,
      set: [{ to: { kind: 'user', id: w.people.nobody.id as UserId }, permission: 'modify' }],
    });
    expect((await w.invoke(listConsumers, nobody, { accountId })).items.length).toBe(1);
    expect((await w.invoke(countConsumers, nobody, { accountIds: [accountId] })).items).toMatchObject([{ count: 1 }]);
    await expect(w.invoke(addConsumer, nobody, { accountId, name: 'x' })).rejects.toMatchObject({ code: 'not-found' });
    // One of another account is not reached through one’s own.
    for (const call of [changeConsumer, removeConsumer])
      await expect(w.invoke(call, keeper, { accountId: otherAccount, consumerId })).rejects.toMatchObject({
        code: 'not-found',
      });
    expect((await w.invoke(listConsumers, keeper, { accountId })).items.length).toBe(1);
  });

  it('has a probe that carries no password and is no script', async () => {
    const keeper = await w.people.keeper.actor();
    const accountId = await account();
    for (const probeUrl of [
      'javascript:alert(1)',
      'https://user:word@host.example/',
      'file:///etc/passwd',
      'host.example',
    ])
      await expect(w.invoke(addConsumer, keeper, { accountId, name: 'x', probeUrl })).rejects.toMatchObject({
        code: 'input-invalid',
      });
  });
});
