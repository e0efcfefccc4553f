import { sql } from 'kysely';
import { leaseHolds, seats, seatsOfRequest, system, type Perform } from '../authorise/index.ts';
import { linksBegin, queueMails, readMailServer } from '../mail/index.ts';
import type { Database, OrganisationDb } from '../platform/db.ts';
import { startRun } from '../rotation/index.ts';
import { act, type CheckoutParts } from './act.ts';
import { inUseWords } from './desk.ts';

export interface RoundParts extends CheckoutParts {
  readonly perform: Perform;
  readonly database: Database;
}

/** Minutes until a reset that failed is tried again; the last is how long from then on. */
const pausesMinutes = [0.5, 5, 30, 120, 360];

interface Due {
  organisationId: string;
  id: string;
  accountId: string | null;
  reset: boolean;
}

/**
 * Looks after everything whose time has come: ends leases and requests that are over, gives turns, and resets what came back. `thorough`: looks also
 * for requests that cannot be approved any more, which nothing but people brings about. One that fails is reported, and does not keep the others.
 */
export async function lookAfter(
  parts: RoundParts,
  organisationIds: readonly string[],
  thorough: boolean,
  onError: (error: unknown) => void,
): Promise<void> {
  const { rows } = await sql<
    Omit<Due, 'reset'>
  >`select organisation_id, id, account_id from strongroom.due_requests()`.execute(parts.database.anyone);
  const due: Omit<Due, 'reset'>[] = [...rows];
  if (thorough)
    for (const organisationId of organisationIds)
      due.push(
        ...(await parts.database.asOrganisation(organisationId, hopeless)).map((row) => ({ organisationId, ...row })),
      );
  const done = new Set<string>();
  for (const one of due) {
    // All requests of an account are settled together.
    const key = one.accountId ?? one.id;
    try {
      if (!done.has(key)) await endWhatIsOver(parts, one);
      done.add(key);
      await startReset(parts, one);
    } catch (error) {
      onError(error);
    }
  }
}

/** Open requests over which nobody can decide any more, or that need none: `canCome` in SQL. */
async function hopeless(db: OrganisationDb): Promise<{ id: string; accountId: string | null }[]> {
  const { rows } = await sql<{
    id: string;
    accountId: string | null;
  }>`select x.id, x.account_id from access_request x join account a on a.id = x.account_id
      left join lateral (select c.* from access_control c where c.target_id in (a.id, a.resource_id) order by c.account_id is null limit 1) c on true
    where x.ended_at is null and (x.state in ('waiting', 'approved') and c.is_on is not true or x.state = 'waiting' and x.approvals_needed >
      (select count(*) from access_decision d where d.request_id = x.id and d.decision = 'approved' and d.user_id is not null)
      + (select least(count(distinct s.user_id), count(distinct s.place_id)) from (${seats({ control: sql.ref('c.id') })}) s
          where s.user_id is distinct from x.requester_id and s.place_id is distinct from x.requester_id
          and not exists (select from access_decision d where d.request_id = x.id and d.decision = 'approved' and d.user_id is not null
            and (d.user_id = s.user_id or d.place_id = s.place_id))))`.execute(db);
  return rows;
}

function endWhatIsOver(parts: RoundParts, { organisationId, id, accountId }: Omit<Due, 'reset'>): Promise<void> {
  return parts.perform({ actor: system(organisationId), action: 'lease.end', objectId: id }, async (grant) => {
    if (accountId === null) {
      // The account was deleted, and the lease with it.
      const ended =
        await sql`update access_request set state = case when state = 'in-use' then 'checked-in' when state = 'waiting' then 'void' else 'expired' end,
          ended_how = case when state = 'in-use' then 'forced' when state = 'waiting' then 'void' else 'expired' end, ended_at = now(), turn_until = null
        where id = ${id} and ended_at is null and account_id is null returning id`.execute(grant.db);
      if (ended.rows.length === 0) grant.nothingDone();
      return;
    }
    const { changes } = await act(grant, parts, accountId, ({ desk }) => ({ desk }));
    const own = changes.find(({ after }) => after.id === id);
    if (own)
      grant.note({ was: own.before?.state ?? '', state: own.after.state, how: own.after.endedHow ?? 'its turn' });
    else grant.nothingDone();
  });
}

/** Starts the reset of what came back, as the product. */
function startReset(parts: RoundParts, { organisationId, id }: Omit<Due, 'reset'>): Promise<void> {
  return parts.perform({ actor: system(organisationId), action: 'lease.reset', objectId: id }, async (grant) => {
    const { rows } = await sql<{
      accountId: string;
      name: string;
      requester: string;
    }>`select r.account_id, r.account_name || ' on ' || r.resource_name as name, r.requester
      from access_request r where r.id = ${id} and r.reset_state in ('due', 'failed') and r.reset_next_at <= now() and r.account_id is not null
        and not exists (select from lease l where l.account_id = r.account_id and ${leaseHolds}) for update`.execute(
      grant.db,
    );
    const row = rows[0];
    if (!row) {
      grant.nothingDone();
      return;
    }
    const runId = await startRun(grant, {
      kind: 'reset',
      title: `Reset ${row.name} after check-in`,
      source: 'check-in',
      sourceId: id,
      accountIds: [row.accountId],
      reason: `Checked in after use by ${row.requester}`.slice(0, 500),
    });
    await sql`update access_request set reset_state = 'running', reset_run_id = ${runId}, reset_next_at = null where id = ${id}`.execute(
      grant.db,
    );
    // A reset that failed before is made good by this one.
    await sql`update access_request set reset_next_at = null where account_id = ${row.accountId} and id <> ${id} and reset_state in ('due', 'failed')`.execute(
      grant.db,
    );
  });
}

/** Takes up what came of a reset after check-in. Does nothing for other runs, and nothing a second time. */
export async function afterRun(
  parts: RoundParts,
  { organisationId, runId }: { organisationId: string; runId: string },
): Promise<void> {
  const actor = system(organisationId);
  const found = await parts.perform(
    { actor, action: 'access-request.settle', objectId: organisationId },
    async (grant) => {
      const { rows } = await sql<{
        id: string;
        accountId: string | null;
        state: string | null;
        why: string | null;
      }>`select x.id, x.account_id, i.state, i.why
      from access_request x left join reset_run_item i on i.run_id = x.reset_run_id where x.reset_run_id = ${runId} and x.reset_state = 'running' limit 1`.execute(
        grant.db,
      );
      return rows[0];
    },
  );
  if (!found) return;
  const { id, state, why } = found;
  if (state === 'done')
    await parts.perform({ actor, action: 'lease.reset-done', objectId: id }, async (grant) => {
      await sql`update access_request set reset_state = 'done', reset_tries = reset_tries + 1, reset_why = null, reset_next_at = null
        where id = ${id} or (account_id = ${found.accountId} and reset_state = 'failed')`.execute(grant.db);
    });
  else
    await parts.perform({ actor, action: 'lease.reset-failed', objectId: id }, async (grant) => {
      const words = why ?? 'It was not reset.';
      const { rows } = await sql<{
        tries: number;
      }>`update access_request set reset_state = 'failed', reset_tries = reset_tries + 1, reset_why = ${words},
          reset_next_at = now() + make_interval(secs => (${pausesMinutes.map((m) => m * 60)}::float8[])[least(reset_tries + 1, ${pausesMinutes.length})])
        where id = ${id} and reset_state = 'running' returning reset_tries as tries`.execute(grant.db);
      const tries = rows[0]?.tries;
      if (tries === undefined) {
        grant.nothingDone();
        return;
      }
      grant.note({ why: words, tries });
      if (tries === 1) grant.note({ told: await tellOfFailure(grant.db, parts, id, words) });
    });
  // Whoever waits for it need not wait any longer.
  await endWhatIsOver(parts, { organisationId, id, accountId: found.accountId });
}

/** Tells the approvers who agreed, or where nobody had to, all of them. */
async function tellOfFailure(db: OrganisationDb, parts: CheckoutParts, id: string, why: string): Promise<number> {
  if ((await readMailServer(db)) === null) return 0;
  const { rows } = await sql<{
    email: string;
    name: string;
    agreed: boolean;
  }>`select distinct u.email, x.account_name || ' on ' || x.resource_name as name, d.id is not null as agreed
    from access_request x join account a on a.id = x.account_id
      cross join lateral (${seatsOfRequest('x', 'a')}) s
      join app_user u on u.id = s.user_id and u.email <> ''
      left join access_decision d on d.request_id = x.id and d.user_id = u.id and d.decision = 'approved'
    where x.id = ${id}`.execute(db);
  const agreed = rows.filter((row) => row.agreed);
  const to = agreed.length > 0 ? agreed : rows;
  const page = `${await linksBegin(db, parts.publicUrl)}/requests?id=${id}`;
  await queueMails(
    db,
    to.map(({ email, name }) => ({
      to: email,
      about: 'alarm',
      subject: `Not reset after check-in: ${name}`,
      text: `The password of ${name} was checked in and should have been reset, but that failed:\n\n${why}\n\nWhoever had it may still know the password. It is tried again, later and later.\n\n${page}\n`,
    })),
  );
  return to.length;
}

/** Which of some accounts somebody has checked out, with a sentence: schedules pass them over. */
export async function checkedOut(
  db: OrganisationDb,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{
    accountId: string;
  }>`select l.account_id from lease l where l.account_id = any(${[...accountIds]}::uuid[]) and ${leaseHolds}`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.accountId, inUseWords]));
}
