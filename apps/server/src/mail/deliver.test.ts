import {
  createRole,
  createResource,
  deleteMail,
  inviteUser,
  listAccounts,
  listMails,
  readMailStatus,
  retryFailedMails,
  retryMail,
  testMail,
  updateSettings,
} from '@strongroom/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import { performer, type Actor } from '../authorise/index.ts';
import { deliverMail, nextTry, type MailParts } from './deliver.ts';
import { queueMail, queueMails, queueSealedMail, tidyMail } from './outbox.ts';
import type { Mailer, Outgoing, SmtpServer } from './smtp.ts';

let w: World;
let boss: Actor;
beforeAll(async () => {
  w = await world();
  boss = await w.people.boss.actor();
});
beforeEach(async () => {
  await w.sql('delete from strongroom.mail_outbox');
  await w.sql(`delete from strongroom.setting where name = 'mail'`);
  await w.sql('delete from strongroom.setting_secret');
});
afterAll(() => w.close());

const server = { host: 'mail.example', port: 587, security: 'starttls', from: 'vault@example.org' } as const;
const setServer = (more: object = {}) => w.invoke(updateSettings, boss, { mail: { ...server, ...more } });

interface Node {
  parts: MailParts;
  taken: Outgoing[];
  servers: SmtpServer[];
  /** The most mails that were on their way at once. */
  most: number;
}
/** A node with a mail server that answers as `answer` says: it throws what nodemailer would. */
function node(answer: (mail: Outgoing) => Promise<void> | void = () => undefined): Node {
  let busy = 0;
  const made: Node = { parts: undefined as never, taken: [], servers: [], most: 0 };
  const mailer: Mailer = {
    open(opened) {
      made.servers.push(opened);
      return {
        async send(mail) {
          busy += 1;
          made.most = Math.max(made.most, busy);
          try {
            await answer(mail);
            made.taken.push(mail);
            return '250 2.0.0 taken';
          } finally {
            busy -= 1;
          }
        },
        close: () => undefined,
      };
    },
  };
  made.parts = { perform: performer(w.database), vault: w.vault, mailer, onMailFailure: () => undefined };
  return made;
}
const refusal = (code: string, command: string, responseCode?: number, response = 'no'): Error =>
  Object.assign(new Error(response), {
    code,
    command,
    response,
    ...(responseCode === undefined ? {} : { responseCode }),
  });

const queue = (to: string, more: object = {}) =>
  w.database.asOrganisation(w.organisationId, (db) =>
    queueMail(db, { to, subject: 'Hello', text: 'a plain text', about: 'test', ...more }),
  );
const deliver = (one: Node) => deliverMail(one.parts, w.organisationId);
interface Stored {
  to_address: string;
  state: string;
  tries: number;
  why: string | null;
  body: string | null;
  sealed: Buffer | null;
  message_id: string | null;
  minutes: number;
}
const stored = (): Promise<Stored[]> =>
  w.sql<Stored>(
    `select *, round(extract(epoch from next_try_at - now()) / 60)::int as minutes from strongroom.mail_outbox order by id`,
  );
const due = () => w.sql(`update strongroom.mail_outbox set next_try_at = now() where state = 'waiting'`);
const jobs = () =>
  w.sql<{ n: number }>(`select count(*)::int as n from graphile_worker.jobs where task_identifier = 'mail'`);

describe('the queue of mails', () => {
  it('takes a mail with the transaction that causes it, and drops what it said once a server took it', async () => {
    await setServer();
    await expect(
      w.database.asOrganisation(w.organisationId, async (db) => {
        await queueMail(db, { to: 'never@example.org', subject: 'x', text: 'x', about: 'test' });
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    await queue('ann@example.org', { subject: 'two\r\nBcc: eve@example.org' });
    const one = node();
    await deliver(one);
    expect(one.taken).toEqual([
      {
        to: 'ann@example.org',
        subject: 'two Bcc: eve@example.org',
        text: 'a plain text',
        messageId: expect.stringMatching(/^<[0-9a-f-]{36}@example\.org>$/) as unknown,
      },
    ]);
    expect(await stored()).toMatchObject([{ state: 'sent', tries: 1, body: null, why: '250 2.0.0 taken' }]);
    // Nothing is left to do, whoever asks.
    await deliver(one);
    expect(one.taken.length).toBe(1);
  });

  it('tries again later and later with one message id, and gives up after two days', async () => {
    await setServer();
    await queue('grey@example.org');
    const ids = new Set<string>();
    const grey = node((mail) => {
      ids.add(mail.messageId);
      throw refusal('EENVELOPE', 'RCPT TO', 451, '451 4.7.1 try again later');
    });
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      await deliver(grey);
      waits.push((await stored())[0]?.minutes ?? 0);
      await due();
    }
    expect(waits).toEqual([1, 5, 15, 60, 240]);
    expect((await stored())[0]).toMatchObject({
      state: 'waiting',
      why: '451 4.7.1 try again later',
      body: 'a plain text',
    });
    await w.sql(`update strongroom.mail_outbox set created_at = now() - interval '47 hours'`);
    await deliver(grey);
    expect((await stored())[0]).toMatchObject({ state: 'failed', tries: 6 });
    expect(ids.size).toBe(1);
  });

  it('plans a next try that always lies ahead and never beyond two days', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 72 * 60 }), (tries, minutes) => {
        const now = new Date('2026-11-26T12:00:00Z');
        const at = nextTry(tries, new Date(now.getTime() - minutes * 60_000), now);
        if (at === null) return minutes + 240 > 48 * 60;
        return (
          at > now &&
          at.getTime() - now.getTime() <= 240 * 60_000 &&
          at.getTime() + minutes * 60_000 - now.getTime() <= 48 * 3_600_000
        );
      }),
    );
  });

  it('tells what is refused for good from what is not: only the address and the mail itself can be', async () => {
    await setServer();
    const answers: Record<string, Error> = {
      'gone@example.org': refusal('EENVELOPE', 'RCPT TO', 550, '550 5.1.1 no such user'),
      'spam@example.org': refusal('EMESSAGE', 'DATA', 554, '554 5.7.1 not wanted'),
      'full@example.org': refusal('EMESSAGE', 'DATA', 452, '452 4.2.2 full'),
    };
    for (const to of ['first@example.org', ...Object.keys(answers)]) await queue(to);
    await deliver(
      node((mail) => {
        const answer = answers[mail.to];
        if (answer) throw answer;
      }),
    );
    expect((await stored()).map((mail) => [mail.to_address, mail.state, mail.why])).toEqual([
      ['first@example.org', 'sent', '250 2.0.0 taken'],
      ['gone@example.org', 'failed', '550 5.1.1 no such user'],
      ['spam@example.org', 'failed', '554 5.7.1 not wanted'],
      ['full@example.org', 'waiting', '452 4.2.2 full'],
    ]);
  });

  it('asks a server that is away or refuses the sign-in once and not for every mail, and never shows the password', async () => {
    await setServer({ username: 'vault', password: 'S3cret-of-the-mail-server' });
    const blob = Buffer.from('\0vault\0S3cret-of-the-mail-server').toString('base64');
    for (let i = 0; i < 30; i++) await queue(`user${i}@example.org`);
    let asked = 0;
    const away = node(() => {
      asked += 1;
      throw refusal('EAUTH', 'AUTH PLAIN', 535, `535 5.7.8 no: ${blob} S3cret-of-the-mail-server`);
    });
    await deliver(away);
    expect(asked).toBe(1);
    const rows = await stored();
    expect(rows.every((row) => row.state === 'waiting' && row.tries <= 1)).toBe(true);
    expect(rows[0]?.why).toBe('The mail server refuses the sign-in: 535 5.7.8 no: [hidden] [hidden]');
    // Mended by an administrator: all of it goes out at once.
    await setServer({ username: 'vault', password: 'right' });
    const back = node();
    await deliver(back);
    expect(back.taken.length).toBe(30);
    expect(back.servers[0]?.password?.expose()).toBe('right');
  });

  it('sends each mail once from two nodes that work at the same time, a few at a time', async () => {
    await setServer();
    await w.database.asOrganisation(w.organisationId, (db) =>
      queueMails(
        db,
        Array.from({ length: 120 }, (_, i) => ({ to: `u${i}@example.org`, subject: 's', text: 't', about: 'test' })),
      ),
    );
    const slow = () => new Promise<void>((resolve) => setImmediate(resolve));
    const nodes = [node(slow), node(slow)];
    // Asked for twice on the same node, there is still one at work.
    await Promise.all([...nodes.map(deliver), ...nodes.map(deliver)]);
    const all = nodes.flatMap((one) => one.taken.map((mail) => mail.to));
    expect([all.length, new Set(all).size]).toEqual([120, 120]);
    expect(nodes.map((one) => one.most)).toEqual([3, 3]);
    expect((await stored()).every((row) => row.state === 'sent')).toBe(true);
  });

  it('sends again what a node was at when it died, with the same message id, and not before its turn has run out', async () => {
    await setServer();
    await queue('ann@example.org');
    let reached: (id: string) => void = () => undefined;
    const first = new Promise<string>((resolve) => (reached = resolve));
    // It never hears the answer: as far as the database knows, the process is gone.
    const dying = node(
      (mail) =>
        new Promise<void>(() => {
          reached(mail.messageId);
        }),
    );
    void deliver(dying);
    const id = await first;
    const other = node();
    await deliver(other);
    expect(other.taken).toEqual([]);
    // Somebody is in line for when the turn has run out.
    expect((await jobs())[0]?.n).toBeGreaterThan(0);
    await due();
    await deliver(other);
    expect(other.taken.map((mail) => mail.messageId)).toEqual([id]);
  });

  it('keeps mails while no mail server is set, and says so', async () => {
    await queue('ann@example.org');
    await deliver(node());
    expect(await stored()).toMatchObject([{ state: 'waiting', why: 'No mail server is set.' }]);
    expect(await w.invoke(readMailStatus, boss, {})).toMatchObject({
      set: false,
      waiting: 1,
      failed: 0,
      lastWhy: 'No mail server is set.',
    });
    await setServer();
    const one = node();
    await deliver(one);
    expect(one.taken.length).toBe(1);
  });

  it('forgets what ended long ago, a failed way in sooner', async () => {
    await queue('a@example.org');
    await queue('b@example.org');
    await w.sql(
      `update strongroom.mail_outbox set state = 'sent', body = null, ended_at = now() - interval '31 days' where to_address = 'a@example.org'`,
    );
    await w.sql(
      `update strongroom.mail_outbox set state = 'failed', ended_at = now() - interval '31 days' where to_address = 'b@example.org'`,
    );
    await tidyMail(w.database, w.organisationId);
    expect((await stored()).map((row) => row.to_address)).toEqual(['b@example.org']);
    await w.sql(`update strongroom.mail_outbox set sealed = '\\x00', body = null`);
    await tidyMail(w.database, w.organisationId);
    expect(await stored()).toEqual([]);
  });
});

describe('a mail with a way in', () => {
  const sealedMail = (to: string, text: string) =>
    w.perform({ actor: boss, action: 'user.invite', objectId: w.people.nobody.id }, (grant) =>
      queueSealedMail(grant, w.vault, { to, subject: 'In', text, about: 'invitation' }),
    );

  it('lies sealed until it goes out, and is gone then', async () => {
    await setServer();
    await sealedMail('ann@example.org', 'the link is https://vault.example/link#TOKEN-OF-ANN');
    const whole = await w.sql(
      `select m::text, (select string_agg(j::text, '') from graphile_worker.jobs j), (select string_agg(a::text, '') from strongroom.audit_event a) from strongroom.mail_outbox m`,
    );
    expect(JSON.stringify(whole)).not.toContain('TOKEN-OF-ANN');
    await due();
    const one = node();
    await deliver(one);
    expect(one.taken[0]?.text).toContain('TOKEN-OF-ANN');
    expect(await stored()).toMatchObject([{ state: 'sent', sealed: null, body: null }]);
  });

  it('does not come out of another mail that it was moved to, and holds up no other', async () => {
    await setServer();
    await sealedMail('victim@example.org', 'the link of the victim');
    await sealedMail('thief@example.org', 'the link of the thief');
    await queue('other@example.org');
    // Whoever can write to the database sends the victim's link to the thief.
    await w.sql(`update strongroom.mail_outbox t set sealed = v.sealed from strongroom.mail_outbox v
      where t.to_address = 'thief@example.org' and v.to_address = 'victim@example.org'`);
    await due();
    const one = node();
    await deliver(one);
    expect(one.taken.map((mail) => mail.to).sort()).toEqual(['other@example.org', 'victim@example.org']);
    expect((await stored()).find((row) => row.to_address === 'thief@example.org')).toMatchObject({ state: 'failed' });
  });

  it('is taken back when the server refuses it, and shown to who invites instead', async () => {
    const failing = await world({ mailFails: true });
    try {
      const chief = await failing.people.boss.actor();
      await failing.invoke(updateSettings, chief, { mail: server });
      const { invitation } = await failing.invoke(inviteUser, chief, { userId: failing.people.nobody.id as never });
      expect(invitation).toMatchObject({ mailed: false, link: expect.stringContaining('/link#') as unknown });
      expect(await failing.sql('select 1 from strongroom.mail_outbox')).toEqual([]);
    } finally {
      await failing.close();
    }
  });

  it('leads to where the settings say', async () => {
    await setServer({ accessUrl: 'https://secrets.example' });
    await w.invoke(inviteUser, boss, { userId: w.people.nobody.id as never });
    expect(w.mails.at(-1)?.text).toMatch(/https:\/\/secrets\.example\/link#/);
  });
});

describe('the account of the vault that signs in to the mail server', () => {
  let hosts = 0;
  const account = async () => {
    const keeper = await w.people.keeper.actor();
    const resource = await w.invoke(createResource, keeper, {
      name: `mailhost ${++hosts}`,
      type: 'Linux',
      accounts: [{ username: 'postman', password: 'Passw0rd-of-the-postman-1' }],
    });
    const { items } = await w.invoke(listAccounts, keeper, { resourceId: resource.id });
    return items[0]?.id ?? ('' as never);
  };

  it('is opened to sign in and for nothing else, and each time is in its trail', async () => {
    const accountId = await account();
    await setServer({ accountId });
    await queue('ann@example.org');
    const one = node();
    await deliver(one);
    expect([one.servers[0]?.username, one.servers[0]?.password?.expose()]).toEqual([
      'postman',
      'Passw0rd-of-the-postman-1',
    ]);
    const events = (await w.audit('mail.deliver')).filter((event) => event.object_id === accountId);
    expect(events).toMatchObject([
      { outcome: 'done', actor_name: 'Strongroom', details: { purpose: 'sign in to the mail server' } },
    ]);
    await w.invoke(testMail, boss, { to: 'x@example.org' });
    expect((await w.audit('mail.test')).filter((event) => event.object_id === accountId).length).toBe(1);
    expect(JSON.stringify(await w.sql('select * from strongroom.setting'))).not.toContain('Passw0rd');
  });

  it('is nobody’s to name who may not reveal it: not even to change where it is sent', async () => {
    const accountId = await account();
    const admin = await w.people.admin.actor();
    const set = (actor: Actor, more: object = {}) =>
      w.invoke(updateSettings, actor, { mail: { ...server, accountId, ...more } });
    await expect(set(admin)).rejects.toMatchObject({ code: 'not-found' });
    await set(boss);
    await expect(set(admin, { host: 'evil.example' })).rejects.toMatchObject({ code: 'not-found' });
    const other = await w.people.foreign.actor();
    await expect(set(other)).rejects.toMatchObject({ code: 'not-found' });
    // A typed password does not move to another server, or to a line without TLS, either.
    await setServer({ username: 'vault', password: 'typed' });
    for (const moved of [{ host: 'evil.example' }, { security: 'none' as const }, { port: 25 }, { username: 'eve' }]) {
      await w.invoke(updateSettings, admin, { mail: { ...server, username: 'vault', ...moved } });
      expect(await w.sql(`select 1 from strongroom.setting_secret`)).toEqual([]);
      await setServer({ username: 'vault', password: 'typed' });
    }
  });

  it('that is gone leaves the mails in line, with a word about it', async () => {
    const accountId = await account();
    await setServer({ accountId });
    await w.sql('delete from strongroom.account where id = $1', [accountId]);
    await queue('ann@example.org');
    await deliver(node());
    expect(await stored()).toMatchObject([
      { state: 'waiting', why: 'The account that signs in to the mail server is gone, or has no password.' },
    ]);
    expect(await w.invoke(testMail, boss, { to: 'x@example.org' })).toMatchObject({ sent: false });
  });
});

describe('a mail about an account', () => {
  it('is withheld from who lost sight of it, or may not come in, since it was put in line', async () => {
    await setServer();
    const keeper = await w.people.keeper.actor();
    const resource = await w.invoke(createResource, keeper, {
      name: 'shared',
      type: 'Linux',
      accounts: [{ username: 'root', password: 'Passw0rd-of-the-root-11' }],
    });
    const accountId = (await w.invoke(listAccounts, keeper, { resourceId: resource.id })).items[0]?.id ?? '';
    const share = (permission: 'view' | null) =>
      permission === null
        ? w.sql('delete from strongroom.share')
        : w.sql(
            `insert into strongroom.share (id, organisation_id, account_id, user_id, permission, shared_by) values (gen_random_uuid(), $1, $2, $3, $4, 'x')`,
            [w.organisationId, accountId, w.people.nobody.id, permission],
          );
    const tell = async () => {
      await queue('nobody@example.org', { whileSees: { userId: w.people.nobody.id, accountId } });
      const one = node();
      await deliver(one);
      return one.taken.length;
    };
    await share('view');
    expect(await tell()).toBe(1);
    await w.sql(`update strongroom.app_user set state = 'locked' where id = $1`, [w.people.nobody.id]);
    expect(await tell()).toBe(0);
    await w.sql(`update strongroom.app_user set state = 'active' where id = $1`, [w.people.nobody.id]);
    await share(null);
    expect(await tell()).toBe(0);
    expect((await stored()).map((row) => row.state)).toEqual(['sent', 'withheld', 'withheld']);
  });
});

describe('what administrators see and do', () => {
  it('is a list with the server’s answers, trying again, taking out, and figures', async () => {
    await setServer();
    await queue('gone@example.org');
    await queue('ann@example.org');
    await deliver(
      node((mail) => {
        if (mail.to === 'gone@example.org') throw refusal('EENVELOPE', 'RCPT TO', 550, '550 no such user');
      }),
    );
    const { items } = await w.invoke(listMails, boss, { state: 'failed' });
    expect(items).toMatchObject([
      { to: 'gone@example.org', why: '550 no such user', tries: 1, about: 'test', nextTryAt: null },
    ]);
    expect(await w.invoke(readMailStatus, boss, {})).toMatchObject({
      set: true,
      waiting: 0,
      failed: 1,
      lastWhy: '550 no such user',
    });
    const failed = items[0];
    if (!failed) return;
    expect(await w.invoke(retryMail, boss, { mailId: failed.id })).toMatchObject({ state: 'waiting', tries: 0 });
    const one = node();
    await deliver(one);
    expect(one.taken.map((mail) => mail.to)).toEqual(['gone@example.org']);
    await expect(w.invoke(retryMail, boss, { mailId: failed.id })).rejects.toMatchObject({ code: 'not-that-state' });
    await queue('late@example.org');
    const [late] = (await w.invoke(listMails, boss, { search: 'LATE' })).items;
    await w.invoke(deleteMail, boss, { mailId: late?.id ?? failed.id });
    expect(await w.invoke(retryFailedMails, boss, {})).toEqual({ mails: 0 });
    await deliver(one);
    expect(one.taken.length).toBe(1);
    const foreign = await w.people.foreign.actor();
    await expect(w.invoke(deleteMail, foreign, { mailId: failed.id })).rejects.toMatchObject({ code: 'not-found' });
    await expect(w.invoke(listMails, await w.people.keeper.actor(), {})).rejects.toMatchObject({
      code: 'not-your-role',
    });
  });

  it('shows names in subjects to nobody who could not read them in the trail, nor lets them be searched for', async () => {
    await queue('ann@example.org', { subject: 'Password accessed: root on payroll' });
    const { id } = await w.invoke(createRole, boss, {
      name: 'Mail clerk',
      basedOn: 'password-user',
      permissions: ['manage-settings'],
    });
    const actor = await (await w.add({ username: 'mail.clerk', role: id })).actor();
    const { items } = await w.invoke(listMails, actor, {});
    expect(items.map(({ to, subject }) => [to, subject])).toEqual([['ann@example.org', 'Password accessed']]);
    expect((await w.invoke(listMails, actor, { search: 'payroll' })).items).toEqual([]);
    expect((await w.invoke(listMails, actor, { search: 'accessed' })).items).toHaveLength(1);
    const [mail] = items;
    if (!mail) throw new Error('no mail');
    expect((await w.invoke(retryMail, actor, { mailId: mail.id })).subject).toBe('Password accessed');
    expect((await w.invoke(listMails, boss, { search: 'payroll' })).items[0]?.subject).toContain('payroll');
  });
});
