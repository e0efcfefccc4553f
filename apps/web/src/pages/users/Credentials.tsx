import { Button } from '@mantine/core';
import { updateUser, type ApiCredential, type Scope, type UserDetail } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { me } from '../../lib/messages/me.ts';
import { users } from '../../lib/messages/users.ts';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { toast } from '../../ui/toast.tsx';
import { endOf, ExpiryField, type Lifetime } from '../me/ExpiryField.tsx';
import { ScopeField } from '../me/ScopeField.tsx';
import { AskDialog } from './AskDialog.tsx';
import { Ends } from './TokenEnd.tsx';
import { keepUser } from './keep-user.ts';
import css from './users.module.css';

/** What an API user can come with: each with what it may do, its end and its last use. Key and certificate are changed together. */
export function Credentials({ user }: { readonly user: UserDetail }) {
  const held = user.credentials.filter(({ kind }) => kind !== 'token');
  const [asking, setAsking] = useState(false);
  const [scopes, setScopes] = useState<Scope[]>([]);
  const [lifetime, setLifetime] = useState<Lifetime>('365');
  if (user.credentials.length === 0) return null;
  return (
    <FormColumn>
      <FormSection title={users('credentials.title')} text={users('credentials.text')}>
        <ul className={css.credentials}>
          {user.credentials.map((credential) => (
            <Row key={credential.id} credential={credential} />
          ))}
        </ul>
        {held.length > 0 && user.can.includes('user.update') && (
          <div>
            <Button
              variant="default"
              onClick={() => {
                setScopes([...(held[0]?.scopes ?? [])]);
                setAsking(true);
              }}
            >
              {users('credentials.change')}
            </Button>
          </div>
        )}
        <AskDialog
          open={asking}
          close={() => setAsking(false)}
          title={users('credentials.changeTitle', { name: user.fullName })}
          body={users('credentials.changeBody')}
          keep={users('new.cancel')}
          go={users('credentials.save')}
          does={async () => {
            const now = await ask(updateUser, {
              userId: user.id,
              version: user.version,
              keyScopes: scopes,
              keysExpireAt: endOf(lifetime),
            });
            await keepUser(now);
            toast({ message: users('user.saved') });
          }}
        >
          <ScopeField
            label={users('newApi.scopes')}
            value={scopes}
            change={setScopes}
            error={scopes.length === 0 ? me('tokens.scopesMissing') : undefined}
          />
          <ExpiryField value={lifetime} change={setLifetime} />
        </AskDialog>
      </FormSection>
    </FormColumn>
  );
}

function Row({ credential }: { readonly credential: ApiCredential }) {
  const { kind, shows, scopes, expiresAt, lastUsedAt } = credential;
  return (
    <li className={css.credential}>
      <div>
        <strong>{users(`credentials.${kind}`)}</strong> <bdi className="mono">{shows}</bdi>
      </div>
      <div className={css.credentialFacts}>
        <span>{scopes.map((scope) => me(`scope.${scope}`)).join(', ')}</span>
        <span>
          {users('credentials.ends')} <Ends at={expiresAt} />
        </span>
        <span {...(lastUsedAt ? { title: exact(lastUsedAt) } : {})}>
          {lastUsedAt ? users('credentials.used', { when: ago(lastUsedAt) }) : users('credentials.unused')}
        </span>
      </div>
    </li>
  );
}
