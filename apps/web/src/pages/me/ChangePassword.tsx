import { changeMyPassword } from '@strongroom/contract';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { me as words } from '../../lib/messages/me.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import { PasswordInput } from '../../ui/PasswordInput.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from './BusyButton.tsx';
import { NewPassword } from './NewPassword.tsx';
import { checkPassword, meetsAll } from './password-checks.ts';
import { useAction } from './use-action.ts';
import css from './me.module.css';

/** Changing one's own log-in password. What is typed is dropped as soon as it was sent. */
export function ChangePassword() {
  const me = useMe();
  const navigate = useNavigate();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [errors, setErrors] = useState<Readonly<Partial<Record<string, string>>>>({});
  const action = useAction();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = {
      ...(current ? {} : { current: words('password.currentMissing') }),
      ...(meetsAll(checkPassword(next, me.user.username, me.preferences.loginRules))
        ? {}
        : { next: words('check.missing') }),
      ...(next && next === current ? { next: words('password.same') } : {}),
    };
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    const forced = me.mustChangePassword;
    await action.run(async () => {
      try {
        await ask(changeMyPassword, { current, next });
      } catch (failure) {
        const { password, ...rest } = fieldErrors(failure);
        setErrors({ ...rest, ...(password ? { next: password } : {}) });
        throw failure;
      }
      setCurrent('');
      setNext('');
      toast({ message: words('password.changed') });
      await queries.invalidateQueries();
      if (forced) await navigate({ to: '/home' });
    });
  };
  return (
    <FormSection title={words('password.heading')} text={words('password.intro')}>
      <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
        {action.error !== null && <ErrorBox error={action.error} />}
        <input type="text" autoComplete="username" value={me.user.username} readOnly hidden />
        <PasswordInput
          label={words('password.current')}
          required
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
          error={errors['current']}
        />
        <NewPassword
          label={words('password.next')}
          username={me.user.username}
          rules={me.preferences.loginRules}
          value={next}
          change={setNext}
          error={errors['next']}
        />
        <div className={css.actions}>
          <BusyButton type="submit" busy={action.busy}>
            {words('password.submit')}
          </BusyButton>
        </div>
      </form>
    </FormSection>
  );
}
