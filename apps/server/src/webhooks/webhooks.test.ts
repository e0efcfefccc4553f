import {
  changePassword,
  createResource,
  createWebhook,
  deleteWebhook,
  listWebhooks,
  renewWebhookSecret,
  sendWebhookAgain,
  switchWebhook,
  testWebhook,
  updateSettings,
  updateWebhook,
} from '@strongroom/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answered, taken, webhooksOf, type Webhooks } from '../../test/webhooks.ts';
import { world, type World } from '../../test/world.ts';
import type { SignedAnswer } from '../platform/signed-call.ts';
import { deliver } from './deliver.ts';
import { tidyWebhooks } from './run.ts';

let w: World;
let h: Webhooks;
beforeAll(async () => {
  w = await world();
  h = webhooksOf(w);
});
afterAll(() => w.close());
beforeEach(async () => {
  await w.sql('delete from strongroom.webhook');
  h.calls.length = 0;
  h.answer = () => taken;
});

const told = (): unknown[] => h.calls.map(({ body }) => (JSON.parse(body) as { object: { name: string } }).object.name);

describe('a webhook', () => {
  it('is told of what happens from then on, in the order of the trail, once each, and only of what it asked for', async () => {
    await h.happen();
    await h.add({ events: ['resource.create'] });
    const names = [await h.happen(), await h.happen(), await h.happen()];
    await h.add({ events: ['setting.update'] });
    await h.run();
    await h.run();
    expect(told()).toEqual(names);
    expect((await h.deliveries()).map(({ state, tries, status }) => [state, tries, status])).toEqual(
      names.map(() => ['delivered', 1, 204]),
    );
  });

  it('hears who did what to what, and neither what people wrote nor any secret', async () => {
    await h.add({ events: ['*'], outcomes: ['done', 'refused'] });
    const keeper = await w.people.keeper.actor();
    await w.invoke(createResource, keeper, {
      ...{
        name: 'told',
        type: 'Linux',
        dnsName: 'd.example',
        accounts: [{ username: 'root', password: 'First-Word-11-!!x' }],
      },
    });
    const [account] = await w.sql<{ id: never }>(
      `select a.id from strongroom.account a join strongroom.resource r on r.id = a.resource_id where r.name = 'told'`,
    );
    const accountId = account?.id as never;
    const change = { accountId, password: 'Second-Word-22-!!x', where: 'local', reason: 'said in confidence' } as const;
    await w.invoke(changePassword, keeper, change);
    await expect(w.invoke(updateSettings, keeper, { tokenInUrl: false })).rejects.toThrow();
    await h.run();
    const sent = h.calls.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(sent.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['webhook.create', 'done'],
      ['resource.create', 'done'],
      ['account.change-password', 'done'],
      ['setting.update', 'refused'],
    ]);
    expect(sent[2]).toEqual({
      ...{ id: expect.any(String) as string, organisationId: w.organisationId, at: expect.any(String) as string },
      ...{ action: 'account.change-password', outcome: 'done' },
      actor: { kind: 'user', id: w.people.keeper.id, name: 'keeper' },
      object: { kind: 'account', id: accountId, name: 'root on told' },
    });
    expect(JSON.stringify(h.calls.map(({ body }) => body))).not.toMatch(/-Word-|confidence/);
    expect(h.calls[2]?.headers['strongroom-event']).toBe('account.change-password');
  });

  it('that takes nothing holds back what comes after, and goes on when it is up again', async () => {
    const { webhook } = await h.add();
    const names = [await h.happen(), await h.happen()];
    h.answer = () => answered(503);
    await h.run();
    await h.run();
    expect(told()).toEqual([names[0]]);
    expect(await h.read(webhook.id)).toMatchObject({ waiting: 2, why: 'The answer was 503.', state: 'on' });
    h.answer = () => taken;
    await h.later('6 seconds');
    await h.run();
    expect(told()).toEqual([names[0], ...names]);
    // A receiver can tell a repetition.
    expect(h.calls[1]?.headers['strongroom-delivery']).toBe(h.calls[0]?.headers['strongroom-delivery']);
    expect(await h.read(webhook.id)).toMatchObject({ waiting: 0, why: null, failingSince: null, missed: 0 });
  });

  it('gives an event up after a day, goes on with the next, and says how many it left out', async () => {
    const { webhook } = await h.add();
    const names = [await h.happen()];
    h.answer = () => ({ is: 'timed-out' });
    await h.run();
    await h.later('1 day');
    names.push(await h.happen());
    await h.run();
    expect(await h.read(webhook.id)).toMatchObject({ missed: 1, waiting: 1 });
    h.answer = () => taken;
    await h.later('1 hour');
    await h.run();
    expect(told()).toEqual([names[0], names[0], names[1]]);
    expect(h.calls.map(({ headers }) => headers['strongroom-missed'])).toEqual([undefined, undefined, '1']);
    expect((await h.deliveries()).map(({ state }) => state)).toEqual(['delivered', 'given-up']);
    const settled = (await w.audit('webhook.settle')).map(({ details }) => details);
    expect(settled.slice(-2)).toEqual([
      { 'given up': 'resource.create', why: 'There was no answer within ten seconds.' },
      { 'reached again': 'true', 'not told of': '1' },
    ]);
  });

  it('is paused when it was away for three days or says that it is gone; turned on again it goes on with what waits', async () => {
    const { webhook } = await h.add();
    const name = await h.happen();
    h.answer = () => answered(410);
    await h.run();
    expect(await h.read(webhook.id)).toMatchObject({ state: 'paused', waiting: 1 });
    await h.later('2 days');
    await h.run();
    expect(told()).toEqual([name]);
    const admin = await w.people.admin.actor();
    await expect(w.invoke(testWebhook, admin, { webhookId: webhook.id })).rejects.toThrow('no longer possible');
    h.answer = () => taken;
    expect(await w.invoke(switchWebhook, admin, { webhookId: webhook.id, on: true })).toMatchObject({ state: 'on' });
    await h.run();
    expect(told()).toEqual([name, name]);
  });

  it('that is turned off is told of nothing, not later either', async () => {
    const { webhook } = await h.add();
    const admin = await w.people.admin.actor();
    await h.happen();
    await h.follow();
    await w.invoke(switchWebhook, admin, { webhookId: webhook.id, on: false });
    await h.happen();
    await h.run();
    await w.invoke(switchWebhook, admin, { webhookId: webhook.id, on: true });
    const name = await h.happen();
    await h.later('2 minutes');
    await h.run();
    expect(told()).toEqual([name]);
    expect((await h.deliveries()).map(({ state }) => state).sort()).toEqual(['delivered', 'skipped']);
  });

  it('can be tested, and be sent an event again under another delivery', async () => {
    const { webhook } = await h.add();
    const admin = await w.people.admin.actor();
    await h.happen();
    await h.run();
    const [first] = await h.deliveries();
    if (!first) throw new Error('nothing was sent');
    await w.invoke(sendWebhookAgain, admin, { webhookDeliveryId: first.id });
    await w.invoke(testWebhook, admin, { webhookId: webhook.id });
    await h.run();
    expect(h.calls.map(({ headers }) => headers['strongroom-event'])).toEqual([
      'resource.create',
      'resource.create',
      'webhook.test',
    ]);
    expect(h.calls[1]?.body).toBe(h.calls[0]?.body);
    expect(h.calls[1]?.headers['strongroom-delivery']).not.toBe(first.id);
    expect(JSON.parse(h.calls[2]?.body ?? '')).toMatchObject({ test: true, actor: { name: 'admin' } });
  });

  it('has a secret that is shown once, sealed in its row, and another when its host is another', async () => {
    const { webhook, secret } = await h.add();
    const admin = await w.people.admin.actor();
    const { version, name, events } = webhook;
    const edit = { webhookId: webhook.id, version, name, events, url: 'https://receiver.example/other' };
    const same = await w.invoke(updateWebhook, admin, edit);
    expect(same.secret).toBeNull();
    await expect(w.invoke(updateWebhook, admin, edit)).rejects.toThrow('changed this meanwhile');
    const moved = await w.invoke(updateWebhook, admin, { ...edit, version: 2, url: 'https://elsewhere.example/' });
    expect(moved.secret).toEqual(expect.any(String));
    const renewed = await w.invoke(renewWebhookSecret, admin, { webhookId: webhook.id });
    await h.happen();
    await h.run();
    expect(new Set([secret, moved.secret, renewed.secret]).size).toBe(3);
    expect(h.calls[0]).toMatchObject({ secret: renewed.secret, url: 'https://elsewhere.example/' });
    const [all] = await w.sql<{ text: string }>(`select (select string_agg(x::text, '') from strongroom.webhook x)
      || (select string_agg(x::text, '') from strongroom.audit_event x) || (select string_agg(x::text, '') from strongroom.webhook_delivery x) as text`);
    for (const text of [secret, moved.secret ?? '', renewed.secret]) expect(all?.text).not.toContain(text);
    expect(JSON.stringify(await w.invoke(listWebhooks, admin, {}))).not.toContain(renewed.secret);
  });

  it('that is paused is told of in one mail to whoever made it, with what to do; to all who may turn it on, once its maker may not', async () => {
    const boss = await w.people.boss.actor();
    const mail = { host: 'mail.example', port: 25, security: 'none', from: 'strongroom@example.org' } as const;
    await w.invoke(updateSettings, boss, { mail });
    const mails = async (): Promise<{ to: string; subject: string; body: string }[]> =>
      w.sql(
        `with gone as (delete from strongroom.mail_outbox where about = 'webhook' returning *)
         select to_address as to, subject, body from gone order by to_address`,
      );
    const pause = async (id: string, answer: SignedAnswer): Promise<void> => {
      await h.happen();
      h.answer = () => answer;
      await h.run();
      await h.later('3 days');
      await h.run();
      // Nobody is told again of one that is paused already.
      await h.later('1 day');
      await h.run();
      expect(await h.read(id as never)).toMatchObject({ state: 'paused' });
    };
    try {
      const { webhook } = await h.add({ name: 'SIEM' });
      await pause(webhook.id, answered(503));
      const told = await mails();
      expect(told).toEqual([
        { to: 'admin@example.org', subject: 'The webhook “SIEM” was paused', body: expect.any(String) as string },
      ]);
      expect(told[0]?.body).toMatch(
        /The answer was 503\.[^]*turn the webhook on again[^]*https:\/\/vault\.example\/admin\/api/,
      );
      // Each pause is told of, and an address that is gone at once.
      await w.invoke(switchWebhook, await w.people.admin.actor(), { webhookId: webhook.id, on: true });
      await pause(webhook.id, answered(410));
      expect((await mails()).map(({ to }) => to)).toEqual(['admin@example.org']);
      await w.invoke(switchWebhook, await w.people.admin.actor(), { webhookId: webhook.id, on: true });
      await w.sql(`update strongroom.app_user set state = 'disabled' where id = $1`, [w.people.admin.id]);
      await h.happen();
      h.answer = () => answered(410);
      await h.run();
      const others = (await mails()).map(({ to }) => to);
      expect(others).toContain('boss@example.org');
      expect(others).not.toContain('admin@example.org');
      expect(others).not.toContain('keeper@example.org');
    } finally {
      await w.sql(`update strongroom.app_user set state = 'active' where id = $1`, [w.people.admin.id]);
      await w.invoke(updateSettings, boss, { mail: null });
    }
  });

  it('signs nothing with a secret that was put there past the product', async () => {
    const [mine, other] = [await h.add(), await h.add()];
    await w.sql(
      `update strongroom.webhook set sealed = (select o.sealed from strongroom.webhook o where o.id = $2) where id = $1`,
      [mine.webhook.id, other.webhook.id],
    );
    await h.happen();
    await h.run();
    expect(h.calls.map(({ secret }) => secret)).toEqual([other.secret]);
    expect(await h.read(mine.webhook.id)).toMatchObject({ state: 'paused', waiting: 1 });
  });

  it('leads into no private network unless that is allowed, and never to the link', async () => {
    for (const url of ['https://10.0.0.1/', 'https://[::1]/', 'https://0x7f000001/'])
      await expect(h.add({ url })).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(h.add({ url: 'https://169.254.169.254/', privateNetwork: true })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    await h.add({ url: 'https://10.0.0.1/', privateNetwork: true });
    await expect(h.add({ events: ['account.reveel'] })).rejects.toMatchObject({
      errors: [{ path: 'events', message: 'no such event: account.reveel' }],
    });
  });

  it('is for whoever sets up the organisation and may read its whole trail', async () => {
    await w.sql(
      `insert into strongroom.custom_role (id, organisation_id, name, permissions) values ('00000000-0000-7000-8000-00000000c0de', $1, 'half', '{manage-settings}')`,
      [w.organisationId],
    );
    const half = await w.add({ username: 'half', role: 'administrator' });
    await w.sql(
      `update strongroom.app_user set role = 'custom', custom_role_id = '00000000-0000-7000-8000-00000000c0de' where id = $1`,
      [half.id],
    );
    const input = { name: 'x', url: 'https://x.example/', events: ['*'] };
    for (const who of [half, w.people.auditor, w.people.keeper])
      await expect(w.invoke(createWebhook, await who.actor(), input)).rejects.toMatchObject({ code: 'not-your-role' });
    const { webhook } = await w.invoke(createWebhook, await w.people.privileged.actor(), input);
    await expect(
      w.invoke(deleteWebhook, await w.people.foreign.actor(), { webhookId: webhook.id }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is one sender’s at a time; of one that is slow to settle nothing is sent twice by another', async () => {
    await h.add();
    await h.happen();
    const [claim] = await h.follow();
    expect(await h.follow()).toEqual([]);
    if (!claim) throw new Error('nothing is due');
    await h.later('61 seconds');
    await h.run();
    expect(h.calls).toHaveLength(1);
    const send = (): Promise<SignedAnswer> => Promise.reject(new Error('sent with a lease that is over'));
    await deliver(
      { perform: w.perform, vault: w.vault, publicUrl: () => 'https://vault.example', send },
      w.organisationId,
      claim,
      new AbortController().signal,
    );
  });

  it('counts what it could not put in line', async () => {
    const { webhook } = await h.add();
    await w.sql(
      `insert into strongroom.webhook_delivery (id, organisation_id, webhook_id, place, action, body, again)
        select gen_random_uuid(), $1, $2, -n, 'x', '', true from generate_series(1, 9999) n`,
      [w.organisationId, webhook.id],
    );
    const first = await h.happen();
    await h.happen();
    await h.follow();
    expect(await h.read(webhook.id)).toMatchObject({ missed: 1, waiting: 10_000 });
    expect((await h.deliveries()).map(({ object }) => object)).toContain(first);
  });

  it('keeps what became of it for a month', async () => {
    await h.add();
    await h.happen();
    await h.run();
    await h.happen();
    await h.follow();
    await tidyWebhooks(w.database, w.organisationId);
    expect(await h.deliveries()).toHaveLength(2);
    await w.sql(
      `update strongroom.webhook_delivery set ended_at = now() - interval '31 days' where ended_at is not null`,
    );
    await tidyWebhooks(w.database, w.organisationId);
    expect((await h.deliveries()).map(({ state }) => state)).toEqual(['waiting']);
  });

  it('gets every event in order and none twice but for repetitions, whatever its receiver and its senders do', async () => {
    type Step = 'happen' | 'taken' | 'refused' | 'lost' | 'died';
    const step = fc.constantFrom<Step>('happen', 'happen', 'taken', 'refused', 'lost', 'died');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        await w.sql('delete from strongroom.webhook');
        h.calls.length = 0;
        await h.add();
        const happened: string[] = [];
        const takenOnes: string[] = [];
        const run = async (how: (name: string) => SignedAnswer | undefined): Promise<void> => {
          h.answer = ({ body }) => how((JSON.parse(body) as { object: { name: string } }).object.name);
          await h.run();
          await h.later('3 hours');
        };
        const hows: Record<Exclude<Step, 'happen'>, (name: string) => SignedAnswer | undefined> = {
          taken: (name) => (takenOnes.push(name), taken),
          refused: () => answered(500),
          // It arrived, and nobody here heard so.
          lost: (name) => (takenOnes.push(name), { is: 'timed-out' }),
          died: (name) => (takenOnes.push(name), undefined),
        };
        for (const one of steps)
          if (one === 'happen') happened.push(await h.happen());
          else await run(hows[one]);
        await run(hows.taken);
        expect(takenOnes.filter((name, n) => takenOnes.indexOf(name) === n)).toEqual(happened);
        // What comes again comes before anything later: never an event behind its successor.
        const order = takenOnes.map((name) => happened.indexOf(name));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }),
      { numRuns: 4 },
    );
  });
});
