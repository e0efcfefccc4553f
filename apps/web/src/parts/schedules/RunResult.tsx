import type { ScheduleRun } from '@strongroom/contract';
import { schedules } from '../../lib/messages/schedules.ts';
import { Pill } from '../../ui/Pill.tsx';
import { resultOf } from './words.ts';

/** What came of a run, as a pill; how many were left out stands beside it. */
export function RunResult({ run }: { readonly run: ScheduleRun | null }) {
  if (!run) return <span className="dim">{schedules('none')}</span>;
  const { text, tone } = resultOf(run);
  return (
    <>
      <Pill tone={tone} title={run.why ?? text}>
        {text}
      </Pill>
      {run.skipped > 0 && <span className="dim num"> {schedules('skippedCount', { count: run.skipped })}</span>}
    </>
  );
}
