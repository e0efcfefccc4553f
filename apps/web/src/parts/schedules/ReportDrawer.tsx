import { Button, Select } from '@mantine/core';
import { readScheduleReport, type ReportLine, type ResourceGroup, type ScheduleRun } from '@strongroom/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { schedules } from '../../lib/messages/schedules.ts';
import { keys } from '../../lib/query.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Pill, type Tone } from '../../ui/Pill.tsx';
import { SideDrawer } from '../../ui/SideDrawer.tsx';
import css from './report.module.css';
import { RunResult } from './RunResult.tsx';
import { moment } from './words.ts';

const tones: Record<ReportLine['outcome'], Tone> = { done: 'ok', failed: 'bad', skipped: 'warn', waiting: 'busy' };
const outcomes = ['failed', 'skipped', 'done', 'waiting'] as const;
const atOnce = 100;

/** What became of each account in one run of a schedule. */
export default function ReportDrawer(props: {
  readonly groupId: ResourceGroup['id'];
  readonly runId: string;
  readonly close: () => void;
}) {
  const { groupId, runId } = props;
  const [outcome, setOutcome] = useState<ReportLine['outcome'] | null>(null);
  const [limit, setLimit] = useState(atOnce);
  const query = useQuery({
    queryKey: [...keys.schedule(groupId), 'report', runId, outcome, limit],
    queryFn: ({ signal }) =>
      ask(
        readScheduleReport,
        { groupId, scheduleRunId: runId as ScheduleRun['id'], limit, ...(outcome ? { outcome } : {}) },
        { signal },
      ),
    placeholderData: keepPreviousData,
    refetchInterval: (q) => (q.state.data?.run.state === 'running' ? 3000 : false),
  });
  const run = query.data?.run;
  const items = query.data?.items ?? [];
  return (
    <SideDrawer
      open
      close={props.close}
      size={560}
      title={run ? schedules('reportOf', { at: moment(run.dueAt) }) : schedules('report')}
      aside={
        run?.runId && (
          <Link className="link" to={`/runs/${run.runId}`}>
            {schedules('openRun')}
          </Link>
        )
      }
    >
      {query.isPending && <Bones />}
      {query.isError && !query.data && <ErrorBox error={query.error} retry={() => void query.refetch()} />}
      {run && (
        <>
          <div className={css.head}>
            <span>
              <RunResult run={run} />
            </span>
            {run.state === 'done' && <span className="dim">{schedules('told', { count: run.told })}</span>}
            <Select
              aria-label={schedules('outcome')}
              data={outcomes.map((value) => ({ value, label: schedules(`outcome-${value}`) }))}
              placeholder={schedules('allOutcomes')}
              clearable
              value={outcome}
              onChange={(value) => setOutcome(outcomes.find((one) => one === value) ?? null)}
              w={160}
            />
          </div>
          {items.length === 0 ? (
            <p className="dim">{schedules('noLines')}</p>
          ) : (
            <ul className={css.lines}>
              {items.map((line) => (
                <li key={line.accountId}>
                  <div>
                    <Link className="lnk trunc" to={`/resources/${line.resourceId}`}>
                      <bdi>{line.username}</bdi> <span className="dim">· </span>
                      <bdi className="dim">{line.resourceName}</bdi>
                    </Link>
                    {line.why && line.outcome !== 'done' && <small>{line.why}</small>}
                    {line.usedBy > 0 && <small>{schedules('usedBy', { count: line.usedBy })}</small>}
                  </div>
                  <Pill tone={tones[line.outcome]}>{schedules(`outcome-${line.outcome}`)}</Pill>
                </li>
              ))}
            </ul>
          )}
          {items.length === limit && limit < 500 && (
            <Button variant="default" size="xs" onClick={() => setLimit(500)}>
              {schedules('loadMore')}
            </Button>
          )}
        </>
      )}
    </SideDrawer>
  );
}
