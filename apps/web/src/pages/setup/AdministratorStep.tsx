import { TextInput } from '@mantine/core';
import { entry } from '../../lib/messages/entry.ts';
import { NewPassword } from '../me/NewPassword.tsx';
import { TimeZoneField } from '../me/TimeZoneField.tsx';
import type { SetupErrors, SetupForm } from './setup-form.ts';
import css from './setup.module.css';

/** What a step gets: the form, a way to change it, and what is wrong on it. */
export interface StepProps {
  readonly form: SetupForm;
  readonly change: (change: Partial<SetupForm>) => void;
  readonly errors: SetupErrors;
}

/** Step 1: the organisation, and who administers it. */
export function AdministratorStep({ form, change, errors }: StepProps) {
  return (
    <div className={css.fields}>
      <TextInput
        label={entry('setup.organisation')}
        description={entry('setup.organisationHelp')}
        withAsterisk
        required
        autoFocus
        autoComplete="organization"
        maxLength={120}
        value={form.organisation}
        onChange={(event) => change({ organisation: event.currentTarget.value })}
        error={errors['organisation']}
      />
      <div className={css.pair}>
        <TextInput
          label={entry('setup.fullName')}
          withAsterisk
          required
          autoComplete="name"
          maxLength={120}
          value={form.fullName}
          onChange={(event) => change({ fullName: event.currentTarget.value })}
          error={errors['fullName']}
        />
        <TextInput
          label={entry('setup.email')}
          type="email"
          withAsterisk
          required
          autoComplete="email"
          maxLength={254}
          value={form.email}
          onChange={(event) => change({ email: event.currentTarget.value })}
          error={errors['email']}
        />
        <TextInput
          label={entry('setup.username')}
          description={entry('setup.usernameHelp')}
          withAsterisk
          required
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={80}
          value={form.username}
          onChange={(event) => change({ username: event.currentTarget.value })}
          error={errors['username']}
        />
        <TimeZoneField value={form.timeZone} change={(timeZone) => change({ timeZone })} />
      </div>
      <NewPassword
        label={entry('setup.password')}
        username={form.username}
        value={form.password}
        change={(password) => change({ password })}
        error={errors['password']}
      />
    </div>
  );
}
