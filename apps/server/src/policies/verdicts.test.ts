import {
  changePassword,
  copyAccount,
  copyResource,
  createAccounts,
  createPolicy,
  createResource,
  listAccounts,
  listResources,
  readAccount,
  readDashboard,
  resolveAttempt,
  restoreVersion,
  rotateAccount,
  setDefaultPolicy,
  updateAccount,
  updatePolicy,
  updateResource,
  listPolicies,
  revealAccount,
  whoReaches,
  type Policy,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeAll } from '../../test/sweeps.ts';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { newId } from '../platform/random.ts';

let w: World;
let keeper: Actor;
let admin: Actor;
let policies: Record<string, Policy>;
const weak = 'weak-and-small';
const good = 'Quite-Good-11-Enough!!';

beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  admin = await w.people.admin.actor();
  policies = Object.fromEntries((await w.invoke(listPolicies, keeper, {})).items.map((one) => [one.name, one]));
});
afterAll(() => w.close());

async function account(password: string, more = {}): Promise<{ accountId: never; resourceId: never }> {
  const made = await w.invoke(createResource, keeper, {
    name: newId(),
    type: 'Linux',
    accounts: [{ username: 'root', password }],
    ...more,
  });
  const { items } = await w.invoke(listAccounts, keeper, { resourceId: made.id });
  return { accountId: items[0]?.id as never, resourceId: made.id as never };
}
const stands = async (accountId: never) => {
  const { compliance, complianceWhy, expiresAt, changedAt } = await w.invoke(readAccount, keeper, { accountId });
  const days = expiresAt === null ? null : (Date.parse(expiresAt) - Date.parse(changedAt)) / 86_400_000;
  return [compliance, complianceWhy.length, days === null ? null : Math.round(days)];
};
const change = (accountId: never, password: string) => w.invoke(changePassword, keeper, { accountId, password });

describe('an account’s compliance', () => {
  it('is known with every way a password comes about, in the same transaction', async () => {
    const { accountId, resourceId } = await account(weak);
    expect(await stands(accountId)).toEqual(['violating', 3, 90]);
    await change(accountId, good);
    expect(await stands(accountId)).toEqual(['compliant', 0, 90]);
    await w.invoke(restoreVersion, keeper, { accountId, version: 1 });
    expect(await stands(accountId)).toEqual(['violating', 3, 90]);
    const { items } = await w.invoke(createAccounts, keeper, {
      resourceId,
      accounts: [{ username: 'drawn' }, { username: 'low', password: weak, policyId: policies['Low']?.id ?? null }],
    });
    expect(items.map((one) => [one.compliance, one.expiresAt === null])).toEqual([
      ['compliant', false],
      ['compliant', true],
    ]);
    // A copy is judged where it is: on another resource another policy may apply.
    const lenient = await account(good, { policyId: policies['Low']?.id });
    const copied = await w.invoke(copyAccount, keeper, {
      accountId: items[0]?.id as never,
      resourceIds: [lenient.resourceId],
    });
    expect([copied.items[0]?.compliance, copied.items[0]?.expiresAt]).toEqual(['compliant', null]);
    const copies = await w.invoke(copyResource, keeper, {
      resourceId,
      names: [newId()],
      inherit: { accounts: true },
    } as never);
    const copy = (copies as { items: { id: string }[] }).items[0];
    const there = await w.invoke(listAccounts, keeper, { resourceId: copy?.id as never });
    expect(there.items.map((one) => [one.username, one.compliance]).sort()).toEqual([
      ['drawn', 'compliant'],
      ['low', 'compliant'],
      ['root', 'violating'],
    ]);
    // Nobody had to come by.
    expect(await judgeAll(w)).toBe(0);
  });

  it('of a rotation is known when it ends, and looked at again where the policy changed meanwhile', async () => {
    const { accountId, resourceId } = await account(weak, { dnsName: 'host.invalid', reset: { settings: {} } });
    const end = async (attemptId: never) => {
      await w.sql(`update strongroom.rotation_attempt set state = 'needs-person' where id = $1`, [attemptId]);
      await w.invoke(resolveAttempt, keeper, { accountId, attemptId, how: 'keep-candidate', reason: 'tried by hand' });
    };
    const first = await w.invoke(rotateAccount, keeper, { accountId });
    await end(first.attemptId as never);
    expect(await stands(accountId)).toEqual(['compliant', 0, 90]);
    const second = await w.invoke(rotateAccount, keeper, { accountId });
    const long = await w.invoke(createPolicy, admin, {
      ...(policies['Strong'] as Policy),
      name: 'Long',
      minLength: 60,
      maxAgeDays: 10,
    });
    await w.invoke(updateResource, keeper, { resourceId, policyId: long.id });
    await judgeAll(w);
    await end(second.attemptId as never);
    expect(await stands(accountId)).toEqual(['unknown', 0, 10]);
    await judgeAll(w);
    expect(await stands(accountId)).toEqual(['violating', 1, 10]);
  });

  it('is narrowed by in lists, counted on the dashboard and said with its reasons', async () => {
    await w.sql('delete from strongroom.resource where organisation_id = $1', [w.organisationId]);
    const bad = await account(weak);
    const fine = await account(good);
    const aged = await account(good);
    const soon = await account(good);
    const never = await account(good, { policyId: policies['Low']?.id });
    const inDays = (accountId: never, days: number) =>
      w.sql(`update strongroom.account set expires_at = now() + make_interval(days => $2::int) where id = $1`, [
        accountId,
        days,
      ]);
    await inDays(aged.accountId, -3);
    await inDays(soon.accountId, 5);
    const found = async (filters: object) => {
      const accounts = await w.invoke(listAccounts, keeper, { ...filters, sort: 'number' });
      const resources = await w.invoke(listResources, keeper, { ...filters, sort: 'number' });
      expect(resources.items.map((one) => one.id)).toEqual(accounts.items.map((one) => one.resourceId));
      expect([accounts.total, resources.total]).toEqual([accounts.items.length, accounts.items.length]);
      return accounts.items.map((one) => one.id);
    };
    expect(await found({ compliance: 'violating' })).toEqual([bad.accountId]);
    expect(await found({ compliance: 'unknown' })).toEqual([]);
    expect(await found({ expired: true })).toEqual([aged.accountId]);
    expect(await found({ expiresWithin: 14 })).toEqual([soon.accountId]);
    expect(await found({ expired: false, compliance: 'compliant' })).toEqual([
      fine.accountId,
      soon.accountId,
      never.accountId,
    ]);
    const byExpiry = await w.invoke(listAccounts, keeper, { sort: 'expiresAt' });
    expect([byExpiry.items[0]?.id, byExpiry.items[1]?.id, byExpiry.items.at(-1)?.id]).toEqual([
      aged.accountId,
      soon.accountId,
      never.accountId,
    ]);
    expect(await w.invoke(readDashboard, keeper, {})).toMatchObject({
      violating: 1,
      unjudged: 0,
      expired: 1,
      expiringSoon: 1,
    });
    const { complianceWhy, appliedPolicy, lastAccess } = await w.invoke(readAccount, keeper, {
      accountId: bad.accountId,
    });
    expect(complianceWhy).toEqual([
      'Use at least 16 characters.',
      'Use both small and capital letters.',
      'Use at least 2 digits.',
    ]);
    expect([appliedPolicy?.name, appliedPolicy?.from, lastAccess]).toEqual(['Strong', 'default', null]);
    // Somebody who sees none of them counts none.
    const nobody = await w.people.nobody.actor();
    expect((await w.invoke(listAccounts, nobody, { compliance: 'violating' })).total).toBe(0);
    expect(await w.invoke(readDashboard, nobody, {})).toMatchObject({ violating: 0, expired: 0 });
  });

  it('stands beside everything else that is known of an account: last opened and by whom, changed, in sync, and who reaches it and why [PWD-06]', async () => {
    const { accountId, resourceId } = await account(good);
    await w.sql(
      `insert into strongroom.share (id, organisation_id, resource_id, user_id, permission, shared_by) values ($1, $2, $3, $4, 'view', 'keeper')`,
      [newId(), w.organisationId, resourceId, w.people.nobody.id],
    );
    const nobody = await w.people.nobody.actor();
    await w.invoke(revealAccount, nobody, { accountId, purpose: 'copy' });
    await w.sql(
      `update strongroom.account set proven_at = now(), proven_by = 'verify', checked_at = now(), check_result = 'accepted' where id = $1`,
      [accountId],
    );
    const about = await w.invoke(readAccount, keeper, { accountId });
    expect(about).toMatchObject({
      compliance: 'compliant',
      complianceWhy: [],
      appliedPolicy: { name: 'Strong', from: 'default' },
      lastAccess: { by: 'nobody', action: 'account.reveal' },
      proof: { health: 'proven', provenBy: 'verify' },
    });
    for (const at of [about.lastAccess?.at, about.changedAt, about.proof.provenAt])
      expect(Math.abs(Date.now() - Date.parse(at ?? ''))).toBeLessThan(60_000);
    expect(Date.parse(about.expiresAt ?? '') - Date.parse(about.changedAt)).toBe(90 * 86_400_000);
    const who = await w.invoke(whoReaches, admin, { objectKind: 'account', objectId: accountId });
    const reaches = who.items.find((one) => one.username === 'nobody');
    expect(reaches?.hold).toBe('view');
    expect(reaches?.ways).toHaveLength(1);
    await w.sql('delete from strongroom.share where resource_id = $1', [resourceId]);
  });

  it('follows a change of rules, of age, of name, of what applies, and of the default', async () => {
    const own = await w.invoke(createPolicy, admin, { ...(policies['Low'] as Policy), name: 'Own', maxAgeDays: 30 });
    const { accountId, resourceId } = await account(weak, { policyId: own.id });
    expect(await stands(accountId)).toEqual(['compliant', 0, 30]);
    await w.invoke(updatePolicy, admin, { policyId: own.id, minLength: 15, maxAgeDays: 40 });
    await judgeAll(w);
    expect(await stands(accountId)).toEqual(['violating', 1, 40]);
    // Where only the age changes no password is opened.
    const before = (await w.audit('policy.evaluate')).length;
    await w.invoke(updatePolicy, admin, { policyId: own.id, maxAgeDays: 0 });
    await judgeAll(w);
    expect(await stands(accountId)).toEqual(['violating', 1, null]);
    const events = (await w.audit('policy.evaluate')).slice(before);
    expect(events.map((event) => [event.details['opened'], event.details['judged']])).toEqual([['0', '1']]);
    await w.invoke(updatePolicy, admin, { policyId: own.id, minLength: 8, loginNameAllowed: false });
    await w.invoke(updateAccount, keeper, { accountId, username: 'weak-and' });
    await judgeAll(w);
    expect(await stands(accountId)).toEqual(['violating', 1, null]);
    await w.invoke(updateAccount, keeper, { accountId, username: 'root', policyId: policies['Medium']?.id as never });
    await judgeAll(w);
    expect(await stands(accountId)).toEqual(['violating', 2, 180]);
    await w.invoke(updateAccount, keeper, { accountId, policyId: null });
    await w.invoke(updateResource, keeper, { resourceId, policyId: null });
    await judgeAll(w);
    expect(await stands(accountId)).toEqual(['violating', 3, 90]);
    await w.invoke(setDefaultPolicy, admin, { policyId: policies['Low']?.id as never });
    await judgeAll(w);
    expect(await stands(accountId)).toEqual(['compliant', 0, null]);
    await w.invoke(setDefaultPolicy, admin, { policyId: policies['Strong']?.id as never });
    await judgeAll(w);
    expect(await stands(accountId)).toEqual(['violating', 3, 90]);
  });
});
