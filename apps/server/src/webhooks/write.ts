import type { createWebhook, updateWebhook } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { policy, type Grant } from '../authorise/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId, newToken } from '../platform/random.ts';
import { requireReachable } from '../platform/reachable.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { idle } from './patterns.ts';
import { beginAtPresent } from './plan.ts';

/** An organisation that tells more receivers than this tells everybody. */
const most = 100;

/** Throws `input-invalid` for patterns that can never fit, and for an address that may not be called. */
function requireFitting(body: { url: string; events: readonly string[]; privateNetwork: boolean }): void {
  const unknown = idle(body.events, Object.keys(policy));
  if (unknown.length > 0)
    throw new Problem('input-invalid', {
      errors: unknown.map((pattern) => ({ path: 'events', message: `no such event: ${pattern}` })),
    });
  const wrong = (message: string): Problem => new Problem('input-invalid', { errors: [{ path: 'url', message }] });
  if (!URL.canParse(body.url)) throw wrong('is no web address');
  try {
    requireReachable(body.url, body.privateNetwork);
  } catch {
    throw wrong(
      body.privateNetwork
        ? 'this address is never called'
        : 'this is an address of a private network or of this machine: allow those, if that is what you want',
    );
  }
}

async function uniquely<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isDuplicate(error, 'webhook_name'))
      throw new Problem('name-taken', { errors: [{ path: 'name', message: 'another webhook has this name' }] });
    throw error;
  }
}

/** Draws a secret for a webhook's signatures: the text, and how it is kept. */
async function drawn(
  grant: Grant<'webhook.create' | 'webhook.update' | 'webhook.renew-secret'>,
  vault: Vault,
  id: string,
  secretVersion: number,
): Promise<{ secret: string; kept: { sealed: Buffer; secretVersion: number } }> {
  const secret = newToken();
  const place = { column: 'webhook.sealed', rowId: id, version: secretVersion } as const;
  return { secret, kept: { sealed: await vault.seal(grant, new Secret(secret), place), secretVersion } };
}

/** Adds a webhook, which is told of what happens from now on. */
export async function addWebhook(
  grant: Grant<'webhook.create'>,
  vault: Vault,
  body: z.output<typeof createWebhook.input>,
): Promise<{ id: string; secret: string }> {
  requireFitting(body);
  const { db, actorName } = grant;
  const { organisationId } = grant.actor;
  const { n } = await db
    .selectFrom('webhook')
    .select((e) => e.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  if (Number(n) >= most) throw new Problem('not-that-state', { detail: `There can be ${most} webhooks at most.` });
  if (Number(n) === 0) await beginAtPresent(grant);
  const id = newId();
  const { secret, kept } = await drawn(grant, vault, id, 1);
  await uniquely(
    db
      .insertInto('webhook')
      .values({
        id,
        organisationId,
        ...body,
        ...kept,
        createdBy: actorName,
        changedBy: actorName,
        createdById: grant.actor.userId,
      })
      .execute(),
  );
  grant.about({ kind: 'webhook', id, name: body.name });
  noteContent(grant, body);
  return { id, secret };
}

const noteContent = (
  grant: Grant<'webhook.create' | 'webhook.update'>,
  body: { url: string; events: readonly string[]; outcomes: readonly string[]; privateNetwork: boolean },
): void => {
  // A query may hold what the receiver knows its callers by.
  grant.note({
    url: body.url.replace(/\?.*$/, '?…'),
    events: body.events.join(' '),
    outcomes: body.outcomes.join(' '),
    'private network': body.privateNetwork,
  });
};

/** The webhook, locked. Throws `not-found`. */
async function lockWebhook(
  db: OrganisationDb,
  id: string,
): Promise<{ url: string; version: number; isOn: boolean; secretVersion: number }> {
  const row = await db
    .selectFrom('webhook')
    .select(['url', 'version', 'isOn', 'secretVersion'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Problem('not-found');
  return row;
}

/** Changes a webhook. Another host gets another secret: the former one is known to the former host. Throws `changed-meanwhile`. */
export async function editWebhook(
  grant: Grant<'webhook.update'>,
  vault: Vault,
  { webhookId: id, version, ...body }: z.output<typeof updateWebhook.input>,
): Promise<string | null> {
  requireFitting(body);
  const before = await lockWebhook(grant.db, id);
  if (version !== undefined && before.version !== version) throw new Problem('changed-meanwhile');
  const moved = new URL(before.url).host !== new URL(body.url).host;
  const fresh = moved ? await drawn(grant, vault, id, before.secretVersion + 1) : undefined;
  await uniquely(
    grant.db
      .updateTable('webhook')
      .set({ ...body, ...fresh?.kept, version: before.version + 1, changedBy: grant.actorName, changedAt: new Date() })
      // What was wrong may be right now.
      .set({ nextTryAt: new Date() })
      .where('id', '=', id)
      .execute(),
  );
  noteContent(grant, body);
  if (moved) grant.note({ 'secret renewed': true });
  return fresh?.secret ?? null;
}

/** Draws another secret; the former ends at once. */
export async function renewSecret(grant: Grant<'webhook.renew-secret'>, vault: Vault): Promise<string> {
  const { secretVersion } = await lockWebhook(grant.db, grant.objectId);
  const { secret, kept } = await drawn(grant, vault, grant.objectId, secretVersion + 1);
  await grant.db.updateTable('webhook').set(kept).where('id', '=', grant.objectId).execute();
  return secret;
}

/** Turns a webhook on, or off: then what waits is not sent. On, one that is paused goes on. */
export async function switchIt(grant: Grant<'webhook.switch'>, on: boolean): Promise<void> {
  const { db, objectId } = grant;
  const { isOn } = await lockWebhook(db, objectId);
  const now = new Date();
  const begins = { pausedAt: null, failures: 0, failingSince: null, why: null, nextTryAt: now };
  await db
    .updateTable('webhook')
    .set(on ? { isOn: true, ...begins, ...(isOn ? {} : { since: now, missed: 0 }) } : { isOn: false, pausedAt: null })
    .where('id', '=', objectId)
    .execute();
  grant.note({ on });
  if (on) return;
  const { numUpdatedRows } = await db
    .updateTable('webhookDelivery')
    .set({ state: 'skipped', endedAt: now, why: 'The webhook was turned off.' })
    .where('webhookId', '=', objectId)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  grant.note({ 'not sent': Number(numUpdatedRows) });
}

/** Puts one more delivery in line, behind what waits. Gives its id. Throws `not-that-state` for a webhook that is off, or has too much waiting. */
export async function putBehind(
  grant: Grant<'webhook.test'> | Grant<'webhook.send-again'>,
  webhookId: string,
  what: { eventId: string | null; action: string; objectName: string | null; body: string },
): Promise<string> {
  const { rows } = await sql<{ line: number; isOn: boolean; paused: boolean }>`
    update webhook set line = line + 1 where id = ${webhookId} returning line, is_on, paused_at is not null as paused`.execute(
    grant.db,
  );
  const row = rows[0];
  if (!row) throw new Problem('not-found');
  if (!row.isOn || row.paused)
    throw new Problem('not-that-state', { detail: `The webhook is ${row.isOn ? 'paused' : 'off'}. Turn it on first.` });
  const id = newId();
  await grant.db
    .insertInto('webhookDelivery')
    .values({ id, organisationId: grant.actor.organisationId, webhookId, place: row.line, again: true, ...what })
    .execute();
  grant.note({ delivery: id });
  return id;
}
