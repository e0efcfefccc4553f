import {
  approveListener,
  createListener,
  deleteListener,
  listApprovals,
  listListenerRuns,
  listListeners,
  readListener,
  readListenerFile,
  readListenerRun,
  refuseListener,
  renewListenerSecret,
  retryListenerRun,
  switchListener,
  testListener,
  updateListener,
} from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, type Endpoint, type Grant } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { waitingModules } from '../tickets/index.ts';
import { Altered } from './approval.ts';
import { approve, refuse } from './decide.ts';
import { approvals, listenerPage, oneListener } from './listener.queries.ts';
import { openFile } from './open-file.ts';
import { oneRun, runPage } from './run.queries.ts';
import { readVersions, versionReply } from './versions.ts';
import { addListener, drawSecret, editListener, lockListener, type WriteParts } from './write.ts';

const listenerOf = (input: { listenerId: string }): string => input.listenerId;
const runOf = (input: { listenerRunId: string }): string => input.listenerRunId;
const itself = (grant: Grant) => oneListener(grant.db, grant.actor, grant.objectId);

/** Makes a run that no event asked for: the next round takes it up. */
async function startRun(
  grant: Grant<'listener.test'> | Grant<'listener.retry'>,
  run: {
    listenerId: string;
    accountId?: string;
    accountName?: string | null;
    oldVersion?: number | null;
    newVersion?: number;
  },
): Promise<string> {
  const id = newId();
  const { organisationId } = grant.actor;
  await grant.db
    .insertInto('listenerRun')
    .values({ id, organisationId, ...run })
    .execute();
  grant.note({ run: id });
  return id;
}

/** Throws `not-that-state` for a listener that would not run. */
async function requireRunning(grant: Grant, listenerId: string): Promise<void> {
  const { runs, isOn } = await lockListener(grant.db, listenerId);
  if (runs === null) throw new Problem('not-that-state', { detail: 'No version of it is approved yet.' });
  if (!isOn) throw new Problem('not-that-state', { detail: 'It is turned off.' });
}

/** Listeners of new passwords, their approvals and their runs. */
export const listenerEndpoints = (parts: WriteParts): Endpoint[] => [
  endpoint(listListeners, { run: (grant, input) => listenerPage(grant.db, grant.actor, input) }),
  endpoint(readListener, {
    object: listenerOf,
    run: async (grant) => ({
      listener: await itself(grant),
      versions: (await readVersions(grant.db, grant.objectId)).map(versionReply),
    }),
  }),
  endpoint(readListenerFile, {
    object: listenerOf,
    async run(grant, { listenerVersion, which }) {
      const [version] = await readVersions(grant.db, grant.objectId, listenerVersion);
      const stored = version?.[which];
      if (!stored) throw new Problem('not-found');
      grant.note({ version: listenerVersion, file: stored.name });
      try {
        const file = await openFile(grant, parts.vault, stored);
        if (!file) throw new Problem('not-found');
        const { name, bytes, sha256 } = stored;
        return { name, bytes, sha256, base64: file.content.toString('base64') };
      } catch (error) {
        if (error instanceof Altered)
          throw new Problem('not-that-state', { detail: `It was changed past the product. ${error.message}` });
        throw error;
      }
    },
  }),
  endpoint(createListener, {
    async run(grant, input) {
      const { id, secret } = await addListener(grant, parts, input);
      return { listener: await oneListener(grant.db, grant.actor, id), secret };
    },
  }),
  endpoint(updateListener, {
    object: listenerOf,
    async run(grant, input) {
      const { secret } = await editListener(grant, parts, input);
      return { listener: await itself(grant), secret };
    },
  }),
  endpoint(approveListener, {
    object: listenerOf,
    async run(grant, { hash }) {
      await approve(grant, parts.vault, hash);
      return itself(grant);
    },
  }),
  endpoint(refuseListener, {
    object: listenerOf,
    async run(grant, { hash, why }) {
      await refuse(grant, hash, why);
      return itself(grant);
    },
  }),
  endpoint(switchListener, {
    object: listenerOf,
    async run(grant, { on }) {
      await lockListener(grant.db, grant.objectId);
      await grant.db.updateTable('listener').set({ isOn: on }).where('id', '=', grant.objectId).execute();
      grant.note({ on });
      return itself(grant);
    },
  }),
  endpoint(renewListenerSecret, {
    object: listenerOf,
    async run(grant) {
      const { newest } = await lockListener(grant.db, grant.objectId);
      const [version] = await readVersions(grant.db, grant.objectId, newest);
      if (version?.spec.kind !== 'webhook')
        throw new Problem('not-that-state', { detail: 'Only a webhook’s calls are signed.' });
      return { secret: await drawSecret(grant, parts.vault, grant.objectId) };
    },
  }),
  endpoint(deleteListener, {
    object: listenerOf,
    async run(grant) {
      await grant.db.deleteFrom('listener').where('id', '=', grant.objectId).execute();
      return {};
    },
  }),
  endpoint(testListener, {
    object: listenerOf,
    async run(grant, _input, facts) {
      await requireRunning(grant, grant.objectId);
      const id = await startRun(grant, { listenerId: grant.objectId });
      const { output: _, ...run } = await oneRun(grant.db, { facts, userId: grant.actor.userId }, id);
      return run;
    },
  }),
  endpoint(listListenerRuns, {
    run: (grant, input, facts) => runPage(grant.db, { facts, userId: grant.actor.userId }, input),
  }),
  endpoint(readListenerRun, {
    object: runOf,
    run: (grant, _input, facts) => oneRun(grant.db, { facts, userId: grant.actor.userId }, grant.objectId),
  }),
  endpoint(retryListenerRun, {
    object: runOf,
    async run(grant, _input, facts) {
      const { rows } = await sql<{
        listenerId: string;
        accountId: string | null;
        accountName: string | null;
        oldVersion: number | null;
        newVersion: number | null;
        present: number | null;
        ended: boolean;
      }>`select x.listener_id, x.account_id, x.account_name, x.old_version, x.new_version, a.secret_version as present, x.ended_at is not null as ended
        from listener_run x left join account a on a.id = x.account_id where x.id = ${grant.objectId} for update of x`.execute(
        grant.db,
      );
      const row = rows[0];
      if (!row) throw new Problem('not-found');
      const { listenerId, accountId, accountName, oldVersion, newVersion } = row;
      await requireRunning(grant, listenerId);
      if (!row.ended) throw new Problem('not-that-state', { detail: 'It has not ended yet.' });
      if (newVersion !== null && (accountId === null || row.present !== newVersion))
        throw new Problem('not-that-state', { detail: 'The account has another password by now.' });
      const id = await startRun(
        grant,
        newVersion === null || accountId === null
          ? { listenerId }
          : { listenerId, accountId, accountName, oldVersion, newVersion },
      );
      const { output: _, ...run } = await oneRun(grant.db, { facts, userId: grant.actor.userId }, id);
      return run;
    },
  }),
  endpoint(listApprovals, {
    async run(grant) {
      const module = await waitingModules(grant.db, grant.actor);
      const items = [
        ...(await approvals(grant.db, grant.actor)),
        ...module.map(({ at, ...one }) => ({ ...one, kind: 'ticketing-module' as const, at: at.toISOString() })),
      ].sort((a, b) => (a.at < b.at ? -1 : 1));
      return { items, mine: items.filter((item) => item.mayDecide).length };
    },
  }),
];
