import { TextInput } from '@mantine/core';
import { updateUser, type User, type UserDetail } from '@strongroom/contract';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { users } from '../../lib/messages/users.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { useMe } from '../../lib/session.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast } from '../../ui/toast.tsx';
import { Note } from '../login/Note.tsx';
import { useAction } from '../me/use-action.ts';
import { AccessFields, type Access } from './AccessFields.tsx';
import { keepUser } from './keep-user.ts';
import type { Keys } from './KeyFields.tsx';
import { MoreFields, NameFields, type Errors, type Profile } from './ProfileFields.tsx';
import { differences, profileErrors } from './user-form.ts';
import css from './users.module.css';

// For programs only.
const KeyFields = lazy(() => import('./KeyFields.tsx').then((part) => ({ default: part.KeyFields })));

const profileOf = ({ fullName, email, department, location, phone, mobile, language, timeZone }: User): Profile => ({
  fullName,
  email,
  department,
  location,
  phone,
  mobile,
  language,
  timeZone,
});
const keysOf = ({ sshKey, certificate }: User): Keys => ({ sshKey, certificate });
const accessOf = ({ role, superAdministrator }: User): Access => ({ role, superAdministrator });

/** What is known of a user, and what they may: to be changed and saved together. */
export function UserForm({ user }: { readonly user: UserDetail }) {
  const me = useMe();
  const [profile, setProfile] = useState(() => profileOf(user));
  const [access, setAccess] = useState(() => accessOf(user));
  const [host, setHost] = useState(user.host);
  const [publicKeys, setKeys] = useState(() => keysOf(user));
  const [errors, setErrors] = useState<Errors>({});
  const save = useAction();
  const own = user.id === me.user.id;
  const mayEdit = user.can.includes('user.update');
  const person = user.kind === 'person';
  const changes = {
    ...differences(profile, profileOf(user)),
    ...differences(access, accessOf(user)),
    ...(host === user.host ? {} : { host: host.trim() }),
    ...differences(publicKeys, keysOf(user)),
  };
  const reset = (to: UserDetail) => {
    setProfile(profileOf(to));
    setAccess(accessOf(to));
    setHost(to.host);
    setKeys(keysOf(to));
    setErrors({});
    save.clear();
  };
  const submit = async () => {
    const found: Errors = person
      ? profileErrors(profile)
      : profile.fullName.trim()
        ? {}
        : { fullName: users('field.fullNameMissing') };
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    await save.run(async () => {
      try {
        const now = await ask(updateUser, { userId: user.id, version: user.version, ...changes });
        reset(now);
        await keepUser(now);
        toast({ message: users('user.saved') });
      } catch (failure) {
        setErrors(fieldErrors(failure));
        throw failure;
      }
    });
  };
  const fields = {
    value: profile,
    change: (part: Partial<Profile>) => setProfile((before) => ({ ...before, ...part })),
    errors,
    disabled: !mayEdit,
  };
  return (
    <FormColumn required={mayEdit}>
      {own && (
        <Note tone="info" quiet>
          <p>{users('user.own')}</p>
        </Note>
      )}
      {!mayEdit && !own && (
        <Note tone="info" quiet>
          <p>{users(me.can.includes('user.create') ? 'user.cannotTouch' : 'user.cannotEdit')}</p>
        </Note>
      )}
      {save.error !== null && <ErrorBox error={save.error} />}
      <FormSection title={users(person ? 'user.edit' : 'newApi.section')}>
        {person ? (
          <>
            <NameFields {...fields} />
            <MoreFields {...fields} />
          </>
        ) : (
          <div className={css.pair}>
            <TextInput
              label={users('newApi.fullName')}
              withAsterisk
              required
              maxLength={120}
              disabled={!mayEdit}
              value={profile.fullName}
              onChange={(event) => fields.change({ fullName: event.currentTarget.value })}
              error={errors['fullName']}
            />
            <TextInput
              label={users('newApi.host')}
              description={users('newApi.hostHelp')}
              maxLength={255}
              disabled={!mayEdit}
              value={host}
              onChange={(event) => setHost(event.currentTarget.value)}
              error={errors['host']}
            />
          </div>
        )}
      </FormSection>
      <FormSection title={users('user.access')}>
        <AccessFields
          value={access}
          change={setAccess}
          disabled={!mayEdit || own}
          error={errors['role']}
          present={user}
        />
      </FormSection>
      {!person && (
        <FormSection title={users('newApi.keys')} text={users('newApi.keysHelp')}>
          <Suspense fallback={null}>
            <KeyFields
              value={publicKeys}
              change={(part) => setKeys((before) => ({ ...before, ...part }))}
              errors={errors}
              disabled={!mayEdit}
              facts={user}
            />
          </Suspense>
        </FormSection>
      )}
      <SaveBar
        dirty={mayEdit && Object.keys(changes).length > 0}
        busy={save.busy}
        save={() => void submit()}
        discard={() => reset(user)}
      />
    </FormColumn>
  );
}
