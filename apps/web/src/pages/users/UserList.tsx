import { Button, Select } from '@mantine/core';
import { IconApi, IconFileUpload, IconPlus, IconUsers } from '@tabler/icons-react';
import { listUsers, UserState, type Role, type User } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ask } from '../../lib/client.ts';
import { users } from '../../lib/messages/users.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { keys } from '../../lib/query.ts';
import { useCan, useMe } from '../../lib/session.tsx';
import { useUrlState } from '../../lib/use-url-state.ts';
import { useUserBulk } from '../../parts/bulk/use-user-bulk.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { BulkBar } from '../../ui/BulkBar.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { GridProps } from '../../ui/grid-types.ts';
import { ListTools } from '../../ui/ListTools.tsx';
import { ViewsMenu } from '../../parts/lists/ViewsMenu.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { useColumns } from '../../ui/use-columns.ts';
import { useSelection } from '../../ui/use-selection.ts';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import { apiColumns, peopleColumns, UserCard } from './columns.tsx';
import { roleChoices, useRoles } from './words.tsx';
import css from './users.module.css';

const rowName = (user: User) => user.fullName;
const rowKey = (user: User) => user.id;
const orders = ['username', 'fullName', 'role', 'state', 'lastSignInAt'] as const;
type Order = (typeof orders)[number] | `-${(typeof orders)[number]}`;
const isOrder = (text: string | undefined): text is Order =>
  orders.some((order) => text === order || text === `-${order}`);

const fields = ['q', 'role', 'state', 'scope', 'sort'] as const;
const none = Object.fromEntries(fields.map((name) => [name, undefined]));

/** The list of people, or of API users, with its filters in the address. */
export function UserList({ kind }: { readonly kind: 'person' | 'api' }) {
  const me = useMe();
  const mayAdd = useCan(kind === 'person' ? 'user.create' : 'user.create-api');
  const mayImport = useCan('user.import');
  const navigate = useNavigate();
  const [{ density }] = usePreferences();
  const [url, set] = useUrlState(fields);
  const known = useRoles().data?.items;
  const roles = known ?? [];
  // Until the roles are here the address is taken at its word: the server refuses what is none.
  const role = known ? known.find((one) => one.id === url.role)?.id : (url.role as Role | undefined);
  const scope = url.scope === 'all' || url.scope === 'own' ? url.scope : undefined;
  const state = UserState.options.find((known) => known === url.state);
  const filter = {
    kind,
    ...(url.q ? { search: url.q } : {}),
    ...(role ? { role } : {}),
    ...(state ? { state } : {}),
    ...(scope ? { superAdministrator: scope === 'all' } : {}),
  };
  const words = kind === 'person' ? 'people' : 'api';
  const count = useQuery({
    queryKey: [...keys.users, kind, 'count'],
    queryFn: ({ signal }) => ask(listUsers, { kind, limit: 1 }, { signal }),
  });
  const load = useCallback<GridProps<User>['load']>(
    ({ sort, signal, ...page }) =>
      ask(listUsers, { ...filter, ...page, sort: isOrder(sort) ? sort : 'fullName' }, { signal }),
    [JSON.stringify(filter)],
  );
  const open = useCallback((user: User) => void navigate({ to: `/admin/users/${user.id}` }), [navigate]);
  const card = useCallback((user: User) => <UserCard user={user} open={open} />, [open]);
  const search = useCallback((text: string) => set({ q: text }), [set]);
  const clear = useCallback(() => set({ q: undefined, role: undefined, state: undefined, scope: undefined }), [set]);
  const show = useCallback((query: Readonly<Record<string, string>>) => set({ ...none, ...query }), [set]);
  const all = kind === 'person' ? peopleColumns : apiColumns;
  const { columns, setup } = useColumns(kind === 'person' ? 'users' : 'api-users', all);
  const selection = useSelection<User>(filter);
  const bulk = useUserBulk(kind, filter, selection);
  const active = [role, state, scope].filter(Boolean).length;
  return (
    <AdminFrame table>
      <PageHeader
        title={users(`${words}.title`)}
        sub={count.data ? users(`${words}.sub`, { n: count.data.total, organisation: me.organisation.name }) : '\u00a0'}
      >
        {mayImport && kind === 'person' && (
          <Button
            component={Link}
            to="/admin/users/import"
            variant="default"
            leftSection={<IconFileUpload size={16} />}
          >
            {users('import')}
          </Button>
        )}
        {mayAdd && (
          <Button
            component={Link}
            to={kind === 'person' ? '/admin/users/new' : '/admin/api-users/new'}
            leftSection={<IconPlus size={16} />}
          >
            {users(`${words}.add`)}
          </Button>
        )}
      </PageHeader>
      <BulkBar selection={selection} actions={bulk.actions}>
        <FilterBar
          search={url.q ?? ''}
          onSearch={search}
          active={active}
          onClear={clear}
          end={
            <>
              {kind === 'person' && (
                <ViewsMenu list="users" query={url as Readonly<Record<string, string>>} show={show} />
              )}
              <ListTools columns={all} setup={setup} />
            </>
          }
        >
          <Select
            aria-label={users('filter.role')}
            placeholder={users('filter.role')}
            data={roleChoices(roles)}
            value={role ?? null}
            onChange={(value) => set({ role: value ?? undefined })}
            clearable
            className={css.select}
          />
          <Select
            aria-label={users('filter.scope')}
            placeholder={users('filter.scope')}
            data={(['all', 'own'] as const).map((one) => ({ value: one, label: users(`filter.scope.${one}`) }))}
            value={scope ?? null}
            onChange={(value) => set({ scope: value ?? undefined })}
            clearable
            className={css.select}
          />
          <Select
            aria-label={users('filter.state')}
            placeholder={users('filter.state')}
            data={UserState.options
              .filter((s) => kind === 'person' || s !== 'invited')
              .map((s) => ({ value: s, label: users(`state.${s}`) }))}
            value={state ?? null}
            onChange={(value) => set({ state: value ?? undefined })}
            clearable
            className={css.narrow}
          />
        </FilterBar>
      </BulkBar>
      <Grid
        label={users(`${words}.grid`)}
        queryKey={[...keys.users, filter]}
        load={load}
        columns={columns}
        onResize={setup.resize}
        rowKey={rowKey}
        rowName={rowName}
        selection={selection}
        sort={url.sort}
        onSort={(sort) => set({ sort })}
        onOpen={open}
        card={card}
        cardHeight={68}
        dense={density === 'compact'}
        filtered={active > 0 || Boolean(url.q)}
        onClear={clear}
        empty={
          <EmptyState
            icon={kind === 'person' ? IconUsers : IconApi}
            title={users(`${words}.title`)}
            text={users(`${words}.empty`)}
          />
        }
      />
      {bulk.dialog}
    </AdminFrame>
  );
}
