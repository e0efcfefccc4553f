import {
  configureReset,
  createResource,
  createResourceType,
  listResourceTypes,
  readResource,
  rehearseScript,
  tryScript,
  updateResourceType,
  type AccountId,
  type Script,
} from '@strongroom/contract';
import type { Login, Rehearsed } from '@strongroom/driver-kit';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noOutpost, world, type World } from '../../test/world.ts';
import type { Route } from './outpost-child.ts';

let w: World;
const tried: { route: Route; admin: Login; username: string }[] = [];
const rehearsed: Rehearsed = { lines: [{ is: 'sent', text: 'passwd {{account}}' }], ended: 'stopped', why: 'Here.' };
beforeAll(async () => {
  w = await world({
    outpost: {
      ...noOutpost,
      rehearse: (route, admin, { username }) => {
        tried.push({ route, admin, username });
        return Promise.resolve({ said: rehearsed, offered: undefined });
      },
    },
  });
});
afterAll(() => w.close());

const step = (expect_: string | null, send: string) => ({
  expect: expect_ === null ? null : { is: 'text' as const, text: expect_ },
  send,
});
const script: z.input<typeof Script> = {
  login: { prompt: 'box>' },
  steps: [step(null, 'passwd {{account}}'), step('New password:', '{{new}}'), step('Again:', '{{new}}')],
  success: { is: 'text', text: 'changed' },
  refused: { is: 'pattern', text: '^error' },
  limits: { maxLength: 16, forbidden: '@' },
};
const admin = () => w.people.admin.actor();
const name = () => `Box ${randomUUID().slice(0, 8)}`;

async function resourceOf(type: string) {
  const keeper = await w.people.keeper.actor();
  const { id } = await w.invoke(createResource, keeper, {
    name: name(),
    type,
    dnsName: 'box.example',
    accounts: [{ username: 'ana' }],
  });
  await w.invoke(configureReset, keeper, {
    resourceId: id,
    reset: { settings: { protocol: 'Telnet', script: { steps: [] } } },
  });
  const [row] = await w.sql<{ id: AccountId }>('select id from strongroom.account where resource_id = $1', [id]);
  return { id, accountId: row?.id as AccountId };
}

describe('a dialogue of a type of one’s own', () => {
  it('is kept, gives the type a way to reset, and says where it cannot work', async () => {
    const type = await w.invoke(createResourceType, await admin(), { name: name(), script });
    expect(type).toMatchObject({
      driver: 'own-script',
      resetsLike: null,
      script: { limits: { maxLength: 16 }, verify: null },
    });
    // The dialogue is no setting of a resource.
    expect(Object.keys((type.resetSettings as { properties: object }).properties)).toEqual([
      'protocol',
      'port',
      'loginWith',
      'timeoutSeconds',
    ]);
    expect(
      (await w.invoke(listResourceTypes, await admin(), {})).items.find(({ id }) => id === type.id)?.script,
    ).toEqual(type.script);
    const faults = async (wrong: z.input<typeof Script>) => {
      const refused: unknown = await w
        .invoke(createResourceType, await admin(), { name: name(), script: wrong })
        .catch((error: unknown) => error);
      return (refused as { errors?: { path: string }[] }).errors?.map(({ path }) => path);
    };
    expect(await faults({ ...script, steps: [step(null, 'passwd')] })).toEqual(['script.steps']);
    expect(await faults({ ...script, steps: [step('first', '{{new}} {{pasword}}')] })).toEqual([
      'script.steps.0.expect',
      'script.steps.0.send',
    ]);
    expect(await faults({ ...script, refused: { is: 'pattern', text: '(a+)\\1' } })).toEqual(['script.refused.text']);
    expect(await faults({ ...script, steps: [step(null, 'x\nreboot {{new}}')] })).toEqual(
      ['steps.0.send'].map((path) => `script.${path}`),
    );
    await expect(
      w.invoke(createResourceType, await admin(), { name: name(), script, resetsLike: 'Linux' }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(
      w.invoke(createResourceType, await w.people.keeper.actor(), { name: name(), script }),
    ).rejects.toMatchObject({ code: 'not-your-role' });
  });

  it('that is changed is agreed to by whoever manages each resource, before any password goes through it', async () => {
    const type = await w.invoke(createResourceType, await admin(), { name: name(), script });
    const { id, accountId } = await resourceOf(type.name);
    const keeper = await w.people.keeper.actor();
    const typeId = type.id;
    if (typeId === null) throw new Error('no id');
    const reset = async () => (await w.invoke(readResource, keeper, { resourceId: id })).reset;
    expect((await reset())?.settings).toEqual({
      protocol: 'Telnet',
      port: 23,
      loginWith: 'the account itself',
      timeoutSeconds: 20,
    });
    // The same once more changes nothing, and neither does another label.
    await w.invoke(updateResourceType, await admin(), { resourceTypeId: typeId, script, accountLabel: 'Log-in' });
    expect(await reset()).not.toBeNull();
    const leaking = {
      ...script,
      steps: [
        step(null, 'echo {{adminPassword}}'),
        ...script.steps.map((one) => ({ ...one, expect: { is: 'text' as const, text: 'x' } })),
      ],
    };
    await w.invoke(updateResourceType, await admin(), { resourceTypeId: typeId, script: leaking });
    expect(await reset()).toBeNull();
    await expect(w.invoke(tryScript, keeper, { accountId })).rejects.toMatchObject({ code: 'not-resettable' });
    expect((await w.audit('resource-type.update')).at(-1)?.details).toMatchObject({
      dialogue: 'changed',
      'reset settings switched off': '1',
    });
  });

  it('is rehearsed on paper: what is sent, what ends it, what a password may not be [RST-12]', async () => {
    const on = async (said: string[], more: Partial<z.input<typeof Script>> = {}) =>
      w.invoke(rehearseScript, await admin(), { script: { ...script, ...more }, account: 'ana', said });
    expect(await on([])).toMatchObject({ ended: 'waiting', lines: [{ is: 'sent', text: 'passwd ana' }] });
    expect(await on(['New password:', 'Again:', 'Password changed.\nbox>'])).toMatchObject({
      ended: 'success',
      lines: [
        { is: 'sent', text: 'passwd ana' },
        { is: 'said', text: 'New password:' },
        { is: 'sent', text: '{{new}}' },
        { is: 'said', text: 'Again:' },
        { is: 'sent', text: '{{new}}' },
        { is: 'said', text: 'Password changed.\nbox>' },
      ],
      limits: { maxLength: 16, forbidden: '@', asciiOnly: true },
    });
    expect(await on(['New password:', 'Error: too short\nbox>'])).toMatchObject({
      ended: 'refused',
      why: 'The device refused: Error: too short',
    });
    expect(await on(['No such user\nbox>'])).toMatchObject({
      ended: 'refused',
      why: 'The device refused: No such user',
    });
    expect(await on(['something else'])).toMatchObject({ ended: 'lost' });
    const inLine = await on(['ok'], { steps: [step(null, 'set {{account}} {{new}}')] });
    expect(inLine.limits.forbidden).toContain(';');
    await expect(w.invoke(rehearseScript, await w.people.keeper.actor(), { script, said: [] })).rejects.toMatchObject({
      code: 'not-your-role',
    });
  });

  it('is tried on a device by whoever may change its passwords, with the type’s dialogue and the account’s own log-in [RST-12]', async () => {
    const type = await w.invoke(createResourceType, await admin(), { name: name(), script });
    const { accountId } = await resourceOf(type.name);
    expect(await w.invoke(tryScript, await w.people.keeper.actor(), { accountId })).toEqual(rehearsed);
    const [last] = tried.slice(-1);
    expect(last).toMatchObject({
      username: 'ana',
      admin: { username: 'ana' },
      route: { host: 'box.example', settings: { script: { steps: script.steps } } },
    });
    for (const who of ['nobody', 'auditor', 'foreign'] as const)
      await expect(w.invoke(tryScript, await w.people[who].actor(), { accountId })).rejects.toMatchObject({
        code: 'not-found',
      });
    const linux = await w.invoke(createResource, await w.people.keeper.actor(), {
      name: name(),
      type: 'Linux',
      dnsName: 'l.example',
      accounts: [{ username: 'ana' }],
    });
    await w.invoke(configureReset, await w.people.keeper.actor(), { resourceId: linux.id, reset: { settings: {} } });
    const [row] = await w.sql<{ id: AccountId }>('select id from strongroom.account where resource_id = $1', [
      linux.id,
    ]);
    await expect(
      w.invoke(tryScript, await w.people.keeper.actor(), { accountId: row?.id as AccountId }),
    ).rejects.toMatchObject({ code: 'not-that-state' });
    expect(
      (await w.audit('account.try-script')).some(
        ({ object_id: id, outcome }) => id === accountId && outcome === 'done',
      ),
    ).toBe(true);
  });
});
