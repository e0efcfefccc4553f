import { Button, Select, TextInput } from '@mantine/core';
import { listPrincipals, transferEverything, type UserDetail, type UserId } from '@strongroom/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { users } from '../../lib/messages/users.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import css from './users.module.css';

/** Gives everything a user owns to somebody else: whom to, what it is, and why. All of it or nothing. */
export function TransferDialog({ user, close }: { readonly user: UserDetail; readonly close: () => void }) {
  const me = useMe();
  const [search, setSearch] = useState('');
  const [to, setTo] = useState<{ readonly id: UserId; readonly name: string } | null>(null);
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const [errors, setErrors] = useState<Readonly<Partial<Record<string, string>>>>({});
  const action = useAction();
  const found = useQuery({
    queryKey: [...keys.principals, 'user', search],
    queryFn: ({ signal }) => ask(listPrincipals, { kind: 'user', ...(search ? { search } : {}) }, { signal }),
    placeholderData: keepPreviousData,
  });
  const counts = useQuery({
    queryKey: [...keys.user(user.id), 'transfer', to?.id],
    queryFn: ({ signal }) =>
      ask(transferEverything, { userId: user.id, toUserId: to?.id as UserId, dryRun: true }, { signal }),
    enabled: to !== null,
    staleTime: 0,
    retry: false,
  });
  // What others own goes to oneself only with all passwords.
  const choices = (found.data?.items ?? []).filter(
    (one) => one.id !== user.id && (one.id !== me.user.id || me.user.superAdministrator),
  );
  const data = choices.map((one) => ({
    value: one.id,
    label: [
      one.name,
      one.detail,
      ...(one.state === 'active' || one.state === null ? [] : [users(`state.${one.state}`)]),
    ].join(' · '),
    disabled: one.state !== 'active',
  }));
  const shut = () => {
    setTo(null);
    setSearch('');
    setReason('');
    setMissing(false);
    setErrors({});
    action.clear();
    close();
  };
  const go = async () => {
    if (!to) {
      setMissing(true);
      return;
    }
    const done = await action.run(async () => {
      try {
        await ask(transferEverything, {
          userId: user.id,
          toUserId: to.id,
          ...(reason.trim() ? { reason: reason.trim() } : {}),
        });
      } catch (failure) {
        setErrors(fieldErrors(failure));
        throw failure;
      }
      await Promise.all(
        [keys.user(user.id), keys.users, keys.resources, keys.accounts].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      );
      toast({ message: users('transfer.done', { to: to.name, name: user.fullName }) });
    });
    if (done) shut();
  };
  const told = counts.data;
  const beyond = told ? told.resources + told.groups - told.first.length : 0;
  return (
    <Dialog open close={shut} title={users('transfer.title', { name: user.fullName })} closable={!action.busy}>
      <div className={css.dialog}>
        <Select
          label={users('transfer.to')}
          description={users('transfer.toHelp')}
          withAsterisk
          searchable
          data-autofocus
          data={data}
          filter={({ options }) => options}
          onSearchChange={(text) => {
            if (!data.some((one) => one.label === text)) setSearch(text.trim());
          }}
          value={to?.id ?? null}
          onChange={(id) => {
            const chosen = choices.find((one) => one.id === id);
            setTo(chosen ? { id: chosen.id as UserId, name: chosen.name } : null);
            setMissing(false);
            setErrors({});
          }}
          nothingFoundMessage={users('transfer.toNone')}
          error={missing ? users('transfer.missing') : errors['toUserId']}
        />
        {told && (
          <div role="status">
            <p>
              {users('transfer.counts', { resources: told.resources, accounts: told.accounts, groups: told.groups })}
            </p>
            <ul className={css.first}>
              {told.first.map((name) => (
                <li key={name}>
                  <bdi>{name}</bdi>
                </li>
              ))}
              {beyond > 0 && <li className="dim">{users('transfer.more', { n: beyond })}</li>}
            </ul>
            {told.criteriaGroups > 0 && <p>{users('transfer.criteria', { n: told.criteriaGroups })}</p>}
          </div>
        )}
        {counts.isError && <ErrorBox error={counts.error} />}
        <TextInput
          label={users('transfer.reason')}
          description={users('transfer.reasonHelp')}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={errors['reason']}
        />
        {action.error !== null && <ErrorBox error={action.error} />}
      </div>
      <DialogActions>
        <Button variant="default" disabled={action.busy} onClick={shut}>
          {users('transfer.keep')}
        </Button>
        <BusyButton busy={action.busy} onClick={() => void go()}>
          {users('transfer.button')}
        </BusyButton>
      </DialogActions>
    </Dialog>
  );
}
