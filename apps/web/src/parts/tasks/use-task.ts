import { readTask, type Task } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { keys } from '../../lib/query.ts';

/** True until a task has ended. */
export const isGoing = (task: Pick<Task, 'state'> | undefined): boolean =>
  task?.state === 'waiting' || task?.state === 'running';

/** A task, asked for again each second until it has ended. */
export function useTask(id: string | null) {
  return useQuery<Task>({
    queryKey: keys.task(id ?? ''),
    queryFn: ({ signal }) => ask(readTask, { taskId: id ?? '' }, { signal }),
    enabled: id !== null,
    staleTime: 0,
    refetchInterval: ({ state }) => (!state.data || isGoing(state.data) ? 1000 : false),
  });
}
