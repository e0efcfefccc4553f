import { Button, Loader, TextInput } from '@mantine/core';
import { IconArrowBigUp } from '@tabler/icons-react';
import { readSetup, signIn, type Me } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent, type KeyboardEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { entry } from '../../lib/messages/entry.ts';
import { keys, queries } from '../../lib/query.ts';
import { carriedHash, nextAddress } from '../../lib/session.tsx';
import { useUrlState } from '../../lib/use-url-state.ts';
import { PasswordInput } from '../../ui/PasswordInput.tsx';
import { EntryFrame } from './EntryFrame.tsx';
import { Note } from './Note.tsx';
import { SignInFailure } from './SignInFailure.tsx';
import css from './entry.module.css';

/** Where a person lands: where they were sent from, a new password first when they must, and auditors at the trail. */
function landing(who: Me, next: string | undefined): string {
  if (who.mustChangePassword) return '/me/security';
  const wanted = nextAddress(next);
  return wanted === '/home' && who.user.role === 'password-auditor' ? '/audit/resources' : wanted + carriedHash(wanted);
}

/** Sign-in: name and password on one card. */
export default function Login() {
  const [url] = useUrlState(['next', 'done'] as const);
  const navigate = useNavigate();
  const setup = useQuery({ queryKey: keys.setup, queryFn: ({ signal }) => ask(readSetup, {}, { signal }) });
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [capsLock, setCapsLock] = useState(false);

  const submit = async () => {
    if (busy) return;
    if (!username.trim() || !password) {
      setMissing(true);
      return;
    }
    setBusy(true);
    setError(null);
    try {
      const who = await ask(signIn, { username, password });
      setPassword('');
      queries.setQueryData(keys.me, who);
      await navigate({ href: landing(who, url.next), replace: true });
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void submit();
  };
  const watchCapsLock = (event: KeyboardEvent) => setCapsLock(event.getModifierState('CapsLock'));

  return (
    <EntryFrame title={entry('login.title')} tab={entry('login.documentTitle')} below={entry('login.help')}>
      <form className={css.fields} onSubmit={onSubmit} noValidate>
        {setup.data?.needed && (
          <Note tone="info">
            <p>{entry.rich('login.setupNeeded', { command: <code className="mono">strongroom setup link</code> })}</p>
          </Note>
        )}
        {url.done === 'link' && error === null && (
          <Note tone="ok">
            <p>{entry('login.linkDone')}</p>
          </Note>
        )}
        {url.done === 'setup' && error === null && (
          <Note tone="ok">
            <p>{entry('setup.doneSignIn')}</p>
          </Note>
        )}
        {error !== null && <SignInFailure error={error} retry={() => void submit()} />}
        <TextInput
          label={entry('login.username')}
          size="lg"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          error={missing && !username.trim() ? entry('login.usernameMissing') : null}
        />
        <div onKeyDown={watchCapsLock} onKeyUp={watchCapsLock} onBlur={() => setCapsLock(false)}>
          <PasswordInput
            label={entry('login.password')}
            size="lg"
            autoComplete="current-password"
            value={password}
            onChange={setPassword}
            error={missing && !password ? entry('login.passwordMissing') : null}
          />
        </div>
        <div role="status">
          {capsLock && (
            <div className={css.hint}>
              <IconArrowBigUp size={15} aria-hidden />
              {entry('login.capsLock')}
            </div>
          )}
        </div>
        <Button
          type="submit"
          size="lg"
          fullWidth
          aria-disabled={busy}
          {...(busy ? { leftSection: <Loader size={16} color="currentColor" /> } : {})}
        >
          {entry('login.submit')}
        </Button>
      </form>
    </EntryFrame>
  );
}
