import { Progress } from '@mantine/core';
import type { Run, RunItemState } from '@strongroom/contract';
import { runs } from '../../lib/messages/runs.ts';
import { number } from '../../lib/t.ts';
import { faults, sums } from '../../parts/runs/outcomes.tsx';
import css from './runs.module.css';

const parts: readonly { readonly states: readonly RunItemState[]; readonly color: string }[] = [
  { states: ['done'], color: 'green' },
  { states: ['in-doubt', 'unreachable'], color: 'amber' },
  { states: ['needs-person', 'untrusted', 'refused'], color: 'red' },
  { states: ['skipped'], color: 'gray' },
];

/** How far a run is, by what became of its accounts; the figures stand beside it, since colour says nothing alone. */
export function RunBar({ run }: { readonly run: Run }) {
  const { ended } = sums(run);
  const share = (states: readonly RunItemState[]) =>
    (states.reduce((sum, state) => sum + run.counts[state], 0) / Math.max(1, run.total)) * 100;
  const told = (['done', ...faults, 'skipped', 'running'] as const).filter((state) => run.counts[state] > 0);
  return (
    <div className={css.progress}>
      <Progress.Root size="sm" role="img" aria-label={runs('progressOf', { name: run.title })}>
        {parts.map(({ states, color }) => (
          <Progress.Section key={color} value={share(states)} color={color} withAria={false} />
        ))}
      </Progress.Root>
      <p className="num" aria-live="polite">
        {runs('of', { done: ended, total: run.total })}
        {told.map((state) => ` · ${number(run.counts[state])} ${runs(`item-${state}`).toLowerCase()}`).join('')}
      </p>
    </div>
  );
}
