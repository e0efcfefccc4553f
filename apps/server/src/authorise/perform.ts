import type { TicketUse } from '@strongroom/contract';
import { statement, type Database } from '../platform/db.ts';
import { Problem, type ProblemCode } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { readFacts, type Ask, type Read, type Sealed } from './facts.ts';
import { Grant } from './grant.ts';
import { lineOf, refusal, ticketUseOf, type Action, type Facts } from './policy.ts';

/**
 * The work of an action. `facts` are what the decision saw, so that a reply can say what else the actor may do; `also` is
 * what the action's line reads with them, to save a round trip where speed matters.
 */
export type Work<A extends Action, T> = (grant: Grant<A>, facts: Facts, also: Sealed | undefined) => Promise<T>;
export type Perform = <A extends Action, T>(ask: Ask<A>, work: Work<A, T>) => Promise<T>;

/**
 * The one way anything happens: decide, work and audit in one transaction.
 * If the audit row cannot be written the work is rolled back. Refusals and failures are audited too, in a transaction of
 * their own; if that fails as well the caller gets an error, never data.
 */
export function performer(database: Database): Perform {
  return async (ask, work) => {
    const line = lineOf(ask.action);
    let read: Read | undefined;
    let grant: Grant<(typeof ask)['action']> | undefined;
    // What is read with the facts is all that such work needs.
    const transaction = line.also === undefined ? database.asOrganisation : database.readTogether;
    try {
      return await transaction(ask.actor.organisationId, async (db, last) => {
        read = await readFacts(db, ask);
        const refused = ask.actor.barred ?? refusal(ask.action, read.facts);
        if (refused) throw new Problem(refused);
        grant = new Grant(ask.action, ask.actor, ask.objectId, db, read.actorName);
        // A ticket is named with every event; here with what was found of it.
        if (read.facts.ticketVerdict !== 'unneeded') grant.note({ 'ticket was': read.facts.ticketVerdict });
        const result = await work(grant, read.facts, read.also);
        if (line.audit !== 'refusals' && !grant.quiet)
          last(insertEvent.with(event(ask, read, 'done', grant.details, grant)));
        for (let i = 0; i < grant.others.length; i += eventsAtOnce)
          last(
            insertEvents.with([JSON.stringify(grant.others.slice(i, i + eventsAtOnce).map(eventOf(ask, read, grant)))]),
          );
        return result;
      });
    } catch (error) {
      const code = error instanceof Problem ? error.code : 'internal';
      const outcome = code === 'internal' ? 'failed' : 'refused';
      await database
        .asOrganisation(
          ask.actor.organisationId,
          async (db) => void (await insertEvent.run(db, event(ask, read, outcome, { code }, grant))),
        )
        .catch((auditError: unknown) => {
          throw new AggregateError([error, auditError], 'failed, and the failure could not be audited');
        });
      throw error;
    }
  };
}

/**
 * What is to be asked of a ticketing system before an ask can be decided; undefined where nothing is. Somebody who has no right to the
 * thing, or need give no ticket for it, causes no call. `request`: a good ticket may take the place of the approvers.
 */
export async function ticketToCheck(database: Database, ask: Ask): Promise<TicketUse | undefined> {
  const use = ticketUseOf(ask.action);
  if (use === undefined || ask.ticket === undefined || ask.actor.barred !== undefined) return undefined;
  const { facts } = await database.asOrganisation(ask.actor.organisationId, (db) => readFacts(db, ask));
  if (facts.ticketVerdict !== 'unchecked') return undefined;
  const refused = refusal(ask.action, facts);
  return refused === 'ticket-unchecked' || (refused === undefined && use === 'request') ? use : undefined;
}

/**
 * Why an ask would be refused at this moment; undefined when it would not. For slow work that must not run inside a
 * transaction nor for whoever has no right to it, such as hashing: `perform` decides again, and records.
 */
export async function foresee(database: Database, ask: Ask): Promise<ProblemCode | undefined> {
  const { facts } = await database.asOrganisation(ask.actor.organisationId, (db) => readFacts(db, ask));
  return ask.actor.barred ?? refusal(ask.action, facts);
}

const columns = [
  'id', 'organisation_id', 'at', 'trail', 'actor_kind', 'actor_id', 'actor_name', 'action', 'object_kind', 'object_id', 'object_name',
  'outcome', 'reason', 'ticket', 'request_id', 'address', 'client', 'details',
] as const; // prettier-ignore
const insertEvent = statement<never>(
  `insert into audit_event (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
);

/** Events of one statement: the text of a thousand is well below a megabyte. */
const eventsAtOnce = 1000;
const insertEvents = statement<never>(
  `insert into audit_event (${columns.join(', ')}) select ${columns.join(', ')} from jsonb_populate_recordset(null::audit_event, $1::jsonb)`,
);

/** The event of one of many objects of the same work, as the row it becomes. */
const eventOf =
  (ask: Ask, read: Read, grant: Grant) =>
  ({ kind, id, name, details }: Grant['others'][number]): Record<string, unknown> => {
    const values = event(ask, read, 'done', {}, grant);
    const row = Object.fromEntries(columns.map((column, i) => [column, values[i]]));
    return { ...row, object_kind: kind, object_id: id, object_name: name, details };
  };

/** The event's values, in the order of `columns`. */
function event(
  ask: Ask,
  read: Read | undefined,
  outcome: 'done' | 'refused' | 'failed',
  details: Readonly<Record<string, string>>,
  grant: Grant | undefined,
): unknown[] {
  const { actor } = ask;
  const line = lineOf(ask.action);
  const subject = grant?.subject ?? {};
  const identified = grant?.identified;
  const values: Record<(typeof columns)[number], unknown> = {
    id: newId(),
    organisation_id: actor.organisationId,
    at: new Date(),
    trail: line.trail,
    actor_kind: identified ? 'user' : actor.kind,
    actor_id: identified?.id ?? actor.userId,
    actor_name: identified?.name ?? read?.actorName ?? (actor.kind === 'system' ? 'Strongroom' : 'unknown'),
    action: ask.action,
    object_kind: subject.kind ?? (line.on === 'self' ? 'user' : line.on),
    object_id: subject.id ?? ask.objectId,
    object_name: subject.name ?? read?.objectName ?? null,
    outcome,
    reason: ask.reason ?? null,
    ticket: ask.ticket ?? null,
    request_id: actor.origin.requestId,
    address: actor.origin.address,
    client: actor.origin.client,
    details: JSON.stringify(details),
  };
  return columns.map((column) => values[column]);
}
