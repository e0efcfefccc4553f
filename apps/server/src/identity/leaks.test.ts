import { createUser, inviteUser, signIn, updateSettings } from '@strongroom/contract';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../test/browser.ts';
import { world, type World } from '../../test/world.ts';

let w: World;
let app: FastifyInstance;
beforeAll(async () => {
  w = await world();
  app = w.app();
  await app.ready();
});
afterAll(() => w.close());

const mail = {
  host: 'mail.example.org',
  port: 587,
  security: 'starttls',
  username: 'vault',
  from: 'vault@example.org',
} as const;

describe('what slips in by mistake', () => {
  it('never keeps a password that was typed where the user name belongs', async () => {
    const typed = 'my-Own-Pass-word-77';
    const answer = await client(app, '192.0.2.99').send(signIn, { username: typed, password: 'x' });
    expect(answer.body['code']).toBe('sign-in-failed');
    const [event] = await w.sql<{ object_name: string }>(
      `select object_name from strongroom.audit_event where action = 'identity.sign-in' order by id desc limit 1`,
    );
    expect(event?.object_name).toBe('an unknown user name');
    const rows = await w.sql('select * from strongroom_local.sign_in_throttle');
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows).toLowerCase()).not.toContain(typed.toLowerCase());
  });

  it('does not send a stored mail password to a server that was named later', async () => {
    const admin = await w.people.admin.actor();
    const stored = await w.invoke(updateSettings, admin, { mail: { ...mail, password: 'mail-Secret-1' } });
    expect(stored.mail?.passwordStored).toBe(true);
    const same = await w.invoke(updateSettings, admin, { mail: { ...mail, from: 'other@example.org', password: '' } });
    expect(same.mail?.passwordStored).toBe(true);
    const moved = await w.invoke(updateSettings, admin, { mail: { ...mail, host: 'evil.example.org', password: '' } });
    expect(moved.mail?.passwordStored).toBe(false);
    expect(await w.sql('select 1 from strongroom.setting_secret')).toHaveLength(0);
    await w.invoke(updateSettings, admin, { mail: null });
  });

  it('refuses an administrator a link that would make them a super administrator', async () => {
    const admin = await w.people.admin.actor();
    const { user } = await w.invoke(createUser, admin, {
      username: 'supreme',
      fullName: 'Su Preme',
      email: 'supreme@example.org',
      role: 'administrator',
      superAdministrator: true,
    });
    await expect(w.invoke(inviteUser, admin, { userId: user.id })).rejects.toMatchObject({ code: 'not-your-role' });
  });
});
