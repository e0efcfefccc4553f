import type { TaskItem } from '@strongroom/contract';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { tasks } from '../../lib/messages/tasks.ts';
import { Pill } from '../../ui/Pill.tsx';

/** What became of one thing, as a badge. */
export function ItemState({ state }: { readonly state: TaskItem['state'] }) {
  if (state === 'done')
    return (
      <Pill tone="ok" icon={IconCheck}>
        {tasks('item-done')}
      </Pill>
    );
  if (state === 'failed')
    return (
      <Pill tone="bad" icon={IconAlertTriangle}>
        {tasks('item-failed')}
      </Pill>
    );
  return <Pill tone="neutral">{tasks('item-waiting')}</Pill>;
}
