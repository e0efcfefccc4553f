import type { Task } from '@strongroom/contract';
import { exact } from '../../lib/format.ts';
import { tasks } from '../../lib/messages/tasks.ts';
import { progressOf, TaskState } from '../../parts/tasks/TaskState.tsx';
import type { Column } from '../../ui/grid-types.ts';
import css from './tasks.module.css';

/** The columns of the list of tasks. */
export const taskColumns: readonly Column<Task>[] = [
  {
    id: 'what',
    title: tasks('what'),
    width: 'minmax(180px, 2fr)',
    always: true,
    cell: (task) => <span className="trunc">{task.title}</span>,
  },
  { id: 'state', title: tasks('state'), width: 'minmax(130px, 1fr)', cell: (task) => <TaskState task={task} /> },
  {
    id: 'progress',
    title: tasks('progress'),
    width: 'minmax(110px, 1fr)',
    cell: (task) => <span className="num">{progressOf(task)}</span>,
  },
  {
    id: 'started',
    title: tasks('started'),
    width: 'minmax(150px, 1fr)',
    wide: true,
    cell: (task) => <span className="num">{exact(task.createdAt)}</span>,
  },
];

/** A task on a phone. */
export function TaskCard({ task }: { readonly task: Task }) {
  return (
    <div className={css.card}>
      <b className="trunc">{task.title}</b>
      <span className={css.cardLine}>
        <TaskState task={task} />
        <span className="num dim">{progressOf(task)}</span>
      </span>
    </div>
  );
}
