import { Button, Checkbox, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { changeUserGroupMembers, listUserGroupMembers, type UserGroup, type UserId } from '@strongroom/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { people } from '../../lib/messages/people.ts';
import { keys } from '../../lib/query.ts';
import { Bones } from '../../ui/Bones.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { keepGroup } from './keep-group.ts';
import css from './groups.module.css';

const atOnce = 50;

/** Users who are not in the group, searched by the server and ticked, over as many searches as it takes. */
export function AddMembers({ group, close }: { readonly group: UserGroup; readonly close: () => void }) {
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<readonly UserId[]>([]);
  const add = useAction();
  const found = useQuery({
    queryKey: [...keys.userGroup(group.id), 'others', search.trim()],
    queryFn: ({ signal }) =>
      ask(
        listUserGroupMembers,
        { userGroupId: group.id, others: true, limit: atOnce, ...(search.trim() ? { search: search.trim() } : {}) },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
  const go = async () => {
    const done = await add.run(async () => {
      const reply = await ask(changeUserGroupMembers, { userGroupId: group.id, add: [...chosen] });
      await keepGroup(reply.group);
      toast({ message: people('group.added', { n: reply.added, name: group.name }) });
    });
    if (done) close();
  };
  const items = found.data?.items ?? [];
  return (
    <Dialog open close={close} size={640} title={people('group.addTitle', { name: group.name })} closable={!add.busy}>
      <div className={css.form}>
        <TextInput
          aria-label={people('group.addSearch')}
          placeholder={people('group.addSearch')}
          leftSection={<IconSearch size={15} />}
          data-autofocus
          autoComplete="off"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        {found.isError ? (
          <ErrorBox error={found.error} retry={() => void found.refetch()} />
        ) : !found.data ? (
          <Bones />
        ) : (
          <>
            <ul className={css.pick} tabIndex={-1}>
              {items.map((user) => (
                <li key={user.id}>
                  <Checkbox
                    label={user.fullName}
                    description={user.email ? `${user.username} · ${user.email}` : user.username}
                    checked={chosen.includes(user.id)}
                    onChange={(event) =>
                      setChosen(
                        event.currentTarget.checked ? [...chosen, user.id] : chosen.filter((id) => id !== user.id),
                      )
                    }
                  />
                </li>
              ))}
            </ul>
            {items.length === 0 && <p className={css.say}>{people('group.addNone')}</p>}
            {found.data.total > items.length && (
              <p className={css.say}>{people('group.addMore', { n: items.length })}</p>
            )}
          </>
        )}
        <p className={css.say} role="status">
          {people('group.addChosen', { n: chosen.length })}
        </p>
        {add.error !== null && <ErrorBox error={add.error} />}
      </div>
      <DialogActions>
        <Button variant="default" disabled={add.busy} onClick={close}>
          {people('group.cancel')}
        </Button>
        <BusyButton busy={add.busy} disabled={chosen.length === 0} onClick={() => void go()}>
          {people('group.addButton', { n: chosen.length })}
        </BusyButton>
      </DialogActions>
    </Dialog>
  );
}
