import {
  changePassword,
  createResourceGroup,
  createResource,
  disableUser,
  listAccounts,
  readNotices,
  revealAccount,
  setNotices,
  shareAccount,
  shareGroup,
  transferResource,
  updateSettings,
  type NoticeEvent,
} from '@strongroom/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { world, type Person, type World } from '../../test/world.ts';
import { performer, type Actor } from '../authorise/index.ts';
import { mailChannel } from './mail-channel.ts';
import { noticeRound, type NoticeParts } from './round.ts';

let w: World;
let keeper: Actor;
let ann: Person;
let ben: Person;
let made = 0;
const noon = new Date('2026-11-26T12:00:00Z');
const secret = 'Passw0rd-that-nobody-mails-1';

beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  ann = await w.add({ username: 'ann', fullName: 'Ann' });
  ben = await w.add({ username: 'ben', fullName: 'Ben' });
  await w.invoke(updateSettings, await w.people.boss.actor(), {
    mail: { host: 'mail.example', port: 25, security: 'none', from: 'vault@example.org' },
  });
});
afterAll(() => w.close());
beforeEach(async () => {
  await caughtUp();
  await w.sql('delete from strongroom.notice_rule');
  await w.sql('delete from strongroom.mail_outbox');
  await w.sql('delete from strongroom.notice_day');
});

const parts = (more: Partial<NoticeParts> = {}): NoticeParts => ({
  perform: w.perform,
  channels: [mailChannel(() => 'https://vault.example')],
  now: () => noon,
  ...more,
});

/** Rounds until all that has happened was read: transactions of other tests on the same cluster may hold it up. */
async function caughtUp(with_: NoticeParts = parts()): Promise<void> {
  await vi.waitFor(
    async () => {
      const { more } = await noticeRound(with_, w.organisationId);
      const [left] = await w.sql<{ behind: boolean }>(
        `select exists (select 1 from strongroom.audit_event e join strongroom_local.notice_cursor c on c.organisation_id = e.organisation_id
             where e.organisation_id = $1 and e.outcome = 'done' and (e.tx, e.id) > (c.tx, c.event_id)
               and e.action in ('account.reveal', 'account.change-password', 'account.share', 'resource-group.share', 'resource.transfer')) as behind`,
        [w.organisationId],
      );
      expect([more, left?.behind]).toEqual([false, false]);
    },
    { timeout: 20_000, interval: 5 },
  );
}

interface Fixture {
  resourceId: never;
  accountId: never;
  groupId: never;
  name: string;
}
async function fixture(owner = keeper): Promise<Fixture> {
  const name = `host ${++made}`;
  const resource = await w.invoke(createResource, owner, {
    name,
    type: 'Linux',
    accounts: [{ username: 'root', password: secret }],
  });
  const { items } = await w.invoke(listAccounts, owner, { resourceId: resource.id });
  const group = await groupOf(resource.id, owner);
  return { resourceId: resource.id as never, accountId: items[0]?.id as never, groupId: group, name };
}
const groupOf = async (resourceId: string, owner = keeper): Promise<never> =>
  (
    await w.invoke(createResourceGroup, owner, {
      name: `group ${++made}`,
      kind: 'static',
      resourceIds: [resourceId as never],
    })
  ).id as never;

type Rule = z.input<typeof setNotices.input>['rules'][number];
const rule = (groupId: never, ...rules: Rule[]) => w.invoke(setNotices, keeper, { groupId, rules });
const share = (accountId: never, to: Person | null, from?: Person) =>
  w.invoke(shareAccount, keeper, {
    accountId,
    set: to ? [{ to: { kind: 'user', id: to.id as never }, permission: 'view' }] : [],
    remove: from ? [{ kind: 'user', id: from.id as never }] : [],
  });
const reveal = (accountId: never, actor = keeper) =>
  w.invoke(revealAccount, actor, { accountId, reason: 'the disk is full' });

interface Mailed {
  to_address: string;
  subject: string;
  body: string;
}
const mailed = (): Promise<Mailed[]> =>
  w.sql<Mailed>('select to_address, subject, body from strongroom.mail_outbox order by lower(to_address), subject, id');
const told = async (): Promise<string[]> => (await mailed()).map((mail) => mail.to_address);

describe('notices', () => {
  it('tell each of six events to owner, those with access, named people, groups and addresses', async () => {
    const one = await fixture();
    const [team] = await w.sql<{ id: string }>(
      `insert into strongroom.user_group (id, organisation_id, number, name) values (gen_random_uuid(), $1, 9001, 'Team') returning id`,
      [w.organisationId],
    );
    await w.sql(
      'insert into strongroom.user_group_member (organisation_id, user_group_id, user_id) values ($1, $2, $3)',
      [w.organisationId, team?.id, ben.id],
    );
    await share(one.accountId, ann);
    await w.invoke(shareAccount, keeper, {
      accountId: one.accountId,
      set: [{ to: { kind: 'user-group', id: team?.id as never }, permission: 'view' }],
      remove: [],
    });
    await caughtUp();
    await rule(
      one.groupId,
      { event: 'accessed', owner: true, addresses: ['audit@example.net'] },
      { event: 'changed', people: true },
      { event: 'share-changed', userIds: [ann.id as never] },
      { event: 'expires', userGroupIds: [team?.id as never] },
      { event: 'violated', owner: true },
      { event: 'out-of-sync', people: true },
    );
    const each = async (work: () => Promise<unknown>, time = noon): Promise<[string[], string | undefined]> => {
      await w.sql('delete from strongroom.mail_outbox');
      await work();
      await caughtUp(parts({ now: () => time }));
      const mails = await mailed();
      return [mails.map((mail) => mail.to_address), mails[0]?.subject];
    };
    const name = `root on ${one.name}`;
    expect(await each(() => reveal(one.accountId))).toEqual([
      ['audit@example.net', 'keeper@example.org'],
      `Password accessed: ${name}`,
    ]);
    const [access] = await mailed();
    expect(access?.body).toContain('keeper accessed this password.');
    expect(access?.body).toContain('Reason: the disk is full');
    expect(access?.body).toMatch(/When: .*20\d\d/);
    expect(access?.body).toContain(`https://vault.example/resources/${one.resourceId as string}`);
    const change = () =>
      w.invoke(changePassword, keeper, { accountId: one.accountId, password: 'An0ther-Passw0rd-22!!' });
    expect(await each(change)).toEqual([
      ['ann@example.org', 'ben@example.org', 'keeper@example.org'],
      `Password changed: ${name}`,
    ]);
    expect((await mailed()).map((mail) => mail.body).join()).not.toMatch(/An0ther|Passw0rd-that/);
    const shares = () =>
      w.invoke(shareAccount, keeper, {
        accountId: one.accountId,
        set: [{ to: { kind: 'user', id: ann.id as never }, permission: 'modify' }],
        remove: [],
      });
    expect(await each(shares)).toEqual([['ann@example.org'], `Sharing changed: ${name}`]);
    // The same again changes nothing, and nobody is told.
    expect(await each(shares)).toEqual([[], undefined]);
    const expire = (at: string) => () =>
      w.sql('update strongroom.account set expires_at = $2 where id = $1', [one.accountId, at]);
    expect(await each(expire('2026-11-26T11:00:00Z'))).toEqual([['ben@example.org'], `Password expired: ${name}`]);
    expect(await each(() => Promise.resolve())).toEqual([[], undefined]);
    expect(await each(expire('2026-11-26T11:30:00Z'))).toEqual([['ben@example.org'], `Password expired: ${name}`]);
    expect(await each(expire('2026-12-26T11:30:00Z'))).toEqual([[], undefined]);
    // Told once a day, after the night's checks.
    await w.sql(`update strongroom.account set compliance = 'violating', check_result = 'rejected' where id = $1`, [
      one.accountId,
    ]);
    await w.sql('delete from strongroom.notice_day');
    const at = (time: string) => each(() => Promise.resolve(), new Date(time));
    expect(await at('2026-11-27T05:59:00Z')).toEqual([[], undefined]);
    const [addresses] = await at('2026-11-27T06:00:00Z');
    expect(addresses).toEqual(['ann@example.org', 'ben@example.org', 'keeper@example.org', 'keeper@example.org']);
    expect((await mailed()).map((mail) => mail.subject)).toEqual([
      `Password out of sync: ${name}`,
      `Password out of sync: ${name}`,
      `Password out of sync: ${name}`,
      `Password policy violated: ${name}`,
    ]);
    expect(await at('2026-11-27T23:00:00Z')).toEqual([[], undefined]);
    expect((await at('2026-11-28T06:30:00Z'))[0].length).toBe(4);
    await w.sql(`update strongroom.account set compliance = 'compliant', check_result = 'accepted' where id = $1`, [
      one.accountId,
    ]);
    expect(await at('2026-11-29T07:00:00Z')).toEqual([[], undefined]);
  });

  it('of several groups that say the same come once, and of what one action did to many accounts in one mail', async () => {
    const one = await fixture();
    const second = await groupOf(one.resourceId);
    for (const groupId of [one.groupId, second])
      await rule(groupId, { event: 'accessed', owner: true, addresses: ['KEEPER@example.org', 'x@example.net'] });
    await reveal(one.accountId);
    await caughtUp();
    expect((await told()).map((to) => to.toLowerCase())).toEqual(['keeper@example.org', 'x@example.net']);
    await w.sql('delete from strongroom.mail_outbox');
    const many = await w.invoke(createResource, keeper, {
      name: `many ${++made}`,
      type: 'Linux',
      accounts: Array.from({ length: 25 }, (_, i) => ({ username: `user${i}`, password: secret })),
    });
    const groupId = await groupOf(many.id);
    await rule(groupId, { event: 'share-changed', owner: true });
    await w.invoke(shareGroup, keeper, {
      groupId,
      set: [{ to: { kind: 'user', id: ann.id as never }, permission: 'view' }],
      remove: [],
    });
    await caughtUp();
    const mails = await mailed();
    expect(mails.map((mail) => [mail.to_address, mail.subject])).toEqual([
      ['keeper@example.org', 'Sharing changed: 25 accounts'],
    ]);
    expect(mails[0]?.body).toContain('and 5 more');
  });

  it('tell nobody of an account that they do not see: not by name, not by group, not who lost it, not its giver', async () => {
    const one = await fixture();
    await rule(one.groupId, { event: 'accessed', people: true, userIds: [ann.id as never, ben.id as never] });
    await reveal(one.accountId);
    await caughtUp();
    expect(await told()).toEqual(['keeper@example.org']);
    await share(one.accountId, ann);
    await reveal(one.accountId);
    await share(one.accountId, null, ann);
    await w.sql('delete from strongroom.mail_outbox');
    // Read after ann has lost it.
    await caughtUp();
    expect((await told()).includes('ann@example.org')).toBe(false);
    // Given away: whoever still has it in a group of theirs is not told what its owner does, nor is whom they named.
    await rule(one.groupId, { event: 'accessed', owner: true, addresses: ['outside@example.net'] });
    await w.invoke(transferResource, keeper, { resourceId: one.resourceId, toUserId: w.people.privileged.id as never });
    await w.sql('delete from strongroom.mail_outbox');
    await reveal(one.accountId, await w.people.privileged.actor());
    await caughtUp();
    expect(await told()).toEqual([]);
  });

  it('are told once each, whenever and however often the reading is cut off, by whichever of two nodes', async () => {
    const accounts = [await fixture(), await fixture(), await fixture()];
    for (const one of accounts)
      await rule(one.groupId, { event: 'accessed', owner: true, addresses: ['x@example.net'] });
    const step = fc.oneof(
      fc.record({ do: fc.constant('reveal' as const), n: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ do: fc.constant('round' as const), n: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ do: fc.constant('cut' as const), n: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ do: fc.constant('both' as const), n: fc.integer({ min: 1, max: 3 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        await w.sql('delete from strongroom.mail_outbox');
        const expected: string[] = [];
        for (const { do: what, n } of steps) {
          if (what === 'reveal') {
            const one = accounts[n];
            if (!one) continue;
            await reveal(one.accountId);
            expected.push(`root on ${one.name}`, `root on ${one.name}`);
          } else if (what === 'round') await noticeRound(parts({ atOnce: n }), w.organisationId);
          else if (what === 'both') {
            const other = parts({ atOnce: n, perform: performer(w.database) });
            await Promise.all([
              noticeRound(parts({ atOnce: n }), w.organisationId),
              noticeRound(other, w.organisationId),
            ]);
          } else {
            // Killed after everything was handed over and before the commit.
            const killed = parts({
              atOnce: n,
              channels: [...parts().channels, { name: 'killer', tell: () => Promise.reject(new Error('killed')) }],
            });
            await noticeRound(killed, w.organisationId).catch(() => undefined);
          }
        }
        await caughtUp(parts({ atOnce: 2 }));
        const subjects = (await mailed()).map((mail) => mail.subject.replace('Password accessed: ', ''));
        expect(subjects.sort()).toEqual(expected.sort());
      }),
      { numRuns: 15 },
    );
  });

  it('begin where there was no cursor, after a move of the database too, and leave out what is older than a week', async () => {
    const one = await fixture();
    await rule(one.groupId, { event: 'accessed', owner: true });
    await reveal(one.accountId);
    await w.past();
    await w.sql(`update strongroom_local.notice_cursor set tx = tx + 1000000000`);
    await caughtUp();
    expect(await told()).toEqual([]);
    await reveal(one.accountId);
    await caughtUp();
    expect(await told()).toEqual(['keeper@example.org']);
    await w.sql(`update strongroom_local.notice_cursor set tx = 0`);
    await w.sql(`update strongroom.audit_event set at = at - interval '8 days'`);
    await w.sql('delete from strongroom.mail_outbox');
    await caughtUp();
    expect(await told()).toEqual([]);
  });
});

describe('a reset that a rule orders', () => {
  const runs = () =>
    w.sql<{ source: string; names: string[]; as_product: boolean }>(
      `select r.source, r.as_product, array(select i.name from strongroom.reset_run_item i where i.run_id = r.id) as names
        from strongroom.reset_run r order by r.started_at, r.id`,
    );
  beforeEach(async () => {
    await w.sql('delete from strongroom.reset_run');
  });

  it('follows when a share is taken away, and only then, once for all groups', async () => {
    const one = await fixture();
    const second = await groupOf(one.resourceId);
    for (const groupId of [one.groupId, second]) await rule(groupId, { event: 'share-changed', alsoReset: true });
    await share(one.accountId, ann);
    await caughtUp();
    expect(await runs()).toEqual([]);
    await share(one.accountId, null, ann);
    await caughtUp();
    expect(await runs()).toEqual([{ source: 'share-removed', as_product: true, names: [`root on ${one.name}`] }]);
  });

  it('follows an expiry, once for each', async () => {
    const one = await fixture();
    await rule(one.groupId, { event: 'expires', alsoReset: true });
    await w.sql(`update strongroom.account set expires_at = '2026-11-26T11:00:00Z' where id = $1`, [one.accountId]);
    await caughtUp();
    await caughtUp();
    expect(await runs()).toEqual([{ source: 'expiry', as_product: true, names: [`root on ${one.name}`] }]);
  });

  it('follows what expires in the next round, and what came under a rule later within an hour', async () => {
    const one = await fixture();
    const other = await fixture();
    await rule(one.groupId, { event: 'expires', alsoReset: true });
    await rule(other.groupId, { event: 'expires', alsoReset: true });
    await caughtUp();
    const expire = (id: string, at: string) =>
      w.sql(`update strongroom.account set expires_at = $2 where id = $1`, [id, at]);
    await expire(one.accountId, '2026-11-26T11:59:59Z');
    // As when another policy comes to apply, by which it was too old long ago.
    await expire(other.accountId, '2026-10-01T00:00:00Z');
    await caughtUp();
    expect((await runs()).map(({ names }) => names)).toEqual([[`root on ${one.name}`]]);
    await caughtUp(parts({ now: () => new Date(noon.getTime() + 61 * 60_000) }));
    expect((await runs()).map(({ names }) => names)).toEqual([[`root on ${one.name}`], [`root on ${other.name}`]]);
    // The clock was wrong, and is put right: what was looked at in that future counts for nothing.
    await expire(other.accountId, '2026-10-02T00:00:00Z');
    await caughtUp();
    expect(await runs()).toHaveLength(3);
  });

  it('is done by the rights of whoever set it, as they are then', async () => {
    const one = await fixture();
    const lead = await w.add({ username: `lead${++made}`, role: 'password-administrator' });
    await w.invoke(shareGroup, keeper, {
      groupId: one.groupId,
      set: [{ to: { kind: 'user', id: lead.id as never }, permission: 'manage' }],
      remove: [],
    });
    const set = (actor: Actor) =>
      w.invoke(setNotices, actor, { groupId: one.groupId, rules: [{ event: 'share-changed', alsoReset: true }] });
    expect((await set(await lead.actor())).items.find((item) => item.event === 'share-changed')?.resetBy).toBe(
      lead.username,
    );
    // Saved by another, it stays whoever's said so first.
    expect((await set(keeper)).items.find((item) => item.event === 'share-changed')?.resetBy).toBe(lead.username);
    await share(one.accountId, ann);
    await w.invoke(shareGroup, keeper, {
      groupId: one.groupId,
      set: [],
      remove: [{ kind: 'user', id: lead.id as never }],
    });
    await caughtUp();
    expect(await runs()).toEqual([]);
    await rule(one.groupId);
    await rule(one.groupId, { event: 'share-changed', alsoReset: true });
    await share(one.accountId, null, ann);
    await caughtUp();
    expect((await runs()).length).toBe(1);
    await w.sql('delete from strongroom.reset_run');
    const gone = await w.add({ username: `gone${++made}`, role: 'administrator', superAdministrator: true });
    await rule(one.groupId);
    await set(await gone.actor());
    await w.invoke(disableUser, await w.people.boss.actor(), { userId: gone.id as never });
    await share(one.accountId, ann);
    await share(one.accountId, null, ann);
    await caughtUp();
    expect(await runs()).toEqual([]);
  });
});

describe('the rules of a group', () => {
  it('are for who manages it, name only whom they may look up, and are in the trail', async () => {
    const one = await fixture();
    const rules: Rule[] = [
      { event: 'accessed', owner: true, userIds: [ann.id as never], addresses: ['x@example.net'] },
    ];
    const set = (actor: Actor, given = rules) => w.invoke(setNotices, actor, { groupId: one.groupId, rules: given });
    await expect(set(await w.people.admin.actor())).rejects.toMatchObject({ code: 'not-found' });
    await expect(set(await w.people.foreign.actor())).rejects.toMatchObject({ code: 'not-found' });
    const foreign = [{ event: 'accessed' as NoticeEvent, userIds: [w.people.foreign.id as never] }];
    await expect(set(keeper, foreign)).rejects.toMatchObject({ code: 'not-found' });
    const { actor: program } = await w.people.keeper.token(['read', 'manage']);
    await expect(set(program, [{ event: 'expires', alsoReset: true }])).rejects.toMatchObject({
      code: 'scope-missing',
    });
    await expect(set(keeper, [{ event: 'accessed', alsoReset: true }])).rejects.toMatchObject({
      code: 'input-invalid',
    });
    const { items, mailSet } = await set(program);
    expect([items.length, mailSet]).toEqual([6, true]);
    expect(items[0]).toMatchObject({ event: 'accessed', owner: true, users: [{ name: 'ann' }], alsoReset: false });
    expect((await w.audit('resource-group.set-notices')).at(-1)?.details).toEqual({
      accessed: 'owner, 1 users, x@example.net',
    });
    await set(keeper, []);
    const empty = await w.invoke(readNotices, keeper, { groupId: one.groupId });
    expect(empty.items.every((item) => !item.owner && item.users.length + item.addresses.length === 0)).toBe(true);
    expect((await w.audit('resource-group.set-notices')).at(-1)?.details).toEqual({ accessed: 'nobody' });
  });
});
