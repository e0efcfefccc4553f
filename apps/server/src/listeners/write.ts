import type { createListener, ListenerFileInput, updateListener } from '@strongroom/contract';
import type { z } from 'zod';
import type { Grant } from '../authorise/index.ts';
import { askApproval, type Waiting } from '../mail/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId, newToken, sha256 } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { hashOf, type Content } from './hash.ts';
import { readVersions, type StoredFile } from './versions.ts';

type Writing = Grant<'listener.create'> | Grant<'listener.update'>;
type Body = z.output<typeof createListener.input>;
/** Parts that writing needs beside the grant. */
export interface WriteParts {
  readonly vault: Vault;
  publicUrl(): string;
}

const fault = (path: string, message: string): Problem => new Problem('input-invalid', { errors: [{ path, message }] });

/** What holds beyond the schema: a script and a module have a file, a webhook has none, and a module is TypeScript or JavaScript. */
function requireFitting(spec: Body['spec'], file: { name: string } | null, companion: unknown): void {
  if (spec.kind === 'webhook') {
    if (file !== null || companion !== null) throw fault('file', 'a webhook has no file');
    return;
  }
  if (file === null) throw fault('file', 'is needed');
  if (spec.kind === 'module' && !/\.m?[jt]s$/.test(file.name))
    throw fault('file.name', 'must end in .ts, .mts, .js or .mjs');
}

async function keepFile(
  grant: Writing,
  vault: Vault,
  listenerId: string,
  { name, base64 }: ListenerFileInput,
): Promise<StoredFile> {
  const id = newId();
  const bytes = Buffer.from(base64, 'base64');
  // Sealed as base64: a program is no text, and a secret is one.
  const sealed = await vault.seal(grant, new Secret(base64), {
    column: 'listener_file.sealed',
    rowId: id,
    version: 1,
  });
  const file = { id, name, bytes: bytes.length, sha256: sha256(bytes).toString('hex'), sealed };
  const { organisationId } = grant.actor;
  await grant.db
    .insertInto('listenerFile')
    .values({ ...file, organisationId, listenerId })
    .execute();
  return file;
}

async function addVersion(
  grant: Writing,
  listenerId: string,
  version: number,
  content: Content & { file: StoredFile | null; companion: StoredFile | null },
): Promise<void> {
  const hash = hashOf(listenerId, version, content);
  const { organisationId, userId } = grant.actor;
  if (userId === null) throw new Error('a listener has an author');
  await grant.db
    .insertInto('listenerVersion')
    .values({
      organisationId,
      listenerId,
      version,
      name: content.name,
      note: content.note,
      spec: JSON.stringify(content.spec),
      fileId: content.file?.id ?? null,
      companionId: content.companion?.id ?? null,
      hash,
      authorId: userId,
      author: grant.actorName,
    })
    .execute();
  grant.note({ version, kind: content.spec.kind, hash });
  if (content.file) grant.note({ file: content.file.name, sha256: content.file.sha256 });
}

async function uniquely<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isDuplicate(error, 'listener_name'))
      throw new Problem('name-taken', { errors: [{ path: 'name', message: 'another listener has this name' }] });
    throw error;
  }
}

/** Draws the secret that a webhook's calls are signed with, and gives it this once. The former one is gone. */
export async function drawSecret(
  grant: Writing | Grant<'listener.renew-secret'>,
  vault: Vault,
  listenerId: string,
): Promise<string> {
  const secret = newToken();
  const row = await grant.db
    .selectFrom('listener')
    .select('secretVersion')
    .where('id', '=', listenerId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const secretVersion = row.secretVersion + 1;
  const place = { column: 'listener.sealed', rowId: listenerId, version: secretVersion } as const;
  const sealed = await vault.seal(grant, new Secret(secret), place);
  await grant.db.updateTable('listener').set({ sealed, secretVersion }).where('id', '=', listenerId).execute();
  return secret;
}

const tellApprovers = (grant: Writing, { publicUrl }: WriteParts, what: Omit<Waiting, 'kind'>): Promise<void> =>
  askApproval(grant, publicUrl, 'manage-listeners', { kind: 'reset listener', ...what });

/** Adds a listener whose first version waits. Gives its id and a webhook's secret. */
export async function addListener(
  grant: Grant<'listener.create'>,
  parts: WriteParts,
  body: Body,
): Promise<{ id: string; secret: string | null }> {
  requireFitting(body.spec, body.file, body.companion);
  const id = newId();
  const { organisationId, userId } = grant.actor;
  if (userId === null) throw new Error('a listener has an author');
  await uniquely(
    grant.db
      .insertInto('listener')
      .values({ id, organisationId, name: body.name, createdById: userId, createdBy: grant.actorName })
      .execute(),
  );
  grant.about({ kind: 'listener', id, name: body.name });
  const file = body.file && (await keepFile(grant, parts.vault, id, body.file));
  const companion = body.companion && (await keepFile(grant, parts.vault, id, body.companion));
  await addVersion(grant, id, 1, { ...body, file, companion });
  await tellApprovers(grant, parts, { name: body.name, version: 1, authors: [userId] });
  return { id, secret: body.spec.kind === 'webhook' ? await drawSecret(grant, parts.vault, id) : null };
}

/** The listener, locked, so that two who change it do not make the same version. Throws `not-found`. */
export async function lockListener(
  db: OrganisationDb,
  id: string,
): Promise<{ newest: number; runs: number | null; isOn: boolean; sealed: Buffer | null }> {
  const row = await db
    .selectFrom('listener')
    .select(['newest', 'runs', 'isOn', 'sealed'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Problem('not-found');
  return row;
}

/** Those who made what is not decided yet: everybody who wrote a version since the one that runs. */
export async function authorsSince(db: OrganisationDb, id: string, runs: number | null): Promise<string[]> {
  const rows = await db
    .selectFrom('listenerVersion')
    .select('authorId')
    .distinct()
    .where('listenerId', '=', id)
    .where('version', '>', runs ?? 0)
    .execute();
  return rows.map(({ authorId }) => authorId);
}

/** Makes another version, which waits. Files that are not given stay. Throws `changed-meanwhile` when the edit began at a version before the newest. */
export async function editListener(
  grant: Grant<'listener.update'>,
  parts: WriteParts,
  body: z.output<typeof updateListener.input>,
): Promise<{ secret: string | null }> {
  const id = grant.objectId;
  const { newest, runs, sealed } = await lockListener(grant.db, id);
  if (newest !== body.newest) throw new Problem('changed-meanwhile');
  const [before] = await readVersions(grant.db, id, newest);
  if (!before) throw new Error('a listener has a version');
  const isWebhook = body.spec.kind === 'webhook';
  const keptCompanion = body.withoutCompanion || isWebhook ? null : before.companion;
  const given = body.file ?? (isWebhook ? null : before.file);
  requireFitting(body.spec, given, isWebhook ? body.companion : null);
  const file = body.file ? await keepFile(grant, parts.vault, id, body.file) : isWebhook ? null : before.file;
  const companion = body.companion ? await keepFile(grant, parts.vault, id, body.companion) : keptCompanion;
  await grant.db
    .updateTable('listenerVersion')
    .set({ state: 'replaced' })
    .where('listenerId', '=', id)
    .where('state', '=', 'waiting')
    .execute();
  const version = newest + 1;
  await uniquely(
    grant.db.updateTable('listener').set({ newest: version, name: body.name }).where('id', '=', id).execute(),
  );
  await addVersion(grant, id, version, { ...body, file, companion });
  const authors = await authorsSince(grant.db, id, runs);
  await tellApprovers(grant, parts, { name: body.name, version, authors });
  return { secret: isWebhook && sealed === null ? await drawSecret(grant, parts.vault, id) : null };
}
