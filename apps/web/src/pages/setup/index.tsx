import { inspectSetup } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, ProblemError } from '../../lib/client.ts';
import { entry } from '../../lib/messages/entry.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { EntryFrame } from '../login/EntryFrame.tsx';
import { takeFragmentToken } from '../login/fragment-token.ts';
import css from '../login/entry.module.css';
import { Wizard } from './Wizard.tsx';

/** The first set-up, behind the one-time link that the server printed. */
export default function Setup() {
  const [token] = useState(takeFragmentToken);
  // The token is no part of the key: keys are kept, and shown in developer tools.
  const found = useQuery({
    queryKey: ['set-up-link'],
    queryFn: ({ signal }) => ask(inspectSetup, { token }, { signal }),
    enabled: token !== '',
    staleTime: Infinity,
    gcTime: 0,
  });
  const closed = found.error instanceof ProblemError && found.error.status > 0 && found.error.status < 500;
  const frame = { tab: entry('setup.documentTitle') };
  if (token === '') {
    return (
      <EntryFrame {...frame} title={entry('setup.noToken.title')}>
        <p className={css.lead}>{entry('setup.noToken.body')}</p>
        <Link to="/login" className="link">
          {entry('setup.goToLogin')}
        </Link>
      </EntryFrame>
    );
  }
  if (closed) {
    return (
      <EntryFrame {...frame} title={entry('setup.closed.title')}>
        <p className={css.lead}>
          {entry.rich('setup.closed.body', { command: <code className="mono">strongroom setup link</code> })}
        </p>
        <Link to="/login" className="link">
          {entry('setup.goToLogin')}
        </Link>
      </EntryFrame>
    );
  }
  return (
    <EntryFrame {...frame} title={entry('setup.title')} wide>
      {found.isPending ? (
        <Bones />
      ) : found.isError ? (
        <ErrorBox error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Wizard token={token} keyFile={found.data.keyFile} host={found.data.host} />
      )}
    </EntryFrame>
  );
}
