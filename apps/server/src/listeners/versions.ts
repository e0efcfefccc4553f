import { ListenerSpec, type ListenerVersion, type ListenerVersionState } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { OrganisationDb } from '../platform/db.ts';
import { hashOf, type Content } from './hash.ts';

/** A file of a version as it lies in the database. */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly sealed: Buffer;
}

/** A version as it lies in the database. */
export interface StoredVersion extends Content {
  readonly listenerId: string;
  readonly version: number;
  readonly hash: string;
  readonly state: ListenerVersionState;
  readonly authorId: string;
  readonly author: string;
  readonly createdAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly why: string | null;
  readonly approval: Buffer | null;
  readonly file: StoredFile | null;
  readonly companion: StoredFile | null;
}

interface Row extends Omit<StoredVersion, 'spec' | 'file' | 'companion'> {
  spec: unknown;
  fileId: string | null;
  companionId: string | null;
}

/** Versions of a listener, newest first; all of them, or one. Throws for what this release did not write. */
export async function readVersions(db: OrganisationDb, listenerId: string, only?: number): Promise<StoredVersion[]> {
  const { rows } = await sql<Row>`
    select v.listener_id, v.version, v.name, v.note, v.spec, v.file_id, v.companion_id, v.hash, v.state, v.author_id, v.author,
      v.created_at, v.decided_by, v.decided_at, v.why, v.approval
    from listener_version v where v.listener_id = ${listenerId} and (${only ?? null}::int is null or v.version = ${only ?? null}::int)
    order by v.version desc limit 200`.execute(db);
  const ids = rows.flatMap(({ fileId, companionId }) => [fileId, companionId]).filter((id) => id !== null);
  const files =
    ids.length === 0 ? [] : await db.selectFrom('listenerFile').selectAll().where('id', 'in', ids).execute();
  const file = (id: string | null): StoredFile | null => files.find((one) => one.id === id) ?? null;
  return rows.map(({ fileId, companionId, spec, ...row }) => ({
    ...row,
    spec: ListenerSpec.parse(spec),
    file: file(fileId),
    companion: file(companionId),
  }));
}

/** The hash of a version, computed anew from what lies there now. */
export const hashNow = (version: StoredVersion): string => hashOf(version.listenerId, version.version, version);

const fileReply = (file: StoredFile | null): z.input<typeof ListenerVersion>['file'] =>
  file && { name: file.name, bytes: file.bytes, sha256: file.sha256 };

/** As it is shown. */
export const versionReply = (one: StoredVersion): z.input<typeof ListenerVersion> => ({
  version: one.version,
  name: one.name,
  note: one.note,
  spec: one.spec,
  file: fileReply(one.file),
  companion: fileReply(one.companion),
  hash: one.hash,
  state: one.state,
  author: one.author,
  createdAt: one.createdAt.toISOString(),
  decidedBy: one.decidedBy,
  decidedAt: one.decidedAt?.toISOString() ?? null,
  why: one.why,
});
