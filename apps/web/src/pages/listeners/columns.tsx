import type { Listener, ListenerRun } from '@strongroom/contract';
import { exact } from '../../lib/format.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import type { Column } from '../../ui/grid-types.ts';
import { Pill } from '../../ui/Pill.tsx';
import css from './listeners.module.css';
import { listenerLook, runLook, typesInWords, type Look } from './words.ts';

/** A state as a pill. */
export const LookPill = ({ look }: { readonly look: Look }) => (
  <Pill tone={look.tone} icon={look.icon}>
    {look.word}
  </Pill>
);

/** The account of a run, in words. */
export const accountInWords = (run: ListenerRun): string =>
  run.test ? listeners('testRun') : (run.account?.name ?? listeners('hiddenAccount'));

/** The columns of the list of listeners. */
export const listenerColumns: readonly Column<Listener>[] = [
  {
    id: 'name',
    title: listeners('name'),
    width: 'minmax(170px, 1.4fr)',
    sort: 'name',
    always: true,
    cell: (row) => (
      <b className="trunc">
        <bdi>{row.name}</bdi>
      </b>
    ),
  },
  { id: 'kind', title: listeners('kind'), width: '140px', cell: (row) => listeners(`kind-${row.kind}`) },
  {
    id: 'types',
    title: listeners('types'),
    width: 'minmax(130px, 1.2fr)',
    cell: (row) => (
      <span className="trunc" title={typesInWords(row.resourceTypes)}>
        {typesInWords(row.resourceTypes)}
      </span>
    ),
  },
  { id: 'state', title: listeners('state'), width: '170px', cell: (row) => <LookPill look={listenerLook(row)} /> },
  {
    id: 'changed',
    title: listeners('changedBy'),
    width: 'minmax(110px, 0.8fr)',
    sort: 'changedAt',
    cell: (row) => (
      <bdi className="trunc" title={exact(row.changedAt)}>
        {row.changedBy}
      </bdi>
    ),
  },
  {
    id: 'approved',
    title: listeners('approvedBy'),
    width: 'minmax(110px, 0.8fr)',
    wide: true,
    cell: (row) => <bdi className="trunc">{row.approvedBy ?? '–'}</bdi>,
  },
  {
    id: 'last',
    title: listeners('lastRun'),
    width: '130px',
    wide: true,
    cell: (row) => (row.lastRun ? <LookPill look={runLook(row.lastRun.state)} /> : listeners('never')),
  },
];

/** A listener on a phone. */
export const ListenerCard = ({ listener }: { readonly listener: Listener }) => (
  <div className={css.card}>
    <span className={css.cardLine}>
      <b className="trunc">
        <bdi>{listener.name}</bdi>
      </b>
      <LookPill look={listenerLook(listener)} />
    </span>
    <span className="trunc">
      {listeners(`kind-${listener.kind}`)} · {typesInWords(listener.resourceTypes)}
    </span>
    <span className="trunc dim">
      {listeners('changedBy')} {listener.changedBy}
    </span>
  </div>
);

/** The columns of the list of runs. */
export const runColumns: readonly Column<ListenerRun>[] = [
  {
    id: 'created',
    title: listeners('started'),
    width: '186px',
    sort: 'createdAt',
    always: true,
    cell: (run) => <span className="num">{exact(run.createdAt)}</span>,
  },
  {
    id: 'listener',
    title: listeners('listener'),
    width: 'minmax(150px, 1fr)',
    cell: (run) => <bdi className="trunc">{run.listener}</bdi>,
  },
  {
    id: 'account',
    title: listeners('account'),
    width: 'minmax(160px, 1.2fr)',
    cell: (run) => (
      <span className={run.account ? 'trunc' : 'trunc dim'}>
        <bdi>{accountInWords(run)}</bdi>
      </span>
    ),
  },
  { id: 'state', title: listeners('state'), width: '124px', cell: (run) => <LookPill look={runLook(run.state)} /> },
  {
    id: 'why',
    title: listeners('result'),
    width: 'minmax(160px, 1.6fr)',
    cell: (run) => (
      <span className="trunc dim" title={run.why ?? undefined}>
        {run.why ?? ''}
      </span>
    ),
  },
];

/** A run on a phone. */
export const RunCard = ({ run }: { readonly run: ListenerRun }) => (
  <div className={css.card}>
    <span className={css.cardLine}>
      <b className="trunc">
        <bdi>{run.listener}</bdi>
      </b>
      <LookPill look={runLook(run.state)} />
    </span>
    <span className="trunc">
      <bdi>{accountInWords(run)}</bdi>
    </span>
    <span className="trunc dim">{run.why ?? exact(run.createdAt)}</span>
  </div>
);
