import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { createRole, updateRole, type RoleId, type RoleItem, type RolePermission } from '@strongroom/contract';
import { useState, type FormEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { people } from '../../lib/messages/people.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { roleChoices, roleName } from '../users/words.tsx';
import css from './roles.module.css';

/** A new role, one made from another, or one that is changed. */
export type Editing =
  | { readonly kind: 'new' }
  | { readonly kind: 'copy'; readonly of: RoleItem }
  | { readonly kind: 'edit'; readonly role: RoleItem };

/** Name, description and permissions of a role of one's own. What one's own role may not, one cannot give. */
export function RoleDialog(props: {
  readonly editing: Editing;
  readonly roles: readonly RoleItem[];
  readonly permissions: readonly { readonly name: RolePermission; readonly says: string }[];
  readonly close: () => void;
}) {
  const { editing, roles, close } = props;
  const me = useMe();
  const first = editing.kind === 'edit' ? editing.role : editing.kind === 'copy' ? editing.of : undefined;
  const givable = (permissions: readonly RolePermission[]) => permissions.filter((one) => me.permissions.includes(one));
  const [base, setBase] = useState<string>(first?.id ?? 'password-user');
  const [name, setName] = useState(
    editing.kind === 'edit'
      ? editing.role.name
      : editing.kind === 'copy'
        ? people('role.copyName', { name: roleName(editing.of.id, editing.of.name) })
        : '',
  );
  const [description, setDescription] = useState(editing.kind === 'new' ? '' : (first?.description ?? ''));
  const [chosen, setChosen] = useState<readonly RolePermission[]>(() =>
    editing.kind === 'edit'
      ? editing.role.permissions
      : givable((first ?? roles.find((role) => role.id === 'password-user'))?.permissions ?? []),
  );
  const [errors, setErrors] = useState<Readonly<Partial<Record<string, string>>>>({});
  const save = useAction();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') {
      setErrors({ name: people('role.nameMissing') });
      return;
    }
    const basedOn = roles.find((role) => role.id === base)?.id ?? 'password-user';
    const done = await save.run(async () => {
      const about = { name: name.trim(), description: description.trim(), permissions: [...chosen] };
      try {
        if (editing.kind === 'edit')
          await ask(updateRole, {
            roleId: editing.role.id as RoleId,
            ...(editing.role.version === null ? {} : { version: editing.role.version }),
            ...about,
          });
        else await ask(createRole, { ...about, basedOn });
      } catch (failure) {
        setErrors(fieldErrors(failure));
        throw failure;
      }
      await Promise.all([keys.roles, keys.users, keys.me].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ message: people(editing.kind === 'edit' ? 'role.saved' : 'role.created', { name: about.name }) });
    });
    if (done) close();
  };
  const holders = editing.kind === 'edit' ? (editing.role.users ?? 0) : 0;
  return (
    <Dialog
      open
      close={close}
      size={640}
      closable={!save.busy}
      title={editing.kind === 'edit' ? people('role.editTitle', { name: editing.role.name }) : people('role.newTitle')}
    >
      <form className={css.form} noValidate onSubmit={(event) => void submit(event)}>
        {editing.kind === 'new' && (
          <Select
            label={people('role.base')}
            data={roleChoices(roles)}
            value={base}
            allowDeselect={false}
            onChange={(id) => {
              const role = roles.find((one) => one.id === id);
              if (!role) return;
              setBase(role.id);
              setChosen(givable(role.permissions));
            }}
          />
        )}
        <TextInput
          label={people('role.name')}
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
          label={people('role.description')}
          maxLength={300}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          error={errors['description']}
        />
        <Checkbox.Group
          label={people('role.permissions')}
          description={people('role.permissionsHelp')}
          value={[...chosen]}
          onChange={(names) => setChosen(props.permissions.map((one) => one.name).filter((one) => names.includes(one)))}
          error={errors['permissions']}
        >
          <div className={css.choices}>
            {props.permissions.map((permission) => {
              const mine = me.permissions.includes(permission.name);
              return (
                <Checkbox
                  key={permission.name}
                  value={permission.name}
                  label={permission.says}
                  disabled={!mine}
                  {...(mine ? {} : { description: people('role.notYours') })}
                />
              );
            })}
          </div>
        </Checkbox.Group>
        {holders > 0 && <p className={css.effect}>{people('role.effect', { n: holders })}</p>}
        {save.error !== null && <ErrorBox error={save.error} />}
        <DialogActions>
          <Button variant="default" disabled={save.busy} onClick={close}>
            {people('role.cancel')}
          </Button>
          <BusyButton type="submit" busy={save.busy}>
            {people(editing.kind === 'edit' ? 'role.save' : 'role.create')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
