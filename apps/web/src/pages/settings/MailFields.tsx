import { Select, TextInput } from '@mantine/core';
import { settings } from '../../lib/messages/settings.ts';
import { PasswordInput } from '../../ui/PasswordInput.tsx';
import type { MailForm } from './mail-form.ts';
import css from './settings.module.css';

const securities = ['starttls', 'tls', 'none'] as const;

/** Where a mail server is, and as whom it sends. */
export function ServerFields(props: {
  readonly mail: MailForm;
  readonly change: (change: Partial<MailForm>) => void;
  readonly errors: Readonly<Partial<Record<keyof MailForm, string>>>;
  readonly disabled?: boolean;
}) {
  const { mail, change, errors } = props;
  const disabled = props.disabled ?? false;
  return (
    <div className={css.fields}>
      <div className={css.hostRow}>
        <TextInput
          label={settings('mail.host')}
          withAsterisk
          required
          disabled={disabled}
          placeholder="mail.example.com"
          value={mail.host}
          onChange={(event) => change({ host: event.currentTarget.value })}
          error={errors.host}
        />
        <TextInput
          label={settings('mail.port')}
          withAsterisk
          required
          disabled={disabled}
          inputMode="numeric"
          value={mail.port}
          onChange={(event) => change({ port: event.currentTarget.value })}
          error={errors.port}
        />
        <Select
          label={settings('mail.security')}
          disabled={disabled}
          allowDeselect={false}
          data={securities.map((value) => ({ value, label: settings(`mail.security.${value}`) }))}
          value={mail.security}
          onChange={(value) => value && change({ security: value })}
          description={mail.security === 'none' ? settings('mail.security.noneHelp') : undefined}
        />
      </div>
      <TextInput
        label={settings('mail.from')}
        type="email"
        withAsterisk
        required
        disabled={disabled}
        placeholder="strongroom@example.com"
        value={mail.from}
        onChange={(event) => change({ from: event.currentTarget.value })}
        error={errors.from}
      />
    </div>
  );
}

/** The fields of a mail server with a sign-in that is typed. `passwordNote` stands under the password, such as that one is stored. */
export function MailFields(props: {
  readonly mail: MailForm;
  readonly change: (change: Partial<MailForm>) => void;
  readonly errors: Readonly<Partial<Record<keyof MailForm, string>>>;
  readonly passwordNote?: string;
  readonly disabled?: boolean;
}) {
  const { mail, change, errors } = props;
  const disabled = props.disabled ?? false;
  return (
    <div className={css.fields}>
      <ServerFields mail={mail} change={change} errors={errors} disabled={disabled} />
      <TextInput
        label={settings('mail.username')}
        description={settings('mail.usernameHelp')}
        disabled={disabled}
        autoComplete="off"
        value={mail.username}
        onChange={(event) => change({ username: event.currentTarget.value })}
        error={errors.username}
      />
      {!disabled && (
        <PasswordInput
          label={settings('mail.password')}
          description={props.passwordNote}
          autoComplete="off"
          value={mail.password}
          onChange={(password) => change({ password })}
          error={errors.password}
        />
      )}
    </div>
  );
}
