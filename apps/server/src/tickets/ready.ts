import type { Grant } from '../authorise/index.ts';
import { trustOf } from '../trust/index.ts';
import type { Vault } from '../vault/index.ts';
import type { Ready } from './desk.ts';
import { openApproved } from './own-module/approved.ts';
import { runningModule } from './own-module/versions.ts';
import type { Own } from './rules.ts';
import { openCredential, readStored } from './settings.ts';

/**
 * Opens what a ticket is asked for with, by the settings as they are; undefined where nothing is set, or nothing that signs in is stored.
 * Throws `Altered` for a module that is not what was approved.
 */
export async function makeReady(
  grant: Grant<'ticket.check' | 'ticketing.test'>,
  vault: Vault,
  use: Own | null,
): Promise<Ready | undefined> {
  const ticketing = await readStored(grant.db);
  const credential = ticketing && (await openCredential(grant, vault, ticketing));
  if (!credential) return undefined;
  const running = ticketing.system === 'other' ? await runningModule(grant.db) : undefined;
  const module = running ? await openApproved(grant, vault, running) : null;
  const { organisationId } = grant.actor;
  return { organisationId, ticketing, credential, trust: await trustOf(grant.db), module, use };
}
