import { Progress } from '@mantine/core';
import type { Task } from '@strongroom/contract';
import { tasks } from '../../lib/messages/tasks.ts';
import { progressOf } from './TaskState.tsx';
import { isGoing } from './use-task.ts';
import css from './tasks.module.css';

/** A bar and words for how far a task is. Without a total, a bar that only says that it is at work. */
export function TaskProgress({ task }: { readonly task: Task }) {
  const { total, done, failed, title } = task;
  const going = isGoing(task);
  const share = total > 0 ? Math.min(100, ((done + failed) / total) * 100) : going ? 100 : done + failed > 0 ? 100 : 0;
  return (
    <div className={css.progress}>
      <Progress.Root size="sm">
        <Progress.Section
          value={share}
          color={failed > 0 && !going ? 'orange' : 'iris'}
          animated={going && total === 0}
          aria-label={tasks('of100', { name: title })}
        />
      </Progress.Root>
      <span className="num">
        {progressOf(task)}
        {failed > 0 && ` · ${tasks('failedCount', { count: failed })}`}
      </span>
    </div>
  );
}
