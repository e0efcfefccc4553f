import { TextInput } from '@mantine/core';
import { users } from '../../lib/messages/users.ts';
import { LanguageField } from '../me/LanguageField.tsx';
import { TimeZoneField } from '../me/TimeZoneField.tsx';
import css from './users.module.css';

/** What is known about a person beside name and role. */
export interface Profile {
  readonly fullName: string;
  readonly email: string;
  readonly department: string;
  readonly location: string;
  readonly phone: string;
  readonly mobile: string;
  readonly language: string;
  readonly timeZone: string;
}

/** What is wrong, by field. */
export type Errors = Readonly<Partial<Record<string, string>>>;

interface FieldsProps {
  readonly value: Profile;
  readonly change: (part: Partial<Profile>) => void;
  readonly errors: Errors;
  readonly disabled?: boolean;
}

/** Name and mail address. */
export function NameFields({ value, change, errors, disabled = false }: FieldsProps) {
  return (
    <div className={css.pair}>
      <TextInput
        label={users('new.fullName')}
        withAsterisk
        required
        maxLength={120}
        disabled={disabled}
        value={value.fullName}
        onChange={(event) => change({ fullName: event.currentTarget.value })}
        error={errors['fullName']}
      />
      <TextInput
        label={users('new.email')}
        type="email"
        withAsterisk
        required
        maxLength={254}
        disabled={disabled}
        value={value.email}
        onChange={(event) => change({ email: event.currentTarget.value })}
        error={errors['email']}
      />
    </div>
  );
}

/** Department, location, phones, time zone: none of them required. */
export function MoreFields({ value, change, errors, disabled = false }: FieldsProps) {
  const text = (name: 'department' | 'location' | 'phone' | 'mobile', max: number) => (
    <TextInput
      label={users(`new.${name}`)}
      maxLength={max}
      disabled={disabled}
      value={value[name]}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
      error={errors[name]}
    />
  );
  return (
    <div className={css.pair}>
      {text('department', 120)}
      {text('location', 120)}
      {text('phone', 40)}
      {text('mobile', 40)}
      <LanguageField value={value.language} change={(language) => change({ language })} disabled={disabled} />
      <TimeZoneField value={value.timeZone} change={(timeZone) => change({ timeZone })} disabled={disabled} />
    </div>
  );
}
