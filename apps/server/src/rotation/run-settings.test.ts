import {
  configureReset,
  createResource,
  previewReset,
  previewRun,
  readAccount,
  readResource,
  startRunCall,
  type AccountId,
  type ResourceId,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeTargets, type Targets } from '../../test/targets.ts';
import { world, type World } from '../../test/world.ts';

let w: World;
let targets: Targets;
beforeAll(async () => {
  targets = fakeTargets();
  w = await world({ outpost: targets.outpost });
});
afterAll(() => w.close());
const never = new AbortController().signal;
let made = 0;
const owner = () => w.people.keeper.actor();

async function accountsOf(resourceId: string): Promise<{ id: AccountId; username: string }[]> {
  return w.sql(`select id, username from strongroom.account where resource_id = $1 order by username`, [resourceId]);
}

describe('a service that lets nobody prove a password', () => {
  async function cloud(): Promise<{ alice: AccountId; resourceId: ResourceId }> {
    const { id } = await w.invoke(createResource, await owner(), {
      name: `cloud-${String(++made)}`,
      type: 'AWS IAM',
      accounts: [
        { username: 'AKIAEXAMPLE', password: 'key' },
        { username: 'alice', password: 'First-word-1' },
      ],
      reset: { settings: { loginWith: 'another account' }, adminUsername: 'AKIAEXAMPLE' },
    });
    const accounts = await accountsOf(id);
    for (const { username } of accounts)
      targets.at('').passwords.set(username, username === 'alice' ? 'First-word-1' : 'key');
    const alice = accounts.find(({ username }) => username === 'alice');
    if (!alice) throw new Error('no alice');
    return { alice: alice.id, resourceId: id };
  }
  const proof = async (accountId: AccountId) => (await w.invoke(readAccount, await owner(), { accountId })).proof;

  it('is taken at its word, needs no address, and its accounts never count as proven', async () => {
    const { alice, resourceId } = await cloud();
    const run = await w.invoke(startRunCall, await owner(), { kind: 'reset', selection: { accountIds: [alice] } });
    await w.composed.jobs.run({ organisationId: w.organisationId, runId: run.id, pump: 0 }, never);
    expect(await proof(alice)).toMatchObject({
      health: 'unprovable',
      provenAt: null,
      provenBy: null,
      why: 'Set. The service lets nobody prove it by a log-in.',
    });
    const preview = await w.invoke(previewRun, await owner(), {
      kind: 'verify',
      selection: { resourceIds: [resourceId] },
    });
    expect(preview).toMatchObject({
      asked: 0,
      skipped: [{ why: 'The service lets nobody prove a password by itself.' }],
    });
  });

  it('is given the same candidate again where it is not known whether it took it', async () => {
    const { alice } = await cloud();
    const target = targets.at('');
    target.cuts = true;
    const run = await w.invoke(startRunCall, await owner(), { kind: 'reset', selection: { accountIds: [alice] } });
    await w.composed.jobs.run({ organisationId: w.organisationId, runId: run.id, pump: 0 }, never);
    const sent = target.passwords.get('alice');
    const [attempt] = await w.sql<{ id: string; state: string }>(
      `select id, state from strongroom.rotation_attempt where account_id = $1`,
      [alice],
    );
    expect(attempt?.state).toBe('applying');
    target.cuts = false;
    await w.sql(`update strongroom.rotation_attempt set leased_until = null where id = $1`, [attempt?.id]);
    await w.composed.jobs.rotate({ organisationId: w.organisationId, attemptId: attempt?.id ?? '' }, never);
    expect(target.passwords.get('alice')).toBe(sent);
    expect((await proof(alice)).health).toBe('unprovable');
    const [item] = await w.sql<{ state: string }>(`select state from strongroom.reset_run_item where run_id = $1`, [
      run.id,
    ]);
    expect(item?.state).toBe('done');
  });
});

describe('reset settings for many resources', () => {
  it('name the account that signs in by its log-in name, and tell how many would be overwritten [RST-09]', async () => {
    const make = async (name: string) =>
      (
        await w.invoke(createResource, await owner(), {
          name,
          type: 'Linux',
          dnsName: 'host.example',
          accounts: [{ username: 'root' }, { username: 'deploy' }],
        })
      ).id;
    const [one, two] = [await make('one'), await make('two')];
    const reset = { settings: { loginWith: 'another account' }, adminUsername: 'root' };
    const set = await w.invoke(configureReset, await owner(), { resourceId: one, reset });
    const root = (await accountsOf(one)).find(({ username }) => username === 'root');
    expect(set.reset?.adminAccountId).toBe(root?.id);
    const wrong = { ...reset, adminUsername: 'nobody' };
    await expect(w.invoke(configureReset, await owner(), { resourceId: two, reset: wrong })).rejects.toMatchObject({
      code: 'settings-invalid',
    });
    const preview = await w.invoke(previewReset, await owner(), { selection: { resourceIds: [one, two] } });
    expect(preview.types).toEqual([{ type: 'Linux', resources: 2, configured: 1 }]);
    // What one does not see is not counted.
    const stranger = await w.invoke(previewReset, await w.people.admin.actor(), {
      selection: { resourceIds: [one, two] },
    });
    expect(stranger.types).toEqual([]);
    expect((await w.invoke(readResource, await owner(), { resourceId: two })).reset).toBeNull();
  });

  it('are tested by one log-in of the account that signs in on each, and nothing is changed [RST-09]', async () => {
    const { id } = await w.invoke(createResource, await owner(), {
      name: 'tested',
      type: 'Linux',
      dnsName: 'tested.example',
      accounts: [
        { username: 'a', password: 'First-word-a' },
        { username: 'root', password: 'First-word-r' },
      ],
      reset: { settings: { loginWith: 'another account' }, adminUsername: 'root' },
    });
    targets.at('tested.example').passwords.set('root', 'First-word-r');
    const run = await w.invoke(startRunCall, await owner(), {
      kind: 'verify',
      selection: { resourceIds: [id], accounts: 'sign-in' },
    });
    expect(run.total).toBe(1);
    await w.composed.jobs.run({ organisationId: w.organisationId, runId: run.id, pump: 0 }, never);
    const items = await w.sql<{ name: string; state: string }>(
      `select name, state from strongroom.reset_run_item where run_id = $1`,
      [run.id],
    );
    expect(items).toEqual([{ name: 'root on tested', state: 'done' }]);
    expect(targets.at('tested.example').asked).toBe(1);
  });
});
