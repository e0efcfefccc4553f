import { updateMe, type User } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { me as words } from '../../lib/messages/me.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast } from '../../ui/toast.tsx';
import { MoreFields, NameFields, type Errors, type Profile } from '../users/ProfileFields.tsx';
import { CertificateField } from '../users/KeyFields.tsx';
import { differences, profileErrors } from '../users/user-form.ts';
import { roleOf } from '../users/words.tsx';
import { MeFrame } from './MeFrame.tsx';
import { useAction } from './use-action.ts';

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

/** One's own profile. Name for sign-in and role are somebody else's to decide. */
export default function ProfilePage() {
  const me = useMe();
  const { user } = me;
  const [profile, setProfile] = useState(() => profileOf(user));
  const [certificate, setCertificate] = useState(user.certificate);
  const [errors, setErrors] = useState<Errors>({});
  const save = useAction();
  const changes = {
    ...differences(profile, profileOf(user)),
    ...(certificate === user.certificate ? {} : { certificate }),
  };
  const change = (part: Partial<Profile>) => setProfile((before) => ({ ...before, ...part }));
  const submit = async () => {
    const found = profileErrors(profile);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    await save.run(async () => {
      try {
        const now = await ask(updateMe, changes);
        queries.setQueryData(keys.me, { ...me, user: now });
        setProfile(profileOf(now));
        setCertificate(now.certificate);
        toast({ message: words('profile.saved') });
      } catch (failure) {
        setErrors(fieldErrors(failure));
        throw failure;
      }
    });
  };
  return (
    <MeFrame tab="profile" sub={words('profile.sub', { organisation: me.organisation.name })}>
      <FormColumn required>
        {save.error !== null && <ErrorBox error={save.error} />}
        <FormSection title={words('profile.title')}>
          <NameFields value={profile} change={change} errors={errors} />
          <MoreFields value={profile} change={change} errors={errors} />
        </FormSection>
        <FormSection title={words('profile.certificate')} text={words('profile.certificateHelp')}>
          <CertificateField value={certificate} change={setCertificate} error={errors['certificate']} />
        </FormSection>
        <FormSection title={words('profile.fixed')}>
          <Details
            items={[
              [
                words('profile.username'),
                <bdi key="v" className="mono">
                  {user.username}
                </bdi>,
              ],
              [words('profile.role'), roleOf(user)],
            ]}
          />
        </FormSection>
        <SaveBar
          dirty={Object.keys(changes).length > 0}
          busy={save.busy}
          save={() => void submit()}
          discard={() => {
            setProfile(profileOf(user));
            setCertificate(user.certificate);
            setErrors({});
            save.clear();
          }}
        />
      </FormColumn>
    </MeFrame>
  );
}
