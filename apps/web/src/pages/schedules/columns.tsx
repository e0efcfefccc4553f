import { Link } from '@tanstack/react-router';
import type { ScheduleRow } from '@strongroom/contract';
import { IconPlayerPause, IconPlayerPlay, IconRotateClockwise } from '@tabler/icons-react';
import { ago, exact } from '../../lib/format.ts';
import { schedules } from '../../lib/messages/schedules.ts';
import { RunResult } from '../../parts/schedules/RunResult.tsx';
import type { ScheduleActions } from '../../parts/schedules/use-schedule-actions.tsx';
import { moment, whenInWords } from '../../parts/schedules/words.ts';
import { Pill, type Tone } from '../../ui/Pill.tsx';
import type { Column } from '../../ui/grid-types.ts';
import list from '../resources/resources.module.css';
import css from './schedules.module.css';

const tones: Record<ScheduleRow['state'], Tone> = { active: 'ok', paused: 'neutral', stopped: 'bad' };

/** Whether a schedule runs; a stopped one says why when one rests on it. */
export function ScheduleState({ of }: { readonly of: Pick<ScheduleRow, 'state' | 'why'> }) {
  return (
    <Pill tone={tones[of.state]} title={of.why ?? schedules(`state-${of.state}`)}>
      {schedules(`state-${of.state}`)}
    </Pill>
  );
}

/** The next run in words: a moment, or why there is none. */
export function NextRun({ of }: { readonly of: Pick<ScheduleRow, 'nextAt' | 'when' | 'state'> }) {
  if (of.nextAt)
    return (
      <span className="num" title={exact(of.nextAt)}>
        {moment(of.nextAt)}
      </span>
    );
  return (
    <span className="dim">
      {of.state !== 'active' ? '–' : schedules(of.when.is === 'never' ? 'byHandOnly' : 'never')}
    </span>
  );
}

function Buttons({
  row,
  actions,
  tabIndex,
}: {
  readonly row: ScheduleRow;
  readonly actions: ScheduleActions;
  readonly tabIndex: 0 | -1;
}) {
  const may = (action: string) => row.can.includes(action);
  const button = (label: string, Glyph: typeof IconPlayerPlay, does: () => void) => (
    <button
      type="button"
      className={css.button}
      tabIndex={tabIndex}
      aria-label={label}
      title={label}
      onClick={(event) => {
        event.stopPropagation();
        does();
      }}
    >
      <Glyph size={16} stroke={1.8} aria-hidden />
    </button>
  );
  return (
    <span className={css.buttons}>
      {may('schedule.run') &&
        button(schedules('runFor', { name: row.groupName }), IconRotateClockwise, () => actions.run(row))}
      {may('schedule.pause') &&
        button(schedules('pauseFor', { name: row.groupName }), IconPlayerPause, () => actions.pause(row))}
      {may('schedule.resume') &&
        button(schedules('resumeFor', { name: row.groupName }), IconPlayerPlay, () => actions.resume(row))}
    </span>
  );
}

/** The columns of the list of schedules. */
export const scheduleColumns = (actions: ScheduleActions): readonly Column<ScheduleRow>[] => [
  {
    id: 'group',
    title: schedules('group'),
    width: 'minmax(170px, 1.3fr)',
    sort: 'groupName',
    always: true,
    cell: (row, tabIndex) => (
      <Link
        className={`lnk ${list.name}`}
        to={`/resources/groups/${row.groupId}/rotation`}
        tabIndex={tabIndex}
        title={row.groupName}
      >
        <bdi className="trunc">{row.groupName}</bdi>
      </Link>
    ),
  },
  {
    id: 'when',
    title: schedules('when'),
    width: 'minmax(150px, 1.1fr)',
    cell: (row) => (
      <span className="trunc" title={row.timeZone}>
        {whenInWords(row.when)}
      </span>
    ),
  },
  {
    id: 'state',
    title: schedules('state'),
    width: 'minmax(96px, 0.6fr)',
    cell: (row) => <ScheduleState of={row} />,
  },
  {
    id: 'next',
    title: schedules('next'),
    width: 'minmax(150px, 1fr)',
    sort: 'nextAt',
    cell: (row) => <NextRun of={row} />,
  },
  {
    id: 'last',
    title: schedules('last'),
    width: 'minmax(160px, 1.1fr)',
    cell: (row) => <RunResult run={row.last} />,
  },
  {
    id: 'lastAt',
    title: schedules('lastAt'),
    width: 'minmax(110px, 0.6fr)',
    wide: true,
    cell: (row) =>
      row.last ? (
        <span className="dim" title={exact(row.last.startedAt)}>
          {ago(row.last.startedAt)}
        </span>
      ) : null,
  },
  {
    id: 'actions',
    title: schedules('actions'),
    quiet: true,
    end: true,
    always: true,
    width: '84px',
    cell: (row, tabIndex) => <Buttons row={row} actions={actions} tabIndex={tabIndex} />,
  },
];

/** A schedule on a phone. */
export function ScheduleCard({ row }: { readonly row: ScheduleRow }) {
  return (
    <div className={css.card}>
      <span className={css.cardLine}>
        <b className="trunc">
          <bdi>{row.groupName}</bdi>
        </b>
        <ScheduleState of={row} />
      </span>
      <span className="dim trunc">{whenInWords(row.when)}</span>
      <span className={css.cardLine}>
        <NextRun of={row} />
        <span className={css.cardEnd}>
          <RunResult run={row.last} />
        </span>
      </span>
    </div>
  );
}
