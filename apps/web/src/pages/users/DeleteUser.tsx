import { Button } from '@mantine/core';
import { deleteUser, type UserDetail } from '@strongroom/contract';
import { useNavigate } from '@tanstack/react-router';
import { ask } from '../../lib/client.ts';
import { users } from '../../lib/messages/users.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { ConfirmByName } from '../../ui/ConfirmByName.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './users.module.css';

/** Deleting a user: by typing the name, once they own nothing; until then it offers to transfer what they own. */
export function DeleteUser(props: {
  readonly user: UserDetail;
  readonly close: () => void;
  readonly transfer: () => void;
}) {
  const { user, close, transfer } = props;
  const me = useMe();
  const navigate = useNavigate();
  const name = user.fullName;
  const owning = user.owns.resources + user.owns.resourceGroups > 0;
  if (owning)
    return (
      <Dialog open close={close} title={users('user.delete.owns.title', { name })}>
        <div className={css.dialog}>
          <p>
            {users('user.delete.owns.body', {
              resources: user.owns.resources,
              groups: user.owns.resourceGroups,
            })}
          </p>
        </div>
        <DialogActions>
          <Button variant="default" data-autofocus onClick={close}>
            {users('user.delete.owns.lock')}
          </Button>
          {user.can.includes('user.transfer') && (
            <Button
              onClick={() => {
                close();
                transfer();
              }}
            >
              {users('owns.transfer')}
            </Button>
          )}
        </DialogActions>
      </Dialog>
    );
  return (
    <ConfirmByName
      open
      close={close}
      title={users('user.delete.title', { name })}
      name={user.username}
      keep={users('user.delete.keep')}
      go={users('user.delete')}
      does={async () => {
        await ask(deleteUser, { userId: user.id });
        await navigate({ to: user.kind === 'person' ? '/admin/users' : '/admin/api-users' });
        queries.removeQueries({ queryKey: keys.user(user.id) });
        await Promise.all(
          [keys.users, keys.roles, keys.userGroups].map((queryKey) => queries.invalidateQueries({ queryKey })),
        );
        toast({ message: users('user.deleted', { name }) });
      }}
    >
      <p>{users('user.delete.body', { organisation: me.organisation.name })}</p>
    </ConfirmByName>
  );
}
