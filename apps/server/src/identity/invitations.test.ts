import { acceptLink, createUser, deleteUser, readUser, signIn, updateSettings, updateUser } from '@strongroom/contract';
import { describe, expect, it } from 'vitest';
import { client } from '../../test/browser.ts';
import { world } from '../../test/world.ts';
import { nowhere, stranger } from '../authorise/index.ts';

let n = 0;
const person = () => ({
  username: `new.${++n}`,
  fullName: 'Some One',
  email: 'some@example.org',
  role: 'password-user' as const,
});

const withMail = async (failing: boolean) => {
  const mailing = await world({ mailFails: failing });
  const chief = await mailing.people.privileged.actor();
  await mailing.invoke(updateSettings, chief, {
    mailPasswords: true,
    mail: { host: 'mail.example', port: 25, security: 'none', from: 'vault@example.org' },
  });
  return { mailing, chief };
};

describe('people', () => {
  it('come by a mailed link with all that is known of them, are changed, have names that are unique, and go [USR-04]', async () => {
    const { mailing, chief } = await withMail(false);
    try {
      await mailing.invoke(updateSettings, chief, { mailPasswords: false });
      const given = {
        ...person(),
        department: 'Ledger',
        location: 'Oslo',
        phone: '+47 1',
        mobile: '+47 2',
        language: 'nb',
        timeZone: 'Europe/Oslo',
      };
      const { user, invitation } = await mailing.invoke(createUser, chief, given);
      expect(user).toMatchObject({ ...given, state: 'invited' });
      expect(invitation).toMatchObject({ what: 'link', mailed: true, link: null });
      const [mail] = mailing.mails;
      const token = /\/link#(\S+)/.exec(mail?.text ?? '')?.[1] ?? '';
      expect([mail?.to, token.length > 20]).toEqual([given.email, true]);
      const accept = () =>
        mailing.invoke(acceptLink, stranger(mailing.organisationId, nowhere), {
          token,
          password: 'a-new-lantern-harbour-9',
        });
      await accept();
      await expect(accept()).rejects.toMatchObject({ code: 'link-invalid' });
      const upper = { ...given, username: given.username.toUpperCase() };
      await expect(mailing.invoke(createUser, chief, upper)).rejects.toMatchObject({ code: 'name-taken' });
      const changes = { phone: '+47 3', location: 'Bergen', timeZone: 'UTC', language: 'en' };
      expect(await mailing.invoke(updateUser, chief, { userId: user.id, ...changes })).toMatchObject({
        ...changes,
        state: 'active',
      });
      await mailing.invoke(updateSettings, chief, { mailPasswords: true });
      const second = await mailing.invoke(createUser, chief, person());
      expect([second.invitation?.what, second.user.mustChangePassword, mailing.mails.length]).toEqual([
        'password',
        true,
        2,
      ]);
      await mailing.invoke(deleteUser, chief, { userId: user.id });
      // The name is free again.
      await mailing.invoke(createUser, chief, given);
    } finally {
      await mailing.close();
    }
  });
});

describe('a first password by mail', () => {
  it('is drawn by policy, mailed once, and must be changed, where the settings say so', async () => {
    const { mailing, chief } = await withMail(false);
    try {
      const { user, invitation } = await mailing.invoke(createUser, chief, person());
      expect([invitation, user.state, user.mustChangePassword]).toEqual([
        { what: 'password', mailed: true, link: null, expiresAt: null },
        'active',
        true,
      ]);
      const password =
        mailing.mails[0]?.text.split('\n').find((line) => line.length >= 16 && !line.includes(' ')) ?? '';
      expect(password.length).toBeGreaterThanOrEqual(16);
      const app = mailing.app();
      await app.ready();
      const answer = await client(app).send(signIn, { username: user.username, password });
      expect([answer.status, answer.body['mustChangePassword']]).toEqual([200, true]);
      const stored = await mailing.sql(
        `select u::text, (select string_agg(a::text, '') from strongroom.audit_event a) from strongroom.app_user u`,
      );
      expect(JSON.stringify(stored)).not.toContain(password);
      // A password that is given is not mailed.
      const given = await mailing.invoke(createUser, chief, { ...person(), password: 'a-first-password-for-them' });
      expect([given.invitation, mailing.mails.length]).toEqual([null, 1]);
    } finally {
      await mailing.close();
    }
  });

  it('gives way to a link when the mail cannot be sent', async () => {
    const { mailing, chief } = await withMail(true);
    try {
      const { user, invitation } = await mailing.invoke(createUser, chief, person());
      expect(invitation).toMatchObject({
        what: 'link',
        mailed: false,
        link: expect.stringContaining('/link#') as unknown,
      });
      const token = invitation?.link?.split('#')[1] ?? '';
      await mailing.invoke(acceptLink, stranger(mailing.organisationId, nowhere), {
        token,
        password: 'a-new-lantern-harbour-9',
      });
      expect((await mailing.invoke(readUser, chief, { userId: user.id })).mustChangePassword).toBe(false);
    } finally {
      await mailing.close();
    }
  });
});
