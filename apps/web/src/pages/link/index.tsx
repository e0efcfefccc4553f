import { Button, Loader } from '@mantine/core';
import { acceptLink, readLink } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { ask, ProblemError } from '../../lib/client.ts';
import { entry } from '../../lib/messages/entry.ts';
import { me } from '../../lib/messages/me.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { EntryFrame } from '../login/EntryFrame.tsx';
import { forgetFragmentToken, takeFragmentToken } from '../login/fragment-token.ts';
import css from '../login/entry.module.css';
import { NewPassword } from '../me/NewPassword.tsx';
import { checkPassword, meetsAll } from '../me/password-checks.ts';

/** The page behind a one-time link: choose a log-in password, then sign in with it. */
export default function Link() {
  const [token] = useState(takeFragmentToken);
  const navigate = useNavigate();
  // The token is no part of the key: keys are kept, and shown in developer tools.
  const link = useQuery({
    queryKey: ['one-time-link'],
    queryFn: ({ signal }) => ask(readLink, { token }, { signal }),
    enabled: token !== '',
    staleTime: Infinity,
    gcTime: 0,
  });
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const username = link.data?.username ?? '';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (busy || !meetsAll(checkPassword(password, username, link.data?.rules))) return;
    setBusy(true);
    setError(null);
    try {
      await ask(acceptLink, { token, password });
      setPassword('');
      forgetFragmentToken();
      await navigate({ href: '/login?done=link', replace: true });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  const refused =
    token === '' || (link.error instanceof ProblemError && link.error.status < 500 && link.error.status > 0);
  return (
    <EntryFrame title={refused ? entry('link.invalid.title') : entry('link.title')} tab={entry('link.documentTitle')}>
      {refused ? (
        <p className={css.lead}>{entry('link.invalid.body')}</p>
      ) : link.isPending ? (
        <Bones lines={[80, 60]} />
      ) : link.isError ? (
        <ErrorBox error={link.error} retry={() => void link.refetch()} />
      ) : (
        <>
          <p className={css.lead}>
            {entry.rich('link.for', {
              name: <b>{link.data.fullName}</b>,
              organisation: <b>{link.data.organisation}</b>,
              username: <bdi className="mono">{username}</bdi>,
            })}
          </p>
          <form className={css.fields} onSubmit={(event) => void submit(event)} noValidate>
            <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
            <NewPassword
              label={entry('link.password')}
              size="lg"
              username={username}
              rules={link.data.rules}
              value={password}
              change={setPassword}
              error={
                tried && !meetsAll(checkPassword(password, username, link.data?.rules)) ? me('check.missing') : null
              }
            />
            {error !== null && <ErrorBox error={error} />}
            <Button
              type="submit"
              size="lg"
              fullWidth
              aria-disabled={busy}
              {...(busy ? { leftSection: <Loader size={16} color="currentColor" /> } : {})}
            >
              {entry('link.submit')}
            </Button>
          </form>
        </>
      )}
    </EntryFrame>
  );
}
