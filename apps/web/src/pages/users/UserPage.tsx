import { TextInput } from '@mantine/core';
import { IconCalendarPlus, IconClock, IconId, IconKey, IconNetwork, IconUserCheck } from '@tabler/icons-react';
import { readUser, updateUser, type User, type UserId } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, date, exact } from '../../lib/format.ts';
import { users } from '../../lib/messages/users.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Facts, type Fact } from '../../ui/Facts.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast } from '../../ui/toast.tsx';
import { Note } from '../login/Note.tsx';
import { useAction } from '../me/use-action.ts';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import admin from '../settings/admin.module.css';
import { AccessFields, type Access } from './AccessFields.tsx';
import { TokenEnd } from './columns.tsx';
import { Crumbs } from './Crumbs.tsx';
import { MoreFields, NameFields, type Errors, type Profile } from './ProfileFields.tsx';
import { differences, profileErrors } from './user-form.ts';
import { keepUser, UserActions } from './UserActions.tsx';
import { isLocked, StatePill } from './words.tsx';
import css from './users.module.css';

const profileOf = ({ fullName, email, department, location, phone, mobile, timeZone }: User): Profile => ({
  fullName,
  email,
  department,
  location,
  phone,
  mobile,
  timeZone,
});
const accessOf = ({ role, superAdministrator }: User): Access => ({ role, superAdministrator });

function factsOf(user: User): readonly Fact[] {
  const state: Fact = {
    icon: IconUserCheck,
    name: users('user.facts.state'),
    value:
      isLocked(user) && user.lockedUntil && user.state !== 'disabled' ? (
        users('user.lockedUntil', { when: exact(user.lockedUntil) })
      ) : (
        <StatePill user={user} />
      ),
    ...(isLocked(user) ? { tone: 'bad' as const } : {}),
  };
  const role: Fact = { icon: IconId, name: users('user.facts.role'), value: users(`role.${user.role}`) };
  const used = user.lastSignInAt ? <span title={exact(user.lastSignInAt)}>{ago(user.lastSignInAt)}</span> : null;
  return user.kind === 'person'
    ? [
        state,
        role,
        { icon: IconClock, name: users('user.facts.lastSignIn'), value: used ?? users('never.signedIn') },
        { icon: IconCalendarPlus, name: users('user.facts.since'), value: date(user.createdAt) },
      ]
    : [
        state,
        role,
        { icon: IconKey, name: users('user.facts.token'), value: <TokenEnd user={user} /> },
        {
          icon: IconNetwork,
          name: users('user.facts.host'),
          value: user.host ? <bdi className="mono">{user.host}</bdi> : users('host.any'),
        },
      ];
}

function Form({ user }: { readonly user: User }) {
  const me = useMe();
  const [profile, setProfile] = useState(() => profileOf(user));
  const [access, setAccess] = useState(() => accessOf(user));
  const [host, setHost] = useState(user.host);
  const [errors, setErrors] = useState<Errors>({});
  const save = useAction();
  const own = user.id === me.user.id;
  const mayEdit = user.can.includes('user.update');
  const person = user.kind === 'person';
  const changes = {
    ...differences(profile, profileOf(user)),
    ...differences(access, accessOf(user)),
    ...(host === user.host ? {} : { host: host.trim() }),
  };
  const reset = (to: User) => {
    setProfile(profileOf(to));
    setAccess(accessOf(to));
    setHost(to.host);
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
          <p>{users('user.cannotEdit')}</p>
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
        <AccessFields value={access} change={setAccess} disabled={!mayEdit || own} error={errors['role']} />
      </FormSection>
      <SaveBar
        dirty={mayEdit && Object.keys(changes).length > 0}
        busy={save.busy}
        save={() => void submit()}
        discard={() => reset(user)}
      />
    </FormColumn>
  );
}

/** One user, person or API user: how they stand, what they may, and what can be done about them. */
export default function UserPage() {
  const me = useMe();
  const { userId } = useParams({ strict: false });
  const found = useQuery({
    queryKey: keys.user(userId ?? ''),
    queryFn: ({ signal }) => ask(readUser, { userId: (userId ?? '') as UserId }, { signal }),
  });
  const user = found.data;
  return (
    <AdminFrame {...(user?.kind === 'api' ? { under: '/admin/api-users' } : {})}>
      <div className={admin.form} data-wide>
        {user ? (
          <>
            <Crumbs kind={user.kind} here={user.fullName} />
            <PageHeader
              title={user.fullName}
              stack
              icon={<Avatar name={user.fullName} size={44} />}
              sub={
                <span className={css.sub}>
                  <bdi className="mono">{user.username}</bdi>
                  <span>· {users('user.number', { n: user.number })}</span>
                  {user.kind === 'api' && <span>· {users('user.api')}</span>}
                  {me.can.includes('audit.list') && (
                    <Link to="/audit/users" search={{ actor: user.id }} className="link">
                      {users('user.audit')}
                    </Link>
                  )}
                </span>
              }
            >
              <UserActions user={user} />
            </PageHeader>
            <Facts facts={factsOf(user)} />
            <Form key={user.id} user={user} />
          </>
        ) : found.isError ? (
          <>
            <PageHeader title={users('user.gone')} />
            <ErrorBox error={found.error} retry={() => void found.refetch()} />
          </>
        ) : (
          <Bones />
        )}
      </div>
    </AdminFrame>
  );
}
