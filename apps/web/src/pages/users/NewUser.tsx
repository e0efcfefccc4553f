import { Button, Radio, TextInput } from '@mantine/core';
import { createUser, type Invitation } from '@strongroom/contract';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { z } from 'zod';
import { ask } from '../../lib/client.ts';
import { me as meWords } from '../../lib/messages/me.ts';
import { users } from '../../lib/messages/users.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { NewPassword } from '../me/NewPassword.tsx';
import { checkPassword, meetsAll } from '../me/password-checks.ts';
import { useAction } from '../me/use-action.ts';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import admin from '../settings/admin.module.css';
import { AccessFields, type Access } from './AccessFields.tsx';
import { Crumbs } from './Crumbs.tsx';
import { LinkDialog, type PassOn } from './LinkDialog.tsx';
import { MoreFields, NameFields, type Errors, type Profile } from './ProfileFields.tsx';
import { profileErrors, usernameErrors } from './user-form.ts';
import css from './users.module.css';

const doneWords = (invitation: z.output<typeof Invitation>) =>
  invitation === null ? 'added.password' : invitation.what === 'password' ? 'added.mailedPassword' : 'added.mailed';

/** Adding a person: who, as what, and how they get in. */
export default function NewUser() {
  const me = useMe();
  const navigate = useNavigate();
  const [profile, setProfile] = useState<Profile>({
    fullName: '',
    email: '',
    department: '',
    location: '',
    phone: '',
    mobile: '',
    language: me.user.language,
    timeZone: me.user.timeZone,
  });
  const [username, setUsername] = useState('');
  const [access, setAccess] = useState<Access>({ role: 'password-user', superAdministrator: false });
  const [entry, setEntry] = useState<'link' | 'password'>('link');
  const [password, setPassword] = useState('');
  const [errors, setErrors] = useState<Errors>({});
  const [link, setLink] = useState<(PassOn & { readonly userId: string }) | null>(null);
  const add = useAction();
  const form = useRef<HTMLFormElement>(null);
  const wrong = (): Errors => ({
    ...profileErrors(profile),
    ...usernameErrors(username),
    ...(entry === 'password' && !meetsAll(checkPassword(password, username, me.preferences.loginRules))
      ? { password: meWords('check.missing') }
      : {}),
  });
  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);
  const toUser = (userId: string) => void navigate({ to: `/admin/users/${userId}` });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = wrong();
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    await add.run(async () => {
      try {
        const made = await ask(createUser, {
          ...profile,
          fullName: profile.fullName.trim(),
          email: profile.email.trim(),
          username: username.trim(),
          ...access,
          ...(entry === 'password' ? { password } : {}),
        });
        setPassword('');
        await queries.invalidateQueries({ queryKey: keys.users });
        const { invitation, user } = made;
        if (invitation?.link) setLink({ ...invitation, link: invitation.link, userId: user.id });
        else {
          toast({
            message: users(doneWords(invitation), { name: user.fullName, email: user.email }),
          });
          toUser(user.id);
        }
      } catch (failure) {
        setErrors(fieldErrors(failure));
        throw failure;
      }
    });
  };
  return (
    <AdminFrame>
      <div className={admin.form}>
        <Crumbs kind="person" here={users('new.title')} />
        <PageHeader title={users('new.title')} sub={users('new.sub', { organisation: me.organisation.name })} />
        <form onSubmit={(event) => void submit(event)} noValidate ref={form}>
          <FormColumn required>
            {add.error !== null && <ErrorBox error={add.error} />}
            <FormSection title={users('user.edit')}>
              <NameFields value={profile} change={(part) => setProfile({ ...profile, ...part })} errors={errors} />
              <TextInput
                label={users('new.username')}
                description={users('new.usernameHelp')}
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
              <MoreFields value={profile} change={(part) => setProfile({ ...profile, ...part })} errors={errors} />
            </FormSection>
            <FormSection title={users('user.access')}>
              <AccessFields value={access} change={setAccess} error={errors['role']} />
            </FormSection>
            <FormSection title={users('new.entry')}>
              <Radio.Group
                aria-label={users('new.entry')}
                value={entry}
                onChange={(value) => setEntry(value === 'password' ? 'password' : 'link')}
              >
                <div className={css.form}>
                  <Radio
                    value="link"
                    label={users(me.preferences.mailPasswords ? 'new.entry.mailed' : 'new.entry.link')}
                    description={users(me.preferences.mailPasswords ? 'new.entry.mailed.says' : 'new.entry.link.says')}
                  />
                  <Radio
                    value="password"
                    label={users('new.entry.password')}
                    description={users('new.entry.password.says')}
                  />
                </div>
              </Radio.Group>
              {entry === 'password' && (
                <NewPassword
                  label={users('new.password')}
                  username={username}
                  rules={me.preferences.loginRules}
                  value={password}
                  change={setPassword}
                  error={errors['password']}
                />
              )}
            </FormSection>
            <div className={css.buttons}>
              <Button component={Link} to="/admin/users" variant="default">
                {users('new.cancel')}
              </Button>
              <BusyButton type="submit" busy={add.busy}>
                {users('new.submit')}
              </BusyButton>
            </div>
          </FormColumn>
        </form>
        <LinkDialog
          link={link}
          name={profile.fullName}
          done={() => {
            const userId = link?.userId;
            setLink(null);
            if (userId) toUser(userId);
          }}
        />
      </div>
    </AdminFrame>
  );
}
