// needs: python3-aiosmtpd
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  addTrustedCertificates,
  createResource,
  inviteUser,
  listAccounts,
  listMails,
  readMailStatus,
  retryMail,
  testMail,
  updateSettings,
} from '@strongroom/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { world, type World } from '../../apps/server/test/world.ts';
import type { Actor } from '../../apps/server/src/authorise/index.ts';
import { deliverMail, queueMail, smtpMailer, type MailParts } from '../../apps/server/src/mail/index.ts';

// STARTTLS and AUTH on one port, TLS on the other.
const Taken = z.object({
  to: z.array(z.string()),
  from: z.string(),
  headers: z.record(z.string(), z.string()),
  text: z.string(),
  tls: z.boolean(),
  user: z.string().nullable(),
});
const password = 'Passw0rd-of-the-postman-1';
let w: World;
let boss: Actor;
let parts: MailParts;
let folder: string;
let sink: ChildProcessWithoutNullStreams;
let ports: [number, number];
let lines: AsyncIterator<string>;
let certificate: string;

const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
const taken = async () => Taken.parse(await next());

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sr-smtp-'));
  const made = await makeCertificate({ name: 'localhost', ip: ['127.0.0.1'] });
  certificate = made.cert;
  writeFileSync(join(folder, 'cert.pem'), made.cert);
  writeFileSync(join(folder, 'key.pem'), made.key, { mode: 0o600 });
  const script = join(import.meta.dirname, '../lab/smtp-sink.py');
  sink = spawn('/usr/bin/python3', [script, join(folder, 'cert.pem'), join(folder, 'key.pem'), 'postman', password]);
  lines = createInterface(sink.stdout)[Symbol.asyncIterator]();
  ports = z.tuple([z.number(), z.number()]).parse(await next());
  w = await world({ mailer: smtpMailer });
  boss = await w.people.boss.actor();
  parts = { perform: w.perform, vault: w.vault, mailer: smtpMailer, onMailFailure: () => undefined };
});
afterAll(async () => {
  sink.stdin.end();
  await once(sink, 'exit');
  await w.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await w.sql('delete from strongroom.mail_outbox');
});

const set = (mail: object = {}) =>
  w.invoke(updateSettings, boss, {
    mail: {
      host: '127.0.0.1',
      port: ports[0],
      security: 'starttls',
      from: 'vault@example.org',
      username: 'postman',
      password,
      ...mail,
    },
  });
const queue = (to: string, subject = 'Grüße') =>
  w.database.asOrganisation(w.organisationId, (db) =>
    queueMail(db, { to, subject, text: 'Ein Text mit ü.\n.\nund mehr', about: 'test' }),
  );
const deliver = () => deliverMail(parts, w.organisationId);
const test = () => w.invoke(testMail, boss, { to: 'ann@example.org' });

describe('a real mail server', () => {
  it('is not trusted, then trusted by its imported certificate, and takes mail over STARTTLS and TLS [ADM-01]', async () => {
    // The certificate is nobody's we trust: nothing is sent, not even who we are.
    await set();
    const refused = await test();
    expect(refused.sent).toBe(false);
    expect(refused.answer).toMatch(/^The mail server’s certificate is not trusted: /);
    await w.invoke(addTrustedCertificates, boss, { pem: certificate });
    expect(await test()).toEqual({ sent: true, answer: '250 2.0.0 taken' });
    expect(await taken()).toMatchObject({
      to: ['ann@example.org'],
      from: 'vault@example.org',
      tls: true,
      user: 'postman',
    });
    await set({ port: ports[1], security: 'tls' });
    expect((await test()).sent).toBe(true);
    expect((await taken()).tls).toBe(true);

    // It tells a wrong password, and what it says is shown without it.
    await set({ password: 'Not-the-Passw0rd-2' });
    const wrong = await test();
    expect(wrong).toMatchObject({
      sent: false,
      answer: expect.stringMatching(/refuses the sign-in: .*535/) as unknown,
    });
    expect(wrong.answer).not.toContain('Not-the-Passw0rd-2');
    // Where it insists on TLS and we were told to use none, it takes nothing.
    await set({ security: 'none' });
    expect((await test()).sent).toBe(false);
    await set({ port: 1 });
    expect((await test()).answer).toMatch(/^The mail server cannot be reached: /);

    // The account of the vault signs in.
    const resource = await w.invoke(createResource, boss, {
      name: 'mailhost',
      type: 'Linux',
      accounts: [{ username: 'postman', password }],
    });
    const accountId = (await w.invoke(listAccounts, boss, { resourceId: resource.id })).items[0]?.id ?? null;
    await set({ username: '', password: '', accountId, accessUrl: 'https://secrets.example' });
    expect((await test()).sent).toBe(true);
    expect((await taken()).user).toBe('postman');

    // Links begin as set.
    const { invitation } = await w.invoke(inviteUser, boss, { userId: w.people.nobody.id as never });
    expect(invitation).toMatchObject({ mailed: true, link: null });
    expect((await taken()).text.replaceAll('=\r\n', '')).toContain('https://secrets.example/link#');
    await w.sql('delete from strongroom.mail_outbox');

    // The queue: what was written arrives, what is refused is told apart, and a page shows both.
    for (const to of ['ann@example.org', 'gone@example.org', 'grey@example.org']) await queue(to);
    await queue('ben@example.org', 'SPAM');
    await deliver();
    const arrived = await taken();
    expect(arrived.text.replaceAll('\r\n', '\n').trimEnd()).toBe('Ein Text mit ü.\n.\nund mehr');
    expect(arrived.headers).toMatchObject({
      subject: 'Grüße',
      'auto-submitted': 'auto-generated',
      to: 'ann@example.org',
    });
    const { items } = await w.invoke(listMails, boss, { sort: 'to' });
    expect(items.map((mail) => [mail.to, mail.state, mail.tries])).toEqual([
      ['ann@example.org', 'sent', 1],
      ['ben@example.org', 'failed', 1],
      ['gone@example.org', 'failed', 1],
      ['grey@example.org', 'waiting', 1],
    ]);
    expect(items.map((mail) => mail.why)).toEqual([
      '250 2.0.0 taken',
      expect.stringContaining('554 5.7.1 not wanted here'),
      expect.stringContaining('550 5.1.1 no such user'),
      expect.stringContaining('451 4.7.1 try again later'),
    ]);
    expect(await w.invoke(readMailStatus, boss, {})).toMatchObject({ set: true, waiting: 1, failed: 2 });
    const failed = items.find((mail) => mail.to === 'gone@example.org');
    if (!failed) throw new Error('no failure is listed');
    await w.sql(`update strongroom.mail_outbox set to_address = 'mended@example.org' where id = $1`, [failed.id]);
    await w.invoke(retryMail, boss, { mailId: failed.id });
    await deliver();
    const again = await taken();
    expect(again.to).toEqual(['mended@example.org']);
    // The same mail as before, by its id.
    expect(again.headers['message-id']).toBe(`<${failed.id}@example.org>`);
  });
});
