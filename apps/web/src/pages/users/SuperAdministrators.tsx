import { Switch } from '@mantine/core';
import { IconShieldLock } from '@tabler/icons-react';
import { listUsers, updateSettings, type User } from '@strongroom/contract';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ask } from '../../lib/client.ts';
import { people } from '../../lib/messages/people.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan, useMe } from '../../lib/session.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { GridProps } from '../../ui/grid-types.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { useAction } from '../me/use-action.ts';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import { peopleColumns, UserCard } from './columns.tsx';
import css from './users.module.css';

const rowKey = (user: User) => user.id;
const columns = peopleColumns.filter((column) => column.id !== 'scope');

/** Who sees every resource, and the switch that leaves it to them alone to make more of them. */
export default function SuperAdministrators() {
  const me = useMe();
  const navigate = useNavigate();
  const [{ density }] = usePreferences();
  const change = useAction();
  const denied = me.preferences.denySuperAdministrators;
  const may = useCan('setting.update') && me.user.superAdministrator;
  const load = useCallback<GridProps<User>['load']>(
    ({ offset, cursor, limit, signal }) =>
      ask(
        listUsers,
        { superAdministrator: true, offset, limit, sort: 'fullName', ...(cursor ? { cursor } : {}) },
        { signal },
      ),
    [],
  );
  const open = useCallback((user: User) => void navigate({ to: `/admin/users/${user.id}` }), [navigate]);
  const card = useCallback((user: User) => <UserCard user={user} open={open} />, [open]);
  const set = (deny: boolean) =>
    change.run(async () => {
      try {
        queries.setQueryData(keys.settings, await ask(updateSettings, { denySuperAdministrators: deny }));
        await queries.invalidateQueries({ queryKey: keys.me });
        toast({ message: people(deny ? 'supers.denied' : 'supers.allowed') });
      } catch (error) {
        toastProblem(error);
      }
    });
  return (
    <AdminFrame table>
      <PageHeader title={people('supers.title')} sub={people('supers.sub')} />
      <div className={css.switchRow}>
        <Switch
          label={people('supers.deny')}
          description={
            may ? people('supers.deny.says') : `${people('supers.deny.says')} ${people('supers.deny.notYours')}`
          }
          checked={denied}
          disabled={!may}
          onChange={(event) => void set(event.currentTarget.checked)}
        />
      </div>
      <Grid
        label={people('supers.grid')}
        queryKey={[...keys.users, 'supers']}
        load={load}
        columns={columns}
        rowKey={rowKey}
        onOpen={open}
        card={card}
        cardHeight={68}
        dense={density === 'compact'}
        empty={<EmptyState icon={IconShieldLock} title={people('supers.title')} text={people('supers.none')} />}
      />
    </AdminFrame>
  );
}
