import { ActionIcon, Button, Select } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { listAccounts, readResourceGroup, type Account, type Health, type ResourceGroupId } from '@strongroom/contract';
import { IconListTree, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { ask, ProblemError } from '../../lib/client.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { home } from '../../lib/messages/home.ts';
import { lists } from '../../lib/messages/lists.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { useUrlState } from '../../lib/use-url-state.ts';
import { drawerTab } from '../../parts/accounts/drawer-tabs.ts';
import { useAccountMenu } from '../../parts/accounts/AccountMenu.tsx';
import { healthOrder } from '../../parts/accounts/health.tsx';
import { useAccountActions } from '../../parts/accounts/use-account-actions.tsx';
import { useResourceTypes } from '../../parts/accounts/use-lists.ts';
import { nameOf } from '../../parts/secrets/SecretsProvider.tsx';
import { ExportLink } from '../../parts/fields/ExportLink.tsx';
import { moreActive, moreFields, moreFilter, noMore, type MoreState } from '../../parts/lists/filters.ts';
import { MoreFilters } from '../../parts/lists/MoreFilters.tsx';
import { ViewsMenu } from '../../parts/lists/ViewsMenu.tsx';
import { MenuDrawer } from '../../parts/MenuDrawer.tsx';
import { useAccountBulk } from '../../parts/bulk/use-account-bulk.tsx';
import { BulkBar } from '../../ui/BulkBar.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { ListTools } from '../../ui/ListTools.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { useColumns } from '../../ui/use-columns.ts';
import { useSelection } from '../../ui/use-selection.ts';
import { homeColumns, HomeCard } from './columns.tsx';
import { Explorer } from './Explorer.tsx';
import { HomeEmpty } from './HomeEmpty.tsx';
import css from './home.module.css';
import { ProofLine } from './ProofLine.tsx';
import { Resizer } from './Resizer.tsx';
import { viewOf, type View } from './views.ts';

const AccountDrawer = lazy(() => import('../../parts/accounts/AccountDrawer.tsx'));
const fields = ['view', 'node', 'search', 'type', 'health', 'sort', 'account', 'tab', ...moreFields] as const;
/** What a saved view keeps: what is listed and how, not what is open beside it. */
const kept = ['view', 'node', 'search', 'type', 'health', 'sort', ...moreFields] as const;
const none = Object.fromEntries(kept.map((name) => [name, undefined]));
const sorts = ['username', 'resourceName', 'changedAt', 'checkedAt', 'expiresAt', 'number'] as const;
type Sort = (typeof sorts)[number] | `-${(typeof sorts)[number]}`;
const sortOf = (text: string | undefined): Sort | undefined =>
  sorts.flatMap((s): Sort[] => [s, `-${s}`]).find((s) => s === text);
const accountKey = (account: Account) => account.id;
const groupIdOf = (text: string | undefined): ResourceGroupId | undefined =>
  text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
    ? (text as ResourceGroupId)
    : undefined;

const keptOf = (url: Readonly<Partial<Record<string, string>>>): Readonly<Record<string, string>> =>
  Object.fromEntries(kept.flatMap((name) => (url[name] ? [[name, url[name]]] : [])));

/** Home: find an account, open its password, see what is wrong. */
export default function Home() {
  const phone =
    useMediaQuery('(max-width: 48em)', matchMedia('(max-width: 48em)').matches, { getInitialValueInEffect: false }) ??
    false;
  const [url, setUrl] = useUrlState(fields);
  const [browsing, setBrowsing] = useState(false);
  const [{ density, explorerWidth }, setPreferences] = usePreferences();
  const mayAdd = useCan('resource.create');
  const types = useResourceTypes();
  const node = groupIdOf(url.node);
  const view = viewOf(node === undefined ? url.view : undefined);
  const group = useQuery({
    queryKey: keys.group(node ?? ''),
    queryFn: ({ signal }) => ask(readResourceGroup, { groupId: node ?? '' }, { signal }),
    enabled: node !== undefined,
  });
  const gone = node !== undefined && group.error instanceof ProblemError && group.error.status === 404;
  const health = healthOrder.find((one) => one === url.health);
  const { search = '', type } = url;
  const sort = sortOf(url.sort);

  const look = useCallback(
    (account: Account, tab?: string) =>
      setUrl({ account: account.id, tab: tab === 'details' ? undefined : tab }, { push: true }),
    [setUrl],
  );
  const { actions, dialogs } = useAccountActions(useCallback((account: Account) => look(account, 'rotations'), [look]));
  const menu = useAccountMenu(actions, { look });
  const columns = useMemo(() => homeColumns(actions, menu.open), [actions, menu.open]);
  const card = useCallback(
    (account: Account) => <HomeCard account={account} actions={actions} menu={menu.open} />,
    [actions, menu.open],
  );

  const { compliance, expiry, department, location, tag, field } = url;
  const filter = useMemo(
    () => ({
      view,
      ...moreFilter({ compliance, expiry, department, location, tag, field } as MoreState),
      ...(node ? { groupId: node } : {}),
      ...(search ? { search } : {}),
      ...(type ? { type } : {}),
      ...(health ? { health } : {}),
    }),
    [view, node, search, type, health, compliance, expiry, department, location, tag, field],
  );
  const queryKey = useMemo(() => [...keys.accounts, 'list', filter], [filter]);
  const load = useCallback(
    ({ sort: by, signal, ...page }: PageAsk) => {
      const order = sortOf(by);
      return ask(listAccounts, { ...filter, ...page, ...(order ? { sort: order } : {}) }, { signal });
    },
    [filter],
  );
  // The first page is the grid's own; it is only read here for the count.
  const first = useQuery({
    queryKey: [...queryKey, sort ?? null, 0],
    queryFn: ({ signal }) => load({ offset: 0, limit: 100, signal, ...(sort ? { sort } : {}) }),
    placeholderData: keepPreviousData,
  }).data;
  const total = first?.total;
  const { columns: shown, setup } = useColumns('accounts', columns);
  const selection = useSelection<Account>(filter);
  const bulk = useAccountBulk(filter, selection);
  const active = [type, health].filter(Boolean).length + moreActive(url);
  const filtered = active > 0 || search !== '';
  const clear = useCallback(
    () => setUrl({ search: undefined, type: undefined, health: undefined, ...noMore }),
    [setUrl],
  );
  const show = useCallback((query: Readonly<Record<string, string>>) => setUrl({ ...none, ...query }), [setUrl]);
  const go = useCallback(
    (to: View, group?: string) => {
      setUrl({ view: to === 'all' ? undefined : to, node: group, account: undefined, tab: undefined }, { push: true });
      setBrowsing(false);
    },
    [setUrl],
  );
  const narrow = useCallback(
    (to: { compliance?: string | undefined; expiry?: string | undefined }) => setUrl({ ...to, view: undefined }),
    [setUrl],
  );
  const pick = useCallback(
    (to: Health | undefined) => setUrl({ health: to, ...(to ? { view: undefined } : {}) }),
    [setUrl],
  );
  const onSearch = useCallback((text: string) => setUrl({ search: text }), [setUrl]);
  const count = total ?? 0;
  const sub =
    total === undefined
      ? ' '
      : first?.totalIs === 'at-least'
        ? lists('atLeast', { count })
        : filtered
          ? home('countFiltered', { count })
          : node
            ? home('countGroup', { count })
            : view === 'favourite'
              ? home('countFavourite', { count })
              : view === 'recent'
                ? home('countRecent', { count })
                : home('count', { count });
  const add = (
    <Button component={Link} to="/resources/new" leftSection={<IconPlus size={15} />}>
      {home('addResource')}
    </Button>
  );
  return (
    <div className={css.page}>
      {!phone && (
        <aside className={css.aside} style={{ inlineSize: explorerWidth }} aria-label={home('explorer')}>
          <Explorer view={view} node={node} phone={false} go={go} />
          <Resizer width={explorerWidth} onWidth={(width) => setPreferences({ explorerWidth: width })} />
        </aside>
      )}
      <section className={css.main} aria-label={home('accounts')}>
        <PageHeader title={node ? (group.data?.name ?? home('groupTitle')) : home(`view-${view}`)} sub={sub}>
          {group.data && !phone && (
            <Button
              renderRoot={(root) => <Link {...root} to={`/resources/groups/${group.data.id}`} />}
              variant="default"
            >
              {home('openGroup')}
            </Button>
          )}
          {phone && (
            <Button variant="default" leftSection={<IconListTree size={16} />} onClick={() => setBrowsing(true)}>
              {home('browse')}
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
                aria-label={home('addResource')}
              >
                <IconPlus size={17} />
              </ActionIcon>
            ) : (
              add
            ))}
        </PageHeader>
        <ProofLine health={health} pick={pick} state={url} narrow={narrow} />
        <BulkBar selection={selection} actions={bulk.actions}>
          <FilterBar
            search={search}
            onSearch={onSearch}
            placeholder={home('filter')}
            active={active}
            onClear={clear}
            end={
              <>
                <ExportLink kind="account" filter={filter} />
                <ViewsMenu list="accounts" query={keptOf(url)} show={show} />
                <ListTools columns={columns} setup={setup} />
              </>
            }
          >
            <Select
              aria-label={home('type')}
              placeholder={home('type')}
              data={types.map(({ name, title }) => ({ value: name, label: title }))}
              value={type ?? null}
              onChange={(value) => setUrl({ type: value ?? undefined })}
              clearable
              searchable
              w={150}
            />
            <Select
              aria-label={home('health')}
              placeholder={home('health')}
              data={healthOrder.map((one) => ({ value: one, label: accounts(`health-${one}`) }))}
              value={health ?? null}
              onChange={(value) => setUrl({ health: value ?? undefined })}
              clearable
              w={150}
            />
            <MoreFilters state={url} onChange={setUrl} accounts />
          </FilterBar>
        </BulkBar>
        <Grid
          label={home(`view-${view}`)}
          queryKey={queryKey}
          load={load}
          columns={shown}
          onResize={setup.resize}
          rowKey={accountKey}
          rowName={nameOf}
          selection={selection}
          sort={sort}
          onSort={(by) => setUrl({ sort: by })}
          onOpen={look}
          onPeek={look}
          card={card}
          dense={density === 'compact'}
          filtered={filtered}
          onClear={clear}
          empty={
            <HomeEmpty
              view={view}
              ofGroup={node !== undefined}
              gone={gone}
              add={mayAdd ? add : null}
              showAll={() => go('all')}
            />
          }
          hints={
            <>
              <span>
                <kbd className="kbd">↑</kbd> <kbd className="kbd">↓</kbd> {home('hintMove')}
              </span>
              <span>
                <kbd className="kbd">E</kbd> {home('hintShow')}
              </span>
              <span>
                <kbd className="kbd">C</kbd> {home('hintCopy')}
              </span>
              <span>
                <kbd className="kbd">?</kbd> {home('hintAll')}
              </span>
            </>
          }
        />
      </section>
      <MenuDrawer open={browsing && phone} close={() => setBrowsing(false)} title={home('browseTitle')}>
        <Explorer view={view} node={node} phone go={go} />
      </MenuDrawer>
      {menu.node}
      {dialogs}
      {bulk.dialog}
      {url.account && (
        <Suspense fallback={null}>
          <AccountDrawer
            key={url.account}
            id={url.account}
            tab={drawerTab(url.tab)}
            onTab={(tab) => setUrl({ tab: tab === 'details' ? undefined : tab })}
            close={() => setUrl({ account: undefined, tab: undefined })}
            actions={actions}
          />
        </Suspense>
      )}
    </div>
  );
}
