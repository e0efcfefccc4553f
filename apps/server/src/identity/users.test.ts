import {
  createApiUser,
  createMyToken,
  createUser,
  disableUser,
  enableUser,
  inviteUser,
  listAccounts,
  listMyTokens,
  listResources,
  listUsers,
  readUser,
  regenerateApiToken,
  revokeMyToken,
  updateUser,
} from '@strongroom/contract';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, type Answer } from '../../test/browser.ts';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';

let w: World;
let app: FastifyInstance;
let admin: Actor;

beforeAll(async () => {
  w = await world();
  app = w.app();
  await app.ready();
  admin = await w.people.admin.actor();
});
afterAll(() => w.close());

const withToken = (token: string, address = '192.0.2.10'): Promise<Answer> =>
  client(app, address).send(listResources, {}, { authorization: `Bearer ${token}` });
const person = (username: string, more = {}) => ({
  username,
  fullName: 'Some One',
  email: 'some@example.org',
  role: 'password-user' as const,
  ...more,
});

describe('users', () => {
  it('are added with all that is known of them, numbered, and found by any of it', async () => {
    const given = person('ana', {
      department: 'Böckerei_50%',
      location: 'Turku',
      phone: '+358 1',
      mobile: '+358 2',
      language: 'fi',
      timeZone: 'Europe/Helsinki',
      role: 'password-auditor',
    });
    const { user } = await w.invoke(createUser, admin, given);
    expect(user).toMatchObject({ ...given, state: 'invited', kind: 'person', superAdministrator: false, version: 1 });
    const second = (await w.invoke(createUser, admin, person('bea'))).user;
    expect(second.number).toBe(user.number + 1);
    for (const search of ['ANA', 'böckerei_50%', 'BÖCKEREI', 'some one', '_50%']) {
      const found = await w.invoke(listUsers, admin, { search });
      expect([search, found.items.map((one) => one.username)]).toEqual([search, expect.arrayContaining(['ana'])]);
    }
    for (const search of ['a_a', '5%0', '%%', '\\'])
      expect([search, (await w.invoke(listUsers, admin, { search })).items]).toEqual([search, []]);
  });

  it('have names that are unique in any case, within their organisation', async () => {
    await w.invoke(createUser, admin, person('Carla'));
    await expect(w.invoke(createUser, admin, person('cARLA'))).rejects.toMatchObject({ code: 'name-taken' });
    await w.invoke(createUser, await w.people.foreign.actor(), person('carla'));
    for (const bad of ['', ' ', 'two words', 'semi;colon', '-dash', 'tab\tin', 'x'.repeat(81)])
      await expect(w.invoke(createUser, admin, person(bad))).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('are changed by version, each change recorded, the important ones with before and after', async () => {
    const user = await w.add({ username: 'dora' });
    const changed = await w.invoke(updateUser, admin, {
      userId: user.id as never,
      version: 1,
      phone: '123',
      role: 'password-administrator',
      superAdministrator: true,
    });
    expect(changed).toMatchObject({
      version: 2,
      phone: '123',
      role: 'password-administrator',
      superAdministrator: true,
    });
    expect((await w.audit('user.update')).at(-1)?.details).toEqual({
      phone: 'changed',
      'role was': 'password-user',
      'role is': 'password-administrator',
      'superAdministrator was': 'false',
      'superAdministrator is': 'true',
    });
    await expect(
      w.invoke(updateUser, admin, { userId: user.id as never, version: 1, phone: '456' }),
    ).rejects.toMatchObject({ code: 'changed-meanwhile' });
    // Nothing given, nothing changed.
    expect((await w.invoke(updateUser, admin, { userId: user.id as never, phone: '123' })).version).toBe(2);
    await expect(
      w.invoke(updateUser, admin, { userId: user.id as never, role: 'password-user' }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('of two who change one at the same moment lose to one another only openly', async () => {
    const user = await w.add({ username: 'edith' });
    const change = (phone: string) => w.invoke(updateUser, admin, { userId: user.id as never, version: 1, phone });
    const results = await Promise.allSettled([change('1'), change('2'), change('3')]);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'changed-meanwhile' });
  });

  it('never change their own role, scope or state', async () => {
    const userId = w.people.admin.id as never;
    for (const change of [{ role: 'password-user' as const }, { superAdministrator: true }])
      await expect(w.invoke(updateUser, admin, { userId, ...change })).rejects.toMatchObject({ code: 'not-yourself' });
    const itself = { userId };
    for (const change of [
      () => w.invoke(disableUser, admin, itself),
      () => w.invoke(enableUser, admin, itself),
      () => w.invoke(inviteUser, admin, itself),
    ])
      await expect(change()).rejects.toMatchObject({ code: 'not-yourself' });
    await w.invoke(updateUser, admin, { userId, phone: '99' });
  });

  it('are disabled at once with all they hold, and let in again', async () => {
    const user = await w.add({ username: 'frida', role: 'password-administrator' });
    const [session, token] = [await user.session(), await user.token(['read'])];
    await w.invoke(listAccounts, session.actor, {});
    expect((await w.invoke(disableUser, admin, { userId: user.id as never })).state).toBe('disabled');
    await expect(w.invoke(listAccounts, session.actor, {})).rejects.toMatchObject({ code: 'signed-out' });
    await expect(w.invoke(listAccounts, token.actor, {})).rejects.toMatchObject({ code: 'signed-out' });
    await expect(w.invoke(inviteUser, admin, { userId: user.id as never })).rejects.toMatchObject({
      code: 'not-that-state',
    });
    expect((await w.invoke(enableUser, admin, { userId: user.id as never })).state).toBe('active');
    // What was ended stays ended.
    await expect(w.invoke(listAccounts, session.actor, {})).rejects.toMatchObject({ code: 'signed-out' });
    await expect(w.invoke(listAccounts, token.actor, {})).rejects.toMatchObject({ code: 'signed-out' });
    await w.invoke(listAccounts, (await user.session()).actor, {});
  });

  it('always have one active administrator among them, even when two remove one another', async () => {
    const lone = await world();
    try {
      const [boss, other] = [lone.people.boss, lone.people.admin];
      await lone.sql(`update strongroom.app_user set role = 'password-user' where username = 'privileged'`);
      const remove = async (by: typeof boss, whom: typeof boss) =>
        lone.invoke(disableUser, await by.actor(), { userId: whom.id as never });
      await boss.actor();
      await other.actor();
      await Promise.allSettled([remove(boss, other), remove(other, boss)]);
      const left = await lone.sql<{ username: string }>(
        `select username from strongroom.app_user where state = 'active' and role like '%administrator' and role <> 'password-administrator' and organisation_id = $1`,
        [lone.organisationId],
      );
      expect(left).toHaveLength(1);
      const [remaining, gone] = left[0]?.username === 'boss' ? [boss, other] : [other, boss];
      await lone.sql(`update strongroom.app_user set state = 'active' where id = $1`, [gone.id]);
      const actor = (await gone.session()).actor;
      await lone.invoke(updateUser, actor, {
        userId: remaining.id as never,
        role: 'password-user',
        superAdministrator: false,
      });
      // An API user is no person: it does not count.
      const program = await lone.add({ username: 'program', kind: 'api', role: 'administrator' });
      const token = await program.token(['administer', 'read']);
      for (const change of [
        () => lone.invoke(disableUser, token.actor, { userId: gone.id as never }),
        () =>
          lone.invoke(updateUser, token.actor, {
            userId: gone.id as never,
            role: 'password-user',
            superAdministrator: false,
          }),
      ])
        await expect(change()).rejects.toMatchObject({ code: 'no-admin-left' });
      expect((await lone.invoke(readUser, actor, { userId: gone.id as never })).state).toBe('active');
    } finally {
      await lone.close();
    }
  });

  it('are shown with what the asker may do to them, and to nobody without the role', async () => {
    const seen = await w.invoke(readUser, admin, { userId: w.people.admin.id as never });
    expect(seen.can.sort()).toEqual(['user.sign-out', 'user.transfer', 'user.update']);
    const other = await w.invoke(readUser, admin, { userId: w.people.keeper.id as never });
    expect(other.can.sort()).toEqual(
      [
        'user.delete',
        'user.disable',
        'user.enable',
        'user.force-password-change',
        'user.invite',
        'user.lock',
        'user.sign-out',
        'user.transfer',
        'user.update',
      ].sort(),
    );
    for (const name of ['keeper', 'nobody', 'auditor'] as const)
      await expect(w.invoke(listUsers, await w.people[name].actor(), {})).rejects.toMatchObject({
        code: 'not-your-role',
      });
    expect((await w.invoke(listUsers, admin, { limit: 500 })).items.map((user) => user.username)).not.toContain(
      'foreign',
    );
    await expect(w.invoke(readUser, admin, { userId: w.people.foreign.id as never })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('API users', () => {
  const api = (username: string, more = {}) => ({
    username,
    fullName: 'A program',
    role: 'password-administrator' as const,
    expiresAt: null,
    ...more,
  });

  it('have one token, shown once and stored as a hash, that works until a new one takes its place', async () => {
    const { user, token } = await w.invoke(createApiUser, admin, api('backup'));
    expect(token).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}-[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    const dump = JSON.stringify(
      (await w.sql('select * from strongroom.api_token')).map((row) => Object.values(row).map(String)),
    );
    expect(dump).not.toContain(token);
    expect((await withToken(token)).status).toBe(200);
    expect((await withToken(token.toLowerCase())).status).toBe(200);
    const { token: second } = await w.invoke(regenerateApiToken, admin, { userId: user.id, expiresAt: null });
    expect([(await withToken(token)).status, (await withToken(second)).status]).toEqual([401, 200]);
    expect(JSON.stringify(await w.audit('user.create-api'))).not.toContain(token);
  });

  it('are bound to a host, a network, or none', async () => {
    const cases = [
      ['192.0.2.10', ['192.0.2.10', '::ffff:192.0.2.10'], ['192.0.2.11', '2001:db8::1']],
      ['10.20.0.0/16', ['10.20.0.1', '10.20.255.255'], ['10.21.0.1', '192.0.2.10']],
      ['2001:db8::/32', ['2001:db8:1::5'], ['2001:db9::1', '192.0.2.10']],
      ['localhost', ['127.0.0.1', '::1'], ['192.0.2.10']],
      ['host.invalid', [], ['192.0.2.10', '127.0.0.1']],
      ['', ['192.0.2.10', '2001:db8::1'], []],
    ] as const;
    for (const [i, [host, from, notFrom]] of cases.entries()) {
      const { user, token } = await w.invoke(createApiUser, admin, api(`bound-${i}`, { host }));
      for (const address of from)
        expect([host, address, (await withToken(token, address)).status]).toEqual([host, address, 200]);
      for (const address of notFrom) {
        const answer = await withToken(token, address);
        expect([host, address, answer.status, answer.body['code']]).toEqual([host, address, 403, 'wrong-host']);
        expect((await w.audit('resource.list')).at(-1)).toMatchObject({
          outcome: 'refused',
          actor_name: `bound-${i}`,
          details: { code: 'wrong-host' },
        });
      }
      if (i === 0) {
        // Bound elsewhere: from the next call on, even where the door remembers the token for a moment.
        await w.invoke(updateUser, admin, { userId: user.id, host: '192.0.2.99' });
        expect(['wrong-host', 'signed-out']).toContain((await withToken(token, '192.0.2.10')).body['code']);
      }
    }
    for (const host of ['10.0.0.0/33', 'two words', '2001:db8::/129', '10.0.0.0/', '10.0.0.1/x', '-x-', '::1/-1'])
      await expect(w.invoke(createApiUser, admin, api('bad-host', { host })), host).rejects.toMatchObject({
        code: 'input-invalid',
      });
  });

  it('have tokens that expire, and carry only the scopes they were given [API-03]', async () => {
    await expect(
      w.invoke(createApiUser, admin, api('late', { expiresAt: '2020-01-01T00:00:00Z' })),
    ).rejects.toMatchObject({ code: 'input-invalid' });
    expect(await w.sql(`select 1 from strongroom.app_user where username = 'late'`)).toEqual([]);
    const { user, token } = await w.invoke(
      createApiUser,
      admin,
      api('short', { expiresAt: '2099-01-01T00:00:00.000Z', scopes: ['passwords'] }),
    );
    expect(user.tokenExpiresAt).toBe('2099-01-01T00:00:00.000Z');
    expect((await withToken(token)).body['code']).toBe('scope-missing');
    const reader = await w.invoke(createApiUser, admin, api('reader', { scopes: ['read'] }));
    expect((await withToken(reader.token)).status).toBe(200);
    await w.sql(`update strongroom.api_token set expires_at = now() - interval '1 second' where user_id = $1`, [
      reader.user.id,
    ]);
    expect((await withToken(reader.token)).status).toBe(401);
    // A new token keeps the scopes of the former.
    const { token: next } = await w.invoke(regenerateApiToken, admin, { userId: user.id, expiresAt: null });
    expect((await withToken(next)).body['code']).toBe('scope-missing');
  });

  it('are disabled with their token; people get none', async () => {
    const { user, token } = await w.invoke(createApiUser, admin, api('stopped'));
    await w.invoke(disableUser, admin, { userId: user.id });
    expect((await withToken(token)).status).toBe(401);
    await expect(w.invoke(regenerateApiToken, admin, { userId: user.id, expiresAt: null })).rejects.toMatchObject({
      code: 'not-that-state',
    });
    await expect(
      w.invoke(regenerateApiToken, admin, { userId: w.people.keeper.id as never, expiresAt: null }),
    ).rejects.toMatchObject({ code: 'not-that-state' });
    await expect(w.invoke(inviteUser, admin, { userId: user.id })).rejects.toMatchObject({ code: 'not-that-state' });
  });
});

describe('personal tokens', () => {
  it('are made and ended by their owner alone, and never do more than the owner may', async () => {
    const [keeper, nobody] = [await w.people.keeper.actor(), await w.people.nobody.actor()];
    const made = await w.invoke(createMyToken, nobody, {
      name: 'script',
      scopes: ['read', 'administer'],
      expiresAt: null,
    });
    expect(made.token).toMatch(/^srt_[\w-]{43}$/);
    expect(made.item.hint).toBe(made.token.slice(-4));
    expect((await withToken(made.token)).status).toBe(200);
    const users = await client(app).send(listUsers, {}, { authorization: `Bearer ${made.token}` });
    expect(users.body['code']).toBe('not-your-role');
    expect((await w.invoke(listMyTokens, nobody, {})).items.map((token) => token.name)).toEqual(['script']);
    expect((await w.invoke(listMyTokens, keeper, {})).items).toEqual([]);
    await expect(w.invoke(revokeMyToken, keeper, { tokenId: made.item.id })).rejects.toMatchObject({
      code: 'not-found',
    });
    await w.invoke(revokeMyToken, nobody, { tokenId: made.item.id });
    expect((await withToken(made.token)).status).toBe(401);
    // A token makes no tokens.
    const token = await w.people.nobody.token(['read', 'manage', 'administer', 'passwords']);
    await expect(
      w.invoke(createMyToken, token.actor, { name: 'x', scopes: ['read'], expiresAt: null }),
    ).rejects.toMatchObject({ code: 'scope-missing' });
  });
});
