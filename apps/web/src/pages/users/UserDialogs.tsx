import {
  disableUser,
  forcePasswordChange,
  inviteUser,
  lockUser,
  regenerateApiToken,
  signOutUser,
  type Scope,
  type UserDetail,
} from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { me as meWords } from '../../lib/messages/me.ts';
import { users } from '../../lib/messages/users.ts';
import { keys, queries } from '../../lib/query.ts';
import { toast } from '../../ui/toast.tsx';
import { endOf, ExpiryField, type Lifetime } from '../me/ExpiryField.tsx';
import { ScopeField } from '../me/ScopeField.tsx';
import { AskDialog } from './AskDialog.tsx';
import { keepUser } from './keep-user.ts';
import { LinkDialog, type PassOn } from './LinkDialog.tsx';
import { TokenDialog } from './TokenDialog.tsx';

/** What is asked about a user before it is done. */
export type Asked = 'disable' | 'lock' | 'sign-out' | 'force' | 'invite' | 'regenerate';

/** The questions about a user, one open at a time, and what a link or token is shown in: all here before either is made. */
export function UserDialogs({
  user,
  asking,
  close,
}: {
  readonly user: UserDetail;
  readonly asking: Asked | null;
  readonly close: () => void;
}) {
  const [link, setLink] = useState<PassOn | null>(null);
  const [token, setToken] = useState<string | null>(null);
  const [lifetime, setLifetime] = useState<Lifetime>('365');
  const [scopes, setScopes] = useState<Scope[]>(() => [
    ...(user.credentials.find(({ kind }) => kind === 'token')?.scopes ?? (['read', 'passwords'] as const)),
  ]);
  const name = user.fullName;
  return (
    <>
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
      <LinkDialog link={link} name={name} done={() => setLink(null)} />
      <TokenDialog token={token} title={users('user.regenerated', { name })} done={() => setToken(null)} />
    </>
  );
}
