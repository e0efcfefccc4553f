import {
  copyPolicy,
  createPolicy,
  createResource,
  createResourceGroup,
  deletePolicy,
  generatePassword,
  listPolicies,
  readPolicyUsage,
  readResource,
  readResourceGroup,
  samplePolicy,
  setDefaultPolicy,
  updatePolicy,
  type Policy,
} from '@strongroom/contract';
import { faults } from '@strongroom/password-policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { newId } from '../platform/random.ts';

let w: World;
let admin: Actor;
let keeper: Actor;
beforeAll(async () => {
  w = await world();
  admin = await w.people.admin.actor();
  keeper = await w.people.keeper.actor();
});
afterAll(() => w.close());

const rules = {
  kind: 'password',
  minLength: 14,
  maxLength: 40,
  mixedCase: true,
  digits: 3,
  specials: 2,
  specialCharacters: '#+',
  startsWithLetter: true,
  loginNameAllowed: false,
  dictionaryWordsAllowed: false,
  words: 0,
  historyDepth: 4,
  maxAgeDays: 60,
} as const;
const named = async (name: string): Promise<Policy> => {
  const found = (await w.invoke(listPolicies, keeper, {})).items.find((policy) => policy.name === name);
  if (!found) throw new Error(`no policy ${name}`);
  return found;
};

describe('policies of one’s own', () => {
  it('are put together of every rule, changed, copied, made the default and deleted with another in their place [POL-01]', async () => {
    const made = await w.invoke(createPolicy, admin, { ...rules, name: 'Banking', description: 'For the mainframe.' });
    expect(made).toMatchObject({ ...rules, name: 'Banking', builtIn: false, isDefault: false, version: 1 });
    const { passwords, bits } = await w.invoke(generatePassword, keeper, {
      policyId: made.id,
      count: 20,
      username: 'root',
    });
    for (const password of passwords) expect(faults(made, password, 'root')).toEqual([]);
    expect(bits).toBeGreaterThan(100);

    const changed = await w.invoke(updatePolicy, admin, {
      policyId: made.id,
      version: 1,
      minLength: 18,
      specialCharacters: '#+-',
    });
    expect(changed).toMatchObject({ minLength: 18, specialCharacters: '#+-', version: 2 });
    await expect(w.invoke(updatePolicy, admin, { policyId: made.id, version: 1, digits: 1 })).rejects.toMatchObject({
      code: 'changed-meanwhile',
    });
    // Each rule by itself is possible, all together are not.
    await expect(w.invoke(updatePolicy, admin, { policyId: made.id, maxLength: 16 })).rejects.toMatchObject({
      code: 'input-invalid',
      errors: [{ path: 'maxLength', message: 'is less than the shortest length' }],
    });
    await expect(w.invoke(createPolicy, admin, { ...rules, name: 'Banking' })).rejects.toMatchObject({
      code: 'name-taken',
    });
    expect((await w.audit('policy.update')).find((row) => row.outcome === 'done')?.details).toEqual({
      'minLength was': '14',
      'minLength is': '18',
      'specialCharacters was': '#+',
      'specialCharacters is': '#+-',
    });

    const copy = await w.invoke(copyPolicy, admin, { policyId: made.id, name: 'Banking, stricter' });
    expect(copy).toMatchObject({ ...changed, id: copy.id, name: 'Banking, stricter', version: 1 });

    const resource = await w.invoke(createResource, keeper, { name: newId(), type: 'Linux', policyId: made.id });
    const group = await w.invoke(createResourceGroup, keeper, { name: newId(), policyId: made.id });
    expect((await w.invoke(readPolicyUsage, admin, {})).items.find((one) => one.policyId === made.id)).toEqual({
      policyId: made.id,
      accounts: 0,
      resources: 1,
      groups: 1,
    });
    await w.invoke(setDefaultPolicy, admin, { policyId: made.id });
    expect(
      (await w.invoke(listPolicies, keeper, {})).items.filter((one) => one.isDefault).map((one) => one.id),
    ).toEqual([made.id]);
    await expect(w.invoke(deletePolicy, admin, { policyId: made.id })).rejects.toMatchObject({ code: 'policy-in-use' });
    for (const replacementId of [made.id, newId() as never])
      await expect(w.invoke(deletePolicy, admin, { policyId: made.id, replacementId })).rejects.toMatchObject({
        code: 'input-invalid',
      });
    await w.invoke(deletePolicy, admin, { policyId: made.id, replacementId: copy.id });
    expect((await w.invoke(readResource, keeper, { resourceId: resource.id })).policyId).toBe(copy.id);
    expect((await w.invoke(readResourceGroup, keeper, { groupId: group.id })).policyId).toBe(copy.id);
    expect((await named('Banking, stricter')).isDefault).toBe(true);
    // One that nobody uses goes without.
    const unused = await w.invoke(createPolicy, admin, { ...rules, name: 'Unused' });
    await w.invoke(deletePolicy, admin, { policyId: unused.id });
    expect((await w.invoke(listPolicies, keeper, {})).items.map((one) => one.name)).not.toContain('Unused');
    await w.invoke(setDefaultPolicy, admin, { policyId: (await named('Strong')).id });
  });

  it('come beside four that nobody changes or deletes, one of them for passphrases [POL-01]', async () => {
    const { items } = await w.invoke(listPolicies, keeper, {});
    const builtIn = items.filter((one) => one.builtIn);
    expect(builtIn.map((one) => one.name)).toEqual(['Low', 'Medium', 'Strong', 'Offline Password File']);
    for (const one of builtIn) {
      await expect(w.invoke(updatePolicy, admin, { policyId: one.id, minLength: 4 })).rejects.toMatchObject({
        code: 'not-that-state',
      });
      await expect(
        w.invoke(deletePolicy, admin, { policyId: one.id, replacementId: builtIn[0]?.id }),
      ).rejects.toMatchObject({
        code: 'not-that-state',
      });
    }
    const offline = await named('Offline Password File');
    const drawn = await w.invoke(generatePassword, keeper, { policyId: offline.id, count: 5 });
    for (const password of drawn.passwords) {
      expect(password).toMatch(/^[a-z]+(-[a-z]+){4,}$/);
      expect(faults(offline, password)).toEqual([]);
    }
    // Five words of 7,776, none twice.
    expect(drawn.bits).toBeGreaterThan(64.6);
    const strong = await named('Strong');
    const asked = await w.invoke(generatePassword, keeper, { policyId: strong.id, passphrase: true, words: 6 });
    expect(asked.passwords[0]?.match(/[A-Z]/g)).toHaveLength(6);
    expect(faults(strong, asked.passwords[0] ?? '')).toEqual([]);
  });

  it('are tried out before they are stored, in samples and in words', async () => {
    const { historyDepth: _, maxAgeDays: __, ...only } = rules;
    const tried = await w.invoke(samplePolicy, admin, { ...only, count: 5 });
    for (const password of tried.passwords) expect(faults(only, password)).toEqual([]);
    expect(tried.says).toContain('At least 2 special characters of #+');
    expect(await named('Strong')).toMatchObject({ version: 1 });
    await expect(w.invoke(samplePolicy, admin, { ...only, specialCharacters: 'ab' })).rejects.toMatchObject({
      code: 'input-invalid',
    });
  });

  it('are nobody’s to change without the right, and no other organisation’s at all', async () => {
    const strong = await named('Strong');
    for (const who of ['keeper', 'nobody', 'auditor'] as const) {
      const actor = await w.people[who].actor();
      for (const work of [
        () => w.invoke(createPolicy, actor, { ...rules, name: newId().slice(0, 20) }),
        () => w.invoke(copyPolicy, actor, { policyId: strong.id, name: 'x' }),
        () => w.invoke(setDefaultPolicy, actor, { policyId: strong.id }),
        () => w.invoke(readPolicyUsage, actor, {}),
      ])
        await expect(work()).rejects.toMatchObject({ code: 'not-your-role' });
    }
    const foreign = await w.people.foreign.actor();
    await expect(w.invoke(setDefaultPolicy, foreign, { policyId: strong.id })).rejects.toMatchObject({
      code: 'not-found',
    });
    const own = await w.invoke(createPolicy, foreign, { ...rules, name: 'Elsewhere' });
    await expect(w.invoke(deletePolicy, foreign, { policyId: own.id, replacementId: strong.id })).resolves.toEqual({});
    expect(await named('Strong')).toMatchObject({ isDefault: true });
  });
});
