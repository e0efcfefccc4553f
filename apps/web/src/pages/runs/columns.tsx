import type { Run, RunItem } from '@strongroom/contract';
import { ago } from '../../lib/format.ts';
import { runs } from '../../lib/messages/runs.ts';
import { Outcome } from '../../parts/runs/outcomes.tsx';
import type { Column } from '../../ui/grid-types.ts';
import css from './runs.module.css';

const nameOf = (item: RunItem) => item.name || runs('notVisible');
const whyOf = (item: RunItem) =>
  [item.why, item.notBefore === null ? null : runs('again', { when: ago(item.notBefore) })]
    .filter((one) => one !== null)
    .join(' ');

/** The columns of a run's accounts. */
export const itemColumns = (kind: Run['kind']): readonly Column<RunItem>[] => [
  {
    id: 'account',
    title: runs('account'),
    width: 'minmax(180px, 1.4fr)',
    cell: (item) => <bdi className={item.name ? 'trunc' : 'trunc dim3'}>{nameOf(item)}</bdi>,
  },
  {
    id: 'result',
    title: runs('result'),
    width: '150px',
    cell: (item) => <Outcome state={item.state} kind={kind} why={item.why} />,
  },
  {
    id: 'why',
    title: runs('why'),
    width: 'minmax(200px, 2fr)',
    cell: (item) => (
      <span className="trunc dim" title={whyOf(item)}>
        {whyOf(item)}
      </span>
    ),
  },
];

/** An account of a run on a phone. */
export const itemCard = (kind: Run['kind']) => (item: RunItem) => (
  <div className={css.card}>
    <span className={css.cardLine}>
      <b className="trunc">{nameOf(item)}</b>
      <Outcome state={item.state} kind={kind} why={item.why} />
    </span>
    {whyOf(item) && <span className="trunc dim">{whyOf(item)}</span>}
  </div>
);
