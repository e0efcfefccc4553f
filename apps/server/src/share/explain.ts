import type { AccessEdge, Derivation, Explanation } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import {
  derive,
  isAction,
  lineOf,
  permitsOfRole,
  readFacts,
  refusal,
  type Action,
  type Facts,
  type Relation,
  type Role,
} from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { deciderOf, decides, holdBy, necessaryFor, ownEdge, superEdge, type Reaching } from './derive.ts';
import {
  reachingOf,
  readHeldObject,
  readReachingShares,
  table,
  type HeldKind,
  type HeldObject,
  type Moment,
  type ReachingShare,
} from './reaching.ts';

/** The action of a name. Throws `input-invalid` for one that the product does not know. */
export function actionOf(name: string): Action {
  if (isAction(name)) return name;
  throw new Problem('input-invalid', { errors: [{ path: 'action', message: 'is not an action of the product' }] });
}

/** The moment asked about. Throws `input-invalid` for one that is not past: nobody knows what will stand then. */
export function momentOf(at: string | undefined): Moment {
  if (at === undefined) return null;
  if (Date.parse(at) > Date.now())
    throw new Problem('input-invalid', { errors: [{ path: 'at', message: 'must lie in the past' }] });
  return at;
}

export interface Question {
  readonly organisationId: string;
  readonly userId: string;
  readonly action: Action;
  readonly objectId: string;
  readonly at: Moment;
}

/** What of a user a decision depends on, as it stood. */
interface Standing {
  role: Role | null;
  customPermissions: string[] | null;
  superAdministrator: boolean;
  state: string;
}

async function readStanding(db: OrganisationDb, userId: string, at: Moment): Promise<Standing | undefined> {
  const { rows } = await sql<Standing>`
    select u.role, u.super_administrator, u.state, (select c.permissions from ${table('custom_role', at)} c where c.id = u.custom_role_id) as custom_permissions
    from ${table('app_user', at)} u where u.id = ${userId}::uuid`.execute(db);
  return rows[0];
}

/** What a question about the hold on one object found. */
export interface Found {
  readonly kind: HeldKind;
  readonly object: HeldObject;
  readonly reaching: Reaching;
  readonly shares: readonly ReachingShare[];
}

/** What reaches a user on an object; undefined for an object that is not, or was not, there. */
export async function findReaching(
  db: OrganisationDb,
  user: { id: string; superAdministrator: boolean },
  kind: HeldKind,
  objectId: string,
  at: Moment,
): Promise<Found | undefined> {
  const object = await readHeldObject(db, kind, objectId, at);
  if (!object) return undefined;
  const shares = await readReachingShares(db, kind, [objectId], [user.id], at);
  return { kind, object, shares, reaching: reachingOf(shares)(user, object) };
}

/** The kind and id of what the hold is asked on: an attempt's is its account. Undefined for actions that ask for none. */
async function heldBy(
  db: OrganisationDb,
  action: Action,
  id: string,
): Promise<{ kind: HeldKind; id: string } | undefined> {
  const { on } = lineOf(action);
  if (on === 'account' || on === 'resource' || on === 'resource-group') return { kind: on, id };
  if (on !== 'attempt') return undefined;
  const attempt = await db.selectFrom('rotationAttempt').select('accountId').where('id', '=', id).executeTakeFirst();
  return attempt && { kind: 'account', id: attempt.accountId };
}

/**
 * Why a user may or may not do something: the very facts and rules that a live decision reads, with a session taken as live,
 * since the question is about rights and not about who happens to be signed in. Of the past the database keeps roles, states,
 * owners, shares and memberships; what it does not keep (settings, a password to change first, an unfinished rotation) is taken
 * as not in the way.
 */
export async function explain(db: OrganisationDb, question: Question): Promise<z.input<typeof Explanation>> {
  const { action, objectId, userId, at } = question;
  const nowhere = { requestId: null, address: null, client: null };
  const actor = { kind: 'user', organisationId: question.organisationId, userId, origin: nowhere } as const;
  const { facts: present } = await readFacts(db, { actor, action, objectId });
  const standing = await readStanding(db, userId, at);
  const held = await heldBy(db, action, objectId);
  const user = { id: userId, superAdministrator: standing?.superAdministrator ?? false };
  const found = held && (await findReaching(db, user, held.kind, held.id, at));
  const asked: Facts = {
    ...present,
    live: standing?.state === 'active',
    reasonGiven: true,
    ticketGiven: true,
    ticketVerdict: 'unneeded',
    ...(at === null ? {} : past(standing, held === undefined ? present.relation : relationOf(found))),
  };
  const { allowed, rules } = derive(action, asked);
  return {
    allowed,
    rules,
    facts: {
      role: asked.role,
      superAdministrator: asked.superAdministrator,
      relation: asked.relation,
      active: asked.live,
      mustChangePassword: asked.mustChangePassword,
      attemptOpen: asked.attemptOpen,
      reasonToReveal: asked.reasonToReveal,
      reasonToChange: asked.reasonToChange,
      ticketToReveal: asked.ticketToReveal,
    },
    derivation: found
      ? await derivationOf(
          db,
          userId,
          found,
          (relation, still) =>
            refusal(action, { ...asked, relation, superAdministrator: still.superAdministrator }) === undefined,
        )
      : null,
  };
}

const relationOf = (found: Found | undefined): Relation => (found ? holdBy(found.reaching) : 'none');

function past(standing: Standing | undefined, relation: Relation): Partial<Facts> {
  const role = standing?.role ?? null;
  return {
    role,
    permits: permitsOfRole(role, standing?.customPermissions ?? null),
    superAdministrator: standing?.superAdministrator ?? false,
    relation,
    mustChangePassword: false,
    attemptOpen: false,
    autoLogonHides: false,
    autoLogon: false,
    reasonToReveal: false,
    reasonToChange: false,
    ticketToReveal: false,
    ticketAsked: [],
  };
}

/** The derivation of one hold, every edge with the names that are still kept. `allowed` says what answer a hold would give. */
export async function derivationOf(
  db: OrganisationDb,
  userId: string,
  { kind, object, reaching, shares }: Found,
  allowed: (relation: Relation, still: Reaching) => boolean,
): Promise<z.input<typeof Derivation>> {
  const nameOf = await readNames(db, [
    userId,
    object.id,
    ...shares.flatMap((share) => [share.targetId, share.toId, share.via ?? share.targetId]),
  ]);
  const user = { kind: 'user' as const, id: userId, name: nameOf(userId) };
  const edges = new Map<string, z.input<typeof AccessEdge>>();
  const bare = { permission: null, until: null };
  if (reaching.superAdministrator)
    edges.set(superEdge, { ...bare, id: superEdge, kind: 'super-administrator', from: user, to: organisation });
  const ownedName = kind === 'account' ? object.detail : object.name;
  if (reaching.owner)
    edges.set(ownEdge, {
      ...bare,
      id: ownEdge,
      kind: 'ownership',
      from: user,
      to: { kind: kind === 'account' ? 'resource' : kind, id: object.ownedId, name: ownedName },
    });
  for (const share of shares) {
    const group = { kind: 'user-group' as const, id: share.toId, name: nameOf(share.toId) };
    const own = share.toId === userId;
    const membership = `membership:${share.toId}`;
    if (!own) edges.set(membership, { ...bare, id: membership, kind: 'membership', from: user, to: group });
    edges.set(`share:${share.id}`, {
      id: `share:${share.id}`,
      kind: 'share',
      from: own ? user : group,
      to: { kind: targetKind[share.level], id: share.targetId, name: nameOf(share.targetId) },
      permission: share.permission,
      until: share.validUntil?.toISOString() ?? null,
    });
    if (share.via !== null)
      edges.set(`gathering:${share.via}`, {
        ...bare,
        id: `gathering:${share.via}`,
        kind: 'gathering',
        from: { kind: 'resource', id: object.ownedId, name: ownedName },
        to: { kind: 'resource-group', id: share.via, name: nameOf(share.via) },
      });
  }
  const decider = deciderOf(reaching);
  const alone = (by: 'super-administrator' | 'ownership', edge: string) => ({
    by,
    permission: null,
    decides: decider === by,
    edges: [edge],
  });
  return {
    hold: holdBy(reaching),
    decidedBy: decider,
    edges: [...edges.values()],
    paths: [
      ...(reaching.superAdministrator ? [alone('super-administrator', superEdge)] : []),
      ...(reaching.owner ? [alone('ownership', ownEdge)] : []),
      ...reaching.ways.map((way) => ({ ...way, edges: [...way.edges], decides: decides(reaching, way) })),
    ],
    necessary: necessaryFor(reaching, allowed),
  };
}

const organisation = { kind: 'organisation', id: '00000000-0000-0000-0000-000000000000', name: null } as const;
const targetKind = { account: 'account', part: 'account', resource: 'resource', group: 'resource-group' } as const;

/** The names of users, groups, resources and accounts, by id; null for one that is deleted. */
export async function readNames(db: OrganisationDb, ids: readonly string[]): Promise<(id: string) => string | null> {
  const wanted = [...new Set(ids)];
  const { rows } = await sql<{ id: string; name: string }>`
    select id, coalesce(nullif(full_name, ''), username) as name from app_user where id = any(${wanted}::uuid[])
    union all select id, name from user_group where id = any(${wanted}::uuid[])
    union all select id, name from resource_group where id = any(${wanted}::uuid[])
    union all select id, name from resource where id = any(${wanted}::uuid[])
    union all select a.id, a.username || ' on ' || r.name from account a join resource r on r.id = a.resource_id where a.id = any(${wanted}::uuid[])`.execute(
    db,
  );
  const names = new Map(rows.map((row) => [row.id, row.name]));
  return (id) => names.get(id) ?? null;
}
