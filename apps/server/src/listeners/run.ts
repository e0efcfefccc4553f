import { sql } from 'kysely';
import { system, type Grant, type Perform } from '../authorise/index.ts';
import type { Jobs } from '../platform/jobs.ts';
import type { RunAs } from '../sandbox/index.ts';
import { nextRun } from './lanes.ts';
import { execute } from './execute.ts';
import { handed, scrubbed } from './hand-over.ts';
import type { Outcome } from './outcome.ts';
import { takeUp, type Taken, type TakeUpParts } from './take-up.ts';

export interface ListenerParts extends TakeUpParts {
  readonly perform: Perform;
  readonly runAs: RunAs;
}

/** When a webhook that was not taken is called again: seconds after each try. */
const backOff = [10, 60, 300, 1800] as const;

/**
 * Brings one run on its way: takes it up, runs it with no transaction open, and writes down what came of it. A script or module runs once at
 * most: when the server dies meanwhile, the run is in doubt. A webhook that did not answer is called again, with the same id.
 */
export async function runListener(
  parts: ListenerParts,
  organisationId: string,
  runId: string,
  signal: AbortSignal,
): Promise<void> {
  const actor = system(organisationId);
  const taken = await parts.perform({ actor, action: 'listener.run', objectId: runId }, (grant) =>
    takeUp(grant, parts),
  );
  if (!taken) return;
  const outcome = await execute(taken, handed(taken), parts.runAs, signal).catch((): Outcome => ({
    // A fault of ours or of the machine, such as a full disk. Its text may tell of files; the log has it not, as nothing secret may be there.
    ...{
      state: 'failed',
      why: 'It could not be started: the server has no room or right for its files.',
      exitCode: null,
      output: '',
    },
  }));
  await parts.perform({ actor, action: 'listener.settle', objectId: runId }, (grant) => settle(grant, taken, outcome));
}

/** The job of a lane: one run after the other, until none is due or enough are at work. */
export async function runLane(
  parts: ListenerParts,
  { organisationId, lane }: Jobs['listener'],
  signal: AbortSignal,
): Promise<void> {
  const ask = { actor: system(organisationId), action: 'listener.plan', objectId: organisationId } as const;
  while (!signal.aborted) {
    const runId = await parts.perform(ask, (grant) => nextRun(grant, lane));
    if (runId === undefined) return;
    await runListener(parts, organisationId, runId, signal);
  }
}

async function settle(grant: Grant<'listener.settle'>, taken: Taken, outcome: Outcome): Promise<void> {
  const output = scrubbed(outcome.output, taken, outcome.cut === true);
  const { rows } = await sql<{
    tries: number;
    state: string;
  }>`select tries, state from listener_run where id = ${grant.objectId} for update`.execute(grant.db);
  const row = rows[0];
  if (row?.state !== 'running') {
    // It was deleted meanwhile.
    grant.nothingDone();
    return;
  }
  const pause = outcome.again === true && !taken.test ? backOff[row.tries - 1] : undefined;
  const state = pause === undefined ? outcome.state : 'waiting';
  await grant.db
    .updateTable('listenerRun')
    .set({
      state,
      why: outcome.why,
      exitCode: outcome.exitCode,
      output,
      leasedUntil: null,
      ...(pause === undefined ? { endedAt: new Date() } : { nextTryAt: new Date(Date.now() + pause * 1000) }),
    })
    .where('id', '=', grant.objectId)
    .execute();
  grant.note({
    ...{ listener: taken.listener, version: taken.version.version, state: outcome.state, test: taken.test },
    ...(outcome.exitCode === null ? {} : { exitCode: outcome.exitCode }),
    ...(outcome.why === null ? {} : { why: outcome.why }),
    ...(pause === undefined ? {} : { retryInSeconds: pause }),
  });
  if (!taken.test) grant.note({ resource: taken.told.resource.name, account: taken.told.account.name });
}
