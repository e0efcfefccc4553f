import type { Task } from '@strongroom/contract';
import { IconAlertTriangle, IconCheck, IconPlayerStop } from '@tabler/icons-react';
import { tasks } from '../../lib/messages/tasks.ts';
import { Pill } from '../../ui/Pill.tsx';

/** How a task stands, as a badge. */
export function TaskState({ task }: { readonly task: Pick<Task, 'state' | 'failed'> }) {
  const { state, failed } = task;
  if (state === 'done')
    return failed > 0 ? (
      <Pill tone="warn" icon={IconAlertTriangle}>
        {tasks('partly', { failed })}
      </Pill>
    ) : (
      <Pill tone="ok" icon={IconCheck}>
        {tasks('state-done')}
      </Pill>
    );
  if (state === 'failed')
    return (
      <Pill tone="bad" icon={IconAlertTriangle}>
        {tasks('state-failed')}
      </Pill>
    );
  if (state === 'cancelled')
    return (
      <Pill tone="neutral" icon={IconPlayerStop}>
        {tasks('state-cancelled')}
      </Pill>
    );
  return <Pill tone={state === 'running' ? 'busy' : 'neutral'}>{tasks(`state-${state}`)}</Pill>;
}

/** How far a task is, in words. */
export const progressOf = ({ done, failed, total }: Pick<Task, 'done' | 'failed' | 'total'>): string =>
  total > 0 ? tasks('of', { done: done + failed, total }) : tasks('soFar', { done: done + failed });
