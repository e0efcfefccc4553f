import {
  createWebhook,
  deleteWebhook,
  listWebhookDeliveries,
  listWebhooks,
  readWebhook,
  renewWebhookSecret,
  sendWebhookAgain,
  switchWebhook,
  testWebhook,
  updateWebhook,
} from '@strongroom/contract';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import type { Vault } from '../vault/index.ts';
import { deliveryPage, oneDelivery, oneWebhook, webhookPage } from './webhook.queries.ts';
import { addWebhook, editWebhook, putBehind, renewSecret, switchIt } from './write.ts';

const webhookOf = (input: { webhookId: string }): string => input.webhookId;

/** Webhooks and their deliveries. */
export const webhookEndpoints = ({ vault }: { readonly vault: Vault }): Endpoint[] => [
  endpoint(listWebhooks, { run: (grant, input) => webhookPage(grant.db, input) }),
  endpoint(readWebhook, { object: webhookOf, run: (grant) => oneWebhook(grant.db, grant.objectId) }),
  endpoint(createWebhook, {
    async run(grant, input) {
      const { id, secret } = await addWebhook(grant, vault, input);
      return { webhook: await oneWebhook(grant.db, id), secret };
    },
  }),
  endpoint(updateWebhook, {
    object: webhookOf,
    async run(grant, input) {
      const secret = await editWebhook(grant, vault, input);
      return { webhook: await oneWebhook(grant.db, grant.objectId), secret };
    },
  }),
  endpoint(switchWebhook, {
    object: webhookOf,
    async run(grant, { on }) {
      await switchIt(grant, on);
      return oneWebhook(grant.db, grant.objectId);
    },
  }),
  endpoint(renewWebhookSecret, {
    object: webhookOf,
    run: async (grant) => ({ secret: await renewSecret(grant, vault) }),
  }),
  endpoint(deleteWebhook, {
    object: webhookOf,
    async run(grant) {
      await grant.db.deleteFrom('webhook').where('id', '=', grant.objectId).execute();
      return {};
    },
  }),
  endpoint(testWebhook, {
    object: webhookOf,
    async run(grant) {
      const { organisationId } = grant.actor;
      const body = {
        ...{ id: newId(), organisationId, at: new Date().toISOString(), action: 'webhook.test', outcome: 'done' },
        actor: { kind: 'user', id: grant.actor.userId, name: grant.actorName },
        object: { kind: 'webhook', id: grant.objectId, name: null },
        test: true,
      };
      const what = { eventId: null, action: 'webhook.test', objectName: null, body: JSON.stringify(body) };
      return oneDelivery(grant.db, await putBehind(grant, grant.objectId, what));
    },
  }),
  endpoint(listWebhookDeliveries, { run: (grant, input) => deliveryPage(grant.db, input) }),
  endpoint(sendWebhookAgain, {
    object: (input) => input.webhookDeliveryId,
    async run(grant) {
      const row = await grant.db
        .selectFrom('webhookDelivery')
        .select(['webhookId', 'eventId', 'action', 'objectName', 'body', 'state'])
        .where('id', '=', grant.objectId)
        .executeTakeFirst();
      if (!row) throw new Problem('not-found');
      const { webhookId, state, ...what } = row;
      if (state === 'waiting') throw new Problem('not-that-state', { detail: 'It still waits.' });
      return oneDelivery(grant.db, await putBehind(grant, webhookId, what));
    },
  }),
];
