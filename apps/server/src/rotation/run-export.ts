import { writeCsv, type Cell } from '@strongroom/tabular';
import { sql } from 'kysely';
import type { StreamEndpoint } from '../authorise/index.ts';
import { restrictionsOf } from '../identity/index.ts';
import { Problem } from '../platform/problem.ts';

const rowsAtOnce = 1000;
const stamp = 'YYYY-MM-DD"T"HH24:MI:SS"Z"';

/** The results of a run as CSV, a part at a time: each part is a transaction of its own, and the first leaves the event. */
export const runExport: StreamEndpoint = {
  name: 'run.export',
  method: 'GET',
  path: '/runs/:runId/results',
  summary: 'The results of a run as CSV.',
  takes: 'none',
  async handle({ perform, actor, params }) {
    const runId = params['runId'] ?? '';
    const part = (after: number): Promise<{ n: number; cells: Cell[] }[]> =>
      perform({ actor, action: 'run.export', objectId: runId }, async (grant) => {
        const { userId } = actor;
        if (userId !== null && !(await restrictionsOf(grant.db, userId)).exportPlain)
          throw new Problem('not-your-role', {
            detail: 'A user group you are in lets its members export no plain files.',
          });
        if (after >= 0) grant.nothingDone();
        const { rows } = await sql<{
          n: number;
          cells: Cell[];
        }>`select i.n, jsonb_build_array(i.name, i.state, i.why, i.tries,
            to_char(i.started_at at time zone 'UTC', ${stamp}), to_char(i.ended_at at time zone 'UTC', ${stamp})) as cells
          from reset_run_item i where i.run_id = ${runId} and i.n > ${after} order by i.n limit ${rowsAtOnce}`.execute(
          grant.db,
        );
        return rows;
      });
    const first = await part(-1);
    async function* rows(): AsyncGenerator<readonly Cell[]> {
      for (let read = first; read.length > 0;) {
        for (const row of read) yield row.cells;
        const last = read.at(-1);
        if (!last || read.length < rowsAtOnce) return;
        read = await part(last.n);
      }
    }
    return {
      type: 'text/csv; charset=utf-8',
      headers: { 'content-disposition': 'attachment; filename="results.csv"' },
      body: writeCsv(['Account', 'Result', 'Why', 'Tries', 'Started', 'Ended'], rows()),
    };
  },
};
