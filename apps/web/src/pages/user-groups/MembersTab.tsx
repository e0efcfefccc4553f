import { Button } from '@mantine/core';
import { IconUserPlus, IconUsersGroup, IconX } from '@tabler/icons-react';
import { changeUserGroupMembers, listUserGroupMembers, type Member, type UserGroup } from '@strongroom/contract';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { people } from '../../lib/messages/people.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { keys } from '../../lib/query.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid, type Column } from '../../ui/Grid.tsx';
import type { GridProps } from '../../ui/grid-types.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { StatePill } from '../users/words.tsx';
import { keepGroup } from './keep-group.ts';
import css from './groups.module.css';

const rowKey = (member: Member) => member.id;
const orders = ['fullName', 'username', 'since'] as const;
type Order = (typeof orders)[number] | `-${(typeof orders)[number]}`;
const isOrder = (text: string | undefined): text is Order =>
  orders.some((order) => text === order || text === `-${order}`);

/** The members of a group: searched and sorted by the server, added by search, removed with an undo. */
export function MembersTab({ group, add }: { readonly group: UserGroup; readonly add: () => void }) {
  const navigate = useNavigate();
  const [{ density }] = usePreferences();
  const [url, set] = useUrlState(['q', 'sort'] as const);
  const may = group.can.includes('user-group.change-members');
  const search = url.q ? { search: url.q } : {};
  const load = useCallback<GridProps<Member>['load']>(
    ({ offset, cursor, limit, sort, signal }) =>
      ask(
        listUserGroupMembers,
        {
          userGroupId: group.id,
          ...search,
          offset,
          limit,
          sort: isOrder(sort) ? sort : 'fullName',
          ...(cursor ? { cursor } : {}),
        },
        { signal },
      ),
    [group.id, url.q],
  );
  const remove = useCallback(
    async (member: Member) => {
      try {
        const reply = await ask(changeUserGroupMembers, { userGroupId: group.id, remove: [member.id] });
        await keepGroup(reply.group);
        toast({
          message: people('group.removed', { who: member.fullName, name: group.name }),
          undo: () =>
            void ask(changeUserGroupMembers, { userGroupId: group.id, add: [member.id] }).then(
              (back) => keepGroup(back.group),
              toastProblem,
            ),
        });
      } catch (error) {
        toastProblem(error);
      }
    },
    [group.id, group.name],
  );
  const columns = useMemo<readonly Column<Member>[]>(
    () => [
      {
        id: 'fullName',
        title: people('group.column.name'),
        width: 'minmax(160px, 1.3fr)',
        sort: 'fullName',
        cell: (member) => (
          <span className={css.person}>
            <Avatar name={member.fullName} size={24} />
            <b className="trunc">{member.fullName}</b>
          </span>
        ),
      },
      {
        id: 'username',
        title: people('group.column.username'),
        width: 'minmax(120px, 1fr)',
        sort: 'username',
        cell: (member) => <bdi className="mono">{member.username}</bdi>,
      },
      {
        id: 'since',
        title: people('group.column.since'),
        width: '130px',
        sort: 'since',
        cell: (member) =>
          member.since && (
            <span className="num" title={exact(member.since)}>
              {ago(member.since)}
            </span>
          ),
      },
      {
        id: 'state',
        title: people('group.column.state'),
        width: '120px',
        cell: (member) => <StatePill user={member} />,
      },
      ...(may
        ? [
            {
              id: 'remove',
              title: people('group.column.remove'),
              quiet: true,
              width: '44px',
              cell: (member: Member, tabIndex: 0 | -1) => (
                <button
                  type="button"
                  className={css.remove}
                  tabIndex={tabIndex}
                  aria-label={people('group.removeWhat', { who: member.fullName, name: group.name })}
                  onClick={() => void remove(member)}
                >
                  <IconX size={15} aria-hidden />
                </button>
              ),
            },
          ]
        : []),
    ],
    [may, remove, group.name],
  );
  const open = useCallback((member: Member) => void navigate({ to: `/admin/users/${member.id}` }), [navigate]);
  const card = useCallback(
    (member: Member) => (
      <div className={css.memberCard}>
        <button type="button" className={css.card} onClick={() => open(member)}>
          <b className="trunc">{member.fullName}</b>
          <span className="dim trunc">
            <bdi className="mono">{member.username}</bdi>
          </span>
        </button>
        {may && (
          <button
            type="button"
            className={css.remove}
            aria-label={people('group.removeWhat', { who: member.fullName, name: group.name })}
            onClick={() => void remove(member)}
          >
            <IconX size={15} aria-hidden />
          </button>
        )}
      </div>
    ),
    [open, may, remove, group.name],
  );
  const find = useCallback((text: string) => set({ q: text }), [set]);
  const clear = useCallback(() => set({ q: undefined }), [set]);
  return (
    <div className={css.members}>
      <FilterBar search={url.q ?? ''} onSearch={find} active={0} onClear={clear} />
      <Grid
        label={people('group.memberGrid', { name: group.name })}
        queryKey={[...keys.userGroup(group.id), 'members', search]}
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
          <EmptyState icon={IconUsersGroup} title={people('group.members', { n: 0 })} text={people('group.noMembers')}>
            {may && (
              <Button leftSection={<IconUserPlus size={15} />} onClick={add}>
                {people('group.addMembers')}
              </Button>
            )}
          </EmptyState>
        }
      />
    </div>
  );
}
