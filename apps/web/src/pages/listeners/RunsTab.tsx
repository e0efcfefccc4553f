import { Select } from '@mantine/core';
import { listListenerRuns, ListenerRunState, type ListenerId, type ListenerRun } from '@strongroom/contract';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useCallback, useMemo } from 'react';
import { ask } from '../../lib/client.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { keys } from '../../lib/query.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { RunCard, runColumns } from './columns.tsx';
import { RunDrawer } from './RunDrawer.tsx';

const sorts = ['createdAt', '-createdAt'] as const;
const rowKey = (run: ListenerRun) => run.id;
const card = (run: ListenerRun) => <RunCard run={run} />;

/** What became of each listener after each new password; of all of them, or of one. */
export function RunsTab({ listenerId }: { readonly listenerId?: ListenerId }) {
  const [url, setUrl] = useUrlState(['search', 'state', 'sort', 'run'] as const);
  const { search = '' } = url;
  const state = ListenerRunState.options.find((one) => one === url.state);
  const sort = sorts.find((one) => one === url.sort);
  const filter = useMemo(
    () => ({ ...(search ? { search } : {}), ...(state ? { state } : {}), ...(listenerId ? { listenerId } : {}) }),
    [search, state, listenerId],
  );
  const load = useCallback(
    ({ signal, sort: by, ...page }: PageAsk) => {
      const order = sorts.find((one) => one === by);
      return ask(listListenerRuns, { ...page, ...(order ? { sort: order } : {}), ...filter }, { signal });
    },
    [filter],
  );
  const open = useCallback((run: ListenerRun) => setUrl({ run: run.id }, { push: true }), [setUrl]);
  const clear = () => setUrl({ search: undefined, state: undefined });
  return (
    <>
      <FilterBar
        search={search}
        onSearch={(text) => setUrl({ search: text })}
        placeholder={listeners('filterRuns')}
        active={state ? 1 : 0}
        onClear={clear}
      >
        <Select
          aria-label={listeners('state')}
          placeholder={listeners('allStates')}
          clearable
          data={ListenerRunState.options.map((value) => ({ value, label: listeners(`run-${value}`) }))}
          value={state ?? null}
          onChange={(value) => setUrl({ state: value ?? undefined })}
        />
      </FilterBar>
      <Grid
        label={listeners('tabRuns')}
        queryKey={[...keys.listenerRuns, filter]}
        load={load}
        columns={runColumns}
        rowKey={rowKey}
        sort={sort ?? '-createdAt'}
        onSort={(next) => setUrl({ sort: next })}
        onOpen={open}
        card={card}
        refetchInterval={5000}
        filtered={search !== '' || state !== undefined}
        onClear={clear}
        empty={<EmptyState icon={IconPlayerPlay} title={listeners('runsEmpty')} text={listeners('runsEmptyHelp')} />}
      />
      <RunDrawer id={url.run ?? null} close={() => setUrl({ run: undefined })} />
    </>
  );
}
