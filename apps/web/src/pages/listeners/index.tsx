import { Button, Tabs } from '@mantine/core';
import { listListeners, type Listener } from '@strongroom/contract';
import { IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useState, type ReactNode } from 'react';
import { ask } from '../../lib/client.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { useUrlState } from '../../lib/use-url-state.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import { ListenerCard, listenerColumns } from './columns.tsx';
import css from './listeners.module.css';
import { RunsTab } from './RunsTab.tsx';

const ListenerDialog = lazy(() => import('./ListenerDialog.tsx').then((part) => ({ default: part.ListenerDialog })));
const SecretDialog = lazy(() => import('./SecretDialog.tsx').then((part) => ({ default: part.SecretDialog })));

const sorts = ['name', '-name', 'changedAt', '-changedAt'] as const;
const rowKey = (row: Listener) => row.id;
const card = (row: Listener) => <ListenerCard listener={row} />;

/** Header and tabs, shared by the two lists. */
function Frame({ tab, children }: { readonly tab: 'list' | 'runs'; readonly children: ReactNode }) {
  const navigate = useNavigate();
  const may = useCan('listener.create');
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<{ id: string; secret: string } | null>(null);
  const show = (id: string) => void navigate({ to: `/admin/reset-listeners/${id}` });
  return (
    <AdminFrame table>
      <div className={css.page} data-table>
        <PageHeader title={listeners('title')} sub={listeners('sub')}>
          {may && (
            <Button leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)}>
              {listeners('add')}
            </Button>
          )}
        </PageHeader>
        <Tabs
          className={css.tabs}
          value={tab}
          onChange={(value) =>
            void navigate({
              to: value === 'runs' ? '/admin/reset-listeners/runs' : '/admin/reset-listeners',
              resetScroll: false,
            })
          }
        >
          <Tabs.List aria-label={listeners('tabs')}>
            <Tabs.Tab value="list" aria-controls="listeners-panel">
              {listeners('tabList')}
            </Tabs.Tab>
            <Tabs.Tab value="runs" aria-controls="listeners-panel">
              {listeners('tabRuns')}
            </Tabs.Tab>
          </Tabs.List>
        </Tabs>
        <div
          id="listeners-panel"
          role="tabpanel"
          className={css.panel}
          aria-label={listeners(tab === 'list' ? 'tabList' : 'tabRuns')}
        >
          {children}
        </div>
      </div>
      <Suspense fallback={null}>
        {adding && (
          <ListenerDialog
            listener={null}
            newest={null}
            close={() => setAdding(false)}
            done={({ id }, secret) => (secret === null ? show(id) : setMade({ id, secret }))}
          />
        )}
        {made && (
          <SecretDialog
            secret={made.secret}
            done={() => {
              setMade(null);
              show(made.id);
            }}
          />
        )}
      </Suspense>
    </AdminFrame>
  );
}

/** Every listener with how far its approval is. */
export default function ListenersPage() {
  const [url, setUrl] = useUrlState(['search', 'sort'] as const);
  const navigate = useNavigate();
  const { search = '' } = url;
  const sort = sorts.find((one) => one === url.sort);
  const load = useCallback(
    ({ signal, sort: by, ...page }: PageAsk) => {
      const order = sorts.find((one) => one === by);
      return ask(
        listListeners,
        { ...page, ...(order ? { sort: order } : {}), ...(search ? { search } : {}) },
        { signal },
      );
    },
    [search],
  );
  const open = useCallback((row: Listener) => void navigate({ to: `/admin/reset-listeners/${row.id}` }), [navigate]);
  const clear = () => setUrl({ search: undefined });
  return (
    <Frame tab="list">
      <FilterBar
        search={search}
        onSearch={(text) => setUrl({ search: text })}
        placeholder={listeners('filter')}
        active={0}
        onClear={clear}
      />
      <Grid
        label={listeners('tabList')}
        queryKey={[...keys.listeners, 'list', search]}
        load={load}
        columns={listenerColumns}
        rowKey={rowKey}
        sort={sort ?? 'name'}
        onSort={(next) => setUrl({ sort: next })}
        onOpen={open}
        card={card}
        filtered={search !== ''}
        onClear={clear}
        empty={<EmptyState icon={IconPlayerPlay} title={listeners('empty')} text={listeners('emptyHelp')} />}
      />
    </Frame>
  );
}

/** What became of every listener after each new password. */
export function ListenerRuns() {
  return (
    <Frame tab="runs">
      <RunsTab />
    </Frame>
  );
}
