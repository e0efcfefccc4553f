import { Button } from '@mantine/core';
import { IconBan, IconKey, IconLink, IconLockOpen } from '@tabler/icons-react';
import { disableUser, enableUser, inviteUser, regenerateApiToken, type User } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { users } from '../../lib/messages/users.ts';
import { keys, queries } from '../../lib/query.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { endOf, ExpiryField, type Lifetime } from '../me/ExpiryField.tsx';
import { useAction } from '../me/use-action.ts';
import { AskDialog } from './AskDialog.tsx';
import { LinkDialog, type PassOn } from './LinkDialog.tsx';
import { TokenDialog } from './TokenDialog.tsx';
import { isLocked } from './words.tsx';

/** Puts a changed user into what is kept, and has the lists, and who is signed in, ask again. */
export async function keepUser(user: User): Promise<void> {
  queries.setQueryData(keys.user(user.id), user);
  await Promise.all([
    queries.invalidateQueries({ queryKey: keys.users }),
    queries.invalidateQueries({ queryKey: keys.me }),
  ]);
}

/** What may be done to this user, each as a button: the server says which. */
export function UserActions({ user }: { readonly user: User }) {
  const [asking, setAsking] = useState<'disable' | 'invite' | 'regenerate' | null>(null);
  const [link, setLink] = useState<PassOn | null>(null);
  const [token, setToken] = useState<string | null>(null);
  const [lifetime, setLifetime] = useState<Lifetime>('365');
  const enable = useAction();
  const may = (action: string) => user.can.includes(action);
  const name = user.fullName;
  const close = () => setAsking(null);
  const letIn = async () => {
    try {
      await keepUser(await ask(enableUser, { userId: user.id }));
      toast({ message: users('user.enabled', { name }) });
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <>
      {may('user.regenerate-token') && user.state === 'active' && (
        <Button variant="default" leftSection={<IconKey size={15} />} onClick={() => setAsking('regenerate')}>
          {users('user.regenerate')}
        </Button>
      )}
      {may('user.invite') && user.state !== 'disabled' && (
        <Button variant="default" leftSection={<IconLink size={15} />} onClick={() => setAsking('invite')}>
          {users('user.invite')}
        </Button>
      )}
      {may('user.enable') && (user.state === 'disabled' || isLocked(user)) && (
        <BusyButton busy={enable.busy} leftSection={<IconLockOpen size={15} />} onClick={() => void enable.run(letIn)}>
          {users(user.state === 'disabled' ? 'user.enable' : 'user.unlock')}
        </BusyButton>
      )}
      {may('user.disable') && user.state !== 'disabled' && (
        <Button variant="default" leftSection={<IconBan size={15} />} onClick={() => setAsking('disable')}>
          {users('user.disable')}
        </Button>
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
          const reply = await ask(regenerateApiToken, { userId: user.id, expiresAt: endOf(lifetime) });
          setToken(reply.token);
          await queries.invalidateQueries({ queryKey: keys.user(user.id) });
        }}
      >
        <ExpiryField value={lifetime} change={setLifetime} />
      </AskDialog>
      <LinkDialog link={link} name={name} done={() => setLink(null)} />
      <TokenDialog token={token} title={users('user.regenerated', { name })} done={() => setToken(null)} />
    </>
  );
}
