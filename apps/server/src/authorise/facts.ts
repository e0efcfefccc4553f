import { TicketUse } from '@strongroom/contract';
import { statement, type OrganisationDb, type Statement } from '../platform/db.ts';
import { sqlText } from '../platform/sql-text.ts';
import { scopesOf, type Actor } from './grant.ts';
import { holdOf, parseEdges, type Edge, type Relation } from './hold.ts';
import { leaseHolds } from './lease.ts';
import { permitsOfRole, type Permit, type Role } from './permissions.ts';
import { lineOf, ticketUseOf, type Action, type Facts, type On, type TicketVerdict } from './policy.ts';
import { seatsOfRequest } from './seats.ts';

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
  /** The file that the secret is, where it is no password. */
  readonly fileId: string | null;
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
  fileId?: string | null;
  candidateVersion?: number | null;
  candidateSealed?: Buffer | null;
  role: Role | null;
  customRoleId: string | null;
  superAdministrator: boolean | null;
  live: boolean | null;
  mustChangePassword: boolean | null;
  username: string | null;
  settings: Record<string, unknown> | null;
  objectName: string | null;
  ownerId: string | null;
  found: boolean;
  attemptOpen: boolean;
  byCriteria: boolean | null;
  autoLogon?: boolean | null;
  edges: string[] | null;
  partly: boolean | null;
  ticketAsks?: string[] | null;
  controlId?: string | null;
  leasedTo?: string | null;
  requester?: boolean | null;
  approver?: boolean | null;
  mayShareCriteria: boolean | null;
}

const nobody = '00000000-0000-0000-0000-000000000000';

const none = `null::uuid as owner_id, null::uuid as account_id, null::uuid as resource_id, null::uuid as group_id, false as attempt_open, false as by_criteria`;
const ofUser = (table: string, name: string): string =>
  `select x.${name} as name, x.user_id as owner_id, null::uuid as account_id, null::uuid as resource_id, null::uuid as group_id,
    false as attempt_open, false as by_criteria from ${table} x where x.id = $1::uuid`;
const named = (table: string, name = 'name'): string =>
  `select x.${name} as name, ${none} from ${table} x where x.id = $1::uuid`;

// What is read of the object ($1), by what kind of object the action is on. One row or none.
const objects: Record<On, string> = {
  'organisation': `select null::text as name, ${none} where $1::uuid is not null`,
  'self': named('app_user', 'username'),
  'user': named('app_user', 'username'),
  'user-group': named('user_group'),
  'role': named('custom_role'),
  'policy': named('password_policy'),
  'mail': named('mail_outbox', 'to_address'),
  'field': named('custom_field'),
  'tag': named('tag'),
  'tag-value': named('tag_value', 'value'),
  'resource-type': named('resource_type'),
  'schedule-template': named('schedule_template'),
  'listener': named('listener'),
  'listener-run': `select l.name, ${none} from listener_run x join listener l on l.id = x.listener_id where x.id = $1::uuid`,
  'webhook': named('webhook'),
  'webhook-delivery': `select w.name, ${none} from webhook_delivery x join webhook w on w.id = x.webhook_id where x.id = $1::uuid`,
  'task': ofUser('task', 'title'),
  'import': ofUser('import_run', 'file_name'),
  'view': ofUser('saved_view', 'name'),
  'run': `select x.title as name, x.requested_by_id as owner_id, null::uuid as account_id, null::uuid as resource_id, null::uuid as group_id,
    false as attempt_open, false as by_criteria from reset_run x where x.id = $1::uuid`,
  'resource': `select r.name, r.owner_id, null::uuid as account_id, r.id as resource_id, null::uuid as group_id, false as attempt_open, false as by_criteria
    from resource r where r.id = $1::uuid`,
  'resource-group': `select g.name, g.owner_id, null::uuid as account_id, null::uuid as resource_id, g.id as group_id, false as attempt_open, g.kind = 'criteria' as by_criteria
    from resource_group g where g.id = $1::uuid`,
  'account': `select a.username || ' on ' || r.name as name, r.owner_id, r.url, a.id as account_id, r.id as resource_id, null::uuid as group_id,
      exists (select 1 from rotation_attempt t where t.account_id = a.id and t.state not in ('promoted', 'rolled-back')) as attempt_open, false as by_criteria
    from account a join resource r on r.id = a.resource_id
    where a.id = $1::uuid`,
  'access-request': `select x.account_name || ' on ' || x.resource_name as name, r.owner_id, x.account_id, r.id as resource_id, null::uuid as group_id,
      false as attempt_open, false as by_criteria, x.requester_id = $2::uuid as requester,
      exists (select from (${sqlText(seatsOfRequest('x', 'a'))}) q where q.user_id = $2::uuid) as approver
    from access_request x left join account a on a.id = x.account_id left join resource r on r.id = a.resource_id
    where x.id = $1::uuid`,
  'attempt': `select a.username || ' on ' || r.name as name, r.owner_id, r.url, a.id as account_id, r.id as resource_id, null::uuid as group_id, false as attempt_open, false as by_criteria
    from rotation_attempt t join account a on a.id = t.account_id join resource r on r.id = a.resource_id
    where t.id = $1::uuid`,
}; // prettier-ignore

// The account with its passwords; one that is to hold a file may have nothing yet. An attempt is unfinished exactly as long
// as there is a candidate.
const sealedAccount = `select a.username || ' on ' || r.name as name, r.owner_id, r.url, a.id as account_id, r.id as resource_id, null::uuid as group_id,
      c.version is not null as attempt_open, false as by_criteria,
      a.username as account_name, s.version, s.sealed, s.file_id, c.version as candidate_version, c.sealed as candidate_sealed
    from account a join resource r on r.id = a.resource_id left join secret s on s.account_id = a.id and s.state = 'current'
      left join secret c on c.account_id = a.id and c.state = 'candidate'
    where a.id = $1::uuid`;

const minutes = `coalesce((select (value #>> '{}')::int from setting where name = 'inactivityMinutes'), 30)`;
// Whether what the actor came with ($3) still holds. A session idles out and ends after its longest time; both are settings.
// A job acts for the user who asked for it, as long as it has not been ended.
const lives = {
  token: `exists (select 1 from api_token t where t.id = $3::uuid and t.user_id = u.id and u.host = $4 and t.revoked_at is null
    and (t.expires_at is null or t.expires_at > now()))`,
  credential: `exists (select 1 from api_credential k where k.id = $3::uuid and k.user_id = u.id and u.host = $4 and k.revoked_at is null
    and (k.expires_at is null or k.expires_at > now()))`,
  session: `exists (select 1 from session s where s.id = $3::uuid and s.user_id = u.id
    and s.started_at > now() - make_interval(hours => coalesce((select (value #>> '{}')::int from setting where name = 'absoluteSessionHours'), 12))
    and (${minutes} = 0 or s.last_seen_at > now() - make_interval(mins => ${minutes})))`,
  task: `(exists (select 1 from task t where t.id = $3::uuid and t.user_id = u.id and t.state = 'running')
    or exists (select 1 from reset_run x where x.id = $3::uuid and x.requested_by_id = u.id and x.state = 'running')
    or exists (select 1 from reset_schedule x where x.id = $3::uuid and x.owner_id = u.id and x.state = 'active'))`,
} as const;

// The user ($2) and every user group they are in.
const me = `(select $2::uuid as id union all select m.user_group_id from user_group_member m where m.user_id = $2::uuid)`;
export const inForce = `(s.valid_from is null or s.valid_from <= now()) and (s.valid_until is null or s.valid_until > now())`;
// The shares that reach the user on the object, each as `rung:permission`. Owners and super administrators need none.
const edges = `case when u.super_administrator or o.owner_id = $2::uuid then null else (
      select array_agg(case s.target_id when o.account_id then 'account' when o.resource_id then 'resource' else 'group' end
          || case s.to_id when $2::uuid then '-user:' else '-user-group:' end || s.permission)
      from share s
      where s.target_id = any (array[o.account_id, o.resource_id, o.group_id] || array(select m.group_id from resource_group_member m where m.resource_id = o.resource_id))
        and s.to_id = any ($2::uuid || array(select m.user_group_id from user_group_member m where m.user_id = $2::uuid)) and ${inForce}) end as edges`;
const partly = `case when u.super_administrator or o.owner_id = $2::uuid then false else exists (
      select 1 from account a join share s on s.target_id = a.id join ${me} me on me.id = s.to_id
      where a.resource_id = o.resource_id and ${inForce}) end as partly`;
// How access is controlled: null where it is not. An account's own control counts before its resource's.
const control = `(select case when c.is_on then c.id end from access_control c where c.target_id in (o.account_id, o.resource_id)
      order by c.account_id is null limit 1) as control_id`;
const leaseHoldsText = sqlText(leaseHolds);
const leased = `(select l.user_id from lease l where l.account_id = o.account_id and ${leaseHoldsText}) as leased_to`;
// What belongs to a resource itself goes with any of its passwords.
const leasedThere = `(select l.user_id from lease l join account a on a.id = l.account_id where a.resource_id = o.resource_id and l.user_id = $2::uuid
      and ${leaseHoldsText} limit 1) as leased_to`;
const mayShareCriteria = `(select bool_and(g.manage_criteria_shares) from user_group_member m join user_group g on g.id = m.user_group_id
    where m.user_id = $2::uuid) as may_share_criteria`;

// What a ticketing system that is connected asks tickets for.
const ticketAsks = `(select t.asks from ticketing t where t.is_on) as ticket_asks`;
/** What was lately found of a ticket. One that was refused may be mended: that is asked again soon. */
const ticketSaid = statement<{ verdict: string }>(
  `select c.verdict from ticket_check c join ticketing t on t.version = c.settings_version
   where c.user_id = $1::uuid and c.object_id = $2::uuid and c.use = $3 and c.ticket = $4
     and c.at > now() - case c.verdict when 'refused' then interval '5 seconds' else interval '1 minute' end`,
);

// What few have to do with is asked for by itself: each table that a statement names costs every use of it, and most uses are reveals.
const customPermissions = statement<{ permissions: string[] }>(
  `select c.permissions from custom_role c where c.id = $1::uuid`,
);
const ticketExempt = statement<{ exempt: boolean | null }>(
  `select bool_and(g.ticket_exempt) as exempt from user_group_member m join user_group g on g.id = m.user_group_id where m.user_id = $1::uuid`,
);
const excludedFrom = statement<{ one: number }>(
  `select 1 as one from access_control_user x where x.control_id = $1::uuid and x.user_id = $2::uuid and x.part = 'excluded'`,
);

/** True for a URL that sends the password by itself: see `resource/url.ts`. */
const logsIn = (url: string): string => `${url} like '%\\%PASSWORD\\%%'`;

/** What only some kinds of object need: the rest read no share. */
const extras = (on: On): string => {
  if (on === 'account' || on === 'attempt')
    return `, ${edges}, ${logsIn('o.url')} as auto_logon, ${ticketAsks},
      ${control}, ${leased}`;
  if (on === 'resource') return `, ${edges}, ${partly}, ${ticketAsks}, ${control}, ${leasedThere}`;
  if (on === 'access-request') return `, ${edges}, o.requester, o.approver`;
  if (on === 'resource-group') return `, ${edges}, ${mayShareCriteria}`;
  return '';
};

const factsOf = (object: string, came: keyof typeof lives, columns: string): Statement<Row> =>
  statement<Row>(`select u.role, u.super_administrator, u.must_change_password, u.username, (u.state = 'active' and ${lives[came]}) as live,
      u.custom_role_id,
      (select jsonb_object_agg(name, value) from setting where name in ('reasonToReveal', 'reasonToChange', 'ticketToReveal', 'noRevealWithAutoLogon',
        'ownersNeedNoApproval', 'superAdministratorsNeedNoApproval', 'administratorsSeeCheckedOut')) as settings,
      o.name as object_name, o.owner_id, o.found is not null as found, coalesce(o.attempt_open, false) as attempt_open, o.by_criteria${columns}
    from (select 1) one
      left join app_user u on u.id = $2::uuid
      left join (select true as found, x.* from (${object}) x) o on true`);

const kinds = Object.keys(objects) as On[];
const all = (came: keyof typeof lives) =>
  Object.fromEntries(kinds.map((on) => [on, factsOf(objects[on], came, extras(on))])) as Record<On, Statement<Row>>;
const sealedColumns = `${extras('account')}, o.account_name, o.version, o.sealed, o.file_id, o.candidate_version, o.candidate_sealed`;
const statements = {
  token: { ...all('token'), sealed: factsOf(sealedAccount, 'token', sealedColumns) },
  credential: { ...all('credential'), sealed: factsOf(sealedAccount, 'credential', sealedColumns) },
  session: { ...all('session'), sealed: factsOf(sealedAccount, 'session', sealedColumns) },
  task: { ...all('task'), sealed: factsOf(sealedAccount, 'task', sealedColumns) },
};

/**
 * Reads what the decision needs in one statement, and few more where roles of one's own, tickets or a control of access have to do with it, in the
 * transaction of the work: nothing is cached, so a revoked
 * session, a disabled user or a lost right refuses the very next call. An unknown object reads as one not shared.
 */
export async function readFacts(db: OrganisationDb, ask: Ask): Promise<Read> {
  const { actor } = ask;
  const { on, also } = lineOf(ask.action);
  const which = also ?? on;
  const who = [ask.objectId, actor.userId ?? nobody] as const;
  const rows = actor.token
    ? await statements.token[which].run(db, [...who, actor.token.id, actor.token.host ?? ''])
    : actor.credential
      ? await statements.credential[which].run(db, [...who, actor.credential.id, actor.credential.host])
      : actor.task
        ? await statements.task[which].run(db, [...who, actor.task.id])
        : await statements.session[which].run(db, [...who, actor.sessionId ?? nobody]);
  const row = rows[0];
  const superAdministrator = row?.superAdministrator ?? false;
  const custom = row?.customRoleId ? await customPermissions.run(db, [row.customRoleId]) : [];
  const permits = permitsOfRole(row?.role ?? null, custom[0]?.permissions ?? null);
  const asksTickets = row !== undefined && (Boolean(row.ticketAsks) || row.settings?.['ticketToReveal'] === true);
  // Whoever is in no group is exempted by none.
  const exempt = superAdministrator || (asksTickets && (await ticketExempt.run(db, [who[1]]))[0]?.exempt === true);
  const excluded = row?.controlId ? await excludedFrom.run(db, [row.controlId, who[1]]) : [];
  return {
    actorName: actor.kind === 'system' ? 'Strongroom' : (row?.username ?? 'somebody not signed in'),
    objectName: row?.objectName ?? null,
    also: row && sealedIn(row),
    facts: {
      actorKind: actor.kind,
      live: row?.live ?? false,
      mustChangePassword: row?.mustChangePassword ?? false,
      role: row?.role ?? null,
      permits,
      superAdministrator,
      scopes: scopesOf(actor),
      relation: relation(on, row, actor, superAdministrator, permits),
      self: actor.userId !== null && ask.objectId === actor.userId,
      reasonGiven: ask.reason !== undefined,
      ticketGiven: ask.ticket !== undefined,
      reasonToReveal: row?.settings?.['reasonToReveal'] === true,
      reasonToChange: row?.settings?.['reasonToChange'] === true,
      ticketToReveal: row?.settings?.['ticketToReveal'] === true && !exempt,
      ticketAsked: exempt ? [] : TicketUse.array().parse(row?.ticketAsks ?? []),
      ticketVerdict: row ? await ticketVerdict(db, ask, row) : 'unneeded',
      attemptOpen: row?.attemptOpen ?? false,
      autoLogonHides: row?.settings?.['noRevealWithAutoLogon'] === true,
      autoLogon: row?.autoLogon === true,
      controlled: typeof row?.controlId === 'string',
      excused:
        excluded.length > 0 ||
        (row?.settings?.['ownersNeedNoApproval'] === true && row.ownerId !== null && row.ownerId === actor.userId) ||
        (row?.settings?.['superAdministratorsNeedNoApproval'] === true && superAdministrator),
      lease: leaseOf(row?.leasedTo, actor.userId),
      seesCheckedOut: row?.settings?.['administratorsSeeCheckedOut'] === true,
      requester: row?.requester === true,
      approver: row?.approver === true,
      byCriteria: row?.byCriteria ?? false,
      mayShareCriteria: row?.mayShareCriteria === true,
    },
  };
}

/** What is known of the ticket that was given; read only where it may matter, so that nobody else pays for it. */
async function ticketVerdict(db: OrganisationDb, ask: Ask, { ticketAsks }: Row): Promise<TicketVerdict> {
  const use = ticketUseOf(ask.action);
  if (!ticketAsks || use === undefined || ask.ticket === undefined || ask.actor.userId === null) return 'unneeded';
  const [said] = await ticketSaid.run(db, [ask.actor.userId, ask.objectId, use, ask.ticket]);
  const verdict = said?.verdict;
  return verdict === 'allowed' || verdict === 'refused' || verdict === 'allowed-unchecked' ? verdict : 'unchecked';
}

/** A row of no account has none of the columns, or null in each; so has an account without a secret. */
function sealedIn({
  accountName,
  version,
  sealed,
  fileId,
  candidateVersion,
  candidateSealed,
}: Row): Sealed | undefined {
  if (!accountName || !version || !sealed) return undefined;
  return {
    username: accountName,
    version,
    sealed,
    fileId: fileId ?? null,
    candidateVersion: candidateVersion ?? null,
    candidateSealed: candidateSealed ?? null,
  };
}

const leaseOf = (to: string | null | undefined, userId: string | null): Facts['lease'] =>
  to === null || to === undefined ? 'none' : to === userId ? 'mine' : 'another';

/** Kinds of object that belong to one user and are nobody else's, whatever their rank. */
const ownAffairs: readonly On[] = ['task', 'import', 'view'];
/** Kinds of object that are held by owning and sharing. */
const held: readonly On[] = ['resource', 'account', 'attempt', 'resource-group'];

function relation(
  on: On,
  row: Row | undefined,
  actor: Actor,
  superAdministrator: boolean,
  permits: readonly Permit[],
): Relation {
  if (!row?.found) return 'none';
  const owner = row.ownerId !== null && row.ownerId === actor.userId;
  if (ownAffairs.includes(on)) return owner ? 'owner' : 'none';
  // What a run does to the organisation's machines is no private affair; the product's own runs are nobody's.
  if (on === 'run') return owner || superAdministrator ? 'owner' : 'none';
  if (on === 'access-request') return party(row, owner, superAdministrator, permits);
  // On users, groups and the like rights come from the role alone: being one of the organisation's is all there is to ask.
  if (!held.includes(on)) return 'view';
  return holdOf({ owner, superAdministrator, partly: row.partly ?? false }, parseEdges(row.edges));
}

/** Whoever asked, may approve or looks after the password has to do with a request; nobody else learns that there is one. */
function party(row: Row, owner: boolean, superAdministrator: boolean, permits: readonly Permit[]): Relation {
  const hold = holdOf({ owner, superAdministrator, partly: false }, parseEdges(row.edges));
  if (hold === 'manage' || hold === 'owner') return hold;
  return row.requester === true || (row.approver === true && permits.includes('manage-passwords')) ? 'view' : 'none';
}

/** The facts about a row of a list, from the actor's facts and what reaches the row: what `readFacts` would read for it. */
export const factsOfRow = (
  actor: Facts,
  row: {
    owned: boolean;
    edges?: readonly Edge[];
    partly?: boolean;
    attemptOpen?: boolean;
    byCriteria?: boolean;
    autoLogon?: boolean;
    controlled?: boolean;
    excused?: boolean;
    lease?: Facts['lease'];
  },
): Facts => ({
  ...actor,
  relation: holdOf(
    { owner: row.owned, superAdministrator: actor.superAdministrator, partly: row.partly ?? false },
    row.edges ?? [],
  ),
  attemptOpen: row.attemptOpen ?? false,
  byCriteria: row.byCriteria ?? false,
  autoLogon: row.autoLogon ?? false,
  controlled: row.controlled ?? false,
  excused: row.excused ?? false,
  lease: row.lease ?? 'none',
});
