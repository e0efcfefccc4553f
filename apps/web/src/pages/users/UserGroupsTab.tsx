import { Button, Select } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { changeUserGroupMembers, listUserGroups, type UserDetail, type UserGroup } from '@strongroom/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { users } from '../../lib/messages/users.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import css from './users.module.css';

const renew = (userId: string) =>
  Promise.all(
    [keys.user(userId), keys.users, keys.userGroups, keys.me].map((queryKey) =>
      queries.invalidateQueries({ queryKey }),
    ),
  );

/** The user groups somebody is in, with the way into another one and out of each. */
export function UserGroupsTab({ user }: { readonly user: UserDetail }) {
  const may = useCan('user-group.create');
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<UserGroup | null>(null);
  const move = useAction();
  const mine = useQuery({
    queryKey: [...keys.userGroups, 'of', user.id],
    queryFn: ({ signal }) => ask(listUserGroups, { userId: user.id, limit: 500 }, { signal }),
  });
  const found = useQuery({
    queryKey: [...keys.userGroups, 'search', search],
    queryFn: ({ signal }) => ask(listUserGroups, { limit: 20, ...(search ? { search } : {}) }, { signal }),
    placeholderData: keepPreviousData,
    enabled: may,
  });
  const inside = new Set(mine.data?.items.map((group) => group.id));
  const offered = (found.data?.items ?? []).filter((group) => !inside.has(group.id));
  const add = () =>
    move.run(async () => {
      if (!chosen) return;
      await ask(changeUserGroupMembers, { userGroupId: chosen.id, add: [user.id] });
      toast({ message: users('groups.added', { name: user.fullName, group: chosen.name }) });
      setChosen(null);
      setSearch('');
      await renew(user.id);
    });
  const remove = (group: UserGroup) =>
    move.run(async () => {
      await ask(changeUserGroupMembers, { userGroupId: group.id, remove: [user.id] });
      toast({ message: users('groups.removed', { name: user.fullName, group: group.name }) });
      await renew(user.id);
    });
  return (
    <FormColumn>
      {move.error !== null && <ErrorBox error={move.error} />}
      {may && (
        <FormSection title={users('groups.add')}>
          <div className={css.addRow}>
            <Select
              aria-label={users('groups.add.label')}
              placeholder={users('groups.add.label')}
              searchable
              data={offered.map((group) => ({ value: group.id, label: group.name }))}
              filter={({ options }) => options}
              onSearchChange={(text) => {
                if (text !== chosen?.name) setSearch(text.trim());
              }}
              value={chosen?.id ?? null}
              onChange={(id) => setChosen(offered.find((group) => group.id === id) ?? null)}
            />
            <BusyButton busy={move.busy} disabled={!chosen} onClick={() => void add()}>
              {users('groups.add.button')}
            </BusyButton>
          </div>
        </FormSection>
      )}
      <FormSection title={users('tab.groups')}>
        {mine.isError ? (
          <ErrorBox error={mine.error} retry={() => void mine.refetch()} />
        ) : !mine.data ? (
          <Bones />
        ) : mine.data.items.length === 0 ? (
          <p className={css.say}>{users('groups.empty')}</p>
        ) : (
          <ul className={css.list} aria-label={users('groups.grid', { name: user.fullName })}>
            {mine.data.items.map((group) => (
              <li key={group.id}>
                <div>
                  <Link to={`/admin/user-groups/${group.id}`} className="lnk">
                    {group.name}
                  </Link>
                  {group.description && <span className="dim">{group.description}</span>}
                </div>
                {may && (
                  <Button
                    variant="subtle"
                    color="gray"
                    size="compact-sm"
                    aria-label={users('groups.remove', { group: group.name })}
                    onClick={() => void remove(group)}
                  >
                    <IconX size={15} aria-hidden />
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </FormSection>
    </FormColumn>
  );
}
