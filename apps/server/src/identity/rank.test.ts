import {
  createApiUser,
  createResource,
  createRole,
  createUser,
  deleteRole,
  deleteUser,
  disableUser,
  enableUser,
  forcePasswordChange,
  inviteUser,
  listResources,
  listRoles,
  lockUser,
  readUser,
  regenerateApiToken,
  RolePermission,
  signOutUser,
  updateRole,
  updateSettings,
  updateUser,
} from '@strongroom/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type Person, type World } from '../../test/world.ts';
import { builtInRoles, permits, permitsOf, type Actor, type Permit } from '../authorise/index.ts';
import { covers } from './rank.ts';

let w: World;
let admin: Actor;
let boss: Actor;
let n = 0;

beforeAll(async () => {
  w = await world();
  admin = await w.people.admin.actor();
  boss = await w.people.boss.actor();
});
afterAll(() => w.close());

const person = (more = {}) => ({
  username: `some.${++n}`,
  fullName: 'Some One',
  email: 'some@example.org',
  role: 'password-user' as const,
  ...more,
});
const of = (user: Person) => ({ userId: user.id as never });
const role = (name: string, permissions: readonly Permit[]) =>
  w.invoke(createRole, boss, { name, basedOn: 'password-user', permissions: [...permissions] });
/** Somebody with a role of these permissions. */
const withPermits = async (permissions: readonly Permit[]) => {
  const made = await role(`role ${++n}`, permissions);
  const user = await w.add({ username: `helper.${n}`, role: made.id });
  return { role: made, user, actor: await user.actor() };
};

describe('roles', () => {
  it('are a set of the product’s named permissions, taken from a built-in one or an own one [USR-02]', async () => {
    expect([...RolePermission.options].sort()).toEqual([...permits].sort());
    for (const base of builtInRoles) {
      const privileged = await w.people.privileged.actor();
      const made = await w.invoke(createRole, privileged, { name: `like ${base}`, basedOn: base });
      expect([base, made.permissions]).toEqual([base, permits.filter((permit) => permitsOf[base].includes(permit))]);
    }
    const narrow = await w.invoke(createRole, admin, {
      name: 'Help desk',
      description: 'Lets people in again',
      basedOn: 'administrator',
      permissions: ['view-passwords', 'manage-users'],
    });
    expect(narrow).toMatchObject({ permissions: ['manage-users', 'view-passwords'], users: 0, builtIn: false });
    const again = await w.invoke(createRole, admin, { name: 'Help desk, night', basedOn: narrow.id });
    expect(again.permissions).toEqual(narrow.permissions);
    const { items, permissions } = await w.invoke(listRoles, admin, {});
    expect(items.slice(0, 5).map((one) => one.id)).toEqual([...builtInRoles]);
    expect(items.map((one) => one.name)).toContain('Help desk');
    expect(permissions.map((one) => one.name)).toEqual(permits);
    await expect(w.invoke(createRole, admin, { name: 'HELP desk', basedOn: narrow.id })).rejects.toMatchObject({
      code: 'name-taken',
    });

    const holder = await w.add({ username: 'holder', role: narrow.id });
    const actor = await holder.actor();
    expect(await w.invoke(readUser, actor, of(holder))).toMatchObject({ role: narrow.id, roleName: 'Help desk' });
    await expect(w.invoke(updateSettings, actor, { reasonToReveal: true })).rejects.toMatchObject({
      code: 'not-your-role',
    });
    // Whoever has it loses with the next call what it no longer allows.
    await w.invoke(updateRole, admin, { roleId: narrow.id as never, version: 1, permissions: ['view-passwords'] });
    await expect(w.invoke(readUser, actor, of(holder))).rejects.toMatchObject({ code: 'not-your-role' });
    expect((await w.audit('role.update')).at(-1)?.details).toEqual({
      'permissions were': 'manage-users view-passwords',
      'permissions are': 'view-passwords',
    });
    await expect(
      w.invoke(updateRole, admin, { roleId: narrow.id as never, version: 1, name: 'late' }),
    ).rejects.toMatchObject({ code: 'changed-meanwhile' });
    await expect(w.invoke(deleteRole, admin, { roleId: narrow.id as never })).rejects.toMatchObject({
      code: 'role-in-use',
    });
    await w.invoke(updateUser, admin, { ...of(holder), role: 'password-user' });
    await w.invoke(deleteRole, admin, { roleId: narrow.id as never });
    await expect(w.invoke(updateUser, admin, { ...of(holder), role: narrow.id })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('are known, beside the built-in ones and one’s own, to those who need them only', async () => {
    const mine = await withPermits(['view-passwords']);
    const seen = await w.invoke(listRoles, mine.actor, {});
    expect(seen.items.map((one) => one.id)).toEqual([...builtInRoles, mine.role.id]);
    expect(new Set(seen.items.map((one) => one.users))).toEqual(new Set([null]));
    const all = await w.invoke(listRoles, await w.people.auditor.actor(), {});
    expect(all.items.find((one) => one.id === mine.role.id)?.users).toBe(1);
    expect((await w.invoke(listRoles, await w.people.foreign.actor(), {})).items.map((one) => one.id)).toEqual([
      ...builtInRoles,
    ]);
  });

  it('never become more than whoever makes, changes or gives them', async () => {
    const helper = await withPermits(['manage-users', 'manage-roles', 'view-passwords']);
    const strong = await role('strong', ['manage-users', 'read-audit']);
    const weak = await role('weak', ['view-passwords']);
    const refused = { code: 'not-your-role' };
    const { actor } = helper;
    await expect(w.invoke(createRole, actor, { name: 'x', basedOn: 'administrator' })).rejects.toMatchObject(refused);
    await expect(w.invoke(createRole, actor, { name: 'x', basedOn: strong.id })).rejects.toMatchObject(refused);
    for (const change of [{ name: 'mine' }, { permissions: [] }])
      await expect(w.invoke(updateRole, actor, { roleId: strong.id as never, ...change })).rejects.toMatchObject(
        refused,
      );
    await expect(
      w.invoke(updateRole, actor, { roleId: weak.id as never, permissions: ['read-audit'] }),
    ).rejects.toMatchObject(refused);
    await expect(w.invoke(deleteRole, actor, { roleId: strong.id as never })).rejects.toMatchObject(refused);
    // One's own role may get another name, and nothing else.
    await expect(
      w.invoke(updateRole, actor, { roleId: helper.role.id as never, permissions: ['manage-users'] }),
    ).rejects.toMatchObject({ code: 'not-yourself' });
    await w.invoke(updateRole, actor, { roleId: helper.role.id as never, description: 'mine' });
    for (const given of ['administrator', 'password-auditor', 'privileged-administrator', strong.id] as const)
      await expect(w.invoke(createUser, actor, person({ role: given }))).rejects.toMatchObject(refused);
    await w.invoke(createUser, actor, person({ role: weak.id }));
    // A full administrator hands out the built-in role with security settings, and no other role that has them.
    await w.invoke(createUser, admin, person({ role: 'privileged-administrator' }));
    const secure = await role('secure', ['view-passwords', 'manage-security']).catch((error: unknown) => error);
    expect(secure).toMatchObject(refused);
    const privileged = await w.people.privileged.actor();
    const made = await w.invoke(createRole, privileged, {
      name: 'secure',
      basedOn: 'password-user',
      permissions: ['manage-security'],
    });
    await expect(w.invoke(createUser, admin, person({ role: made.id }))).rejects.toMatchObject(refused);
    await w.invoke(createUser, privileged, person({ role: made.id }));
    const foreign = await w.people.foreign.actor();
    await expect(w.invoke(createUser, foreign, person({ role: weak.id }))).rejects.toMatchObject({ code: 'not-found' });
    await expect(w.invoke(updateRole, foreign, { roleId: weak.id as never, name: 'x' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('cover one another exactly as their sets of permissions do', () => {
    const sets = fc.subarray([...permits]);
    fc.assert(
      fc.property(sets, sets, (mine, theirs) => {
        expect(covers({ permits: mine }, { role: 'custom', permits: theirs })).toBe(
          new Set([...mine, ...theirs]).size === mine.length,
        );
      }),
    );
    expect(covers({ permits: permitsOf.administrator }, { role: 'privileged-administrator', permits })).toBe(true);
  });
});

describe('whoever may more', () => {
  it('is not edited, stopped, let in, signed out, deleted nor taken over by whoever may less', async () => {
    const helper = await withPermits(['manage-users', 'view-passwords']);
    const strong = await w.add({ username: `strong.${++n}`, role: 'administrator' });
    const program = await w.invoke(createApiUser, admin, {
      username: `program.${n}`,
      fullName: 'A program',
      role: 'password-administrator',
      expiresAt: null,
    });
    const { actor } = helper;
    const attempts = [
      () => w.invoke(updateUser, actor, { ...of(strong), email: 'helper@example.org' }),
      () => w.invoke(updateUser, actor, { ...of(strong), phone: '1' }),
      () => w.invoke(updateUser, actor, { ...of(strong), role: 'password-user' }),
      () => w.invoke(inviteUser, actor, of(strong)),
      () => w.invoke(disableUser, actor, of(strong)),
      () => w.invoke(enableUser, actor, of(strong)),
      () => w.invoke(lockUser, actor, of(strong)),
      () => w.invoke(signOutUser, actor, of(strong)),
      () => w.invoke(forcePasswordChange, actor, of(strong)),
      () => w.invoke(deleteUser, actor, of(strong)),
      () => w.invoke(regenerateApiToken, actor, { userId: program.user.id, expiresAt: null }),
      () => w.invoke(updateUser, actor, { userId: program.user.id, host: '', sshKey: '', phone: '2' }),
    ];
    const before = await w.sql('select * from strongroom.app_user order by id');
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'not-your-role' });
    expect(await w.sql('select * from strongroom.app_user order by id')).toEqual(before);
    expect((await w.invoke(readUser, actor, of(strong))).can).toEqual([]);
    // The same, done to their like, goes.
    const like = await w.add({ username: `like.${n}`, role: helper.role.id });
    await w.invoke(updateUser, actor, { ...of(like), email: 'other@example.org' });
    await w.invoke(inviteUser, actor, of(like));
    await w.invoke(lockUser, actor, of(like));
    await w.invoke(deleteUser, actor, of(like));
  });

  it('as a super administrator is reached by another one alone where it is a way in', async () => {
    const chief = await w.add({ username: `chief.${++n}`, role: 'administrator', superAdministrator: true });
    const program = await w.invoke(createApiUser, boss, {
      username: `all.${n}`,
      fullName: 'A program with all passwords',
      role: 'administrator',
      superAdministrator: true,
      host: '192.0.2.10',
      expiresAt: null,
    });
    for (const attempt of [
      () => w.invoke(inviteUser, admin, of(chief)),
      () => w.invoke(updateUser, admin, { ...of(chief), email: 'admin@example.org' }),
      () => w.invoke(regenerateApiToken, admin, { userId: program.user.id, expiresAt: null }),
      () => w.invoke(updateUser, admin, { userId: program.user.id, host: '' }),
      () =>
        w.invoke(updateUser, admin, {
          userId: program.user.id,
          sshKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS',
        }),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'not-your-role' });
    const { can } = await w.invoke(readUser, admin, of(chief));
    expect(can).not.toContain('user.invite');
    expect(can).toContain('user.lock');
    // Stopping is no way in: any administrator may, also one who has gone wild.
    await w.invoke(updateUser, admin, { ...of(chief), phone: '1' });
    await w.invoke(lockUser, admin, of(chief));
    await w.invoke(enableUser, admin, of(chief));
    await w.invoke(updateUser, boss, { ...of(chief), email: 'chief2@example.org' });
    await w.invoke(inviteUser, boss, of(chief));
    await w.invoke(regenerateApiToken, boss, { userId: program.user.id, expiresAt: null });
  });
});

describe('super administrators', () => {
  it('are administrators and password administrators; nobody makes themselves one; once denied only they make more [USR-03]', async () => {
    const alone = await world();
    try {
      const [chief, plain] = [await alone.people.boss.actor(), await alone.people.admin.actor()];
      const invoke = alone.invoke.bind(alone);
      const fresh = (more: object) => invoke(createUser, plain, person({ ...more }));
      for (const name of ['administrator', 'privileged-administrator', 'password-administrator'] as const)
        await fresh({ role: name, superAdministrator: true });
      const own = await invoke(createRole, chief, { name: 'own', basedOn: 'administrator' });
      for (const name of ['password-user', 'password-auditor', own.id] as const)
        await expect(fresh({ role: name, superAdministrator: true })).rejects.toMatchObject({ code: 'input-invalid' });
      const itself = { userId: alone.people.admin.id as never };
      for (const change of [{ superAdministrator: true }, { role: 'password-user' as const }])
        await expect(invoke(updateUser, plain, { ...itself, ...change })).rejects.toMatchObject({
          code: 'not-yourself',
        });

      const deny = { denySuperAdministrators: true };
      for (const actor of [plain, await alone.people.privileged.actor()])
        await expect(invoke(updateSettings, actor, deny)).rejects.toMatchObject({ code: 'not-your-role' });
      await invoke(updateSettings, chief, deny);
      await expect(invoke(updateSettings, plain, { denySuperAdministrators: false })).rejects.toMatchObject({
        code: 'not-your-role',
      });
      await expect(fresh({ role: 'administrator', superAdministrator: true })).rejects.toMatchObject({
        code: 'not-your-role',
      });
      await expect(
        invoke(createApiUser, plain, {
          username: 'p',
          fullName: 'P',
          role: 'administrator',
          superAdministrator: true,
          expiresAt: null,
        }),
      ).rejects.toMatchObject({ code: 'not-your-role' });
      const keeper = { userId: alone.people.keeper.id as never };
      await expect(invoke(updateUser, plain, { ...keeper, superAdministrator: true })).rejects.toMatchObject({
        code: 'not-your-role',
      });
      const hosts = async () =>
        (await invoke(listResources, await alone.people.keeper.actor(), {})).items.map((one) => one.name);
      await invoke(createResource, chief, { name: 'of-somebody-else', type: 'Linux' });
      expect(await hosts()).toEqual([]);
      await invoke(updateUser, chief, { ...keeper, superAdministrator: true });
      expect(await hosts()).toEqual(['of-somebody-else']);
      // Those who are stay; others of their fields may change, and an administrator may take it from them.
      await invoke(updateUser, plain, { ...keeper, department: 'Vault' });
      await invoke(updateUser, plain, { ...keeper, superAdministrator: false });
      expect(await hosts()).toEqual([]);
    } finally {
      await alone.close();
    }
  });

  it('always number one who is active while only they make new ones', async () => {
    const alone = await world();
    try {
      const [chief, plain] = [await alone.people.boss.actor(), await alone.people.admin.actor()];
      await alone.invoke(updateSettings, chief, { denySuperAdministrators: true });
      const last = { userId: alone.people.boss.id as never };
      for (const attempt of [
        () => alone.invoke(updateUser, plain, { ...last, superAdministrator: false }),
        () => alone.invoke(disableUser, plain, last),
        () => alone.invoke(lockUser, plain, last),
        () => alone.invoke(deleteUser, plain, last),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'no-admin-left' });
      await alone.invoke(updateSettings, chief, { denySuperAdministrators: false });
      await alone.invoke(lockUser, plain, last);
    } finally {
      await alone.close();
    }
  });
});

describe('privacy and security settings', () => {
  it('are a privileged administrator’s; the rest any administrator’s', async () => {
    const privileged = await w.people.privileged.actor();
    for (const change of [
      { inactivityMinutes: 7 },
      { absoluteSessionHours: 7 },
      { maxSessionsPerUser: 7 },
      { hideSecretSeconds: 7 },
      { clearClipboardSeconds: 7 },
    ]) {
      for (const actor of [admin, boss])
        await expect(w.invoke(updateSettings, actor, change)).rejects.toMatchObject({ code: 'not-your-role' });
      expect(await w.invoke(updateSettings, privileged, change)).toMatchObject(change);
      // Sent as it stands it is no change: a page that sends all of them may be anybody's.
      await w.invoke(updateSettings, admin, { ...change, reasonToChange: false });
    }
    expect(
      await w.invoke(updateSettings, admin, {
        globalExplorerTree: true,
        staticGroupsOffered: false,
        fileLimitMegabytes: 2048,
        policyOnCreation: true,
      }),
    ).toMatchObject({ globalExplorerTree: true, staticGroupsOffered: false, fileLimitMegabytes: 2048 });
    await expect(w.invoke(updateSettings, admin, { fileLimitMegabytes: 2049 })).rejects.toMatchObject({
      code: 'input-invalid',
    });
  });
});
