import { ActionIcon, Button, Menu } from '@mantine/core';
import {
  IconBan,
  IconDots,
  IconKey,
  IconLink,
  IconLock,
  IconLockOpen,
  IconLogout,
  IconPasswordUser,
  IconTrash,
} from '@tabler/icons-react';
import { enableUser, type UserDetail } from '@strongroom/contract';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { users } from '../../lib/messages/users.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { keepUser } from './keep-user.ts';
import type { Asked } from './UserDialogs.tsx';
import { isLockedOut } from './words.tsx';

const DeleteUser = lazy(() => import('./DeleteUser.tsx').then((part) => ({ default: part.DeleteUser })));

const UserDialogs = lazy(() => import('./UserDialogs.tsx').then((part) => ({ default: part.UserDialogs })));

type Asking = Asked | 'delete';

/** What may be done to this user: the one or two that are wanted most as buttons, the rest in a menu. The server says which. */
export function UserActions({ user, transfer }: { readonly user: UserDetail; readonly transfer: () => void }) {
  const [asking, setAsking] = useState<Asking | null>(null);
  // Once opened they stay: one of them may still have to show a token or link.
  const [dialogs, setDialogs] = useState(false);
  const enable = useAction();
  const may = (action: string) => user.can.includes(action);
  const name = user.fullName;
  const person = user.kind === 'person';
  const out = user.state === 'disabled' || user.state === 'locked';
  const close = () => setAsking(null);
  const put = (which: Asking) => {
    setAsking(which);
    if (which !== 'delete') setDialogs(true);
  };
  const letIn = async () => {
    try {
      await keepUser(await ask(enableUser, { userId: user.id }));
      toast({ message: users('user.enabled', { name }) });
    } catch (error) {
      toastProblem(error);
    }
  };
  const item = (shown: boolean, which: Asking, icon: typeof IconBan, text: string) => {
    const Glyph = icon;
    return shown ? (
      <Menu.Item
        leftSection={<Glyph size={15} />}
        onClick={() => put(which)}
        {...(which === 'delete' ? { 'data-danger': true } : {})}
      >
        {text}
      </Menu.Item>
    ) : null;
  };
  const items = [
    item(may('user.sign-out') && person, 'sign-out', IconLogout, users('user.signOut')),
    item(
      may('user.force-password-change') && !user.mustChangePassword && user.state !== 'invited',
      'force',
      IconPasswordUser,
      users('user.force'),
    ),
    item(may('user.lock') && !out, 'lock', IconLock, users('user.lock')),
    item(may('user.disable') && user.state !== 'disabled', 'disable', IconBan, users('user.disable')),
    item(may('user.delete'), 'delete', IconTrash, users('user.delete')),
  ].filter((one) => one !== null);
  return (
    <>
      {may('user.regenerate-token') && user.state === 'active' && (
        <Button variant="default" leftSection={<IconKey size={15} />} onClick={() => put('regenerate')}>
          {users('user.regenerate')}
        </Button>
      )}
      {may('user.invite') && !out && (
        <Button variant="default" leftSection={<IconLink size={15} />} onClick={() => put('invite')}>
          {users('user.invite')}
        </Button>
      )}
      {may('user.enable') && (out || isLockedOut(user)) && (
        <BusyButton busy={enable.busy} leftSection={<IconLockOpen size={15} />} onClick={() => void enable.run(letIn)}>
          {users(user.state === 'disabled' ? 'user.enable' : 'user.unlock')}
        </BusyButton>
      )}
      {items.length > 0 && (
        <Menu width={240} position="bottom-end">
          <Menu.Target>
            <ActionIcon size={36} variant="default" aria-label={users('user.more', { name })}>
              <IconDots size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {items.map((one, n) => (
              <span key={n}>{one}</span>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {dialogs && (
        <Suspense fallback={null}>
          <UserDialogs user={user} asking={asking === 'delete' ? null : asking} close={close} />
        </Suspense>
      )}
      {asking === 'delete' && (
        <Suspense fallback={null}>
          <DeleteUser user={user} close={close} transfer={transfer} />
        </Suspense>
      )}
    </>
  );
}
