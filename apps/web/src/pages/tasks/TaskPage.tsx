import { Button, SegmentedControl } from '@mantine/core';
import { cancelTask, listTaskItems, BulkCall, type Task, type TaskItem } from '@strongroom/contract';
import { IconListCheck } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { tasks } from '../../lib/messages/tasks.ts';
import { keys, queries } from '../../lib/query.ts';
import { useWhenDone } from '../../lib/use-when-done.ts';
import { startWork } from '../../parts/bulk/selection.ts';
import { AskDialog } from '../../parts/tasks/AskDialog.tsx';
import { followTask } from '../../parts/tasks/follow.tsx';
import { TaskProgress } from '../../parts/tasks/TaskProgress.tsx';
import { TaskState } from '../../parts/tasks/TaskState.tsx';
import { isGoing, useTask } from '../../parts/tasks/use-task.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { Column, PageAsk } from '../../ui/grid-types.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { ItemState } from './ItemState.tsx';
import css from './tasks.module.css';

const columns: readonly Column<TaskItem>[] = [
  {
    id: 'item',
    title: tasks('item'),
    width: 'minmax(180px, 1.4fr)',
    cell: (item) =>
      item.name ? <bdi className="trunc">{item.name}</bdi> : <span className="dim3">{tasks('notVisible')}</span>,
  },
  { id: 'result', title: tasks('result'), width: '130px', cell: (item) => <ItemState state={item.state} /> },
  {
    id: 'why',
    title: tasks('why'),
    width: 'minmax(200px, 2fr)',
    cell: (item) => (
      <span className="trunc dim" title={item.detail ?? ''}>
        {item.detail ?? ''}
      </span>
    ),
  },
];
const rowKey = (item: TaskItem) => String(item.n);
const card = (item: TaskItem) => (
  <div className={css.card}>
    <span className={css.cardLine}>
      <b className="trunc">{item.name || tasks('notVisible')}</b>
      <ItemState state={item.state} />
    </span>
    {item.detail && <span className="trunc dim">{item.detail}</span>}
  </div>
);

/** One task: how far it is, and what became of each thing. */
export default function TaskPage() {
  const { taskId } = useParams({ strict: false }) as { taskId: string };
  const { data: task, error, refetch } = useTask(taskId);
  if (error && !task)
    return (
      <div className={css.page}>
        <PageHeader title={tasks('title')} />
        <ErrorBox error={error} retry={() => void refetch()} />
      </div>
    );
  return task ? <Shown task={task} /> : <div className={css.page} aria-busy />;
}

function Shown({ task }: { readonly task: Task }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const [state, setState] = useState<'all' | TaskItem['state']>('all');
  const going = isGoing(task);
  const queryKey = useMemo(() => [...keys.task(task.id), 'items', state], [task.id, state]);
  useWhenDone(going, queryKey);
  const load = useCallback(
    ({ offset, limit, signal }: PageAsk) =>
      ask(listTaskItems, { taskId: task.id, offset, limit, ...(state === 'all' ? {} : { state }) }, { signal }),
    [task.id, state],
  );
  const call = BulkCall.options.find((one) => one === task.kind);
  const retry = async () => {
    if (!call) return;
    try {
      const ids: string[] = [];
      for (let offset = 0; ; offset += 500) {
        const page = await ask(listTaskItems, { taskId: task.id, state: 'failed', limit: 500, offset });
        ids.push(...page.items.flatMap((item) => item.objectId ?? []));
        if (page.items.length < 500) break;
      }
      const again = await startWork(
        { ids: ids as never[] },
        {
          call,
          input: task.input,
          ...(task.reason ? { reason: task.reason } : {}),
          ...(task.ticket ? { ticket: task.ticket } : {}),
        },
      );
      toast({ message: tasks('retried', { count: ids.length }) });
      followTask(again, (one) => void navigate({ to: `/tasks/${one.id}` }));
      await navigate({ to: `/tasks/${again.id}` });
    } catch (failure) {
      toastProblem(failure);
    }
  };
  return (
    <div className={css.page}>
      <PageHeader
        title={task.title}
        sub={
          <span className={css.sub}>
            <Link to="/tasks" className="link">
              {tasks('title')}
            </Link>
            <TaskState task={task} />
            {task.why && <span>{task.why}</span>}
          </span>
        }
      >
        {task.importId && (
          <Button
            variant="default"
            onClick={() => void navigate({ to: '/resources/import', search: { id: task.importId } })}
          >
            {tasks('toImport')}
          </Button>
        )}
        {call && !going && task.failed > 0 && <Button onClick={() => void retry()}>{tasks('retry')}</Button>}
        {going && (
          <Button variant="default" onClick={() => setAsking(true)}>
            {tasks('cancel')}
          </Button>
        )}
      </PageHeader>
      <div className={css.progress}>
        <TaskProgress task={task} />
      </div>
      <div className={css.tools}>
        <SegmentedControl
          aria-label={tasks('items')}
          value={state}
          onChange={(value) => setState(value as typeof state)}
          data={(['all', 'failed', 'done', 'waiting'] as const).map((one) => ({
            value: one,
            label: one === 'all' ? tasks('all') : tasks(`item-${one}`),
          }))}
        />
      </div>
      <Grid
        label={tasks('items')}
        queryKey={queryKey}
        load={load}
        columns={columns}
        rowKey={rowKey}
        card={card}
        cardHeight={76}
        {...(going ? { refetchInterval: 2000 } : {})}
        empty={
          <EmptyState
            icon={IconListCheck}
            title={tasks('noItems')}
            {...(task.kind === 'import.undo' && !going ? { text: tasks('nothingLeft') } : {})}
          />
        }
      />
      <AskDialog
        open={asking}
        close={() => setAsking(false)}
        title={tasks('cancelTitle', { name: task.title })}
        body={tasks('cancelHelp')}
        keep={tasks('keep')}
        go={tasks('cancel')}
        does={async () => {
          await ask(cancelTask, { taskId: task.id });
          toast({ message: tasks('cancelled') });
          await queries.invalidateQueries({ queryKey: keys.task(task.id) });
        }}
      />
    </div>
  );
}
