import { Switch } from '@mantine/core';
import { entry } from '../../lib/messages/entry.ts';
import { MailFields } from '../settings/MailFields.tsx';
import type { StepProps } from './AdministratorStep.tsx';
import css from './setup.module.css';

/** Step 3: the mail server, which may come later. */
export function MailStep({ form, change, errors }: StepProps) {
  const mailOnly = Object.fromEntries(
    Object.entries(errors).flatMap(([field, says]) =>
      field.startsWith('mail.') && says ? [[field.slice('mail.'.length), says]] : [],
    ),
  );
  return (
    <div className={css.fields}>
      <Switch
        label={entry('setup.mail.use')}
        description={form.useMail ? undefined : entry('setup.mail.later')}
        checked={form.useMail}
        onChange={(event) => change({ useMail: event.currentTarget.checked })}
      />
      {form.useMail && (
        <MailFields mail={form.mail} change={(part) => change({ mail: { ...form.mail, ...part } })} errors={mailOnly} />
      )}
    </div>
  );
}
