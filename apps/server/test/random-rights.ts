import { randomInt, randomUUID } from 'node:crypto';

/**
 * A second telling of who holds what, made as simple as it can be from the words of the requirement: an account's share over its
 * resource's over a resource group's; at one level a user's own over a user group's; of several equal ones the highest. It shares
 * no line with the product.
 */

/** Numbers from a seed, so that what failed can be had again. */
export function dice(seed = randomInt(2 ** 31)) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return {
    seed,
    below,
    chance: (p: number): boolean => next() < p,
    pick: <T>(from: readonly T[]): T => {
      const one = from[below(from.length)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
  };
}
export type Dice = ReturnType<typeof dice>;

export const permissions = ['view', 'modify', 'manage'] as const;
export type NaivePermission = (typeof permissions)[number];
export type Hold = 'none' | 'part' | NaivePermission | 'owner';
export type Kind = 'account' | 'resource' | 'resource-group';

export interface NaiveShare {
  id: string;
  targetKind: Kind;
  target: string;
  to: string;
  permission: NaivePermission;
  from: number | null;
  until: number | null;
}
/** All that rights depend on, as plain lists. Moments are milliseconds. */
export interface Rights {
  users: { id: string; super: boolean; role: string; state: string }[];
  /** [user group, user] */
  joined: [string, string][];
  resources: { id: string; owner: string }[];
  accounts: { id: string; resource: string }[];
  groups: { id: string; owner: string }[];
  /** [resource group, resource] */
  gathered: [string, string][];
  shares: NaiveShare[];
}

export function naiveHold(world: Rights, userId: string, kind: Kind, objectId: string, now: number): Hold {
  const user = world.users.find((one) => one.id === userId);
  if (!user) return 'none';
  const account = kind === 'account' ? world.accounts.find((one) => one.id === objectId) : undefined;
  if (kind === 'account' && !account) return 'none';
  const resourceId = kind === 'resource' ? objectId : account?.resource;
  const owner =
    kind === 'resource-group'
      ? world.groups.find((one) => one.id === objectId)?.owner
      : world.resources.find((one) => one.id === resourceId)?.owner;
  if (owner === undefined) return 'none';
  if (user.super || owner === userId) return 'owner';
  const reaching: { level: number; own: boolean; permission: number }[] = [];
  let part = false;
  for (const share of world.shares) {
    if (share.from !== null && share.from > now) continue;
    if (share.until !== null && share.until <= now) continue;
    const own = share.to === userId;
    if (!own && !world.joined.some(([group, member]) => group === share.to && member === userId)) continue;
    const say = (level: number): void => {
      reaching.push({ level, own, permission: permissions.indexOf(share.permission) });
    };
    if (share.targetKind === 'account' && share.target === objectId) say(3);
    if (share.targetKind === 'account' && kind === 'resource')
      part ||= world.accounts.some((one) => one.id === share.target && one.resource === objectId);
    if (share.targetKind === 'resource' && share.target === resourceId) say(2);
    if (share.targetKind === 'resource-group') {
      if (kind === 'resource-group' && share.target === objectId) say(1);
      if (
        resourceId !== undefined &&
        world.gathered.some(([group, one]) => group === share.target && one === resourceId)
      )
        say(1);
    }
  }
  reaching.sort((x, y) => y.level - x.level || Number(y.own) - Number(x.own) || y.permission - x.permission);
  const first = reaching[0];
  return first ? (permissions[first.permission] ?? 'none') : part ? 'part' : 'none';
}

const order: readonly Hold[] = ['none', 'part', 'view', 'modify', 'manage', 'owner'];
/** What hold each of some actions asks for, from the manual's words. */
export const asks = {
  account: {
    'account.read': 'view',
    'account.reveal': 'view',
    'account.change-password': 'modify',
    'account.update': 'manage',
    'account.share': 'manage',
    'account.copy': 'owner',
  },
  resource: {
    'resource.read': 'part',
    'resource.update': 'manage',
    'resource.share': 'manage',
    'resource.transfer': 'owner',
  },
  'resource-group': {
    'resource-group.read': 'view',
    'resource-group.update': 'manage',
    'resource-group.share': 'manage',
    'resource-group.delete': 'owner',
  },
} as const satisfies Record<Kind, Record<string, Hold>>;

/** What a role must allow for some of them; the rest ask no role. */
const roleAsks: Record<string, readonly string[]> = {
  'account.reveal': ['administrator', 'privileged-administrator', 'password-administrator', 'password-user', 'password-auditor'],
  ...Object.fromEntries(
    ['account.update', 'account.share', 'account.copy', 'resource.update', 'resource.share', 'resource.transfer', 'resource-group.update', 'resource-group.share', 'resource-group.delete'].map(
      (action) => [action, ['administrator', 'privileged-administrator', 'password-administrator']],
    ),
  ),
}; // prettier-ignore
export function naiveAllows(
  world: Rights,
  userId: string,
  kind: Kind,
  action: string,
  objectId: string,
  now: number,
): boolean {
  const user = world.users.find((one) => one.id === userId);
  if (user?.state !== 'active') return false;
  const roles = roleAsks[action];
  if (roles && !roles.includes(user.role)) return false;
  const needed: Hold | undefined = Object.entries(asks[kind]).find(([name]) => name === action)?.[1];
  if (needed === undefined) throw new Error(`no expectation for ${action}`);
  return order.indexOf(naiveHold(world, userId, kind, objectId, now)) >= order.indexOf(needed);
}

const roles = [
  'administrator',
  'privileged-administrator',
  'password-administrator',
  'password-user',
  'password-auditor',
] as const;

const hour = 3_600_000;
export function randomShare(d: Dice, world: Rights, userGroups: readonly string[], now: number): NaiveShare {
  const targetKind = d.pick(['account', 'resource', 'resource-group'] as const);
  const objects: readonly { id: string }[] = { 'account': world.accounts, 'resource': world.resources, 'resource-group': world.groups }[targetKind]; // prettier-ignore
  return {
    id: randomUUID(),
    targetKind,
    target: d.pick(objects).id,
    to: d.chance(0.5) ? d.pick(world.users).id : d.pick(userGroups),
    permission: targetKind === 'account' ? d.pick(['view', 'modify'] as const) : d.pick(permissions),
    from: d.pick([null, null, null, now - hour, now + hour]),
    until: d.pick([null, null, null, now + 2 * hour, d.chance(0.3) ? now - hour / 2 : null]),
  };
}

/** A new world over the same users and user groups. No two shares of one target for one recipient. */
export function randomRights(
  d: Dice,
  users: readonly string[],
  userGroups: readonly string[],
  size: { resources: number; groups: number; shares: number },
  now: number,
): Rights {
  const some = <A, B>(a: readonly A[], b: readonly B[], p: number): [A, B][] =>
    a.flatMap((x) => b.filter(() => d.chance(p)).map((y): [A, B] => [x, y]));
  const world: Rights = {
    users: users.map((id) => ({
      id,
      super: d.chance(0.06),
      role: d.pick(roles),
      state: d.chance(0.9) ? 'active' : d.pick(['disabled', 'locked']),
    })),
    joined: some(userGroups, users, 0.2),
    resources: Array.from({ length: size.resources }, () => ({ id: randomUUID(), owner: d.pick(users) })),
    accounts: [],
    groups: Array.from({ length: size.groups }, () => ({ id: randomUUID(), owner: d.pick(users) })),
    gathered: [],
    shares: [],
  };
  for (const resource of world.resources)
    for (let i = d.below(4); i > 0; i--) world.accounts.push({ id: randomUUID(), resource: resource.id });
  world.accounts.push({ id: randomUUID(), resource: d.pick(world.resources).id });
  world.gathered = some(
    world.groups.map((group) => group.id),
    world.resources.map((resource) => resource.id),
    0.15,
  );
  for (let i = 0; i < size.shares; i++) addShare(world, randomShare(d, world, userGroups, now));
  return world;
}

export function addShare(world: Rights, share: NaiveShare): boolean {
  if (share.from !== null && share.until !== null && share.from >= share.until) return false;
  if (world.shares.some((one) => one.target === share.target && one.to === share.to)) return false;
  world.shares.push(share);
  return true;
}
