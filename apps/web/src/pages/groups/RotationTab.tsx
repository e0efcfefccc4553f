import { Button } from '@mantine/core';
import {
  listScheduleRuns,
  readSchedule,
  type ResourceGroup,
  type Schedule,
  type ScheduleRun,
} from '@strongroom/contract';
import {
  IconCalendarRepeat,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRotateClockwise,
  IconTrash,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { schedules } from '../../lib/messages/schedules.ts';
import { keys } from '../../lib/query.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import { RunResult } from '../../parts/schedules/RunResult.tsx';
import { useScheduleActions } from '../../parts/schedules/use-schedule-actions.tsx';
import { beforeInWords, moment, whenInWords } from '../../parts/schedules/words.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { NextRun, ScheduleState } from '../schedules/columns.tsx';
import css from './rotation.module.css';

const Wizard = lazy(() => import('../../parts/schedules/Wizard.tsx'));
const ReportDrawer = lazy(() => import('../../parts/schedules/ReportDrawer.tsx'));

const toldInWords = (list: Schedule['tellAfter']): string =>
  [
    ...(list.withAccess ? [schedules('withAccess')] : []),
    ...[...list.users, ...list.userGroups].map((one) => one.name),
    ...list.addresses,
  ].join(', ') || schedules('nobodyTold');

function Summary({ schedule, edit }: { readonly schedule: Schedule; readonly edit: () => void }) {
  const { actions, dialogs } = useScheduleActions();
  const may = (action: string) => schedule.can.includes(action);
  const button = (label: string, Glyph: typeof IconPencil, does: () => void) => (
    <Button size="xs" variant="default" leftSection={<Glyph size={14} />} onClick={does}>
      {label}
    </Button>
  );
  return (
    <section className={`card ${css.summary}`} aria-label={schedules('summary')}>
      <header>
        <h2>{whenInWords(schedule.when)}</h2>
        <ScheduleState of={schedule} />
        <span className={css.buttons}>
          {may('schedule.run') && button(schedules('run'), IconRotateClockwise, () => actions.run(schedule))}
          {may('schedule.pause') && button(schedules('pause'), IconPlayerPause, () => actions.pause(schedule))}
          {may('schedule.resume') && button(schedules('resume'), IconPlayerPlay, () => actions.resume(schedule))}
          {may('schedule.set') && button(schedules('edit'), IconPencil, edit)}
          {may('schedule.delete') && button(schedules('remove'), IconTrash, () => actions.remove(schedule))}
        </span>
      </header>
      {schedule.state === 'stopped' && (
        <p className={css.stopped} role="alert">
          <b>{schedules('stoppedBecause', { why: schedule.why ?? '' })}</b> {schedules('resumeHelp')}
        </p>
      )}
      <Details
        items={[
          [schedules('next'), <NextRun key="next" of={schedule} />],
          [schedules('timeZone'), schedule.when.is === 'never' ? null : schedule.timeZone],
          [
            schedules('passwords'),
            schedules(`passwords-${schedule.passwords}`) +
              (schedule.passwordGivenAt
                ? ` · ${schedules('passwordGiven', { at: moment(schedule.passwordGivenAt) })}`
                : ''),
          ],
          [
            schedules('tellBefore'),
            schedule.tellBeforeMinutes === null
              ? schedules('nobodyTold')
              : `${schedules('before', { time: beforeInWords(schedule.tellBeforeMinutes) })}: ${toldInWords(schedule.tellBefore)}`,
          ],
          [schedules('tellAfter'), toldInWords(schedule.tellAfter)],
          [schedules('runsAs'), schedule.runsAs ?? schedules('runsAsNobody')],
        ]}
      />
      {dialogs}
    </section>
  );
}

const atOnce = 20;

function History({
  groupId,
  open,
}: {
  readonly groupId: ResourceGroup['id'];
  readonly open: (run: ScheduleRun) => void;
}) {
  const [limit, setLimit] = useState(atOnce);
  const query = useQuery({
    queryKey: [...keys.schedule(groupId), 'runs', limit],
    queryFn: ({ signal }) => ask(listScheduleRuns, { groupId, limit }, { signal }),
    placeholderData: (before) => before,
    refetchInterval: (q) => (q.state.data?.items.some((run) => run.state === 'running') ? 3000 : 30_000),
  });
  if (query.isPending) return <Bones />;
  if (query.isError && !query.data) return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  const { items, total } = query.data;
  return (
    <section aria-label={schedules('history')} className={css.history}>
      <h2>{schedules('history')}</h2>
      {items.length === 0 ? (
        <p className="dim">{schedules('historyEmpty')}</p>
      ) : (
        <div className={`card ${css.tableBox}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">{schedules('dueAt')}</th>
                <th scope="col" className={css.wide}>
                  {schedules('source')}
                </th>
                <th scope="col">{schedules('result')}</th>
                <th scope="col">
                  <span className="sr">{schedules('report')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((run) => (
                <tr key={run.id}>
                  <td className="num" title={exact(run.dueAt)}>
                    {moment(run.dueAt)}
                  </td>
                  <td className={css.wide}>{schedules(`source-${run.source}`, { name: run.requestedBy })}</td>
                  <td>
                    <RunResult run={run} />
                    {run.why && <div className="dim">{run.why}</div>}
                  </td>
                  <td className={css.end}>
                    {run.runId !== null && (
                      <button
                        type="button"
                        className="link"
                        aria-label={schedules('reportOf', { at: moment(run.dueAt) })}
                        onClick={() => open(run)}
                      >
                        {schedules('report')}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {items.length < total && items.length === limit && limit < 500 && (
        <Button variant="default" size="xs" onClick={() => setLimit(Math.min(500, limit * 5))}>
          {schedules('loadMore')}
        </Button>
      )}
    </section>
  );
}

/** The rotation of a group: its schedule, what came of it, and the wizard that sets it. */
export default function RotationTab({ group }: { readonly group: ResourceGroup }) {
  const [url, setUrl] = useUrlState(['edit', 'report'] as const);
  const query = useQuery({
    queryKey: keys.schedule(group.id),
    queryFn: ({ signal }) => ask(readSchedule, { groupId: group.id }, { signal }),
    refetchInterval: 30_000,
  });
  const may = group.can.includes('resource-group.update');
  const edit = () => setUrl({ edit: '1' }, { push: true });
  if (!may) return <p className="dim">{schedules('tabOnly')}</p>;
  if (query.isPending) return <Bones />;
  if (query.isError && !query.data) return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  const { schedule } = query.data;
  if (url.edit)
    return (
      <Suspense fallback={<Bones />}>
        <Wizard group={group} schedule={schedule} close={() => setUrl({ edit: undefined })} />
      </Suspense>
    );
  if (!schedule)
    return (
      <EmptyState icon={IconCalendarRepeat} title={schedules('tabEmpty')} text={schedules('tabEmptyText')}>
        <Button onClick={edit}>{schedules('setUp')}</Button>
      </EmptyState>
    );
  return (
    <div className={css.tab}>
      <Summary schedule={schedule} edit={edit} />
      <History groupId={group.id} open={(run) => setUrl({ report: run.id }, { push: true })} />
      {url.report && (
        <Suspense fallback={null}>
          <ReportDrawer groupId={group.id} runId={url.report} close={() => setUrl({ report: undefined })} />
        </Suspense>
      )}
    </div>
  );
}
