import { createWebhook, listWebhookDeliveries, readWebhook, type Webhook } from '@strongroom/contract';
import type { z } from 'zod';
import type { SignedAnswer, SignedCall } from '../src/platform/signed-call.ts';
import { deliver } from '../src/webhooks/deliver.ts';
import { webhookRound, type Claim } from '../src/webhooks/plan.ts';
import type { World } from './world.ts';

type Input = z.input<typeof createWebhook.input>;
let made = 0;

/** What tests of webhooks do in a world: `admin` makes them, `keeper` does what they are told of. Receivers are a function. */
export interface Webhooks {
  /** What was sent, in order. */
  readonly calls: SignedCall[];
  /** What receivers answer; `undefined`: the sender dies instead. */
  answer: (call: SignedCall) => SignedAnswer | undefined;
  add(input?: Partial<Input>): Promise<{ webhook: Webhook; secret: string }>;
  read(id: Webhook['id']): Promise<Webhook>;
  /** Something that happens: an event of the trail that says that a resource was made. Gives its name. */
  happen(): Promise<string>;
  /** Puts in line what has happened until now, and takes what is due. */
  follow(): Promise<Claim[]>;
  /** The same, and sends all of it. */
  run(): Promise<void>;
  deliveries(): Promise<z.output<typeof listWebhookDeliveries.reply>['items']>;
  /** Makes it be so much later for all webhooks. */
  later(interval: string): Promise<unknown>;
}

/** See `Webhooks`. */
export function webhooksOf(w: World): Webhooks {
  const { organisationId } = w;
  const webhooks: Webhooks = {
    calls: [],
    answer: () => taken,
    add: async (input = {}) =>
      w.invoke(createWebhook, await w.people.admin.actor(), {
        ...{ name: `hook-${++made}`, url: 'https://receiver.example/hook', events: ['resource.create'] },
        ...input,
      }),
    read: async (webhookId) => w.invoke(readWebhook, await w.people.admin.actor(), { webhookId }),
    async happen() {
      const name = `made-${++made}`;
      const actor = await w.people.keeper.actor();
      const ask = { actor, action: 'resource.create', objectId: organisationId } as const;
      await w.perform(ask, (grant) => {
        grant.about({ kind: 'resource', name });
        return Promise.resolve();
      });
      return name;
    },
    async follow() {
      await w.past();
      return (await webhookRound(w.perform, organisationId, 100)).claims;
    },
    async run() {
      for (const claim of await webhooks.follow()) {
        const parts = { perform: w.perform, vault: w.vault, publicUrl: () => 'https://vault.example', send };
        await deliver(parts, organisationId, claim, new AbortController().signal).catch((error: unknown) => {
          if (!(error instanceof Died)) throw error;
        });
      }
    },
    deliveries: async () => (await w.invoke(listWebhookDeliveries, await w.people.admin.actor(), { limit: 500 })).items,
    async later(interval) {
      await w.sql(
        `update strongroom.webhook set next_try_at = next_try_at - $1::interval, leased_until = leased_until - $1::interval,
           failing_since = failing_since - $1::interval`,
        [interval],
      );
      await w.sql(`update strongroom.webhook_delivery set created_at = created_at - $1::interval`, [interval]);
    },
  };
  const send = (call: SignedCall): Promise<SignedAnswer> => {
    webhooks.calls.push(call);
    const answer = webhooks.answer(call);
    return answer ? Promise.resolve(answer) : Promise.reject(new Died());
  };
  return webhooks;
}

class Died extends Error {}
/** Receivers say: taken; or answer with a status. */
export const taken: SignedAnswer = { is: 'answered', status: 204, text: '', cut: false };
export const answered = (status: number): SignedAnswer => ({ is: 'answered', status, text: 'no', cut: false });
