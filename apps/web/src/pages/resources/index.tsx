import { ActionIcon, Button, Select } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { listResources, type Resource } from '@strongroom/contract';
import { IconFileUpload, IconPlus, IconServer } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { ask } from '../../lib/client.ts';
import { lists } from '../../lib/messages/lists.ts';
import { resources } from '../../lib/messages/resources.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { useUrlState } from '../../lib/use-url-state.ts';
import { useResourceTypes } from '../../parts/accounts/use-lists.ts';
import { useResourceBulk } from '../../parts/bulk/use-resource-bulk.tsx';
import { ExportLink } from '../../parts/fields/ExportLink.tsx';
import { moreActive, moreFields, moreFilter, noMore, type MoreState } from '../../parts/lists/filters.ts';
import { MoreFilters } from '../../parts/lists/MoreFilters.tsx';
import { ViewsMenu } from '../../parts/lists/ViewsMenu.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { BulkBar } from '../../ui/BulkBar.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { ListTools } from '../../ui/ListTools.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { useColumns } from '../../ui/use-columns.ts';
import { useSelection } from '../../ui/use-selection.ts';
import { ResourceCard, resourceColumns, type ListedResource } from './columns.tsx';
import css from './resources.module.css';

const fields = ['search', 'type', 'sort', ...moreFields] as const;
const none = Object.fromEntries(fields.map((name) => [name, undefined]));
const sorts = ['name', 'type', 'dnsName', 'updatedAt', 'number'] as const;
type Sort = (typeof sorts)[number] | `-${(typeof sorts)[number]}`;
const sortOf = (text: string | undefined): Sort | undefined =>
  sorts.flatMap((s): Sort[] => [s, `-${s}`]).find((s) => s === text);
const rowKey = (resource: Pick<Resource, 'id'>) => resource.id;
const rowName = (resource: Pick<Resource, 'name'>) => resource.name;
const card = (resource: ListedResource) => <ResourceCard resource={resource} />;

/** Every resource one owns or that is shared with one. */
export default function Resources() {
  const phone =
    useMediaQuery('(max-width: 48em)', matchMedia('(max-width: 48em)').matches, { getInitialValueInEffect: false }) ??
    false;
  const [url, setUrl] = useUrlState(fields);
  const [{ density }] = usePreferences();
  const navigate = useNavigate();
  const mayAdd = useCan('resource.create');
  const mayImport = useCan('resource.import');
  const types = useResourceTypes();
  const { search = '', type } = url;
  const sort = sortOf(url.sort);
  const { compliance, expiry, department, location, tag, field } = url;
  const filter = useMemo(
    () => ({
      ...(search ? { search } : {}),
      ...(type ? { type } : {}),
      ...moreFilter({ compliance, expiry, department, location, tag, field } as MoreState),
    }),
    [search, type, compliance, expiry, department, location, tag, field],
  );
  const queryKey = useMemo(() => [...keys.resources, 'list', filter], [filter]);
  const load = useCallback(
    ({ sort: by, signal, ...page }: PageAsk) => {
      const order = sortOf(by);
      return ask(listResources, { ...filter, ...page, ...(order ? { sort: order } : {}) }, { signal });
    },
    [filter],
  );
  const first = useQuery({
    queryKey: [...queryKey, sort ?? null, 0],
    queryFn: ({ signal }) => load({ offset: 0, limit: 100, signal, ...(sort ? { sort } : {}) }),
    placeholderData: keepPreviousData,
  }).data;
  const total = first?.total;
  const { columns, setup } = useColumns('resources', resourceColumns);
  const selection = useSelection<ListedResource>(filter);
  const bulk = useResourceBulk(filter, selection);
  const active = (type ? 1 : 0) + moreActive(url);
  const filtered = search !== '' || active > 0;
  const clear = useCallback(() => setUrl({ search: undefined, type: undefined, ...noMore }), [setUrl]);
  const show = useCallback((query: Readonly<Record<string, string>>) => setUrl({ ...none, ...query }), [setUrl]);
  const onSearch = useCallback((text: string) => setUrl({ search: text }), [setUrl]);
  const open = useCallback(
    (resource: ListedResource) => void navigate({ to: `/resources/${resource.id}` }),
    [navigate],
  );
  const add = (
    <Button component={Link} to="/resources/new" leftSection={<IconPlus size={15} />}>
      {resources('add')}
    </Button>
  );
  return (
    <div className={css.page}>
      <PageHeader
        title={resources('title')}
        sub={
          <>
            {total !== undefined && (
              <>
                {first?.totalIs === 'at-least'
                  ? lists('atLeast', { count: total })
                  : resources(filtered ? 'countFiltered' : 'count', { count: total })}{' '}
                ·{' '}
              </>
            )}
            <Link to="/resources/groups" className="link">
              {resources('groups')}
            </Link>
          </>
        }
      >
        {mayImport && !phone && (
          <Button component={Link} to="/resources/import" variant="default" leftSection={<IconFileUpload size={15} />}>
            {resources('import')}
          </Button>
        )}
        {mayAdd &&
          (phone ? (
            <ActionIcon
              component={Link}
              to="/resources/new"
              size={36}
              variant="filled"
              color="iris"
              aria-label={resources('add')}
            >
              <IconPlus size={17} />
            </ActionIcon>
          ) : (
            add
          ))}
      </PageHeader>
      <BulkBar selection={selection} actions={bulk.actions}>
        <FilterBar
          search={search}
          onSearch={onSearch}
          placeholder={resources('filter')}
          active={active}
          onClear={clear}
          end={
            <>
              <ExportLink kind="resource" filter={filter} />
              <ViewsMenu list="resources" query={url as Readonly<Record<string, string>>} show={show} />
              <ListTools columns={resourceColumns} setup={setup} />
            </>
          }
        >
          <Select
            aria-label={resources('type')}
            placeholder={resources('type')}
            data={types.map(({ name, title }) => ({ value: name, label: title }))}
            value={type ?? null}
            onChange={(value) => setUrl({ type: value ?? undefined })}
            clearable
            searchable
            w={170}
          />
          <MoreFilters state={url} onChange={setUrl} />
        </FilterBar>
      </BulkBar>
      <Grid
        label={resources('title')}
        queryKey={queryKey}
        load={load}
        columns={columns}
        onResize={setup.resize}
        rowKey={rowKey}
        rowName={rowName}
        selection={selection}
        sort={sort}
        onSort={(by) => setUrl({ sort: by })}
        onOpen={open}
        card={card}
        cardHeight={84}
        dense={density === 'compact'}
        filtered={filtered}
        onClear={clear}
        empty={
          <EmptyState
            icon={IconServer}
            title={resources('emptyTitle')}
            text={resources(mayAdd ? 'emptyOwn' : 'emptyShared')}
          >
            {mayAdd && add}
            {mayImport && (
              <Button component={Link} to="/resources/import" variant="default">
                {resources('import')}
              </Button>
            )}
          </EmptyState>
        }
      />
      {bulk.dialog}
    </div>
  );
}
