import { TicketingModule, type TicketingModules } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { scopesOf, type Actor, type Grant } from '../../authorise/index.ts';
import type { OrganisationDb } from '../../platform/db.ts';
import { sha256 } from '../../platform/random.ts';

/** A version as it lies in the database. */
export interface StoredModule {
  readonly id: string;
  readonly version: number;
  readonly note: string;
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly sealed: Buffer;
  readonly hash: string;
  readonly state: z.output<typeof TicketingModule>['state'];
  readonly authorId: string;
  readonly author: string;
  readonly createdAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly why: string | null;
  readonly approval: Buffer | null;
}

const most = 100;

/** Versions, newest first. */
export async function readModules(db: OrganisationDb, only?: number): Promise<StoredModule[]> {
  const rows = await db
    .selectFrom('ticketingModule')
    .selectAll()
    .$if(only !== undefined, (query) => query.where('version', '=', only ?? 0))
    .orderBy('version', 'desc')
    .limit(most)
    .execute();
  return rows.map(({ state, ...row }) => ({ ...row, state: TicketingModule.shape.state.parse(state) }));
}

/** The version that runs: the newest approved one. */
export async function runningModule(db: OrganisationDb): Promise<StoredModule | undefined> {
  const row = await db
    .selectFrom('ticketingModule')
    .selectAll()
    .where('state', '=', 'approved')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { ...row, state: 'approved' };
}

/** SHA-256, in hexadecimal, over one version: all that somebody approves. */
export const hashOfModule = (
  of: Pick<StoredModule, 'id' | 'version' | 'note' | 'fileName' | 'sha256' | 'authorId'>,
): string =>
  sha256(
    JSON.stringify(['ticketing-module', of.id, of.version, of.note, of.fileName, of.sha256, of.authorId]),
  ).toString('hex');

/** Those who made what is not decided yet: everybody who wrote a version since the one that runs. */
export async function authorsSince(db: OrganisationDb): Promise<string[]> {
  const { rows } = await sql<{ authorId: string }>`
    select distinct author_id from ticketing_module
    where version > coalesce((select max(version) from ticketing_module where state = 'approved'), 0)`.execute(db);
  return rows.map(({ authorId }) => authorId);
}

/** Whether the actor may decide about what waits: a person who wrote none of it. */
const mayDecide = async (db: OrganisationDb, actor: Actor): Promise<boolean> =>
  scopesOf(actor) === null && !actor.task && actor.userId !== null && !(await authorsSince(db)).includes(actor.userId);

/** As they are shown to whoever asks. */
export async function modulesReply({ db, actor }: Grant): Promise<z.input<typeof TicketingModules>> {
  const rows = await readModules(db);
  return {
    versions: rows.map((one) => ({
      ...{ version: one.version, note: one.note, hash: one.hash, state: one.state, author: one.author },
      file: { name: one.fileName, bytes: one.bytes, sha256: one.sha256 },
      ...{ createdAt: one.createdAt.toISOString(), decidedBy: one.decidedBy, why: one.why },
      decidedAt: one.decidedAt?.toISOString() ?? null,
    })),
    runs: (await runningModule(db))?.version ?? null,
    mayDecide: rows[0]?.state === 'waiting' && (await mayDecide(db, actor)),
  };
}

/** What waits of the module, for the list of approvals; none or one. */
export async function waitingModules(
  db: OrganisationDb,
  actor: Actor,
): Promise<
  { id: string; name: string; version: number; edit: boolean; author: string; at: Date; mayDecide: boolean }[]
> {
  const newest = (await readModules(db)).find(({ state }) => state === 'waiting');
  if (!newest) return [];
  const { id, fileName, version, author, createdAt } = newest;
  const edit = (await runningModule(db)) !== undefined;
  return [{ id, name: fileName, version, edit, author, at: createdAt, mayDecide: await mayDecide(db, actor) }];
}
