import { sql } from 'kysely';
import { system, type Grant, type Perform } from '../authorise/index.ts';
import type { SignedAnswer } from '../platform/signed-call.ts';
import { trustOf } from '../trust/index.ts';
import type { Vault } from '../vault/index.ts';
import { leaseSeconds, type Claim } from './plan.ts';
import { pauseSeconds, verdict } from './pause.ts';
import { tellPaused } from './tell.ts';
import { sendOne, type Send, type Taken } from './send.ts';

export interface DeliverParts {
  readonly perform: Perform;
  readonly vault: Vault;
  /** Where the console is, for links in mail. */
  publicUrl(): string;
  /** Left out: over HTTPS. */
  readonly send?: Send;
}

const notGenuine = 'Its secret is not genuine. Renew it, and turn the webhook on again.';
/** Deliveries of one webhook before others have their turn. */
const atATime = 50;

/**
 * Sends what waits for one webhook, one after the other, until there is nothing left, one is not taken, or others have waited long
 * enough. No transaction is open while a call is under way.
 */
export async function deliver(
  parts: DeliverParts,
  organisationId: string,
  claim: Claim,
  signal: AbortSignal,
): Promise<void> {
  const { perform, send } = parts;
  const ask = { actor: system(organisationId), objectId: claim.id };
  for (let n = 0; n < atATime && !signal.aborted; n++) {
    const taken = await perform({ ...ask, action: 'webhook.deliver' }, (grant) => takeUp(grant, parts, claim));
    if (!taken) return;
    const answer = await sendOne(taken, signal, send);
    // Stopped in the middle of a call: nobody knows whether it arrived, so it is sent again.
    if (signal.aborted && answer.is !== 'answered') break;
    const goesOn = await perform({ ...ask, action: 'webhook.settle' }, (grant) =>
      settle(grant, parts, claim, taken.deliveryId, answer),
    );
    if (!goesOn) return;
  }
  await perform({ ...ask, action: 'webhook.deliver' }, (grant) => letGo(grant, claim));
}

const letGo = (grant: Grant<'webhook.deliver'>, { id, lease }: Claim): Promise<unknown> =>
  grant.db
    .updateTable('webhook')
    .set({ lease: null, leasedUntil: null })
    .where('id', '=', id)
    .where('lease', '=', lease)
    .execute();

/** The first that waits, with the secret to sign it. Undefined, and the webhook let go, when there is nothing to send. */
async function takeUp(
  grant: Grant<'webhook.deliver'>,
  { vault, publicUrl }: DeliverParts,
  claim: Claim,
): Promise<Taken | undefined> {
  const { rows } = await sql<{
    url: string;
    privateNetwork: boolean;
    sealed: Buffer;
    secretVersion: number;
    missed: number;
    deliveryId: string | null;
    action: string;
    body: string;
  }>`with held as (
      update webhook set leased_until = now() + make_interval(secs => ${leaseSeconds}::int)
      where id = ${claim.id} and lease = ${claim.lease}::uuid and is_on and paused_at is null and next_try_at <= now()
      returning id, url, private_network, sealed, secret_version, missed)
    select w.url, w.private_network, w.sealed, w.secret_version, w.missed, d.id as delivery_id, d.action, d.body
    from held w left join lateral (select d.id, d.action, d.body from webhook_delivery d
      where d.webhook_id = w.id and d.state = 'waiting' order by d.place limit 1) d on true`.execute(grant.db);
  const row = rows[0];
  if (!row?.deliveryId) {
    await letGo(grant, claim);
    return undefined;
  }
  const { url, privateNetwork, missed, deliveryId, action, body } = row;
  const place = { column: 'webhook.sealed', rowId: claim.id, version: row.secretVersion } as const;
  const secret = await vault.open(grant, row.sealed, place).catch(() => undefined);
  // Written past the product, or for another webhook: nothing is signed with that.
  if (!secret) {
    await grant.db
      .updateTable('webhook')
      .set({ pausedAt: new Date(), why: notGenuine, lease: null, leasedUntil: null })
      .where('id', '=', claim.id)
      .execute();
    await tellPaused(grant, publicUrl, claim.id, notGenuine);
    return undefined;
  }
  return { url, privateNetwork, missed, deliveryId, action, body, secret, trust: await trustOf(grant.db) };
}

/** Writes down what came of a call. True when the next may be sent at once. */
async function settle(
  grant: Grant<'webhook.settle'>,
  { publicUrl }: DeliverParts,
  claim: Claim,
  deliveryId: string,
  answer: SignedAnswer,
): Promise<boolean> {
  const { db } = grant;
  const webhook = await db
    .selectFrom('webhook')
    .select(['failures', 'failingSince', 'missed'])
    .where('id', '=', claim.id)
    .where('lease', '=', claim.lease)
    .forUpdate()
    .executeTakeFirst();
  const delivery = await db
    .selectFrom('webhookDelivery')
    .select(['createdAt', 'tries', 'action'])
    .where('id', '=', deliveryId)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  const said = verdict(answer);
  const now = new Date();
  const tried = { triedAt: now, status: said.status, why: said.why };
  const write = (row: { state?: 'delivered' | 'given-up'; endedAt?: Date }): Promise<unknown> =>
    db
      .updateTable('webhookDelivery')
      .set({ ...row, ...tried, tries: (delivery?.tries ?? 0) + 1 })
      .where('id', '=', deliveryId)
      .where('state', '=', 'waiting')
      .execute();
  // Somebody else has it by now, or it was deleted or turned off: what was delivered is written down all the same.
  if (!webhook || !delivery) {
    if (said.taken) await write({ state: 'delivered', endedAt: now });
    grant.nothingDone();
    return false;
  }
  if (said.taken) {
    await write({ state: 'delivered', endedAt: now });
    await db
      .updateTable('webhook')
      .set({ failures: 0, failingSince: null, why: null, missed: 0, lastDeliveredAt: now, nextTryAt: now })
      .where('id', '=', claim.id)
      .execute();
    if (webhook.missed === 0) grant.nothingDone();
    else grant.note({ 'reached again': true, 'not told of': webhook.missed });
    return true;
  }
  const failingSince = webhook.failingSince ?? now;
  const { givesUp, pauses } = pauseSeconds.after(now, { failingSince, waitsSince: delivery.createdAt }, said.gone);
  await write(givesUp ? { state: 'given-up', endedAt: now } : {});
  await db
    .updateTable('webhook')
    .set({
      failures: webhook.failures + 1,
      failingSince,
      why: said.why,
      nextTryAt: new Date(now.getTime() + pauseSeconds.of(webhook.failures + 1) * 1000),
      missed: webhook.missed + (givesUp ? 1 : 0),
      pausedAt: pauses ? now : null,
      ...{ lease: null, leasedUntil: null },
    })
    .where('id', '=', claim.id)
    .execute();
  if (givesUp) grant.note({ 'given up': delivery.action });
  if (pauses) grant.note({ paused: true, 'mails sent': await tellPaused(grant, publicUrl, claim.id, said.why ?? '') });
  if (givesUp || pauses) grant.note({ why: said.why ?? '' });
  else grant.nothingDone();
  return false;
}
