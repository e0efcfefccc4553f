import type { World } from './world.ts';

/** Runs what waits to be judged anew, as the queue would, until nothing waits. Returns how many sweeps ran. */
export async function judgeAll(w: World, organisationId = w.organisationId): Promise<number> {
  let ran = 0;
  for (;;) {
    const waiting = await w.sql<{ id: string }>(
      `select id from strongroom.policy_sweep where organisation_id = $1 and state in ('waiting', 'running') order by created_at, id`,
      [organisationId],
    );
    if (waiting.length === 0) return ran;
    for (const { id } of waiting) {
      await w.composed.jobs.judge({ organisationId, sweepId: id }, new AbortController().signal);
      ran++;
    }
  }
}
