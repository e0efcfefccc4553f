import { Button, TextInput } from '@mantine/core';
import { createUserGroup } from '@strongroom/contract';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { people } from '../../lib/messages/people.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import css from './groups.module.css';

/** Asks for a name and leads on to the new group, where members are added. */
export function NewGroup({ close }: { readonly close: () => void }) {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [errors, setErrors] = useState<Readonly<Partial<Record<string, string>>>>({});
  const add = useAction();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') {
      setErrors({ name: people('groups.nameMissing') });
      return;
    }
    await add.run(async () => {
      try {
        const group = await ask(createUserGroup, { name: name.trim(), description: description.trim() });
        queries.setQueryData(keys.userGroup(group.id), group);
        await queries.invalidateQueries({ queryKey: keys.userGroups });
        close();
        await navigate({ to: `/admin/user-groups/${group.id}` });
      } catch (failure) {
        setErrors(fieldErrors(failure));
        throw failure;
      }
    });
  };
  return (
    <Dialog open close={close} title={people('groups.newTitle')} closable={!add.busy}>
      <form className={css.form} noValidate onSubmit={(event) => void submit(event)}>
        <TextInput
          label={people('groups.name')}
          withAsterisk
          required
          data-autofocus
          maxLength={80}
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setErrors({});
          }}
          error={errors['name']}
        />
        <TextInput
          label={people('groups.description')}
          maxLength={300}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          error={errors['description']}
        />
        {add.error !== null && !errors['name'] && <ErrorBox error={add.error} />}
        <DialogActions>
          <Button variant="default" disabled={add.busy} onClick={close}>
            {people('groups.cancel')}
          </Button>
          <BusyButton type="submit" busy={add.busy}>
            {people('groups.create')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
