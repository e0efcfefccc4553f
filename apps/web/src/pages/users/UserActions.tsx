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
import {
  disableUser,
  enableUser,
  forcePasswordChange,
  inviteUser,
  lockUser,
  regenerateApiToken,
  signOutUser,
  type Scope,
  type UserDetail,
} from '@strongroom/contract';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { me as meWords } from '../../lib/messages/me.ts';
import { users } from '../../lib/messages/users.ts';
import { keys, queries } from '../../lib/query.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { endOf, ExpiryField, type Lifetime } from '../me/ExpiryField.tsx';
import { ScopeField } from '../me/ScopeField.tsx';
import { useAction } from '../me/use-action.ts';
import { AskDialog } from './AskDialog.tsx';
import { keepUser } from './keep-user.ts';
import { LinkDialog, type PassOn } from './LinkDialog.tsx';
import { TokenDialog } from './TokenDialog.tsx';
import { isLockedOut } from './words.tsx';

const DeleteUser = lazy(() => import('./DeleteUser.tsx').then((part) => ({ default: part.DeleteUser })));

type Asking = 'disable' | 'lock' | 'sign-out' | 'force' | 'invite' | 'regenerate' | 'delete';

/** What may be done to this user: the one or two that are wanted most as buttons, the rest in a menu. The server says which. */
export function UserActions({ user, transfer }: { readonly user: UserDetail; readonly transfer: () => void }) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const [link, setLink] = useState<PassOn | null>(null);
  const [token, setToken] = useState<string | null>(null);
  const [lifetime, setLifetime] = useState<Lifetime>('365');
  const [scopes, setScopes] = useState<Scope[]>(() => [
    ...(user.credentials.find(({ kind }) => kind === 'token')?.scopes ?? (['read', 'passwords'] as const)),
  ]);
  const enable = useAction();
  const may = (action: string) => user.can.includes(action);
  const name = user.fullName;
  const person = user.kind === 'person';
  const out = user.state === 'disabled' || user.state === 'locked';
  const close = () => setAsking(null);
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
        onClick={() => setAsking(which)}
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
        <Button variant="default" leftSection={<IconKey size={15} />} onClick={() => setAsking('regenerate')}>
          {users('user.regenerate')}
        </Button>
      )}
      {may('user.invite') && !out && (
        <Button variant="default" leftSection={<IconLink size={15} />} onClick={() => setAsking('invite')}>
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
      <AskDialog
        open={asking === 'disable'}
        close={close}
        title={users('user.disable.title', { name })}
        body={users('user.disable.body', { name })}
        keep={users('user.disable.keep')}
        go={users('user.disable.button')}
        danger
        does={async () => {
          await keepUser(await ask(disableUser, { userId: user.id }));
          toast({ message: users('user.disabled', { name }) });
        }}
      />
      <AskDialog
        open={asking === 'lock'}
        close={close}
        title={users('user.lock.title', { name })}
        body={users('user.lock.body', { name })}
        keep={users('user.lock.keep')}
        go={users('user.lock.button')}
        danger
        does={async () => {
          await keepUser(await ask(lockUser, { userId: user.id }));
          toast({ message: users('user.locked', { name }) });
        }}
      />
      <AskDialog
        open={asking === 'sign-out'}
        close={close}
        title={users('user.signOut.title', { name })}
        body={users('user.signOut.body', { n: user.holds.sessions })}
        keep={users('user.signOut.keep')}
        go={users('user.signOut.button')}
        does={async () => {
          const { ended } = await ask(signOutUser, { userId: user.id });
          toast({ message: users('user.signedOut', { n: ended }) });
          await queries.invalidateQueries({ queryKey: keys.user(user.id) });
        }}
      />
      <AskDialog
        open={asking === 'force'}
        close={close}
        title={users('user.force.title', { name })}
        body={users('user.force.body')}
        keep={users('user.force.keep')}
        go={users('user.force.button')}
        does={async () => {
          await keepUser(await ask(forcePasswordChange, { userId: user.id }));
          toast({ message: users('user.forcedDone', { name }) });
        }}
      />
      <AskDialog
        open={asking === 'invite'}
        close={close}
        title={users('user.invite.title', { name })}
        body={users('user.invite.body')}
        keep={users('user.invite.cancel')}
        go={users('user.invite.button')}
        does={async () => {
          const { invitation } = await ask(inviteUser, { userId: user.id });
          if (invitation?.link) setLink({ ...invitation, link: invitation.link });
          else toast({ message: users('user.invite.mailed', { email: user.email }) });
        }}
      />
      <AskDialog
        open={asking === 'regenerate'}
        close={close}
        title={users('user.regenerate.title', { name })}
        body={users('user.regenerate.body')}
        keep={users('user.regenerate.keep')}
        go={users('user.regenerate.button')}
        danger
        does={async () => {
          const reply = await ask(regenerateApiToken, {
            userId: user.id,
            expiresAt: endOf(lifetime),
            scopes,
          });
          setToken(reply.token);
          await queries.invalidateQueries({ queryKey: keys.user(user.id) });
        }}
      >
        <ScopeField
          label={users('newApi.scopes')}
          value={scopes}
          change={setScopes}
          error={scopes.length === 0 ? meWords('tokens.scopesMissing') : undefined}
        />
        <ExpiryField value={lifetime} change={setLifetime} />
      </AskDialog>
      {asking === 'delete' && (
        <Suspense fallback={null}>
          <DeleteUser user={user} close={close} transfer={transfer} />
        </Suspense>
      )}
      <LinkDialog link={link} name={name} done={() => setLink(null)} />
      <TokenDialog token={token} title={users('user.regenerated', { name })} done={() => setToken(null)} />
    </>
  );
}
