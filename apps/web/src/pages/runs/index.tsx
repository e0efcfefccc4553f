import { listRuns, type Run } from '@strongroom/contract';
import { IconRotateClockwise } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ask } from '../../lib/client.ts';
import { useEvents } from '../../lib/events.ts';
import { ago, exact } from '../../lib/format.ts';
import { runs } from '../../lib/messages/runs.ts';
import { keys, queries } from '../../lib/query.ts';
import { RunStatePill, startedBy, sums } from '../../parts/runs/outcomes.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { Column, PageAsk } from '../../ui/grid-types.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import css from './runs.module.css';

const far = (run: Run) => runs('of', { done: sums(run).ended, total: run.total });
const columns: readonly Column<Run>[] = [
  {
    id: 'what',
    title: runs('what'),
    width: 'minmax(180px, 2fr)',
    always: true,
    cell: (run) => <span className="trunc">{run.title}</span>,
  },
  {
    id: 'state',
    title: runs('state'),
    width: 'minmax(150px, 1.2fr)',
    cell: (run) => <RunStatePill run={run} />,
  },
  {
    id: 'progress',
    title: runs('progress'),
    width: 'minmax(110px, 1fr)',
    cell: (run) => <span className="num">{far(run)}</span>,
  },
  {
    id: 'by',
    title: runs('by'),
    width: 'minmax(120px, 1fr)',
    wide: true,
    cell: (run) => <span className="trunc">{startedBy(run)}</span>,
  },
  {
    id: 'started',
    title: runs('started'),
    width: 'minmax(150px, 1fr)',
    wide: true,
    cell: (run) => <span className="num">{exact(run.startedAt)}</span>,
  },
];
const queryKey = [...keys.runs, 'list'];
const rowKey = (run: Run) => run.id;
const rowName = (run: Run) => run.title;
const card = (run: Run) => (
  <div className={css.card}>
    <b className="trunc">{run.title}</b>
    <span className={css.cardLine}>
      <RunStatePill run={run} />
      <span className="num dim">{far(run)}</span>
    </span>
    <span className="trunc dim">
      {startedBy(run)} · {ago(run.startedAt)}
    </span>
  </div>
);
const load = ({ sort: _, signal, ...page }: PageAsk) => ask(listRuns, page, { signal });

/** Resets and verifications of many accounts, newest first; refreshed while one looks. */
export default function Runs() {
  const navigate = useNavigate();
  const open = useCallback((run: Run) => void navigate({ to: `/runs/${run.id}` }), [navigate]);
  // One that begins or ends shows at once; how far those at work are is asked every few seconds.
  useEvents(['run'], () => void queries.invalidateQueries({ queryKey }));
  return (
    <div className={css.page}>
      <PageHeader title={runs('title')} sub={runs('sub')} />
      <Grid
        label={runs('title')}
        queryKey={queryKey}
        load={load}
        columns={columns}
        rowKey={rowKey}
        rowName={rowName}
        onOpen={open}
        card={card}
        cardHeight={102}
        refetchInterval={3000}
        empty={<EmptyState icon={IconRotateClockwise} title={runs('empty')} text={runs('emptyHelp')} />}
      />
    </div>
  );
}
