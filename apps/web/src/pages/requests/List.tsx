import { Select } from '@mantine/core';
import { listRequests, RequestState, type AccessRequest, type AccountId } from '@strongroom/contract';
import { IconInbox } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { requests } from '../../lib/messages/requests.ts';
import { keys } from '../../lib/query.ts';
import { fastMs } from '../../parts/checkout/live.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { SideDrawer } from '../../ui/SideDrawer.tsx';
import { RequestCard, requestColumns } from './columns.tsx';
import { Decide, ForceDialog } from './Decide.tsx';
import { RequestFailure, useRequest } from './Inbox.tsx';
import css from './requests.module.css';
import { RequestView } from './RequestView.tsx';
import { requesterOf } from './timeline.ts';

const sorts = ['createdAt', '-createdAt'] as const;
const rowKey = (row: AccessRequest) => row.id;
const card = (row: AccessRequest) => <RequestCard request={row} />;

function Drawer({ id, close }: { readonly id: string; readonly close: () => void }) {
  const found = useRequest(id);
  return (
    <SideDrawer open close={close} title={requests('detail', { name: found.data ? requesterOf(found.data) : '' })}>
      {found.isPending && <Bones />}
      {found.isError && !found.data && <RequestFailure error={found.error} retry={() => void found.refetch()} />}
      {found.data && (
        <div className={css.drawer}>
          <RequestView request={found.data} />
          <Decide request={found.data} />
        </div>
      )}
    </SideDrawer>
  );
}

/** What the address says of a list of requests. */
export interface ListState {
  readonly search?: string;
  readonly state?: string;
  readonly account?: string;
  readonly sort?: string;
  readonly id?: string;
}

/** One's own requests, what is in use, or all there ever were; one of them in a drawer. */
export function RequestList(props: {
  readonly view: 'mine' | 'in-use' | 'all';
  readonly url: ListState;
  readonly set: (change: { [K in keyof ListState]?: string | undefined }, how?: { readonly push?: boolean }) => void;
}) {
  const { view, url, set } = props;
  const { search = '', account } = url;
  const state = RequestState.options.find((one) => one === url.state);
  const sort = sorts.find((one) => one === url.sort) ?? '-createdAt';
  const [forcing, setForcing] = useState<AccessRequest | null>(null);
  const columns = useMemo(() => requestColumns(view, setForcing), [view]);
  const load = useCallback(
    ({ signal, sort: by, ...page }: PageAsk) =>
      ask(
        listRequests,
        {
          view,
          ...page,
          sort: sorts.find((one) => one === by) ?? '-createdAt',
          ...(search ? { search } : {}),
          ...(state ? { state } : {}),
          ...(account ? { accountId: account as AccountId } : {}),
        },
        { signal },
      ),
    [view, search, state, account],
  );
  const active = (state ? 1 : 0) + (account ? 1 : 0);
  const clear = () => set({ search: undefined, state: undefined, account: undefined });
  const show = useCallback((row: AccessRequest) => set({ id: row.id }, { push: true }), [set]);
  return (
    <>
      <FilterBar
        search={search}
        onSearch={(text) => set({ search: text })}
        placeholder={requests('filter')}
        active={active}
        onClear={clear}
      >
        {view !== 'in-use' && (
          <Select
            aria-label={requests('state')}
            placeholder={requests('anyState')}
            data={RequestState.options.map((one) => ({ value: one, label: requests(`state-${one}`) }))}
            value={state ?? null}
            onChange={(value) => set({ state: value ?? undefined })}
            clearable
            w={170}
          />
        )}
      </FilterBar>
      <Grid
        label={requests('list')}
        queryKey={[...keys.requests, 'list', view, search, state ?? '', account ?? '']}
        load={load}
        columns={columns}
        rowKey={rowKey}
        sort={sort}
        onSort={(next) => set({ sort: next })}
        onOpen={show}
        onPeek={show}
        card={card}
        filtered={search !== '' || active > 0}
        onClear={clear}
        refetchInterval={fastMs}
        empty={<EmptyState icon={IconInbox} title={requests(`empty-${view}`)} text={requests(`emptyHelp-${view}`)} />}
      />
      {url.id && <Drawer key={url.id} id={url.id} close={() => set({ id: undefined })} />}
      {forcing && <ForceDialog request={forcing} close={() => setForcing(null)} />}
    </>
  );
}
