import { z } from 'zod';
import { Outcome } from './audit.ts';
import { call, Empty, Instant, largestNumber, Line, listInput, listReply } from './call.ts';
import { EventId, WebhookDeliveryId, WebhookId } from './ids.ts';

/** Which events of the trail: `account.reveal`, every one about accounts (`account.*`), or all (`*`). */
export const EventPattern = z
  .string()
  .max(80)
  .regex(
    /^(?:\*|[a-z]+(?:-[a-z]+)*\.(?:\*|[a-z]+(?:-[a-z]+)*))$/,
    'must be an action, such as account.reveal, account.* or *',
  );

const body = z.object({
  name: Line(120).min(1),
  /** Where events are sent: https, without user name, password or fragment. */
  url: z
    .string()
    .max(1000)
    .regex(/^https:\/\/[^\s@#]+$/, 'must be https://, without user name, password or #'),
  events: z.array(EventPattern).min(1).max(100),
  /** What became of what was tried: by default what was done. */
  outcomes: z.array(Outcome).min(1).max(3).default(['done']),
  /** The host may have an address of a private network, or be this machine. */
  privateNetwork: z.boolean().default(false),
});

/** `paused`: the receiver was away for so long, or said that it is gone, that the product stopped calling it. */
export const WebhookState = z.enum(['on', 'off', 'paused']);
export type WebhookState = z.infer<typeof WebhookState>;

/** A web address that is told of events of the trail. */
export const Webhook = body
  .extend({
    id: WebhookId,
    outcomes: z.array(Outcome),
    privateNetwork: z.boolean(),
    state: WebhookState,
    /** Since when it could not be reached; null when the last call was taken, or there was none. */
    failingSince: Instant.nullable(),
    /** What was wrong the last time. */
    why: z.string().nullable(),
    nextTryAt: Instant.nullable(),
    /** Deliveries that wait, counted to 10,000. */
    waiting: z.int(),
    /** Events that it was not told of since it last took one. */
    missed: z.int(),
    lastDeliveredAt: Instant.nullable(),
    createdBy: z.string(),
    changedBy: z.string(),
    changedAt: Instant,
    version: z.int(),
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof Webhook>;

/** `waiting`: its turn has not come, or it is tried again. `given-up`: not taken for a day. `skipped`: the webhook was turned off meanwhile. */
export const WebhookDeliveryState = z.enum(['waiting', 'delivered', 'given-up', 'skipped']);
export type WebhookDeliveryState = z.infer<typeof WebhookDeliveryState>;

/** One event on its way to one webhook. */
export const WebhookDelivery = z
  .object({
    id: WebhookDeliveryId,
    webhookId: WebhookId,
    webhook: z.string(),
    /** Null for a test. */
    eventId: EventId.nullable(),
    action: z.string(),
    /** What it is about, by name. */
    object: z.string().nullable(),
    /** Sent once more by hand. */
    again: z.boolean(),
    state: WebhookDeliveryState,
    tries: z.int(),
    /** The status of the last answer; null when there was none. */
    status: z.int().nullable(),
    why: z.string().nullable(),
    createdAt: Instant,
    triedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

const ofWebhook = z.object({ webhookId: WebhookId });

export const listWebhooks = call({
  name: 'webhook.list',
  method: 'GET',
  path: '/webhooks',
  scope: 'read',
  summary: 'Web addresses that are told of events of the trail.',
  input: listInput(['name', 'changedAt']),
  reply: listReply(Webhook),
});
export const readWebhook = call({
  name: 'webhook.read',
  method: 'GET',
  path: '/webhooks/:webhookId',
  scope: 'read',
  summary: 'One webhook.',
  input: ofWebhook,
  reply: Webhook,
});
export const createWebhook = call({
  name: 'webhook.create',
  method: 'POST',
  path: '/webhooks',
  scope: 'administer',
  summary:
    'Adds a webhook: it is told of what happens from now on. Its calls are signed with the secret that is shown this once.',
  input: body,
  reply: z.object({ webhook: Webhook, secret: z.string() }),
  secret: true,
});
export const updateWebhook = call({
  name: 'webhook.update',
  method: 'PUT',
  path: '/webhooks/:webhookId',
  scope: 'administer',
  summary: 'Changes a webhook. With another host it gets another secret, shown this once.',
  input: ofWebhook.extend(body.shape).extend({
    /** The version the edit began with; left out, whatever is there is changed. */
    version: z.int().min(1).max(largestNumber).optional(),
  }),
  reply: z.object({ webhook: Webhook, secret: z.string().nullable() }),
  secret: true,
});
export const switchWebhook = call({
  name: 'webhook.switch',
  method: 'POST',
  path: '/webhooks/:webhookId/switch',
  scope: 'administer',
  summary: 'Turns a webhook on or off. On, one that is paused goes on with what waits; off, what waits is not sent.',
  input: ofWebhook.extend({ on: z.boolean() }),
  reply: Webhook,
});
export const renewWebhookSecret = call({
  name: 'webhook.renew-secret',
  method: 'POST',
  path: '/webhooks/:webhookId/secret',
  scope: 'administer',
  summary: 'Draws another secret for the signatures; the former ends at once.',
  input: ofWebhook,
  reply: z.object({ secret: z.string() }),
  secret: true,
});
export const deleteWebhook = call({
  name: 'webhook.delete',
  method: 'DELETE',
  path: '/webhooks/:webhookId',
  scope: 'administer',
  summary: 'Deletes a webhook with its deliveries.',
  input: ofWebhook,
  reply: Empty,
});
export const testWebhook = call({
  name: 'webhook.test',
  method: 'POST',
  path: '/webhooks/:webhookId/test',
  scope: 'administer',
  summary: 'Puts a test event in line. Follow it by its delivery.',
  input: ofWebhook,
  reply: WebhookDelivery,
});
export const listWebhookDeliveries = call({
  name: 'webhook.deliveries',
  method: 'GET',
  path: '/webhook-deliveries',
  scope: 'read',
  summary: 'What became of each event that a webhook was to be told of, newest first.',
  input: listInput(['createdAt']).extend({
    webhookId: WebhookId.optional(),
    state: WebhookDeliveryState.optional(),
  }),
  reply: listReply(WebhookDelivery),
});
export const sendWebhookAgain = call({
  name: 'webhook.send-again',
  method: 'POST',
  path: '/webhook-deliveries/:webhookDeliveryId/send-again',
  scope: 'administer',
  summary: 'Puts the same event in line once more, behind what waits.',
  input: z.object({ webhookDeliveryId: WebhookDeliveryId }),
  reply: WebhookDelivery,
});

/** What an open page or program hears of one event: enough to ask anew, and no more. */
export interface Change {
  readonly action: string;
  readonly object: { readonly kind: string; readonly id: string | null };
  /** An instant in UTC, as ISO 8601 text. */
  readonly at: string;
}
