import { startTask, type BulkCall, type BulkList, type Selection, type Task } from '@strongroom/contract';
import { ask } from '../../lib/client.ts';
import { keys, queries } from '../../lib/query.ts';
import type { Chosen } from '../../ui/bulk-action.ts';

/** A list's filters, as its call takes them. */
export type Filter = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** What is selected, as the server takes it: ids, or the filters of the list. */
export function selectionFor(list: BulkList, filter: Filter, { picked }: Pick<Chosen<unknown>, 'picked'>): Selection {
  if ('all' in picked) {
    const given = Object.entries(filter).flatMap(([name, value]): [string, string | number | boolean | string[]][] =>
      value === undefined ? [] : [[name, typeof value === 'object' ? [...value] : value]],
    );
    return { list, filter: Object.fromEntries(given), except: [...picked.except] };
  }
  return { ids: [...picked.ids] as never[] };
}

/** What the call is made with, beside the things themselves. */
export interface Work {
  readonly call: BulkCall;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly ticket?: string;
}

/** Starts a task for what is selected. */
export async function startWork(selection: Selection, { call, input = {}, reason, ticket }: Work): Promise<Task> {
  const task = await ask(startTask, {
    call,
    selection,
    input: { ...input },
    ...(reason ? { reason } : {}),
    ...(ticket ? { ticket } : {}),
  });
  void queries.invalidateQueries({ queryKey: keys.tasks });
  return task;
}
