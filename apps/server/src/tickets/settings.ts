import { setTicketing, type Ticketing } from '@strongroom/contract';
import type { z } from 'zod';
import type { Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';
import type { Place, Vault } from '../vault/index.ts';
import { NotAnExpression, readExpression } from './expression.ts';
import { runningModule } from './own-module/versions.ts';
import { readSigning, signing } from './systems/signing.ts';
import type { Credential } from './systems/system.ts';

const Kept = setTicketing.input.omit({ on: true, asks: true, secret: true, clientSecret: true, version: true });
export type TicketingInput = z.output<typeof setTicketing.input>;
/** The settings as they lie in the database. */
export type StoredTicketing = Omit<Ticketing, 'credentialStored' | 'changedAt'> & {
  readonly id: string;
  readonly changedAt: Date;
  readonly sealed: Buffer | null;
  readonly secretVersion: number;
};

/** Null where none were made. Throws for what this release did not write. */
export async function readStored(db: OrganisationDb): Promise<StoredTicketing | null> {
  const row = await db.selectFrom('ticketing').selectAll().executeTakeFirst();
  if (!row) return null;
  const { settings, isOn, asks, organisationId: _, ...rest } = row;
  return { ...rest, on: isOn, asks: setTicketing.input.shape.asks.parse(asks), ...Kept.parse(settings) };
}

/** As they are shown. */
export function ticketingReply(stored: StoredTicketing): z.input<typeof setTicketing.reply> {
  const { id: _id, sealed, secretVersion: _version, changedAt, ...rest } = stored;
  return { ...rest, credentialStored: sealed !== null, changedAt: changedAt.toISOString() };
}

const placeOf = ({ id, secretVersion }: Pick<StoredTicketing, 'id' | 'secretVersion'>): Place => ({
  column: 'ticketing.sealed',
  rowId: id,
  version: secretVersion,
});

/** Opens what signs in; undefined where nothing is stored that must be. */
export async function openCredential(
  grant: Grant<'ticket.check' | 'ticketing.test'>,
  vault: Vault,
  stored: StoredTicketing,
): Promise<Credential | undefined> {
  // A module of one's own may need nothing to sign in with.
  if (stored.sealed === null)
    return stored.system === 'other' ? { secret: new Secret(''), clientSecret: new Secret('') } : undefined;
  return readSigning(await vault.open(grant, stored.sealed, placeOf(stored)));
}

/** Stores the settings. Throws `input-invalid` for an expression that is none, `changed-meanwhile`. */
export async function writeTicketing(
  grant: Grant<'ticketing.update'>,
  vault: Vault,
  input: TicketingInput,
): Promise<StoredTicketing> {
  requireExpressions(input);
  const before = await grant.db.selectFrom('ticketing').selectAll().forUpdate().executeTakeFirst();
  if ((before?.version ?? undefined) !== input.version) throw new Problem('changed-meanwhile');
  const { on, asks, secret, clientSecret, version: _, ...kept } = input;
  const stored = await readStored(grant.db);
  // What was stored goes to the system and name it was stored for, and nowhere else that somebody sets later.
  const same =
    stored !== null &&
    (['system', 'url', 'username', 'clientId', 'accountsUrl'] as const).every((name) => stored[name] === kept[name]);
  const typed = secret !== '';
  if (clientSecret !== '' && !typed)
    throw new Problem('input-invalid', {
      errors: [{ path: 'secret', message: 'must be given with the client secret' }],
    });
  const id = stored?.id ?? newId();
  const secretVersion = (stored?.secretVersion ?? 0) + (typed ? 1 : 0);
  const sealed = typed
    ? await vault.seal(grant, signing(secret, clientSecret), placeOf({ id, secretVersion }))
    : same
      ? stored.sealed
      : null;
  if (on && kept.system === 'other' && !(await runningModule(grant.db)))
    throw new Problem('input-invalid', {
      errors: [{ path: 'system', message: 'needs a module that a second administrator has approved' }],
    });
  if (on && kept.system !== 'other' && sealed === null)
    throw new Problem('input-invalid', {
      errors: [{ path: 'secret', message: 'must be given for this system, address and name before it can be on' }],
    });
  const row = {
    ...{ isOn: on, asks, settings: JSON.stringify(kept), sealed, secretVersion, changedBy: grant.actorName },
    ...{ changedAt: new Date(), version: (stored?.version ?? 0) + 1 },
  };
  if (stored) await grant.db.updateTable('ticketing').set(row).where('id', '=', id).execute();
  else
    await grant.db
      .insertInto('ticketing')
      .values({ ...row, id, organisationId: grant.actor.organisationId })
      .execute();
  note(grant, stored, { on, asks, ...kept }, typed);
  const written = await readStored(grant.db);
  if (!written) throw new Error('what was written is gone');
  return written;
}

function requireExpressions(input: TicketingInput): void {
  const errors = (['mapping', 'conditions'] as const).flatMap((of) => {
    try {
      readExpression(input[`${of}Expression`], input[of].length);
      return [];
    } catch (error) {
      if (error instanceof NotAnExpression) return [{ path: `${of}Expression`, message: error.message }];
      throw error;
    }
  });
  if (errors.length > 0) throw new Problem('input-invalid', { errors });
}

/** Each setting that changed, with its old and its new value. */
function note(
  grant: Grant<'ticketing.update'>,
  before: StoredTicketing | null,
  now: Omit<TicketingInput, 'secret' | 'clientSecret' | 'version'>,
  newSecret: boolean,
): void {
  const said = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 1000);
  for (const name of Object.keys(now) as (keyof typeof now)[]) {
    if (before && said(before[name]) === said(now[name])) continue;
    if (before) grant.note({ [`${name} was`]: said(before[name]) });
    grant.note({ [`${name} is`]: said(now[name]) });
  }
  if (newSecret) grant.note({ 'what signs in': 'is new' });
}
