import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconCheck, IconCopy, IconDots, IconMinus, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { deleteRole, type RoleId, type RoleItem } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { people } from '../../lib/messages/people.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast } from '../../ui/toast.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import admin from '../settings/admin.module.css';
import { AskDialog } from '../users/AskDialog.tsx';
import { roleName, useRoles } from '../users/words.tsx';
import { RoleDialog, type Editing } from './RoleDialog.tsx';
import css from './roles.module.css';

const nameOf = (role: RoleItem): string => roleName(role.id, role.name);

function RoleMenu(props: {
  readonly role: RoleItem;
  readonly copy: (() => void) | undefined;
  readonly edit: () => void;
  readonly remove: () => void;
}) {
  const { role } = props;
  const may = (action: string) => role.can.includes(action);
  if (!props.copy && !may('role.update') && !may('role.delete')) return null;
  return (
    <Menu width={200} position="bottom-end">
      <Menu.Target>
        <ActionIcon size={28} variant="subtle" color="gray" aria-label={people('roles.more', { name: nameOf(role) })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {props.copy && (
          <Menu.Item leftSection={<IconCopy size={15} />} onClick={props.copy}>
            {people('roles.copy')}
          </Menu.Item>
        )}
        {may('role.update') && (
          <Menu.Item leftSection={<IconPencil size={15} />} onClick={props.edit}>
            {people('roles.edit')}
          </Menu.Item>
        )}
        {may('role.delete') && (
          <Menu.Item leftSection={<IconTrash size={15} />} data-danger onClick={props.remove}>
            {people('roles.delete')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Every role with what it may, built in and own, and the making of own ones. */
export default function RolesPage() {
  const mayMake = useCan('role.create');
  const roles = useRoles();
  const [editing, setEditing] = useState<Editing | null>(null);
  const [removing, setRemoving] = useState<RoleItem | null>(null);
  const items = roles.data?.items ?? [];
  const own = items.filter((role) => !role.builtIn);
  const used = removing?.users ?? 0;
  return (
    <AdminFrame>
      <div className={css.page}>
        <PageHeader title={people('roles.title')} sub={people('roles.sub')}>
          {mayMake && roles.data && (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setEditing({ kind: 'new' })}>
              {people('roles.add')}
            </Button>
          )}
        </PageHeader>
        {roles.isError ? (
          <ErrorBox error={roles.error} retry={() => void roles.refetch()} />
        ) : !roles.data ? (
          <Bones />
        ) : (
          <>
            <div className={`card ${css.scroll}`} tabIndex={0} role="region" aria-label={people('roles.matrix')}>
              <table className={css.matrix}>
                <thead>
                  <tr>
                    <th scope="col">{people('roles.permission')}</th>
                    {items.map((role) => (
                      <th scope="col" key={role.id}>
                        <span className={css.head}>
                          <span>{nameOf(role)}</span>
                          <span className={css.under}>
                            <span className="dim">
                              {role.users === null
                                ? people(role.builtIn ? 'roles.builtIn' : 'roles.own')
                                : people('roles.users', { n: role.users })}
                            </span>
                            <RoleMenu
                              role={role}
                              copy={mayMake ? () => setEditing({ kind: 'copy', of: role }) : undefined}
                              edit={() => setEditing({ kind: 'edit', role })}
                              remove={() => setRemoving(role)}
                            />
                          </span>
                        </span>
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {roles.data.permissions.map((permission) => (
                    <tr key={permission.name}>
                      <th scope="row">{permission.says}</th>
                      {items.map((role) => {
                        const has = role.permissions.includes(permission.name);
                        return (
                          <td key={role.id} data-has={has || undefined}>
                            {has ? <IconCheck size={16} aria-hidden /> : <IconMinus size={14} aria-hidden />}
                            <span className="sr">{people(has ? 'roles.yes' : 'roles.no')}</span>
                          </td>
                        );
                      })}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {mayMake && own.length === 0 && <p className={admin.none}>{people('roles.ownNone')}</p>}
          </>
        )}
      </div>
      {editing && roles.data && (
        <RoleDialog
          editing={editing}
          roles={items}
          permissions={roles.data.permissions}
          close={() => setEditing(null)}
        />
      )}
      <AskDialog
        open={removing !== null}
        close={() => setRemoving(null)}
        title={people('roles.delete.title', { name: removing?.name ?? '' })}
        body={used > 0 ? people('roles.inUse', { n: used }) : people('roles.delete.body')}
        keep={people('roles.delete.keep')}
        go={people('roles.delete')}
        danger
        does={async () => {
          if (!removing) return;
          await ask(deleteRole, { roleId: removing.id as RoleId });
          await queries.invalidateQueries({ queryKey: keys.roles });
          toast({ message: people('roles.deleted', { name: removing.name }) });
        }}
      />
    </AdminFrame>
  );
}
