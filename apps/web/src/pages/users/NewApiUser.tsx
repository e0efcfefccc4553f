import { Button, TextInput } from '@mantine/core';
import { createApiUser, type Scope } from '@strongroom/contract';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { me as meWords } from '../../lib/messages/me.ts';
import { users } from '../../lib/messages/users.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { endOf, ExpiryField, type Lifetime } from '../me/ExpiryField.tsx';
import { ScopeField } from '../me/ScopeField.tsx';
import { useAction } from '../me/use-action.ts';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import admin from '../settings/admin.module.css';
import { AccessFields, type Access } from './AccessFields.tsx';
import { Crumbs } from './Crumbs.tsx';
import type { Errors } from './ProfileFields.tsx';
import { KeyFields, type Keys } from './KeyFields.tsx';
import { TokenDialog } from './TokenDialog.tsx';
import { usernameErrors } from './user-form.ts';
import css from './users.module.css';

/** Adding a program: what it is, where it may come from, what it may do, and for how long. */
export default function NewApiUser() {
  const me = useMe();
  const navigate = useNavigate();
  const [fullName, setFullName] = useState('');
  const [username, setUsername] = useState('');
  const [host, setHost] = useState('');
  const [access, setAccess] = useState<Access>({ role: 'password-user', superAdministrator: false });
  const [scopes, setScopes] = useState<Scope[]>(['read', 'passwords']);
  const [publicKeys, setKeys] = useState<Keys>({ sshKey: '', certificate: '' });
  const [lifetime, setLifetime] = useState<Lifetime>('365');
  const [errors, setErrors] = useState<Errors>({});
  const [made, setMade] = useState<{ readonly userId: string; readonly token: string } | null>(null);
  const add = useAction();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found: Errors = {
      ...(fullName.trim() ? {} : { fullName: users('field.fullNameMissing') }),
      ...usernameErrors(username),
      ...(scopes.length > 0 ? {} : { scopes: meWords('tokens.scopesMissing') }),
    };
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    await add.run(async () => {
      try {
        const reply = await ask(createApiUser, {
          fullName: fullName.trim(),
          username: username.trim(),
          host: host.trim(),
          ...access,
          ...publicKeys,
          scopes,
          expiresAt: endOf(lifetime),
        });
        setMade({ userId: reply.user.id, token: reply.token });
        await queries.invalidateQueries({ queryKey: keys.users });
      } catch (failure) {
        setErrors(fieldErrors(failure));
        throw failure;
      }
    });
  };
  return (
    <AdminFrame>
      <div className={admin.form}>
        <Crumbs kind="api" here={users('newApi.title')} />
        <PageHeader title={users('newApi.title')} sub={users('newApi.sub', { organisation: me.organisation.name })} />
        <form onSubmit={(event) => void submit(event)} noValidate ref={form}>
          <FormColumn required>
            {add.error !== null && <ErrorBox error={add.error} />}
            <FormSection title={users('newApi.section')}>
              <TextInput
                label={users('newApi.fullName')}
                description={users('newApi.fullNameHelp')}
                withAsterisk
                required
                maxLength={120}
                value={fullName}
                onChange={(event) => setFullName(event.currentTarget.value)}
                error={errors['fullName']}
              />
              <div className={css.pair}>
                <TextInput
                  label={users('newApi.username')}
                  description={users('newApi.usernameHelp')}
                  withAsterisk
                  required
                  maxLength={80}
                  autoComplete="off"
                  autoCapitalize="none"
                  spellCheck={false}
                  value={username}
                  onChange={(event) => setUsername(event.currentTarget.value)}
                  error={errors['username']}
                />
                <TextInput
                  label={users('newApi.host')}
                  description={users('newApi.hostHelp')}
                  maxLength={255}
                  autoCapitalize="none"
                  spellCheck={false}
                  value={host}
                  onChange={(event) => setHost(event.currentTarget.value)}
                  error={errors['host']}
                />
              </div>
            </FormSection>
            <FormSection title={users('user.access')}>
              <AccessFields value={access} change={setAccess} error={errors['role']} />
              <ScopeField
                label={users('newApi.scopes')}
                description={users('newApi.scopesHelp')}
                value={scopes}
                change={setScopes}
                error={errors['scopes']}
              />
              <ExpiryField value={lifetime} change={setLifetime} />
            </FormSection>
            <FormSection title={users('newApi.keys')} text={users('newApi.keysHelp')}>
              <KeyFields
                value={publicKeys}
                change={(part) => setKeys((before) => ({ ...before, ...part }))}
                errors={errors}
              />
            </FormSection>
            <div className={css.buttons}>
              <Button component={Link} to="/admin/api-users" variant="default">
                {users('new.cancel')}
              </Button>
              <BusyButton type="submit" busy={add.busy}>
                {users('newApi.submit')}
              </BusyButton>
            </div>
          </FormColumn>
        </form>
        <TokenDialog
          token={made?.token ?? null}
          title={users('newApi.done', { name: fullName })}
          done={() => {
            const userId = made?.userId;
            setMade(null);
            if (userId) void navigate({ to: `/admin/users/${userId}` });
          }}
        />
      </div>
    </AdminFrame>
  );
}
