import { sql, type RawBuilder } from 'kysely';
import { statement, type OrganisationDb, type Statement } from '../platform/db.ts';
import type { Actor } from './grant.ts';
import { lineOf, type Action, type Facts, type Relation, type Role } from './policy.ts';

export interface Ask<A extends Action = Action> {
  readonly actor: Actor;
  readonly action: A;
  /** The object's id; the organisation's or the actor's own where the action is on that. */
  readonly objectId: string;
  readonly reason?: string | undefined;
  readonly ticket?: string | undefined;
}

/** The passwords of an account as they lie in the database. The candidate is there while a rotation is in doubt. */
export interface Sealed {
  readonly username: string;
  readonly version: number;
  readonly sealed: Buffer;
  readonly candidateVersion: number | null;
  readonly candidateSealed: Buffer | null;
}

export interface Read {
  readonly facts: Facts;
  /** What the action's line asks to read with the facts. */
  readonly also: Sealed | undefined;
  readonly actorName: string;
  readonly objectName: string | null;
}

interface Row {
  accountName?: string | null;
  version?: number | null;
  sealed?: Buffer | null;
  candidateVersion?: number | null;
  candidateSealed?: Buffer | null;
  role: Role | null;
  superAdministrator: boolean | null;
  live: boolean | null;
  mustChangePassword: boolean | null;
  username: string | null;
  settings: Record<string, unknown> | null;
  objectName: string | null;
  ownerId: string | null;
  found: boolean;
  attemptOpen: boolean;
}

const nobody = '00000000-0000-0000-0000-000000000000';

type On = ReturnType<typeof lineOf>['on'];

// What is read of the object ($1), by what kind of object the action is on. One row or none.
const objects: Record<On, string> = {
  organisation: `select null::text as name, null::uuid as owner_id, false as attempt_open where $1::uuid is not null`,
  self: `select u.username as name, null::uuid as owner_id, false as attempt_open from app_user u where u.id = $1::uuid`,
  user: `select u.username as name, null::uuid as owner_id, false as attempt_open from app_user u where u.id = $1::uuid`,
  resource: `select r.name, r.owner_id, false as attempt_open from resource r where r.id = $1::uuid`,
  account: `select a.username || ' on ' || r.name as name, r.owner_id,
      exists (select 1 from rotation_attempt t where t.account_id = a.id and t.state not in ('promoted', 'rolled-back')) as attempt_open
    from account a join resource r on r.id = a.resource_id
    where a.id = $1::uuid`,
  attempt: `select a.username || ' on ' || r.name as name, r.owner_id, false as attempt_open
    from rotation_attempt t join account a on a.id = t.account_id join resource r on r.id = a.resource_id
    where t.id = $1::uuid`,
};

// The account with its passwords. An attempt is unfinished exactly as long as there is a candidate.
const sealedAccount = `select a.username || ' on ' || r.name as name, r.owner_id, c.version is not null as attempt_open,
      a.username as account_name, s.version, s.sealed, c.version as candidate_version, c.sealed as candidate_sealed
    from account a join resource r on r.id = a.resource_id join secret s on s.account_id = a.id and s.state = 'current'
      left join secret c on c.account_id = a.id and c.state = 'candidate'
    where a.id = $1::uuid`;

const minutes = `coalesce((select (value #>> '{}')::int from setting where name = 'inactivityMinutes'), 30)`;
// Whether what the actor came with ($3) still holds. A session idles out and ends after its longest time; both are settings.
const lives = {
  token: `exists (select 1 from api_token t where t.id = $3::uuid and t.user_id = u.id and u.host = $4 and t.revoked_at is null
    and (t.expires_at is null or t.expires_at > now()))`,
  session: `exists (select 1 from session s where s.id = $3::uuid and s.user_id = u.id
    and s.started_at > now() - make_interval(hours => coalesce((select (value #>> '{}')::int from setting where name = 'absoluteSessionHours'), 12))
    and (${minutes} = 0 or s.last_seen_at > now() - make_interval(mins => ${minutes})))`,
} as const;

const factsOf = (object: string, came: keyof typeof lives, columns = ''): Statement<Row> =>
  statement<Row>(`select u.role, u.super_administrator, u.must_change_password, u.username, (u.state = 'active' and ${lives[came]}) as live,
      (select jsonb_object_agg(name, value) from setting where name in ('reasonToReveal', 'reasonToChange', 'ticketToReveal')) as settings,
      o.name as object_name, o.owner_id, o.found is not null as found, coalesce(o.attempt_open, false) as attempt_open${columns}
    from (select 1) one
      left join app_user u on u.id = $2::uuid
      left join (select true as found, x.* from (${object}) x) o on true`);

const kinds = Object.keys(objects) as On[];
const all = (came: keyof typeof lives) =>
  Object.fromEntries(kinds.map((on) => [on, factsOf(objects[on], came)])) as Record<On, Statement<Row>>;
const sealedColumns = ', o.account_name, o.version, o.sealed, o.candidate_version, o.candidate_sealed';
const statements = {
  token: { ...all('token'), sealed: factsOf(sealedAccount, 'token', sealedColumns) },
  session: { ...all('session'), sealed: factsOf(sealedAccount, 'session', sealedColumns) },
};

/**
 * Reads what the decision needs in one statement, in the transaction of the work: nothing is cached, so a revoked
 * session, a disabled user or a lost right refuses the very next call. An unknown object reads as one not shared.
 */
export async function readFacts(db: OrganisationDb, ask: Ask): Promise<Read> {
  const { actor } = ask;
  const { on, also } = lineOf(ask.action);
  const which = also ?? on;
  const who = [ask.objectId, actor.userId ?? nobody] as const;
  const rows = actor.token
    ? await statements.token[which].run(db, [...who, actor.token.id, actor.token.host ?? ''])
    : await statements.session[which].run(db, [...who, actor.sessionId ?? nobody]);
  const row = rows[0];
  const superAdministrator = row?.superAdministrator ?? false;
  return {
    actorName: actor.kind === 'system' ? 'Strongroom' : (row?.username ?? 'somebody not signed in'),
    objectName: row?.objectName ?? null,
    also: row && sealedIn(row),
    facts: {
      actorKind: actor.kind,
      live: row?.live ?? false,
      mustChangePassword: row?.mustChangePassword ?? false,
      role: row?.role ?? null,
      superAdministrator,
      scopes: actor.token?.scopes ?? null,
      relation: relation(on, row, actor, superAdministrator),
      self: actor.userId !== null && ask.objectId === actor.userId,
      reasonGiven: ask.reason !== undefined,
      ticketGiven: ask.ticket !== undefined,
      reasonToReveal: row?.settings?.['reasonToReveal'] === true,
      reasonToChange: row?.settings?.['reasonToChange'] === true,
      ticketToReveal: row?.settings?.['ticketToReveal'] === true,
      attemptOpen: row?.attemptOpen ?? false,
    },
  };
}

/** A row of no account has none of the columns, or null in each. */
function sealedIn({ accountName, version, sealed, candidateVersion, candidateSealed }: Row): Sealed | undefined {
  if (!accountName || !version || !sealed) return undefined;
  return {
    username: accountName,
    version,
    sealed,
    candidateVersion: candidateVersion ?? null,
    candidateSealed: candidateSealed ?? null,
  };
}

function relation(on: On, row: Row | undefined, actor: Actor, superAdministrator: boolean): Relation {
  if (!row?.found) return 'none';
  // On a user, rights come from the role alone: being one of the organisation is all there is to ask.
  if (on === 'user' || on === 'self' || on === 'organisation') return 'view';
  return superAdministrator || (row.ownerId !== null && row.ownerId === actor.userId) ? 'owner' : 'none';
}

/** The facts about a row of a list, from the actor's facts and who owns the row: what `readFacts` would read for it. */
export const factsOfRow = (actor: Facts, row: { owned: boolean; attemptOpen?: boolean }): Facts => ({
  ...actor,
  relation: row.owned || actor.superAdministrator ? 'owner' : 'none',
  attemptOpen: row.attemptOpen ?? false,
});

/** The rows of `resource` (named by `table`) that the actor may see: the list's side of `relation`. */
export const visibleTo = (facts: Facts, userId: string | null, table: string): RawBuilder<boolean> =>
  facts.superAdministrator ? sql<boolean>`true` : sql<boolean>`${sql.ref(`${table}.ownerId`)} = ${userId ?? nobody}`;
