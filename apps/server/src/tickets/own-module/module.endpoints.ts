import {
  addTicketingModule,
  approveTicketingModule,
  readTicketingModuleFile,
  readTicketingModules,
  refuseTicketingModule,
} from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { endpoint, type Endpoint, type Grant } from '../../authorise/index.ts';
import { askApproval } from '../../mail/index.ts';
import { Problem } from '../../platform/problem.ts';
import { newId, sameText, sha256 } from '../../platform/random.ts';
import type { Vault } from '../../vault/index.ts';
import { Altered, openModule, sealModule, sealModuleApproval } from './approved.ts';
import { authorsSince, hashOfModule, modulesReply, readModules, type StoredModule } from './versions.ts';

/** Two who add or decide at the same time do so one after the other. */
async function lockModules(grant: Grant): Promise<StoredModule | undefined> {
  const key = `strongroom ticketing module ${grant.actor.organisationId}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(grant.db);
  return (await readModules(grant.db))[0];
}

async function add(
  grant: Grant<'ticketing.add-module'>,
  parts: { vault: Vault; publicUrl(): string },
  { note, file, newest }: z.output<typeof addTicketingModule.input>,
): Promise<void> {
  if (!/\.m?[jt]s$/.test(file.name))
    throw new Problem('input-invalid', {
      errors: [{ path: 'file.name', message: 'must end in .ts, .mts, .js or .mjs' }],
    });
  const before = await lockModules(grant);
  if ((before?.version ?? 0) !== newest) throw new Problem('changed-meanwhile');
  const { organisationId, userId: authorId } = grant.actor;
  if (authorId === null) throw new Error('a module has an author');
  const bytes = Buffer.from(file.base64, 'base64');
  const marked = {
    ...{ id: newId(), version: newest + 1, note, fileName: file.name, bytes: bytes.length, authorId },
    sha256: sha256(bytes).toString('hex'),
  };
  const hash = hashOfModule(marked);
  await grant.db.updateTable('ticketingModule').set({ state: 'replaced' }).where('state', '=', 'waiting').execute();
  await grant.db
    .insertInto('ticketingModule')
    .values({
      ...{ ...marked, organisationId, hash, author: grant.actorName },
      sealed: await sealModule(grant, parts.vault, marked, file.base64),
    })
    .execute();
  grant.note({ version: marked.version, file: file.name, sha256: marked.sha256, hash });
  const authors = await authorsSince(grant.db);
  await askApproval(grant, parts.publicUrl, 'manage-listeners', {
    ...{ kind: 'ticketing module', name: file.name, version: marked.version, authors },
  });
}

/**
 * The newest version, locked, if the one who asks may decide about it. Throws `not-that-state` when nothing waits, `changed-meanwhile` when
 * it is another than was looked at, `not-yourself` for whoever made any of what is not approved yet.
 */
async function waiting(
  grant: Grant<'ticketing.approve-module' | 'ticketing.refuse-module'>,
  hash: string,
): Promise<StoredModule & { by: string }> {
  const newest = await lockModules(grant);
  if (newest?.state !== 'waiting') throw new Problem('not-that-state', { detail: 'Nothing of it waits.' });
  // What lies there now, too: whoever approves has read that.
  if (!sameText(newest.hash, hash) || !sameText(hashOfModule(newest), hash)) throw new Problem('changed-meanwhile');
  const by = grant.actor.userId;
  if (by === null || (await authorsSince(grant.db)).includes(by))
    throw new Problem('not-yourself', { detail: 'Another administrator decides: you made what waits.' });
  grant.note({ version: newest.version, hash, author: newest.author });
  return { ...newest, by };
}

/** The module that asks a ticketing system of one's own, and its approval. */
export const ticketingModuleEndpoints = (parts: { vault: Vault; publicUrl(): string }): Endpoint[] => [
  endpoint(readTicketingModules, { run: modulesReply }),
  endpoint(readTicketingModuleFile, {
    async run(grant, { moduleVersion }) {
      const [stored] = await readModules(grant.db, moduleVersion);
      if (!stored) throw new Problem('not-found');
      grant.note({ version: moduleVersion, file: stored.fileName });
      try {
        const { name, content } = await openModule(grant, parts.vault, stored);
        return { name, bytes: stored.bytes, sha256: stored.sha256, base64: content.toString('base64') };
      } catch (error) {
        if (error instanceof Altered)
          throw new Problem('not-that-state', { detail: `It was changed past the product. ${error.message}` });
        throw error;
      }
    },
  }),
  endpoint(addTicketingModule, {
    async run(grant, input) {
      await add(grant, parts, input);
      return modulesReply(grant);
    },
  }),
  endpoint(approveTicketingModule, {
    async run(grant, { hash }) {
      const version = await waiting(grant, hash);
      const approval = await sealModuleApproval(grant, parts.vault, version, version.by);
      await decide(grant, version.id, { state: 'approved', approval });
      return modulesReply(grant);
    },
  }),
  endpoint(refuseTicketingModule, {
    async run(grant, { hash, why }) {
      const version = await waiting(grant, hash);
      grant.note({ why });
      await decide(grant, version.id, { state: 'refused', why });
      return modulesReply(grant);
    },
  }),
];

const decide = (grant: Grant, id: string, set: { state: string; approval?: Buffer; why?: string }): Promise<unknown> =>
  grant.db
    .updateTable('ticketingModule')
    .set({ ...set, decidedBy: grant.actorName, decidedAt: new Date() })
    .where('id', '=', id)
    .execute();
