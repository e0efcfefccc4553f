import { Button, SegmentedControl, Select } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { listResourceGroups, type GroupKind, type ResourceGroup } from '@strongroom/contract';
import { IconCalendarRepeat, IconFingerprint, IconFolders, IconListTree, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { ask } from '../../lib/client.ts';
import { sshKeys } from '../../lib/messages/keys.ts';
import { groups } from '../../lib/messages/groups.ts';
import { resources } from '../../lib/messages/resources.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { useUrlState } from '../../lib/use-url-state.ts';
import { usePolicies } from '../../parts/accounts/use-lists.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import list from '../resources/resources.module.css';
import { GroupCard, groupColumns } from './columns.tsx';
import css from './groups.module.css';

const GroupTree = lazy(() => import('./GroupTree.tsx'));

const fields = ['search', 'kind', 'sort', 'as'] as const;
const sorts = ['name', 'kind', 'ownerName', 'updatedAt', 'number'] as const;
type Sort = (typeof sorts)[number] | `-${(typeof sorts)[number]}`;
const sortOf = (text: string | undefined): Sort | undefined =>
  sorts.flatMap((s): Sort[] => [s, `-${s}`]).find((s) => s === text);
const kindOf = (text: string | undefined): GroupKind | undefined =>
  (['criteria', 'static'] as const).find((kind) => kind === text);
const rowKey = (group: ResourceGroup) => group.id;
const card = (group: ResourceGroup) => <GroupCard group={group} />;

/** Every resource group one owns or that is shared with one, as a table or as the trees they hang in. */
export default function Groups() {
  const phone = useMediaQuery('(max-width: 48em)') ?? false;
  const [url, setUrl] = useUrlState(fields);
  const [preferences] = usePreferences();
  const navigate = useNavigate();
  const mayAdd = useCan('resource-group.create');
  const mayArrange = useCan('explorer.change') || mayAdd;
  const policies = usePolicies();
  const columns = useMemo(() => groupColumns(policies), [policies]);
  const { search = '' } = url;
  const kind = kindOf(url.kind);
  const sort = sortOf(url.sort);
  const filter = useMemo(() => ({ ...(search ? { search } : {}), ...(kind ? { kind } : {}) }), [search, kind]);
  const queryKey = useMemo(() => [...keys.groups, 'list', filter], [filter]);
  const load = useCallback(
    ({ offset, cursor, limit, sort: by, signal }: PageAsk) => {
      const order = sortOf(by);
      return ask(
        listResourceGroups,
        { ...filter, offset, limit, ...(cursor ? { cursor } : {}), ...(order ? { sort: order } : {}) },
        { signal },
      );
    },
    [filter],
  );
  const asTree = url.as === 'tree';
  const total = useQuery({
    queryKey: [...queryKey, sort ?? null, 0],
    queryFn: ({ signal }) => load({ offset: 0, limit: 100, signal, ...(sort ? { sort } : {}) }),
    placeholderData: keepPreviousData,
  }).data?.total;
  const filtered = search !== '' || kind !== undefined;
  const open = useCallback((id: string) => void navigate({ to: `/resources/groups/${id}` }), [navigate]);
  const add = (
    <Button component={Link} to="/resources/groups/new" leftSection={<IconPlus size={15} />}>
      {groups('add')}
    </Button>
  );
  const shown = (
    <SegmentedControl
      size="xs"
      aria-label={groups('shownAs')}
      value={asTree ? 'tree' : 'table'}
      onChange={(value) => setUrl({ as: value === 'tree' ? 'tree' : undefined })}
      data={[
        { value: 'table', label: groups('asTable') },
        { value: 'tree', label: groups('asTree') },
      ]}
    />
  );
  return (
    <div className={list.page}>
      <PageHeader
        title={groups('title')}
        stack={phone}
        sub={
          <>
            <Link to="/resources" className="link">
              {resources('title')}
            </Link>
            {total !== undefined && <> · {groups(filtered ? 'countFiltered' : 'count', { count: total })}</>}
          </>
        }
      >
        {phone && shown}
        <Button component={Link} to="/resources/keys" variant="default" leftSection={<IconFingerprint size={15} />}>
          {sshKeys('title')}
        </Button>
        <Button
          component={Link}
          to="/resources/schedules"
          variant="default"
          leftSection={<IconCalendarRepeat size={15} />}
        >
          {groups('schedules')}
        </Button>
        {mayArrange && (
          <Button
            component={Link}
            to="/resources/groups/tree"
            variant="default"
            leftSection={<IconListTree size={15} />}
          >
            {groups('arrange')}
          </Button>
        )}
        {mayAdd && add}
      </PageHeader>
      {asTree ? (
        <>
          {!phone && <div className={css.treeBar}>{shown}</div>}
          <Suspense fallback={<div className={css.treeBox} />}>
            <GroupTree onOpen={open} />
          </Suspense>
        </>
      ) : (
        <>
          <FilterBar
            search={search}
            onSearch={(text) => setUrl({ search: text })}
            placeholder={groups('filter')}
            active={kind ? 1 : 0}
            onClear={() => setUrl({ search: undefined, kind: undefined })}
            end={phone ? null : shown}
          >
            <Select
              aria-label={groups('kind')}
              placeholder={groups('kind')}
              data={(['criteria', 'static'] as const).map((value) => ({ value, label: groups(`kind-${value}`) }))}
              value={kind ?? null}
              onChange={(value) => setUrl({ kind: value ?? undefined })}
              clearable
              w={140}
            />
          </FilterBar>
          <Grid
            label={groups('title')}
            queryKey={queryKey}
            load={load}
            columns={columns}
            rowKey={rowKey}
            sort={sort}
            onSort={(by) => setUrl({ sort: by })}
            onOpen={(group) => open(group.id)}
            card={card}
            cardHeight={84}
            dense={preferences.density === 'compact'}
            filtered={filtered}
            onClear={() => setUrl({ search: undefined, kind: undefined })}
            empty={
              <EmptyState
                icon={IconFolders}
                title={groups('emptyTitle')}
                text={groups(mayAdd ? 'emptyText' : 'emptyShared')}
              >
                {mayAdd && add}
              </EmptyState>
            }
          />
        </>
      )}
    </div>
  );
}
