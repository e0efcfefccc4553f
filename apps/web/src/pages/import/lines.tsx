import type { ImportLine, LineOutcome } from '@strongroom/contract';
import { IconAlertTriangle, IconCheck, IconPencil } from '@tabler/icons-react';
import { imports } from '../../lib/messages/imports.ts';
import type { Column } from '../../ui/grid-types.ts';
import { Pill } from '../../ui/Pill.tsx';
import css from './import.module.css';

const looks = {
  created: { tone: 'ok', icon: IconCheck },
  merged: { tone: 'info', icon: IconPencil },
  skipped: { tone: 'warn', icon: IconAlertTriangle },
} as const;

function Outcome({ outcome }: { readonly outcome: LineOutcome }) {
  return <Pill {...looks[outcome]}>{imports(outcome)}</Pill>;
}

/** The columns of the report. */
export const lineColumns: readonly Column<ImportLine>[] = [
  {
    id: 'line',
    title: imports('line'),
    width: '72px',
    end: true,
    cell: (one) => <span className="num">{one.line}</span>,
  },
  {
    id: 'what',
    title: imports('what'),
    width: 'minmax(160px, 1.2fr)',
    cell: (one) => <bdi className="trunc">{one.name}</bdi>,
  },
  { id: 'outcome', title: imports('outcome'), width: '120px', cell: (one) => <Outcome outcome={one.outcome} /> },
  {
    id: 'why',
    title: imports('why'),
    width: 'minmax(200px, 2fr)',
    cell: (one) => (
      <span className="trunc dim" title={one.detail ?? ''}>
        {one.detail ?? ''}
      </span>
    ),
  },
];

/** A line of the report on a phone. */
export const lineCard = (one: ImportLine) => (
  <div className={css.lineCard}>
    <span>
      <b className="trunc">
        {one.line} · {one.name}
      </b>
      <Outcome outcome={one.outcome} />
    </span>
    {one.detail && <i className="trunc dim">{one.detail}</i>}
  </div>
);
