import {
  acceptLink,
  createResource,
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
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loginPassword, world, type Person, type World } from '../../test/world.ts';
import { nowhere, stranger, type Actor } from '../authorise/index.ts';

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

describe('users', () => {
  it('are locked, disabled, signed out and made to change their password; programs are listed apart [USR-07]', async () => {
    const user = await somebody();
    const still = async () => {
      const { actor } = await user.session();
      return async () => (await w.invoke(listAccounts, actor, {})).total >= 0;
    };
    const locked = await still();
    await w.invoke(lockUser, admin, of(user));
    await expect(locked()).rejects.toMatchObject({ code: 'signed-out' });
    await w.invoke(enableUser, admin, of(user));
    const disabled = await still();
    await w.invoke(disableUser, admin, of(user));
    await expect(disabled()).rejects.toMatchObject({ code: 'signed-out' });
    await w.invoke(enableUser, admin, of(user));
    const signedOut = await still();
    await w.invoke(signOutUser, admin, of(user));
    await expect(signedOut()).rejects.toMatchObject({ code: 'signed-out' });
    const forced = await still();
    await w.invoke(forcePasswordChange, admin, of(user));
    await expect(forced()).rejects.toMatchObject({ code: 'must-change-password' });
    const program = await somebody({ kind: 'api' });
    const names = async (kind: 'person' | 'api') =>
      (await w.invoke(listUsers, admin, { kind, limit: 500 })).items.map((one) => one.username);
    expect([(await names('api')).includes(program.username), (await names('api')).includes(user.username)]).toEqual([
      true,
      false,
    ]);
    expect([
      (await names('person')).includes(program.username),
      (await names('person')).includes(user.username),
    ]).toEqual([false, true]);
  });
});
