import type { Task } from '@strongroom/contract';
import { useEffect } from 'react';
import { tasks } from '../../lib/messages/tasks.ts';
import { queries } from '../../lib/query.ts';
import { toast } from '../../ui/toast.tsx';
import { TaskProgress } from './TaskProgress.tsx';
import { isGoing, useTask } from './use-task.ts';
import css from './tasks.module.css';

const idOf = (task: Pick<Task, 'id'>) => `task-${task.id}`;

function Followed({ task, open }: { readonly task: Task; readonly open: (task: Task) => void }) {
  const now = useTask(task.id).data ?? task;
  const ended = !isGoing(now);
  useEffect(() => {
    if (!ended) return;
    // What it was done to has changed: whatever is on screen is asked for again.
    void queries.invalidateQueries();
    if (now.failed === 0 && now.state === 'done')
      toast({ id: idOf(now), message: <Ended task={now} open={open} />, seconds: 8 });
  }, [ended, now, open]);
  return <Ended task={now} open={open} />;
}

function Ended({ task, open }: { readonly task: Task; readonly open: (task: Task) => void }) {
  return (
    <div className={css.toast}>
      <b>{task.title}</b>
      <TaskProgress task={task} />
      <button type="button" className="link" onClick={() => open(task)}>
        {tasks('details')}
      </button>
    </div>
  );
}

/** Shows a task's progress in a notice until it is dismissed; one that ends without a failure goes by itself. */
export function followTask(task: Task, open: (task: Task) => void): void {
  toast({ id: idOf(task), seconds: 0, message: <Followed task={task} open={open} /> });
}
