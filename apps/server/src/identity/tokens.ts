import type { Scope } from '@strongroom/contract';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import type { Database, OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { hashToken, newId } from '../platform/random.ts';
import { randomUUID, randomBytes } from 'node:crypto';

/** What a token says about its holder; whether it still holds is asked with each call. */
export interface KnownToken {
  readonly id: string;
  readonly organisationId: string;
  readonly userId: string;
  readonly scopes: readonly Scope[];
  readonly host: string;
  readonly username: string;
}

/** A personal token: `srt_` and 256 random bits in base64url. */
const personalToken = (): string => `srt_${randomBytes(32).toString('base64url')}`;
/** A REST token of an API user, in the shape that the field's clients expect: an upper-case GUID pair, 244 random bits. */
const restToken = (): string => `${randomUUID()}-${randomUUID()}`.toUpperCase();

interface NewToken {
  readonly userId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: string | null;
}

async function storeToken(
  db: OrganisationDb,
  organisationId: string,
  text: string,
  token: NewToken,
): Promise<{ id: string; createdAt: Date }> {
  if (token.expiresAt !== null && new Date(token.expiresAt) <= new Date()) {
    throw new Problem('input-invalid', { errors: [{ path: 'expiresAt', message: 'must lie in the future' }] });
  }
  const row = { id: newId(), createdAt: new Date() };
  await db
    .insertInto('apiToken')
    .values({
      ...row,
      organisationId,
      userId: token.userId,
      name: token.name,
      hash: hashToken(text),
      hint: text.slice(-4),
      scopes: [...token.scopes],
      expiresAt: token.expiresAt === null ? null : new Date(token.expiresAt),
    })
    .execute();
  return row;
}

/** Makes a personal token. The text is given once and not stored. */
export async function createPersonalToken(
  grant: Grant<'me.create-token'>,
  token: Omit<NewToken, 'userId'>,
): Promise<{ text: string; id: string; createdAt: Date }> {
  const text = personalToken();
  const row = await storeToken(grant.db, grant.actor.organisationId, text, { ...token, userId: grant.objectId });
  grant.note({ token: row.id, name: token.name, scopes: token.scopes.join(' ') });
  return { text, ...row };
}

/** Gives an API user its one REST token; every former one ends. */
export async function replaceRestToken(
  grant: Grant<'user.create-api' | 'user.regenerate-token' | 'setup.complete'>,
  token: Omit<NewToken, 'name'>,
): Promise<string> {
  await endTokensOf(grant.db, token.userId);
  const text = restToken();
  const row = await storeToken(grant.db, grant.actor.organisationId, text, { ...token, name: 'REST' });
  grant.note({ token: row.id });
  return text;
}

/**
 * Ends the token that the actor came with and gives another for it, of the same kind, scopes and end; the host is the user's.
 * Throws `signed-out` when it was ended meanwhile: of two who renew at once, one gets a successor.
 */
export async function renewToken(grant: Grant<'me.renew-token'>): Promise<{ text: string; expiresAt: Date | null }> {
  const former = await grant.db
    .updateTable('apiToken')
    .set({ revokedAt: new Date() })
    .where('id', '=', grant.actor.token?.id ?? '')
    .where('userId', '=', grant.objectId)
    .where('revokedAt', 'is', null)
    .returning(['name', 'scopes', 'expiresAt'])
    .executeTakeFirst();
  if (!former) throw new Problem('signed-out');
  const user = await grant.db
    .selectFrom('appUser')
    .select('kind')
    .where('id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  const text = user.kind === 'api' ? restToken() : personalToken();
  const row = await storeToken(grant.db, grant.actor.organisationId, text, {
    userId: grant.objectId,
    name: former.name,
    scopes: former.scopes as Scope[],
    expiresAt: former.expiresAt?.toISOString() ?? null,
  });
  grant.note({ token: row.id, ended: grant.actor.token?.id ?? '' });
  return { text, expiresAt: former.expiresAt };
}

export async function endTokensOf(db: OrganisationDb, userId: string): Promise<void> {
  await db
    .updateTable('apiToken')
    .set({ revokedAt: new Date() })
    .where('userId', '=', userId)
    .where('revokedAt', 'is', null)
    .execute();
}

/** Ends one of the user's own tokens at once. Throws `not-found` for anybody else's. */
export async function revokeToken(grant: Grant<'me.revoke-token'>, tokenId: string): Promise<void> {
  const ended = await grant.db
    .updateTable('apiToken')
    .set({ revokedAt: new Date() })
    .where('id', '=', tokenId)
    .where('userId', '=', grant.objectId)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  if (ended.numUpdatedRows === 0n) throw new Problem('not-found');
  grant.note({ token: tokenId });
}

/** Finds whose a token is; undefined for one that never was. A REST token may come in either case. */
export async function findToken(database: Database, text: string): Promise<KnownToken | undefined> {
  const canonical = text.startsWith('srt_') ? text : text.toUpperCase();
  const { rows } =
    await sql<KnownToken>`select id, organisation_id, user_id, scopes, host, username from strongroom.find_token(${hashToken(canonical)})`.execute(
      database.anyone,
    );
  return rows[0];
}

/**
 * True when a request from `address` may use a token bound to `host`: an address, a CIDR network, or a name whose
 * addresses `resolve` finds. An empty host allows any.
 */
export async function hostAllows(
  host: string,
  address: string,
  resolve: (name: string) => Promise<readonly string[]>,
): Promise<boolean> {
  if (host === '') return true;
  const family = (text: string): 'ipv4' | 'ipv6' => (isIPv6(text) ? 'ipv6' : 'ipv4');
  const [base = '', bits] = host.split('/');
  if (isIP(base)) {
    const list = new BlockList();
    if (bits === undefined) list.addAddress(base, family(base));
    else list.addSubnet(base, Number(bits), family(base));
    return list.check(address, family(address));
  }
  if (host.toLowerCase() === 'localhost') return address === '::1' || address.startsWith('127.');
  return (await resolve(host)).includes(address);
}

/** True when a text can be what a token is bound to. */
export const isHost = (host: string): boolean =>
  host === '' ||
  /^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$/i.test(host) ||
  (isIP(host.split('/')[0] ?? '') > 0 &&
    (!host.includes('/') ||
      (/^\d{1,3}$/.test(host.split('/')[1] ?? '') &&
        Number(host.split('/')[1]) <= (isIPv6(host.split('/')[0] ?? '') ? 128 : 32))));
