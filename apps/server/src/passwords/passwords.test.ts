import {
  changePassword,
  createResource,
  generatePassword,
  listAccounts,
  listPolicies,
  readHistory,
  resolveAttempt,
  restoreVersion,
  revealAccount,
  revealFormer,
  rotateAccount,
  updateAccount,
  updateResource,
} from '@strongroom/contract';
import { faults } from '@strongroom/password-policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';

let w: World;
let keeper: Actor;
let policies: Record<string, string>;
let n = 0;

beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  policies = Object.fromEntries(
    (await w.invoke(listPolicies, keeper, {})).items.map((policy) => [policy.name, policy.id]),
  );
});
afterAll(() => w.close());

async function account(password = 'Starting-Point-11-!!', more = {}): Promise<{ accountId: never; resourceId: never }> {
  const made = await w.invoke(createResource, keeper, {
    name: `host-${++n}`,
    type: 'Linux',
    accounts: [{ username: 'root', password }],
    ...more,
  });
  const { items } = await w.invoke(listAccounts, keeper, { resourceId: made.id });
  return { accountId: items[0]?.id as never, resourceId: made.id as never };
}
const reveal = (accountId: never, more = {}) => w.invoke(revealAccount, keeper, { accountId, ...more });
const change = (accountId: never, password: string, more = {}) =>
  w.invoke(changePassword, keeper, { accountId, password, ...more });
const set = (name: string, value: unknown) =>
  w.sql('insert into strongroom.setting (organisation_id, name, value) values ($1, $2, $3)', [
    w.organisationId,
    name,
    JSON.stringify(value),
  ]);

describe('reveal', () => {
  it('asks for a reason and a ticket where the organisation does, and records what it was given, and for what [PWD-01]', async () => {
    const { accountId } = await account();
    expect((await reveal(accountId)).password).toBe('Starting-Point-11-!!');
    await set('reasonToReveal', true);
    await set('ticketToReveal', true);
    await expect(reveal(accountId)).rejects.toMatchObject({ code: 'reason-required' });
    await expect(reveal(accountId, { reason: 'disk is full' })).rejects.toMatchObject({ code: 'ticket-required' });
    await expect(reveal(accountId, { reason: 'x' })).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(reveal(accountId, { reason: '      ', ticket: 'T-1' })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    await reveal(accountId, { reason: 'disk is full', ticket: 'T-1', purpose: 'copy' });
    expect((await w.audit('account.reveal')).at(-1)).toMatchObject({
      outcome: 'done',
      reason: 'disk is full',
      ticket: 'T-1',
      details: { purpose: 'copy', version: '1' },
    });
    // A former password is opened under the same rules.
    await w.sql('delete from strongroom.setting');
    await change(accountId, 'Another-Point-22-!!');
    await set('reasonToReveal', true);
    await expect(w.invoke(revealFormer, keeper, { accountId, version: 1 })).rejects.toMatchObject({
      code: 'reason-required',
    });
    expect((await w.invoke(revealFormer, keeper, { accountId, version: 1, reason: 'old backup' })).password).toBe(
      'Starting-Point-11-!!',
    );
    await w.sql('delete from strongroom.setting');
    await expect(w.invoke(revealFormer, keeper, { accountId, version: 99 })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('shows both passwords while it is not known which one works, and one again when a person has said [PWD-03]', async () => {
    const { accountId } = await account('Old-Password-33-!!xx', { dnsName: 'host.invalid', reset: { settings: {} } });
    const { attemptId } = await w.invoke(rotateAccount, keeper, { accountId });
    const doubtful = await reveal(accountId);
    expect(doubtful.password).toBe('Old-Password-33-!!xx');
    expect(doubtful.candidate).toMatch(/^.{16,64}$/);
    for (const work of [
      () => change(accountId, 'Not-Now-Please-44-!!'),
      () => w.invoke(rotateAccount, keeper, { accountId }),
      () => w.invoke(restoreVersion, keeper, { accountId, version: 1 }),
    ])
      await expect(work()).rejects.toMatchObject({ code: 'in-use' });
    await w.sql(`update strongroom.rotation_attempt set state = 'needs-person' where id = $1`, [attemptId]);
    await w.invoke(resolveAttempt, keeper, { accountId, attemptId, how: 'keep-candidate', reason: 'tried it by hand' });
    expect(await reveal(accountId)).toMatchObject({ password: doubtful.candidate, candidate: null, version: 2 });
    expect((await w.audit('attempt.resolve')).at(-1)).toMatchObject({
      reason: 'tried it by hand',
      details: { how: 'keep-candidate' },
    });
  });
});

describe('a change in the vault alone', () => {
  it('keeps the policy that applies: the account’s own, else the resource’s, else the default', async () => {
    const { accountId, resourceId } = await account();
    const weak = 'lowercase-only';
    await expect(change(accountId, weak)).rejects.toMatchObject({ code: 'password-weak', detail: 'Policy ‘Strong’.' });
    await w.invoke(updateResource, keeper, { resourceId, policyId: policies['Low'] as never });
    await change(accountId, weak);
    await w.invoke(updateAccount, keeper, { accountId, policyId: policies['Medium'] as never });
    const refused: unknown = await change(accountId, 'another-lowercase').catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'password-weak',
      detail: 'Policy ‘Medium’.',
      errors: [
        { path: 'password', message: 'Use both small and capital letters.' },
        { path: 'password', message: 'Use at least 1 digit.' },
      ],
    });
    expect(JSON.stringify(refused)).not.toContain('another-lowercase');
    await expect(
      w.invoke(updateAccount, keeper, { accountId, policyId: w.organisationId as never }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('does not bring back as many former passwords as the policy says', async () => {
    const { accountId } = await account('Number-0-Password-00-!!');
    const password = (i: number): string => `Number-${i}-Password-${i}0-!!`;
    for (let i = 1; i <= 6; i++) await change(accountId, password(i));
    // Strong: the last five, the present one among them.
    for (let i = 2; i <= 6; i++)
      await expect(change(accountId, password(i)), `${i}`).rejects.toMatchObject({ code: 'password-reused' });
    await change(accountId, password(1));
  });

  it('asks for a reason where the organisation does [PWD-03]', async () => {
    const { accountId } = await account();
    await set('reasonToChange', true);
    await expect(change(accountId, 'Reasoned-Change-55-!!')).rejects.toMatchObject({ code: 'reason-required' });
    await change(accountId, 'Reasoned-Change-55-!!', { reason: 'leaver' });
    expect((await w.audit('account.change-password')).at(-1)).toMatchObject({
      reason: 'leaver',
      details: { where: 'local', version: '2' },
    });
    await w.sql('delete from strongroom.setting');
  });

  it('says nothing of the machine: what was proven of the former password is forgotten', async () => {
    const { accountId, resourceId } = await account();
    await w.sql(
      `update strongroom.account set proven_at = now(), proven_by = 'verify', checked_at = now(), check_result = 'accepted' where id = $1`,
      [accountId],
    );
    await change(accountId, 'Unproven-Again-66-!!');
    const { items } = await w.invoke(listAccounts, keeper, { resourceId });
    expect(items[0]?.proof).toMatchObject({ health: 'unproven', provenAt: null });
  });

  it('of two at the same moment gives each its own version, and none is lost', async () => {
    const { accountId } = await account();
    const texts = Array.from({ length: 6 }, (_, i) => `Parallel-Change-${i}7-!!`);
    await Promise.all(texts.map((text) => change(accountId, text)));
    const { items, total } = await w.invoke(readHistory, keeper, { accountId });
    expect([total, items.map((item) => item.version)]).toEqual([7, [7, 6, 5, 4, 3, 2, 1]]);
    expect(items.filter((item) => item.state === 'current').map((item) => item.version)).toEqual([7]);
    const opened = [(await reveal(accountId)).password];
    for (let version = 2; version <= 6; version++)
      opened.push((await w.invoke(revealFormer, keeper, { accountId, version })).password);
    expect(opened.sort()).toEqual(texts.sort());
  });

  it('does not slip in beside a rotation that begins at the same moment', async () => {
    for (let i = 0; i < 5; i++) {
      const { accountId } = await account('Slip-In-Password-88-!!', {
        dnsName: 'host.invalid',
        reset: { settings: {} },
      });
      await Promise.allSettled([
        w.invoke(rotateAccount, keeper, { accountId }),
        change(accountId, 'Slipped-In-Password-99-!!'),
        w.invoke(rotateAccount, keeper, { accountId }),
      ]);
      const attempts = await w.sql<{ base_version: number; secret_version: number }>(
        'select t.base_version, a.secret_version from strongroom.rotation_attempt t join strongroom.account a on a.id = t.account_id where a.id = $1',
        [accountId],
      );
      // The attempt, if there is one, starts from the password that is current.
      expect(attempts.length).toBeLessThanOrEqual(1);
      for (const attempt of attempts) expect(attempt.base_version).toBe(attempt.secret_version);
    }
  });
});

describe('history', () => {
  it('tells who, from where, when and how; gives the old value under the same rules; and restores one as a new version [PWD-04]', async () => {
    const { accountId } = await account('First-Of-Three-11-!!');
    await change(accountId, 'Second-Of-Three-22-!!');
    const boss = await w.people.boss.actor();
    await w.invoke(
      changePassword,
      { ...boss, origin: { ...boss.origin, address: '198.51.100.9' } },
      { accountId, password: 'Third-Of-Three-33-!!' },
    );
    const { items } = await w.invoke(readHistory, keeper, { accountId });
    expect(items.map(({ changedAt: _, ...item }) => item)).toEqual([
      { version: 3, state: 'current', origin: 'changed', changedBy: 'boss', changedFrom: '198.51.100.9', file: null },
      { version: 2, state: 'former', origin: 'changed', changedBy: 'keeper', changedFrom: '192.0.2.7', file: null },
      { version: 1, state: 'former', origin: 'created', changedBy: 'keeper', changedFrom: '192.0.2.7', file: null },
    ]);
    for (const item of items) expect(Math.abs(Date.now() - Date.parse(item.changedAt))).toBeLessThan(60_000);
    expect((await w.invoke(revealFormer, keeper, { accountId, version: 1 })).password).toBe('First-Of-Three-11-!!');
    await expect(w.invoke(revealFormer, await w.people.admin.actor(), { accountId, version: 1 })).rejects.toMatchObject(
      { code: 'not-found' },
    );
    await set('reasonToReveal', true);
    await expect(w.invoke(revealFormer, keeper, { accountId, version: 1 })).rejects.toMatchObject({
      code: 'reason-required',
    });
    await w.sql('delete from strongroom.setting');
    expect(await w.invoke(restoreVersion, keeper, { accountId, version: 1 })).toEqual({ version: 4 });
    expect(await reveal(accountId)).toMatchObject({ password: 'First-Of-Three-11-!!', version: 4 });
    const after = await w.invoke(readHistory, keeper, { accountId });
    expect(after.items[0]).toMatchObject({ version: 4, origin: 'restored', state: 'current' });
    expect(after.total).toBe(4);
    await expect(w.invoke(restoreVersion, keeper, { accountId, version: 4 })).rejects.toMatchObject({
      code: 'not-that-state',
    });
    await expect(w.invoke(restoreVersion, keeper, { accountId, version: 77 })).rejects.toMatchObject({
      code: 'not-found',
    });
    const page = await w.invoke(readHistory, keeper, { accountId, limit: 2, offset: 1 });
    expect([page.total, page.items.map((item) => item.version)]).toEqual([4, [3, 2]]);
  });
});

describe('policies', () => {
  it('are four at first, and what the generator draws keeps them', async () => {
    const { items } = await w.invoke(listPolicies, keeper, {});
    expect(items.map((policy) => [policy.name, policy.isDefault, policy.builtIn])).toEqual([
      ['Low', false, true],
      ['Medium', false, true],
      ['Strong', true, true],
      ['Offline Password File', false, true],
    ]);
    for (const policy of items) {
      const { passwords } = await w.invoke(generatePassword, keeper, {
        policyId: policy.id,
        count: 20,
        username: 'root',
      });
      expect(new Set(passwords).size).toBe(20);
      for (const password of passwords)
        expect([policy.name, faults(policy, password, 'root')]).toEqual([policy.name, []]);
    }
    await expect(
      w.invoke(generatePassword, await w.people.foreign.actor(), { policyId: items[0]?.id ?? ('' as never) }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });

  it('of one organisation do not apply to another', async () => {
    const foreign = await w.people.foreign.actor();
    await expect(
      w.invoke(createResource, foreign, { name: 'x', type: 'Linux', policyId: policies['Low'] as never }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
  });
});
