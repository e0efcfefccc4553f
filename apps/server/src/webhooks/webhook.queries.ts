import type { Webhook, WebhookDelivery } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { OrganisationDb } from '../platform/db.ts';
import { containing, readPage, type PageAsk } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { mostWaiting } from './plan.ts';

type Reply = z.input<typeof Webhook>;
type DeliveryReply = z.input<typeof WebhookDelivery>;
interface ListOf<T> {
  items: T[];
  total: number;
  totalIs: 'exact' | 'at-least';
  nextCursor: string | null;
}

interface Row {
  id: string;
  name: string;
  url: string;
  events: string[];
  outcomes: Reply['outcomes'];
  privateNetwork: boolean;
  isOn: boolean;
  pausedAt: Date | null;
  failures: number;
  failingSince: Date | null;
  why: string | null;
  nextTryAt: Date;
  missed: number;
  lastDeliveredAt: Date | null;
  createdBy: string;
  changedBy: string;
  changedAt: Date;
  version: number;
  waiting: number;
}
const columns = sql`w.id, w.name, w.url, w.events, w.outcomes, w.private_network, w.is_on, w.paused_at, w.failures, w.failing_since, w.why, w.next_try_at,
  w.missed, w.last_delivered_at, w.created_by, w.changed_by, w.changed_at, w.version,
  (select count(*)::int from (select 1 from webhook_delivery d where d.webhook_id = w.id and d.state = 'waiting' limit ${mostWaiting}) x) as waiting`;

const text = (at: Date | null): string | null => at && at.toISOString();

function reply(row: Row): Reply {
  const state = !row.isOn ? 'off' : row.pausedAt ? 'paused' : 'on';
  return {
    id: row.id as Reply['id'],
    name: row.name,
    url: row.url,
    events: row.events,
    outcomes: row.outcomes,
    privateNetwork: row.privateNetwork,
    state,
    failingSince: text(row.failingSince),
    why: row.why,
    nextTryAt: state === 'on' && row.failures > 0 ? row.nextTryAt.toISOString() : null,
    waiting: row.waiting,
    missed: row.missed,
    lastDeliveredAt: text(row.lastDeliveredAt),
    createdBy: row.createdBy,
    changedBy: row.changedBy,
    changedAt: row.changedAt.toISOString(),
    version: row.version,
  };
}

/** One page of the webhooks. */
export async function webhookPage(
  db: OrganisationDb,
  ask: PageAsk & { search?: string | undefined },
): Promise<ListOf<Reply>> {
  const { rows, ...page } = await readPage<Row>(db, ask, {
    select: columns,
    from: sql`from webhook w where true ${ask.search ? sql`and (lower(w.name) like ${containing(ask.search)} or lower(w.url) like ${containing(ask.search)})` : sql``}`,
    id: sql`w.id`,
    first: 'name',
    orders: {
      name: { by: sql`lower(w.name)`, type: 'text' },
      changedAt: { by: sql`w.changed_at`, type: 'timestamptz' },
    },
  });
  return { ...page, items: rows.map(reply) };
}

/** One webhook. Throws `not-found`. */
export async function oneWebhook(db: OrganisationDb, id: string): Promise<Reply> {
  const { rows } = await sql<Row>`select ${columns} from webhook w where w.id = ${id}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return reply(rows[0]);
}

interface DeliveryRow {
  id: string;
  webhookId: string;
  webhook: string;
  eventId: string | null;
  action: string;
  objectName: string | null;
  again: boolean;
  state: DeliveryReply['state'];
  tries: number;
  status: number | null;
  why: string | null;
  createdAt: Date;
  triedAt: Date | null;
  endedAt: Date | null;
}
const deliveryColumns = sql`d.id, d.webhook_id, w.name as webhook, d.event_id, d.action, d.object_name, d.again, d.state, d.tries, d.status, d.why,
  d.created_at, d.tried_at, d.ended_at`;
const deliveries = sql`from webhook_delivery d join webhook w on w.id = d.webhook_id`;

const deliveryReply = (row: DeliveryRow): DeliveryReply => ({
  id: row.id as DeliveryReply['id'],
  webhookId: row.webhookId as DeliveryReply['webhookId'],
  webhook: row.webhook,
  eventId: row.eventId as DeliveryReply['eventId'],
  action: row.action,
  object: row.objectName,
  again: row.again,
  state: row.state,
  tries: row.tries,
  status: row.status,
  why: row.why,
  createdAt: row.createdAt.toISOString(),
  triedAt: text(row.triedAt),
  endedAt: text(row.endedAt),
});

/** One page of the deliveries, newest first. */
export async function deliveryPage(
  db: OrganisationDb,
  ask: PageAsk & {
    search?: string | undefined;
    webhookId?: string | undefined;
    state?: DeliveryReply['state'] | undefined;
  },
): Promise<ListOf<DeliveryReply>> {
  const { rows, ...page } = await readPage<DeliveryRow>(db, ask, {
    select: deliveryColumns,
    from: sql`${deliveries} where true ${ask.webhookId ? sql`and d.webhook_id = ${ask.webhookId}` : sql``} ${ask.state ? sql`and d.state = ${ask.state}` : sql``}
      ${ask.search ? sql`and (d.action like ${containing(ask.search)} or lower(d.object_name) like ${containing(ask.search)})` : sql``}`,
    id: sql`d.id`,
    first: '-createdAt',
    orders: { createdAt: { by: sql`d.created_at`, type: 'timestamptz' } },
  });
  return { ...page, items: rows.map(deliveryReply) };
}

/** One delivery. Throws `not-found`. */
export async function oneDelivery(db: OrganisationDb, id: string): Promise<DeliveryReply> {
  const { rows } = await sql<DeliveryRow>`select ${deliveryColumns} ${deliveries} where d.id = ${id}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return deliveryReply(rows[0]);
}
