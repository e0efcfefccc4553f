import {
  acceptLink,
  changeMyPassword,
  createUser,
  disableUser,
  inviteUser,
  listMySessions,
  readLink,
  readMe,
  revokeMySession,
  signIn,
  signOut,
  updateMe,
  updateSettings,
} from '@strongroom/contract';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { client, type Client } from '../../test/browser.ts';
import { loginPassword, world, type World } from '../../test/world.ts';

let w: World;
let app: FastifyInstance;
let last = 0;

beforeAll(async () => {
  w = await world();
  app = w.app();
  await app.ready();
});
afterAll(() => w.close());
beforeEach(() => w.sql('delete from strongroom.setting'));

async function signedIn(username = 'keeper', password = loginPassword): Promise<Client> {
  const browser = client(app, `203.0.113.${++last}`);
  expect((await browser.send(signIn, { username, password })).status).toBe(200);
  return browser;
}
const statusOf = async (browser: Client): Promise<number> => (await browser.send(readMe)).status;
/** Sets clocks of the sessions of a user back. */
const age = (username: string, column: 'last_seen_at' | 'started_at', interval: string) =>
  w.sql(
    `update strongroom_local.session set ${column} = now() - $2::interval where user_id = (select id from strongroom.app_user where username = $1)`,
    [username, interval],
  );

describe('a session [AUT-02]', () => {
  it('is kept in the server, under a hash, and in a cookie that no script, other site or plain connection gets', async () => {
    const browser = client(app, '203.0.113.250');
    const { headers, body } = await browser.send(signIn, { username: 'keeper', password: loginPassword });
    expect(headers['set-cookie']).toMatch(/^__Host-strongroom=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
    expect(headers['cache-control']).toBe('no-store');
    const token = browser.cookie?.split('=')[1] ?? '';
    const rows = JSON.stringify(
      (await w.sql('select * from strongroom_local.session')).map((row) => Object.values(row).map(String)),
    );
    expect(rows).not.toContain(token);
    expect(JSON.stringify(body)).not.toContain(token);
  });

  it('is a new one at every sign-in, and the one it replaces ends: nothing planted before lives on', async () => {
    const browser = await signedIn();
    const first = browser.cookie;
    await browser.send(signIn, { username: 'keeper', password: loginPassword });
    expect(browser.cookie).not.toBe(first);
    expect(await statusOf(browser)).toBe(200);
    const former = client(app);
    former.cookie = first;
    expect(await statusOf(former)).toBe(401);
    // A cookie of somebody's own choosing is not taken over.
    const fixed = client(app, '203.0.113.251');
    fixed.cookie = `__Host-strongroom=${'A'.repeat(43)}`;
    await fixed.send(signIn, { username: 'keeper', password: loginPassword });
    expect(fixed.cookie).not.toContain('AAAA');
  });

  it('idles out after the time the organisation set, thirty minutes at first, and no knocking wakes it', async () => {
    const browser = await signedIn('auditor');
    await age('auditor', 'last_seen_at', '29 minutes');
    expect(await statusOf(browser)).toBe(200);
    await age('auditor', 'last_seen_at', '31 minutes');
    for (let i = 0; i < 3; i++) expect(await statusOf(browser)).toBe(401);
    const later = await signedIn('auditor');
    await w.sql(`insert into strongroom.setting (organisation_id, name, value) values ($1, 'inactivityMinutes', '0')`, [
      w.organisationId,
    ]);
    await age('auditor', 'last_seen_at', '11 hours');
    expect(await statusOf(later)).toBe(200);
  });

  it('stays awake while it is used', async () => {
    const browser = await signedIn('auditor');
    await age('auditor', 'last_seen_at', '20 minutes');
    expect(await statusOf(browser)).toBe(200);
    // Noted beside the answer, of whichever of their sessions: others of theirs may be noted late.
    await expect
      .poll(
        async () =>
          (
            await w.sql(
              `select 1 from strongroom_local.session where user_id = $1 and last_seen_at > now() - interval '1 minute'`,
              [w.people.auditor.id],
            )
          ).length,
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
  });

  it('ends after its longest time, however busy it is', async () => {
    const browser = await signedIn('auditor');
    await age('auditor', 'started_at', '11 hours 59 minutes');
    expect(await statusOf(browser)).toBe(200);
    await age('auditor', 'started_at', '12 hours 1 minute');
    expect(await statusOf(browser)).toBe(401);
  });

  it('changes nothing without its CSRF token, signing out included', async () => {
    const browser = await signedIn('nobody');
    const { csrf } = browser;
    for (const wrong of [undefined, '', 'x', `${csrf ?? ''}x`]) {
      browser.csrf = wrong;
      for (const change of [updateMe, signOut] as const)
        expect((await browser.send(change, {})).body['code']).toBe('csrf-failed');
    }
    browser.csrf = csrf;
    expect((await browser.send(updateMe, { phone: '1' })).status).toBe(200);
    expect(
      (await w.audit('me.update')).map((row) => row.details.code).filter((code) => code === 'csrf-failed'),
    ).toHaveLength(4);
  });

  it('of another is not known by its CSRF token: each has its own', async () => {
    const [one, two] = [await signedIn('nobody'), await signedIn('keeper')];
    two.csrf = one.csrf;
    expect((await two.send(updateMe, {})).body['code']).toBe('csrf-failed');
  });

  it('ends at sign-out, at once and for good', async () => {
    const browser = await signedIn('nobody');
    const cookie = browser.cookie;
    const { status, headers } = await browser.send(signOut);
    expect(status).toBe(200);
    expect(headers['set-cookie']).toContain('Max-Age=0');
    browser.cookie = cookie;
    expect(await statusOf(browser)).toBe(401);
  });

  it('is one of so many that a user may have, where the organisation says: the oldest goes', async () => {
    await w.sql(
      `insert into strongroom.setting (organisation_id, name, value) values ($1, 'maxSessionsPerUser', '2')`,
      [w.organisationId],
    );
    const [a, b, c] = [await signedIn('privileged'), await signedIn('privileged'), await signedIn('privileged')];
    expect([await statusOf(a), await statusOf(b), await statusOf(c)]).toEqual([401, 200, 200]);
    // Nobody else's is touched.
    const other = await signedIn('keeper');
    await signedIn('privileged');
    expect(await statusOf(other)).toBe(200);
  });

  it('is listed and can be revoked, with effect on its very next call; another person’s cannot', async () => {
    const [here, there] = [await signedIn('boss'), await signedIn('boss')];
    const stranger = await signedIn('keeper');
    const { items } = (await here.send(listMySessions)).body as {
      items: { id: string; current: boolean; address: string; client: string }[];
    };
    const other = items.find((session) => session.address === there.address);
    expect(other).toMatchObject({ current: false, client: 'test browser' });
    expect(items.filter((session) => session.current)).toHaveLength(1);
    expect((await stranger.send(revokeMySession, { sessionId: other?.id })).status).toBe(404);
    expect(await statusOf(there)).toBe(200);
    expect((await here.send(revokeMySession, { sessionId: other?.id })).status).toBe(200);
    expect(await statusOf(there)).toBe(401);
    expect(await statusOf(here)).toBe(200);
  });

  it('of a changed password is the only one left', async () => {
    await w.add({ username: 'changer' });
    const [here, there] = [await signedIn('changer'), await signedIn('changer')];
    expect(
      (await here.send(changeMyPassword, { current: 'not-my-password', next: 'a-better-one-for-me' })).body['code'],
    ).toBe('sign-in-failed');
    expect(await statusOf(there)).toBe(200);
    expect((await here.send(changeMyPassword, { current: loginPassword, next: 'a-better-one-for-me' })).status).toBe(
      200,
    );
    expect([await statusOf(here), await statusOf(there)]).toEqual([200, 401]);
    await signedIn('changer', 'a-better-one-for-me');
  });

  it('of a disabled user does nothing from the next call on', async () => {
    const user = await w.add({ username: 'leaver' });
    const browser = await signedIn('leaver');
    await w.invoke(disableUser, await w.people.admin.actor(), { userId: user.id as never });
    expect(await statusOf(browser)).toBe(401);
    expect(await w.sql('select 1 from strongroom_local.session where user_id = $1', [user.id])).toEqual([]);
  });

  it('with a password to change first can do that and nothing else', async () => {
    const admin = await w.people.admin.actor();
    await w.invoke(createUser, admin, {
      username: 'fresh',
      fullName: 'F',
      email: 'f@example.org',
      role: 'password-user',
      password: 'first-password-of-theirs',
    });
    const browser = await signedIn('fresh', 'first-password-of-theirs');
    expect((await browser.send(readMe)).body['mustChangePassword']).toBe(true);
    expect((await browser.send(updateMe, { phone: '1' })).body['code']).toBe('must-change-password');
    expect(
      (await browser.send(changeMyPassword, { current: 'first-password-of-theirs', next: 'second-password-of-theirs' }))
        .status,
    ).toBe(200);
    expect((await browser.send(updateMe, { phone: '1' })).status).toBe(200);
  });
});

describe('a one-time link', () => {
  /** A new person with a link to set their password. */
  async function invited(username: string): Promise<{ id: string; token: string }> {
    const { user, invitation } = await w.invoke(createUser, await w.people.admin.actor(), {
      username,
      fullName: `The ${username}`,
      email: `${username}@example.org`,
      role: 'password-user',
    });
    expect(invitation).toMatchObject({ mailed: false });
    expect(invitation?.link).toMatch(/^https:\/\/vault\.example\/link#[\w-]{43}$/);
    return { id: user.id, token: invitation?.link?.split('#')[1] ?? '' };
  }
  const accept = (token: string, password: string, browser = client(app, `203.0.113.${++last % 250}`)) =>
    browser.send(acceptLink, { token, password });

  it('tells for whom it is, sets the password once, and is then no link', async () => {
    const { token } = await invited('linked');
    expect((await client(app).send(readLink, { token })).body).toEqual({
      username: 'linked',
      fullName: 'The linked',
      organisation: 'Here',
      rules: { minLength: 12, mixed: false },
    });
    expect((await accept(token, 'weak')).body['code']).toBe('password-weak');
    expect((await accept(token, 'my-first-password-here')).status).toBe(200);
    expect((await accept(token, 'my-second-password-here')).body['code']).toBe('link-invalid');
    expect((await client(app).send(readLink, { token })).body['code']).toBe('link-invalid');
    await signedIn('linked', 'my-first-password-here');
    // Who set it is named, though they came as a stranger.
    expect((await w.audit('identity.accept-link')).at(-1)).toMatchObject({ outcome: 'done', actor_name: 'linked' });
  });

  it('is won by one of two who use it at the same moment', async () => {
    const { token } = await invited('raced');
    const passwords = ['the-first-of-two-here', 'the-other-of-two-here'];
    const answers = await Promise.all(passwords.map((password) => accept(token, password)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 404]);
    const won = answers.findIndex((answer) => answer.status === 200);
    await signedIn('raced', passwords[won]);
    const lost = client(app, '203.0.113.252');
    expect((await lost.send(signIn, { username: 'raced', password: passwords[1 - won] ?? '' })).status).toBe(401);
  });

  it('ends by itself, with a newer one, and with its user', async () => {
    const expired = await invited('expired');
    await w.sql(`update strongroom.user_link set expires_at = now() - interval '1 second' where user_id = $1`, [
      expired.id,
    ]);
    expect((await accept(expired.token, 'a-fine-password-for-it')).body['code']).toBe('link-invalid');
    const replaced = await invited('replaced');
    const { invitation } = await w.invoke(inviteUser, await w.people.admin.actor(), { userId: replaced.id as never });
    expect((await accept(replaced.token, 'a-fine-password-for-it')).body['code']).toBe('link-invalid');
    expect((await accept(invitation?.link?.split('#')[1] ?? '', 'a-fine-password-for-it')).status).toBe(200);
    const stopped = await invited('stopped');
    await w.invoke(disableUser, await w.people.admin.actor(), { userId: stopped.id as never });
    expect((await accept(stopped.token, 'a-fine-password-for-it')).body['code']).toBe('link-invalid');
    expect((await accept('A'.repeat(43), 'a-fine-password-for-it')).body['code']).toBe('link-invalid');
  });

  it('is not in the way of an open session: it asks for no CSRF token and ends the sessions of whom it is for', async () => {
    const user = await invited('twice');
    await accept(user.token, 'my-first-password-here');
    const old = await signedIn('twice', 'my-first-password-here');
    const { invitation } = await w.invoke(inviteUser, await w.people.admin.actor(), { userId: user.id as never });
    const other = await signedIn('keeper');
    other.csrf = undefined;
    expect((await accept(invitation?.link?.split('#')[1] ?? '', 'my-second-password-here', other)).status).toBe(200);
    expect([await statusOf(old), await statusOf(other)]).toEqual([401, 200]);
  });

  it('goes out by mail where a mail server is set, and then nobody else sees it', async () => {
    const boss = await w.people.boss.actor();
    await w.invoke(updateSettings, boss, {
      mail: { host: 'smtp.invalid', port: 25, security: 'none', from: 'vault@example.org' },
    });
    const { invitation } = await w.invoke(createUser, boss, {
      username: 'mailed',
      fullName: 'M',
      email: 'mailed@example.org',
      role: 'password-user',
    });
    expect(invitation).toMatchObject({ mailed: true, link: null });
    const mail = w.mails.at(-1);
    expect(mail?.to).toBe('mailed@example.org');
    const token = /\/link#([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
    expect((await accept(token, 'my-first-password-here')).status).toBe(200);
  });
});
