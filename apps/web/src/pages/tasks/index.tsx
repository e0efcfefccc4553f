import { listTasks, type Task } from '@strongroom/contract';
import { IconListCheck } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ask } from '../../lib/client.ts';
import { tasks } from '../../lib/messages/tasks.ts';
import { keys } from '../../lib/query.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { TaskCard, taskColumns } from './columns.tsx';
import css from './tasks.module.css';

const queryKey = [...keys.tasks, 'list'];
const rowKey = (task: Task) => task.id;
const rowName = (task: Task) => task.title;
const card = (task: Task) => <TaskCard task={task} />;
const load = ({ sort: _, signal, ...page }: PageAsk) => ask(listTasks, page, { signal });

/** One's own tasks, newest first; refreshed while one looks. */
export default function Tasks() {
  const navigate = useNavigate();
  const open = useCallback((task: Task) => void navigate({ to: `/tasks/${task.id}` }), [navigate]);
  return (
    <div className={css.page}>
      <PageHeader title={tasks('title')} sub={tasks('sub')} />
      <Grid
        label={tasks('title')}
        queryKey={queryKey}
        load={load}
        columns={taskColumns}
        rowKey={rowKey}
        rowName={rowName}
        onOpen={open}
        card={card}
        cardHeight={76}
        refetchInterval={5000}
        empty={<EmptyState icon={IconListCheck} title={tasks('empty')} text={tasks('emptyHelp')} />}
      />
    </div>
  );
}
