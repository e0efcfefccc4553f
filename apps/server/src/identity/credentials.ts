import { createHash } from 'node:crypto';
import type { ApiCredential, Scope } from '@strongroom/contract';
import type { z } from 'zod';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { certificatesIn } from '../platform/certificate.ts';
import { isDuplicate, type Database, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { certificateFacts, sshFingerprint } from './user-keys.ts';

/** What an API user shows at a door, beside its REST token. */
export type CredentialKind = 'ssh-key' | 'certificate';

/** What a key or a certificate says about its holder; whether it still holds is asked with each call. */
export interface KnownCredential {
  readonly id: string;
  readonly userId: string;
  readonly organisationId: string;
  /** The organisation's name, as it is set. */
  readonly organisation: string;
  readonly username: string;
  readonly scopes: readonly Scope[];
  /** What the user is bound to: see `hostAllows`. */
  readonly host: string;
}

/** SHA-256 over the blob of an OpenSSH key in one line, or over a certificate's DER. Both are read and judged by then: see `user-keys.ts`. */
function fingerprintOf(kind: CredentialKind, publicText: string): Buffer {
  const bytes =
    kind === 'ssh-key' ? Buffer.from(publicText.split(' ')[1] ?? '', 'base64') : certificatesIn(publicText)[0]?.raw;
  if (!bytes || bytes.length === 0) throw new Error(`no ${kind} in what was judged to be one`);
  return createHash('sha256').update(bytes).digest();
}

const allScopes: readonly Scope[] = ['read', 'passwords', 'manage', 'administer'];

/**
 * What an API user's key or certificate is to be. Scopes left out are the former one's, or else the token's; an end left out stays with the same key, and a new one has none but a
 * certificate's own.
 */
export interface CredentialGiven {
  /** The key in one line or the certificate as PEM, read and judged; empty takes it away. */
  readonly publicText?: string;
  readonly scopes?: readonly Scope[];
  readonly expiresAt?: string | null;
}

/**
 * Gives an API user a key or a certificate in place of the former one, which ends at once, or takes it away. A row never changes: other scopes or another end make another row.
 * Throws `input-invalid` when another user has it, or when its end has passed.
 */
export async function giveCredential(
  grant: Grant<'user.create-api' | 'user.update'>,
  userId: string,
  kind: CredentialKind,
  given: CredentialGiven,
): Promise<void> {
  const { db } = grant;
  const path = kind === 'ssh-key' ? 'sshKey' : 'certificate';
  const former = await db
    .updateTable('apiCredential')
    .set({ revokedAt: new Date() })
    .where('userId', '=', userId)
    .where('kind', '=', kind)
    .where('revokedAt', 'is', null)
    .returning(['publicText', 'scopes', 'expiresAt'])
    .executeTakeFirst();
  const publicText = given.publicText ?? former?.publicText ?? '';
  if (publicText === '') return;
  const scopes = given.scopes ?? former?.scopes ?? (await scopesOfToken(db, userId));
  const chosen = typeof given.expiresAt === 'string' ? new Date(given.expiresAt) : null;
  if (chosen && chosen <= new Date())
    throw new Problem('input-invalid', { errors: [{ path: 'expiresAt', message: 'must lie in the future' }] });
  // The end of the one before is no reason to end its successor.
  const kept = given.expiresAt === undefined && publicText === former?.publicText ? former.expiresAt : chosen;
  const notAfter = kind === 'certificate' ? certificatesIn(publicText)[0]?.validToDate : undefined;
  const expiresAt = notAfter && (!kept || notAfter < kept) ? notAfter : kept;
  try {
    await db
      .insertInto('apiCredential')
      .values({
        id: newId(),
        organisationId: grant.actor.organisationId,
        userId,
        kind,
        publicText,
        fingerprint: fingerprintOf(kind, publicText),
        scopes: [...scopes],
        expiresAt,
      })
      .execute();
  } catch (error) {
    if (isDuplicate(error))
      throw new Problem('input-invalid', {
        errors: [{ path, message: 'is another API user’s already: each needs one of its own' }],
      });
    throw error;
  }
}

/** An API user's key has the scopes of its token, unless others are given. */
async function scopesOfToken(db: OrganisationDb, userId: string): Promise<readonly string[]> {
  const token = await db
    .selectFrom('apiToken')
    .select('scopes')
    .where('userId', '=', userId)
    .orderBy('createdAt', 'desc')
    .executeTakeFirst();
  return token?.scopes ?? allScopes;
}

/** Ends an API user's key and certificate at once. */
export async function endCredentialsOf(db: OrganisationDb, userId: string): Promise<void> {
  await db
    .updateTable('apiCredential')
    .set({ revokedAt: new Date() })
    .where('userId', '=', userId)
    .where('revokedAt', 'is', null)
    .execute();
}

interface CredentialRow {
  id: string;
  kind: 'token' | CredentialKind;
  hint: string | null;
  publicText: string | null;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date | null;
  usedAt: Date | null;
}

/** What an API user can come with, the token first. */
export async function credentialsOf(db: OrganisationDb, userId: string): Promise<z.input<typeof ApiCredential>[]> {
  const { rows } =
    await sql<CredentialRow>`select c.*, (select l.used_at from last_use l where l.subject_id = c.id) as used_at from (
      select t.id, 'token' as kind, t.hint, null as public_text, t.scopes, t.created_at, t.expires_at from api_token t
        where t.user_id = ${userId} and t.revoked_at is null
      union all select k.id, k.kind, null, k.public_text, k.scopes, k.created_at, k.expires_at from api_credential k
        where k.user_id = ${userId} and k.revoked_at is null) c
    order by c.kind = 'token' desc, c.kind desc, c.created_at desc`.execute(db);
  return rows.map(({ id, kind, hint, publicText, scopes, createdAt, expiresAt, usedAt }) => ({
    id,
    kind,
    shows: kind === 'token' ? `…${hint ?? ''}` : (shown(kind, publicText ?? '') ?? ''),
    scopes: scopes as Scope[],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: usedAt?.toISOString() ?? null,
  }));
}

const shown = (kind: CredentialKind, publicText: string): string | undefined | null =>
  kind === 'ssh-key' ? sshFingerprint(publicText) : certificateFacts(publicText)?.fingerprint;

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
/** An API user is `name` or `name@host`, and shows itself with either. */
const isCalled = (username: string, shown: string): boolean =>
  same(username, shown) || (username.includes('@') && same(username.slice(0, username.lastIndexOf('@')), shown));

/** As whom a key or certificate is shown. Left out, any organisation will do, if only one has it. */
interface Shown {
  readonly organisation?: string;
}

async function find(
  database: Database,
  kind: CredentialKind,
  fingerprint: Buffer,
  shown: Shown & { name: string },
): Promise<KnownCredential | undefined> {
  const { rows } =
    await sql<KnownCredential>`select id, organisation_id, organisation, user_id, username, scopes, host from strongroom.find_credential(${kind}, ${fingerprint})`.execute(
      database.anyone,
    );
  const fitting = rows.filter(
    (row) =>
      isCalled(row.username, shown.name) &&
      (shown.organisation === undefined || same(row.organisation, shown.organisation)),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

/**
 * Finds whose an SSH key is, by the key itself; the name it is shown under, `name` or `name@host`, must be that user's. `blob` as RFC 4253 section 6.6 has it. Undefined for a key
 * nobody has or shown under another name; found even when it has expired or the user is disabled, so that the refusal of what is asked says whose it was.
 */
export const findSshKey = (
  database: Database,
  shown: Shown & { username: string; blob: Buffer },
): Promise<KnownCredential | undefined> =>
  find(database, 'ssh-key', createHash('sha256').update(shown.blob).digest(), { ...shown, name: shown.username });

/** The same for a certificate: by the SHA-256 over its DER, and its common name. */
export const findCertificate = (
  database: Database,
  shown: Shown & { commonName: string; sha256: Buffer },
): Promise<KnownCredential | undefined> =>
  find(database, 'certificate', shown.sha256, { ...shown, name: shown.commonName });
