import {
  acceptLink,
  createResource,
  createUser,
  deleteUser,
  disableUser,
  enableUser,
  forcePasswordChange,
  inviteUser,
  listAccounts,
  listUsers,
  lockUser,
  readMe,
  readUser,
  signIn,
  signOutUser,
  updateSettings,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../test/browser.ts';
import { loginPassword, world, type Person, type World } from '../../test/world.ts';
import { nowhere, permits, stranger, type Actor, type Facts } from '../authorise/index.ts';
import { addUsers } from './users.bulk.ts';

let w: World;
let admin: Actor;
let n = 0;

beforeAll(async () => {
  w = await world();
  admin = await w.people.admin.actor();
});
afterAll(() => w.close());

const of = (user: Person) => ({ userId: user.id as never });
const somebody = (more = {}) => w.add({ username: `user.${++n}`, ...more });
const signInAs = (user: Person) =>
  w.invoke(signIn, stranger(w.organisationId, nowhere), { username: user.username, password: loginPassword });
const person = () => ({
  username: `new.${++n}`,
  fullName: 'Some One',
  email: 'some@example.org',
  role: 'password-user' as const,
});

describe('a locked user', () => {
  it('is out at once, keeps tokens, and has them again when enabled', async () => {
    const user = await somebody();
    const [session, token] = [await user.session(), await user.token(['read'])];
    await w.invoke(listAccounts, token.actor, {});
    expect(await w.invoke(lockUser, admin, of(user))).toMatchObject({
      state: 'locked',
      holds: { sessions: 0, tokens: 1 },
    });
    for (const actor of [session.actor, token.actor])
      await expect(w.invoke(listAccounts, actor, {})).rejects.toMatchObject({ code: 'signed-out' });
    await expect(signInAs(user)).rejects.toMatchObject({ code: 'sign-in-failed' });
    await expect(w.invoke(lockUser, admin, of(user))).rejects.toMatchObject({ code: 'not-that-state' });
    await expect(w.invoke(inviteUser, admin, of(user))).rejects.toMatchObject({ code: 'not-that-state' });
    expect((await w.invoke(listUsers, admin, { state: 'locked' })).items.map((one) => one.id)).toContain(user.id);
    expect((await w.invoke(enableUser, admin, of(user))).state).toBe('active');
    await w.invoke(listAccounts, token.actor, {});
    await expect(w.invoke(listAccounts, session.actor, {})).rejects.toMatchObject({ code: 'signed-out' });
    await signInAs(user);
    // A disabled one loses them for good.
    await w.invoke(disableUser, admin, of(user));
    await expect(w.invoke(lockUser, admin, of(user))).rejects.toMatchObject({ code: 'not-that-state' });
    await w.invoke(enableUser, admin, of(user));
    await expect(w.invoke(listAccounts, token.actor, {})).rejects.toMatchObject({ code: 'signed-out' });
  });

  it('does not come in by a link that was made before', async () => {
    const user = await somebody();
    const { invitation } = await w.invoke(inviteUser, admin, of(user));
    const token = invitation?.link?.split('#')[1] ?? '';
    await w.invoke(lockUser, admin, of(user));
    // Even where the link is still there, as for one made at the very same moment.
    await w.invoke(enableUser, admin, of(user));
    const { invitation: second } = await w.invoke(inviteUser, admin, of(user));
    await w.sql(`update strongroom.app_user set state = 'locked' where id = $1`, [user.id]);
    for (const one of [token, second?.link?.split('#')[1] ?? ''])
      await expect(
        w.invoke(acceptLink, stranger(w.organisationId, nowhere), { token: one, password: 'a-new-lantern-harbour-9' }),
      ).rejects.toMatchObject({ code: 'link-invalid' });
    expect((await w.invoke(readUser, admin, of(user))).state).toBe('locked');
  });
});

describe('an administrator', () => {
  it('signs a user out, everywhere, and lets them choose a new password before anything else', async () => {
    const user = await somebody();
    const [one, two] = [await user.session(), await user.session()];
    expect(await w.invoke(signOutUser, admin, of(user))).toEqual({ ended: 2 });
    for (const { actor } of [one, two])
      await expect(w.invoke(readMe, actor, {})).rejects.toMatchObject({ code: 'signed-out' });
    await signInAs(user);
    const session = await user.session();
    expect((await w.invoke(forcePasswordChange, admin, of(user))).mustChangePassword).toBe(true);
    await expect(w.invoke(listAccounts, session.actor, {})).rejects.toMatchObject({ code: 'must-change-password' });
    expect((await w.invoke(readMe, session.actor, {})).mustChangePassword).toBe(true);
    for (const none of [await somebody({ kind: 'api' }), await somebody({ state: 'invited', passwordHash: null })])
      await expect(w.invoke(forcePasswordChange, admin, of(none))).rejects.toMatchObject({ code: 'not-that-state' });
  });
});

describe('deleting a user', () => {
  it('waits until they own nothing, takes what is personal, and leaves the trail', async () => {
    const user = await somebody({ role: 'password-administrator', department: 'Secret-Department', phone: '+1 555' });
    const session = await user.session();
    const token = await user.token(['read']);
    const resource = await w.invoke(createResource, session.actor, {
      name: `owned-${++n}`,
      type: 'Linux',
      accounts: [{ username: 'root', password: 'Starting-Point-11-!!' }],
    });
    const { items } = await w.invoke(listAccounts, session.actor, { resourceId: resource.id });
    await expect(w.invoke(deleteUser, admin, of(user))).rejects.toMatchObject({
      code: 'owns-resources',
      detail: 'Resources: 1. Resource groups: 0.',
    });
    expect((await w.invoke(readUser, admin, of(user))).owns).toEqual({ resources: 1, resourceGroups: 0 });
    await w.sql(
      `insert into strongroom.resource_group (id, organisation_id, number, name, kind, owner_id) values (gen_random_uuid(), $1, 99, 'theirs', 'static', $2)`,
      [w.organisationId, user.id],
    );
    await w.sql('update strongroom.resource set owner_id = $1 where id = $2', [w.people.keeper.id, resource.id]);
    await expect(w.invoke(deleteUser, admin, of(user))).rejects.toMatchObject({ code: 'owns-resources' });
    await w.sql(`delete from strongroom.resource_group where owner_id = $1`, [user.id]);
    // They answer for a proof that is left out: from now on the owner does.
    await w.sql(
      `update strongroom.account set exclusion_owner_id = $1, exclusion_reason = 'why', exclusion_until = now() + interval '1 day' where id = $2`,
      [user.id, items[0]?.id],
    );
    await w.sql(
      `insert into strongroom.share (id, organisation_id, resource_id, user_id, permission, shared_by) values (gen_random_uuid(), $1, $2, $3, 'view', 'test')`,
      [w.organisationId, resource.id, user.id],
    );
    await w.sql(
      'insert into strongroom_local.last_use (organisation_id, subject_id, used_at) values ($1, $2, now()), ($1, $3, now())',
      [w.organisationId, user.id, token.id],
    );
    await w.invoke(deleteUser, admin, of(user));

    await expect(w.invoke(readUser, admin, of(user))).rejects.toMatchObject({ code: 'not-found' });
    for (const actor of [session.actor, token.actor])
      await expect(w.invoke(listAccounts, actor, {})).rejects.toMatchObject({ code: 'signed-out' });
    expect(
      await w.sql('select exclusion_owner_id as id from strongroom.account where id = $1', [items[0]?.id]),
    ).toEqual([{ id: w.people.keeper.id }]);
    // Nowhere in the database does their name, department or id stand, but in the trail and in what kept rights as they were.
    const tables = await w.sql<{ name: string }>(
      `select table_schema || '.' || table_name as name from information_schema.tables where table_schema like 'strongroom%' and table_type = 'BASE TABLE'`,
    );
    expect(tables.length).toBeGreaterThan(30);
    const left: string[] = [];
    for (const { name } of tables) {
      const [row] = await w.sql<{ n: number }>(`select count(*)::int as n from ${name} t where t::text like any($1)`, [
        [`%${user.id}%`, `%${user.username}%`, '%Secret-Department%', '%+1 555%'],
      ]);
      if ((row?.n ?? 0) > 0) left.push(name);
    }
    // A password's history names who set it: it is part of the account's own past.
    expect(left.sort()).toEqual(['strongroom.audit_event', 'strongroom.past', 'strongroom.secret']);
    const past = await w.sql(`select 1 from strongroom.past t where t::text like any($1)`, [
      [`%${user.username}%`, '%Secret-Department%'],
    ]);
    expect(past).toEqual([]);
    expect((await w.audit('user.delete')).at(-1)).toMatchObject({ object_id: user.id, outcome: 'done' });
    expect((await w.audit('resource.create')).at(-1)?.actor_name).toBe(user.username);
  });

  it('is never oneself, nor the last administrator', async () => {
    await expect(w.invoke(deleteUser, admin, of(w.people.admin))).rejects.toMatchObject({ code: 'not-yourself' });
    const lone = await world();
    try {
      for (const name of ['boss', 'privileged'] as const)
        await lone.invoke(deleteUser, await lone.people.admin.actor(), of(lone.people[name]));
      const program = await lone.add({ username: 'program', kind: 'api', role: 'administrator' });
      await expect(
        lone.invoke(deleteUser, (await program.token(['administer'])).actor, of(lone.people.admin)),
      ).rejects.toMatchObject({ code: 'no-admin-left' });
      expect((await lone.invoke(readUser, await lone.people.admin.actor(), of(lone.people.admin))).state).toBe(
        'active',
      );
    } finally {
      await lone.close();
    }
  });
});

describe('a first password by mail', () => {
  const withMail = async (failing: boolean) => {
    const mailing = await world({ mailFails: failing });
    const chief = await mailing.people.privileged.actor();
    await mailing.invoke(updateSettings, chief, {
      mailPasswords: true,
      mail: { host: 'mail.example', port: 25, security: 'none', from: 'vault@example.org' },
    });
    return { mailing, chief };
  };

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

describe('many users at once', () => {
  const facts: Facts = {
    actorKind: 'user', live: true, mustChangePassword: false, role: 'administrator', permits: permits.filter((one) => one !== 'manage-security'),
    superAdministrator: false, scopes: null, relation: 'view', self: false, reasonGiven: false, ticketGiven: false, reasonToReveal: false,
    reasonToChange: false, ticketToReveal: false, attemptOpen: false, byCriteria: false, mayShareCriteria: false,
  }; // prettier-ignore
  const row = (username: string, more = {}) => ({
    kind: 'person' as const, username, fullName: 'Of A List', email: 'l@example.org', role: 'password-user', superAdministrator: false, state: 'invited' as const, ...more,
  }); // prettier-ignore

  it('are added by the rules of one, each told what became of it, ten thousand in a fraction of a minute', async () => {
    const ask = { actor: admin, action: 'user.import', objectId: w.organisationId } as const;
    const rows = [
      row('bulk.good', { department: 'Böckerei', role: 'privileged-administrator' }),
      row('BULK.good'),
      row('bulk.super', { superAdministrator: true }),
      row('bulk.role', { role: '01990000-0000-7000-8000-000000000001' }),
      row(w.people.keeper.username),
      row('bulk.key', { kind: 'api', sshKey: 'nonsense', state: 'active' }),
    ];
    const outcomes = await w.perform(ask, (grant) => addUsers(grant, rows, facts));
    expect(outcomes.map((one) => ('id' in one ? 'added' : one.code))).toEqual([
      'added', 'name-taken', 'input-invalid', 'not-found', 'name-taken', 'input-invalid',
    ]); // prettier-ignore
    const made = await w.invoke(listUsers, admin, { search: 'bulk.' });
    expect(made.items).toMatchObject([
      { username: 'bulk.good', department: 'Böckerei', role: 'privileged-administrator', state: 'invited' },
    ]);
    expect((await w.audit('user.import')).map((one) => one.object_id)).toContain(made.items[0]?.id);
    await expect(
      w.perform(ask, (grant) => addUsers(grant, [row('bulk.no')], { ...facts, permits: ['view-passwords'] })),
    ).rejects.toMatchObject({ code: 'not-your-role' });

    const many = Array.from({ length: 10_000 }, (_, i) => row(`crowd.${i}`));
    const started = performance.now();
    const crowd = await w.perform(ask, (grant) => addUsers(grant, many, facts));
    expect(crowd.every((one) => 'id' in one)).toBe(true);
    expect(performance.now() - started).toBeLessThan(60_000);
    const numbers = await w.sql<{ n: number }>(
      'select count(distinct number)::int as n from strongroom.app_user where organisation_id = $1',
      [w.organisationId],
    );
    const users = await w.sql<{ n: number }>(
      'select count(*)::int as n from strongroom.app_user where organisation_id = $1',
      [w.organisationId],
    );
    expect(numbers).toEqual(users);
  });
});
