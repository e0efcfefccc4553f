import { Switch, TextInput } from '@mantine/core';
import { updateUserGroup, type Restrictions, type UserGroup } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { people } from '../../lib/messages/people.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn, FormSection } from '../../ui/FormSection.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../me/use-action.ts';
import { differences } from '../users/user-form.ts';
import { keepGroup } from './keep-group.ts';
import { settingNames } from './limits.ts';
import css from './groups.module.css';

const settingsOf = (group: UserGroup): Restrictions => ({
  exportPasswords: group.exportPasswords,
  personalPasswords: group.personalPasswords,
  exportPersonal: group.exportPersonal,
  manageCriteriaShares: group.manageCriteriaShares,
  ticketExempt: group.ticketExempt,
  exportPlain: group.exportPlain,
  exportOffline: group.exportOffline,
});
const aboutOf = ({ name, description }: UserGroup) => ({ name, description });

/** A group's name, and what its members may, each with its effect in words. Saved together. */
export function SettingsTab({ group }: { readonly group: UserGroup }) {
  const may = group.can.includes('user-group.update');
  const [about, setAbout] = useState(() => aboutOf(group));
  const [settings, setSettings] = useState(() => settingsOf(group));
  const [errors, setErrors] = useState<Readonly<Partial<Record<string, string>>>>({});
  const save = useAction();
  const changes = { ...differences(about, aboutOf(group)), ...differences(settings, settingsOf(group)) };
  const reset = (to: UserGroup) => {
    setAbout(aboutOf(to));
    setSettings(settingsOf(to));
    setErrors({});
    save.clear();
  };
  const submit = async () => {
    if (about.name.trim() === '') {
      setErrors({ name: people('groups.nameMissing') });
      return;
    }
    await save.run(async () => {
      try {
        const now = await ask(updateUserGroup, { userGroupId: group.id, version: group.version, ...changes });
        reset(now);
        await keepGroup(now);
        toast({ message: people('group.saved') });
      } catch (failure) {
        setErrors(fieldErrors(failure));
        throw failure;
      }
    });
  };
  return (
    <FormColumn required={may}>
      {save.error !== null && <ErrorBox error={save.error} />}
      <FormSection title={people('group.about')}>
        <TextInput
          label={people('groups.name')}
          withAsterisk
          required
          maxLength={80}
          disabled={!may}
          value={about.name}
          onChange={(event) => setAbout({ ...about, name: event.currentTarget.value })}
          error={errors['name']}
        />
        <TextInput
          label={people('groups.description')}
          maxLength={300}
          disabled={!may}
          value={about.description}
          onChange={(event) => setAbout({ ...about, description: event.currentTarget.value })}
          error={errors['description']}
        />
      </FormSection>
      <FormSection title={people('group.settings')} text={people('group.least')}>
        <div className={css.switches}>
          {settingNames.map((name) => (
            <Switch
              key={name}
              label={people(name)}
              description={people(`${name}.says`)}
              checked={settings[name]}
              disabled={!may}
              onChange={(event) => setSettings({ ...settings, [name]: event.currentTarget.checked })}
            />
          ))}
        </div>
      </FormSection>
      <SaveBar
        dirty={may && Object.keys(changes).length > 0}
        busy={save.busy}
        save={() => void submit()}
        discard={() => reset(group)}
      />
    </FormColumn>
  );
}
