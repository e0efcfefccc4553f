import { Button } from '@mantine/core';
import { IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { listUserGroups, type UserGroup } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { date, exact } from '../../lib/format.ts';
import { people } from '../../lib/messages/people.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { keys } from '../../lib/query.ts';
import { useCan, useMe } from '../../lib/session.tsx';
import { number } from '../../lib/t.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid, type Column } from '../../ui/Grid.tsx';
import type { GridProps } from '../../ui/grid-types.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import { limitsOf } from './limits.ts';
import css from './groups.module.css';

const NewGroup = lazy(() => import('./NewGroup.tsx').then((part) => ({ default: part.NewGroup })));

const rowKey = (group: UserGroup) => group.id;
const orders = ['name', 'members', 'createdAt'] as const;
type Order = (typeof orders)[number] | `-${(typeof orders)[number]}`;
const isOrder = (text: string | undefined): text is Order =>
  orders.some((order) => text === order || text === `-${order}`);

const limits = (group: UserGroup): string => limitsOf(group).join(', ');
const columns: readonly Column<UserGroup>[] = [
  {
    id: 'name',
    title: people('groups.name'),
    width: 'minmax(180px, 1.4fr)',
    sort: 'name',
    cell: (group) => (
      <span className={css.name}>
        <b className="trunc">{group.name}</b>
        {group.description && <span className="dim trunc">{group.description}</span>}
      </span>
    ),
  },
  {
    id: 'members',
    title: people('groups.members'),
    width: '100px',
    sort: 'members',
    end: true,
    cell: (group) => <span className="num">{number(group.members)}</span>,
  },
  {
    id: 'limits',
    title: people('groups.limits'),
    width: 'minmax(180px, 1.4fr)',
    cell: (group) => (
      <span className="dim trunc" title={limits(group)}>
        {limits(group) || people('groups.noLimits')}
      </span>
    ),
  },
  {
    id: 'createdAt',
    title: people('groups.created'),
    width: '120px',
    sort: 'createdAt',
    cell: (group) => (
      <span className="num" title={exact(group.createdAt)}>
        {date(group.createdAt)}
      </span>
    ),
  },
];

/** The user groups of the organisation. */
export default function UserGroupsPage() {
  const me = useMe();
  const mayAdd = useCan('user-group.create');
  const navigate = useNavigate();
  const [{ density }] = usePreferences();
  const [adding, setAdding] = useState(false);
  const [url, set] = useUrlState(['q', 'sort'] as const);
  const search = url.q ? { search: url.q } : {};
  const count = useQuery({
    queryKey: [...keys.userGroups, 'count'],
    queryFn: ({ signal }) => ask(listUserGroups, { limit: 1 }, { signal }),
  });
  const load = useCallback<GridProps<UserGroup>['load']>(
    ({ offset, cursor, limit, sort, signal }) =>
      ask(
        listUserGroups,
        { ...search, offset, limit, sort: isOrder(sort) ? sort : 'name', ...(cursor ? { cursor } : {}) },
        { signal },
      ),
    [url.q],
  );
  const open = useCallback((group: UserGroup) => void navigate({ to: `/admin/user-groups/${group.id}` }), [navigate]);
  const card = useCallback(
    (group: UserGroup) => (
      <button type="button" className={css.card} onClick={() => open(group)}>
        <b className="trunc">{group.name}</b>
        <span className="dim trunc">{people('group.members', { n: group.members })}</span>
      </button>
    ),
    [open],
  );
  const find = useCallback((text: string) => set({ q: text }), [set]);
  const clear = useCallback(() => set({ q: undefined }), [set]);
  return (
    <AdminFrame table>
      <PageHeader
        title={people('groups.title')}
        sub={count.data ? people('groups.sub', { n: count.data.total, organisation: me.organisation.name }) : '\u00a0'}
      >
        {mayAdd && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
            {people('groups.add')}
          </Button>
        )}
      </PageHeader>
      <FilterBar search={url.q ?? ''} onSearch={find} active={0} onClear={clear} />
      <Grid
        label={people('groups.title')}
        queryKey={[...keys.userGroups, 'list', search]}
        load={load}
        columns={columns}
        rowKey={rowKey}
        sort={url.sort}
        onSort={(sort) => set({ sort })}
        onOpen={open}
        card={card}
        cardHeight={60}
        dense={density === 'compact'}
        filtered={Boolean(url.q)}
        onClear={clear}
        empty={
          <EmptyState icon={IconUsersGroup} title={people('groups.title')} text={people('groups.empty')}>
            {mayAdd && <Button onClick={() => setAdding(true)}>{people('groups.add')}</Button>}
          </EmptyState>
        }
      />
      {adding && (
        <Suspense fallback={null}>
          <NewGroup close={() => setAdding(false)} />
        </Suspense>
      )}
    </AdminFrame>
  );
}
