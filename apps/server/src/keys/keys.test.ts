import {
  createResource,
  configureReset,
  deleteKey,
  importKey,
  listKeys,
  makeKey,
  placeKey,
  readKey,
  revealKey,
  rotateKey,
  shareAccount,
  stopKeyRotation,
  verifyKey,
  withdrawKey,
  type AccountId,
  type ResourceId,
  type UserId,
} from '@strongroom/contract';
import type { Login } from '@strongroom/driver-kit';
import { makeKeyPair, readPrivateKey } from '@strongroom/reach';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noOutpost, world, type World } from '../../test/world.ts';
import { recoverKeys } from './index.ts';

/** Hosts by address: which public keys open which account. */
const hosts = new Map<string, Map<string, Set<string>>>();
const down = new Set<string>();
/** Called before and after each change of a list: it throws where the product is to die. */
let gate: (when: 'before' | 'after' | 'proof') => void = () => undefined;
const asked: { admin: Login; username: string }[] = [];
const listOf = (host: string, username: string): Set<string> => {
  const accounts = hosts.get(host) ?? new Map<string, Set<string>>();
  hosts.set(host, accounts);
  const list = accounts.get(username) ?? new Set<string>();
  accounts.set(username, list);
  return list;
};
const opens = (host: string, { username, privateKey, password }: Login): boolean => {
  if (privateKey === undefined) return password !== undefined;
  return listOf(host, username).has(readPrivateKey(privateKey.expose())?.publicKey ?? '');
};

let w: World;
beforeAll(async () => {
  w = await world({
    outpost: {
      ...noOutpost,
      verify: ({ host }, login) => {
        gate('proof');
        const said = down.has(host) ? 'unreachable' : opens(host, login) ? 'accepted' : 'rejected';
        return Promise.resolve({ said, offered: undefined });
      },
      authorise: ({ host }, admin, username, change) => {
        if (down.has(host)) return Promise.resolve({ said: { is: 'unreachable' }, offered: undefined });
        asked.push({ admin, username });
        if (!opens(host, admin))
          return Promise.resolve({ said: { is: 'refused', why: 'log-in refused' }, offered: undefined });
        gate('before');
        for (const key of change.add) listOf(host, username).add(key);
        for (const key of change.remove) listOf(host, username).delete(key);
        gate('after');
        return Promise.resolve({ said: { is: 'done' }, offered: undefined });
      },
    },
  });
});
afterAll(() => w.close());
afterEach(() => {
  gate = () => undefined;
  down.clear();
});

const keeper = () => w.people.keeper.actor();
/** A host with an account that is set up for resets. */
async function host(set = true): Promise<{ address: string; resourceId: ResourceId; accountId: AccountId }> {
  const address = `${randomUUID().slice(0, 8)}.example`;
  const { id } = await w.invoke(createResource, await keeper(), {
    name: address,
    type: 'Linux',
    dnsName: address,
    accounts: [{ username: 'deploy' }],
  });
  if (set) await w.invoke(configureReset, await keeper(), { resourceId: id, reset: { settings: {} } });
  const [row] = await w.sql<{ id: AccountId }>('select id from strongroom.account where resource_id = $1', [id]);
  if (!row) throw new Error('no account');
  return { address, resourceId: id, accountId: row.id };
}
/** Does the work that is in line for a key, as the queue would. */
async function work(accountId: AccountId): Promise<void> {
  const [key] = await w.sql<{ id: string }>('select id from strongroom.ssh_key where account_id = $1', [accountId]);
  if (!key) throw new Error('no key');
  for (let turn = 0; turn < 4; turn += 1)
    await w.composed.jobs.key({ organisationId: w.organisationId, keyId: key.id }, new AbortController().signal);
}
const keyOf = async (accountId: AccountId) => (await w.invoke(readKey, await keeper(), { accountId })).key;
const states = async (accountId: AccountId) => (await keyOf(accountId))?.places.map(({ state }) => state);

describe('an SSH key', () => {
  it('is made, put on hosts, proven, rotated beside the former one, and taken away, with each step in the trail', async () => {
    const [a, b, c] = [await host(), await host(), await host()];
    const made = await w.invoke(makeKey, await keeper(), { accountId: a.accountId });
    expect(made).toMatchObject({ kind: 'ed25519', version: 1, stage: 'settled', places: [] });
    await w.invoke(placeKey, await keeper(), {
      accountId: a.accountId,
      accountIds: [a.accountId, b.accountId, c.accountId],
    });
    expect(await states(a.accountId)).toEqual(['waiting', 'waiting', 'waiting']);
    await work(a.accountId);
    expect(await states(a.accountId)).toEqual(['open', 'open', 'open']);
    for (const { address } of [a, b, c])
      expect([...listOf(address, 'deploy')]).toEqual([made.publicKey.split(' ').slice(0, 2).join(' ')]);
    expect((await w.invoke(readKey, await keeper(), { accountId: b.accountId })).openedBy).toMatchObject([
      { accountId: a.accountId, state: 'open' },
    ]);

    // One host is down: nothing is taken away anywhere until the next key is proven on all.
    down.add(c.address);
    asked.length = 0;
    const rotating = await w.invoke(rotateKey, await keeper(), { accountId: a.accountId, kind: 'ecdsa-256' });
    expect(rotating).toMatchObject({
      stage: 'rotating',
      version: 1,
      next: expect.stringMatching(/^SHA256:/) as string,
    });
    await expect(w.invoke(rotateKey, await keeper(), { accountId: a.accountId })).rejects.toMatchObject({
      code: 'in-use',
    });
    await work(a.accountId);
    expect((await keyOf(a.accountId))?.stage).toBe('rotating');
    expect([a, b, c].map(({ address }) => listOf(address, 'deploy').size)).toEqual([2, 2, 1]);
    // It signs in by the key that is proven there: no password is needed.
    expect(asked.every(({ admin }) => admin.privateKey !== undefined && admin.password === undefined)).toBe(true);
    down.clear();
    await w.invoke(verifyKey, await keeper(), { accountId: a.accountId });
    await work(a.accountId);
    const after = await keyOf(a.accountId);
    expect(after).toMatchObject({ stage: 'settled', version: 2, kind: 'ecdsa-256', next: null });
    for (const { address } of [a, b, c])
      expect([...listOf(address, 'deploy')]).toEqual([after?.publicKey.split(' ').slice(0, 2).join(' ')]);

    await expect(w.invoke(deleteKey, await keeper(), { accountId: a.accountId })).rejects.toMatchObject({
      code: 'not-that-state',
    });
    await w.invoke(withdrawKey, await keeper(), {
      accountId: a.accountId,
      accountIds: [a.accountId, b.accountId, c.accountId],
    });
    await work(a.accountId);
    expect([a, b, c].map(({ address }) => listOf(address, 'deploy').size)).toEqual([0, 0, 0]);
    await w.invoke(deleteKey, await keeper(), { accountId: a.accountId });
    expect(await keyOf(a.accountId)).toBeNull();
    for (const action of ['key.make', 'key.place', 'key.rotate', 'key.work', 'key.withdraw', 'key.delete'] as const)
      expect([
        action,
        (await w.audit(action)).some(({ object_id: id, outcome }) => id === a.accountId && outcome === 'done'),
      ]).toEqual([action, true]);
    const trail = JSON.stringify(await w.sql('select * from strongroom.audit_event'));
    expect(trail).not.toContain('PRIVATE KEY');
  });

  it('survives the death of the product between any two steps, and is never without a key that works', async () => {
    const [a, b] = [await host(), await host()];
    await w.invoke(makeKey, await keeper(), { accountId: a.accountId });
    await w.invoke(placeKey, await keeper(), { accountId: a.accountId, accountIds: [a.accountId, b.accountId] });
    await work(a.accountId);
    await w.invoke(rotateKey, await keeper(), { accountId: a.accountId });
    const workingKey = async (): Promise<void> => {
      const { privateKey } = await w.invoke(revealKey, await keeper(), { accountId: a.accountId });
      const login = { username: 'deploy', privateKey: { expose: () => privateKey } };
      for (const { address } of [a, b]) expect(opens(address, login)).toBe(true);
    };
    // Dies at the first gate, at the second, and so on, until a run gets through.
    let deaths = 0;
    for (let dieAt = 1; dieAt < 40; dieAt += 1) {
      let passed = 0;
      gate = () => {
        passed += 1;
        if (passed === dieAt % 4) throw new Error('killed');
      };
      await work(a.accountId).catch(() => (deaths += 1));
      gate = () => undefined;
      await workingKey();
      expect(await recoverKeys(w.database)).toBeGreaterThanOrEqual(
        (await keyOf(a.accountId))?.stage === 'settled' ? 0 : 1,
      );
      if ((await keyOf(a.accountId))?.stage === 'settled') break;
    }
    expect(deaths).toBeGreaterThan(2);
    expect(await keyOf(a.accountId)).toMatchObject({ stage: 'settled', version: 2 });
    for (const { address } of [a, b]) expect(listOf(address, 'deploy').size).toBe(1);
  });

  it('is given up on the way: the next key leaves every host, the current one stays', async () => {
    const [a, b] = [await host(), await host()];
    await w.invoke(makeKey, await keeper(), { accountId: a.accountId });
    await w.invoke(placeKey, await keeper(), { accountId: a.accountId, accountIds: [a.accountId, b.accountId] });
    await work(a.accountId);
    down.add(b.address);
    await w.invoke(rotateKey, await keeper(), { accountId: a.accountId });
    await work(a.accountId);
    expect(listOf(a.address, 'deploy').size).toBe(2);
    down.clear();
    await w.invoke(stopKeyRotation, await keeper(), { accountId: a.accountId });
    await work(a.accountId);
    expect(await keyOf(a.accountId)).toMatchObject({ stage: 'settled', version: 1, next: null });
    for (const { address } of [a, b]) expect(listOf(address, 'deploy').size).toBe(1);
    await expect(w.invoke(stopKeyRotation, await keeper(), { accountId: a.accountId })).rejects.toMatchObject({
      code: 'not-that-state',
    });
  });

  it('that somebody took out by hand shows as refused when it is tried, and is put back', async () => {
    const a = await host();
    await w.invoke(makeKey, await keeper(), { accountId: a.accountId });
    await w.invoke(placeKey, await keeper(), { accountId: a.accountId, accountIds: [a.accountId] });
    await work(a.accountId);
    listOf(a.address, 'deploy').clear();
    await w.invoke(verifyKey, await keeper(), { accountId: a.accountId });
    const [key] = await w.sql<{ id: string }>('select id from strongroom.ssh_key where account_id = $1', [a.accountId]);
    await w.composed.jobs.key({ organisationId: w.organisationId, keyId: key?.id ?? '' }, new AbortController().signal);
    expect(await states(a.accountId)).toEqual(['refused']);
    await w.invoke(verifyKey, await keeper(), { accountId: a.accountId });
    await work(a.accountId);
    expect(await states(a.accountId)).toEqual(['open']);
  });

  it('is imported with its passphrase, which is not kept, and given out under the rules of passwords', async () => {
    const [a, none] = [await host(), await host(false)];
    const { privateKey, fingerprint } = await makeKeyPair('ecdsa-384');
    const imported = await w.invoke(importKey, await keeper(), { accountId: a.accountId, privateKey });
    expect(imported).toMatchObject({ kind: 'ecdsa-384', fingerprint, version: 1 });
    await expect(w.invoke(importKey, await keeper(), { accountId: a.accountId, privateKey })).rejects.toMatchObject({
      code: 'not-that-state',
    });
    await expect(
      w.invoke(importKey, await keeper(), { accountId: none.accountId, privateKey: 'nonsense' }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
    const [row] = await w.sql<{ sealed: Buffer }>(
      'select sealed from strongroom.ssh_key_version v join strongroom.ssh_key k on k.id = v.key_id where k.account_id = $1',
      [a.accountId],
    );
    expect(row?.sealed.toString('latin1')).not.toContain('PRIVATE KEY');
    const shown = await w.invoke(revealKey, await keeper(), { accountId: a.accountId });
    expect(readPrivateKey(shown.privateKey)).toMatchObject({ fingerprint });
    await expect(w.invoke(revealKey, await keeper(), { accountId: a.accountId, version: 7 })).rejects.toMatchObject({
      code: 'not-found',
    });
    // A host that is not set up, or no host at all, takes no keys.
    await expect(
      w.invoke(placeKey, await keeper(), { accountId: a.accountId, accountIds: [none.accountId] }),
    ).rejects.toMatchObject({ code: 'not-resettable' });
    expect((await w.invoke(readKey, await keeper(), { accountId: none.accountId })).takesKeys).toBe(false);
  });

  it('is out of reach of whoever may not: unseen, not revealed, not put on accounts of others, and its hosts are not named', async () => {
    const [a, b] = [await host(), await host()];
    await w.invoke(makeKey, await keeper(), { accountId: a.accountId });
    await w.invoke(placeKey, await keeper(), { accountId: a.accountId, accountIds: [a.accountId, b.accountId] });
    const viewer = await (
      await w.add({ username: `viewer-${randomUUID().slice(0, 8)}`, role: 'password-user' })
    ).actor();
    for (const call of [readKey, revealKey, rotateKey, verifyKey, deleteKey, makeKey] as const)
      await expect(w.invoke(call, viewer, { accountId: a.accountId })).rejects.toMatchObject({ code: 'not-found' });
    expect((await w.invoke(listKeys, viewer, {})).items).toEqual([]);
    await w.invoke(shareAccount, await keeper(), {
      accountId: a.accountId,
      set: [{ to: { kind: 'user', id: viewer.userId as UserId }, permission: 'view' }],
    });
    const seen = await w.invoke(readKey, viewer, { accountId: a.accountId });
    expect(seen.key).toMatchObject({ hiddenPlaces: 1, places: [{ accountId: a.accountId }] });
    expect(JSON.stringify(seen)).not.toContain(b.address);
    expect((await w.invoke(listKeys, viewer, {})).items).toHaveLength(1);
    for (const call of [rotateKey, deleteKey, stopKeyRotation] as const)
      await expect(w.invoke(call, viewer, { accountId: a.accountId })).rejects.toMatchObject({ code: 'not-found' });
    // Somebody with a key of their own cannot put it where they do not manage.
    const privileged = await w.people.privileged.actor();
    const { id } = await w.invoke(createResource, privileged, {
      name: `own-${randomUUID().slice(0, 8)}`,
      type: 'Linux',
      accounts: [{ username: 'me' }],
    });
    const [own] = await w.sql<{ id: AccountId }>('select id from strongroom.account where resource_id = $1', [id]);
    await w.invoke(makeKey, privileged, { accountId: own?.id as AccountId });
    await expect(
      w.invoke(placeKey, privileged, { accountId: own?.id as AccountId, accountIds: [a.accountId] }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});
