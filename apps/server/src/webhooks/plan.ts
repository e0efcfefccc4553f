import { sql } from 'kysely';
import { system, type Grant, type Perform } from '../authorise/index.ts';
import { newId } from '../platform/random.ts';
import { fits } from './patterns.ts';
import { eventsSince, present, type Happened } from './trail.ts';

/** Most events that one round reads. */
const eventsAtOnce = 500;
/** Deliveries that one webhook may have waiting; what happens beyond is only counted. */
export const mostWaiting = 10_000;
/** For so long a sender has a webhook, from the beginning of each call on. Longer than any call takes. */
export const leaseSeconds = 60;

/** A webhook that a sender has taken for itself. */
export interface Claim {
  readonly id: string;
  readonly lease: string;
}

/**
 * One round: events of the trail are put in line for each webhook that wants them, in one transaction with the place that was read to, so
 * that nothing is told twice or left out, whenever it is cut off. Then takes up to `room` webhooks for which something is due. Of several
 * nodes one reads, and each webhook is one sender's at a time.
 */
export function webhookRound(
  perform: Perform,
  organisationId: string,
  room: number,
): Promise<{ planned: number; more: boolean; claims: Claim[] }> {
  const ask = { actor: system(organisationId), action: 'webhook.plan', objectId: organisationId } as const;
  return perform(ask, async (grant) => {
    const { rows } = await sql<{ any: boolean; held: boolean }>`
      select exists (select 1 from webhook) as any, pg_try_advisory_xact_lock(7272011, hashtext(${organisationId})) as held`.execute(
      grant.db,
    );
    if (rows[0]?.any !== true) return { planned: 0, more: false, claims: [] };
    const { planned, more } = rows[0].held ? await plan(grant) : { planned: 0, more: false };
    return { planned, more, claims: room > 0 ? await claim(grant, room) : [] };
  });
}

/** Puts the cursor at the present: what happened before the first webhook is not told. */
export async function beginAtPresent(grant: Grant<'webhook.plan' | 'webhook.create'>): Promise<void> {
  const { tx, eventId } = await present(grant.db);
  const { organisationId } = grant.actor;
  await sql`insert into webhook_cursor (organisation_id, tx, event_id) values (${organisationId}, ${tx}, ${eventId})
    on conflict (organisation_id) do update set tx = excluded.tx, event_id = excluded.event_id`.execute(grant.db);
}

async function plan(grant: Grant<'webhook.plan'>): Promise<{ planned: number; more: boolean }> {
  const { db } = grant;
  const place = await db.selectFrom('webhookCursor').select(['tx', 'eventId']).executeTakeFirst();
  // A database that was restored has no cursor: it never travels.
  if (!place) {
    await beginAtPresent(grant);
    return { planned: 0, more: false };
  }
  const { happened, next, more } = await eventsSince(db, place, eventsAtOnce);
  const planned = await putInLine(grant, happened);
  // Where nothing happens nothing is written, or each round would write what the next one has to step over.
  if (happened.length > 0 || next.tx - place.tx > 100)
    await db.updateTable('webhookCursor').set(next).where('organisationId', '=', grant.actor.organisationId).execute();
  return { planned, more };
}

/** What is sent of an event: who did what to what, when. Neither what people wrote nor what was noted. */
const bodyOf = (organisationId: string, event: Happened): string =>
  JSON.stringify({
    id: event.id,
    organisationId,
    at: event.at.toISOString(),
    action: event.action,
    outcome: event.outcome,
    actor: { kind: event.actorKind, id: event.actorId, name: event.actorName },
    object: { kind: event.objectKind, id: event.objectId, name: event.objectName },
  });

async function putInLine(grant: Grant<'webhook.plan'>, happened: readonly Happened[]): Promise<number> {
  if (happened.length === 0) return 0;
  const { organisationId } = grant.actor;
  const { rows: webhooks } = await sql<{
    id: string;
    events: string[];
    outcomes: string[];
    since: Date;
    line: number;
    waiting: number;
  }>`select w.id, w.events, w.outcomes, w.since, w.line,
      (select count(*)::int from (select 1 from webhook_delivery d where d.webhook_id = w.id and d.state = 'waiting' limit ${mostWaiting}) x) as waiting
    from webhook w where w.is_on order by w.id for update of w`.execute(grant.db);
  const told = webhooks.map((webhook) => {
    const wanted = happened.filter(
      (event) =>
        webhook.since <= event.at && webhook.outcomes.includes(event.outcome) && fits(webhook.events, event.action),
    );
    const fitting = wanted.slice(0, mostWaiting - webhook.waiting);
    return { webhook, fitting, missed: wanted.length - fitting.length };
  });
  const deliveries = told.flatMap(({ webhook, fitting }) =>
    fitting.map((event, n) => ({
      ...{ id: newId(), webhook_id: webhook.id, place: webhook.line + n + 1, event_id: event.id },
      ...{ action: event.action, object_name: event.objectName, body: bodyOf(organisationId, event) },
    })),
  );
  if (deliveries.length > 0)
    await sql`
      insert into webhook_delivery (id, organisation_id, webhook_id, place, event_id, action, object_name, body)
      select x.id, ${organisationId}, x.webhook_id, x.place, x.event_id, x.action, x.object_name, x.body
      from jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb) as x(id uuid, webhook_id uuid, place bigint, event_id uuid, action text, object_name text, body text)
      on conflict (webhook_id, event_id) where not again do nothing`.execute(grant.db);
  const counts = told
    .filter(({ fitting, missed }) => fitting.length + missed > 0)
    .map(({ webhook, fitting, missed }) => ({ id: webhook.id, added: fitting.length, missed }));
  if (counts.length > 0)
    await sql`update webhook w set line = w.line + x.added, missed = w.missed + x.missed
      from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) as x(id uuid, added int, missed int) where w.id = x.id`.execute(
      grant.db,
    );
  return deliveries.length;
}

async function claim(grant: Grant<'webhook.plan'>, room: number): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    update webhook set lease = gen_random_uuid(), leased_until = now() + make_interval(secs => ${leaseSeconds}::int)
    where id in (
      select w.id from webhook w where w.is_on and w.paused_at is null and w.next_try_at <= now()
        and (w.leased_until is null or w.leased_until < now())
        and exists (select 1 from webhook_delivery d where d.webhook_id = w.id and d.state = 'waiting')
      order by w.next_try_at, w.id limit ${room} for update skip locked)
    returning id, lease`.execute(grant.db);
  return rows;
}
