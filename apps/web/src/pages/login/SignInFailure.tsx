import { Button } from '@mantine/core';
import { ProblemError } from '../../lib/client.ts';
import { entry } from '../../lib/messages/entry.ts';
import { tell } from '../../lib/problem.ts';
import { Note } from './Note.tsx';
import { useCountdown, waitText } from './Wait.tsx';

/**
 * Why sign-in did not work, and what to do. A wrong name and a wrong password read the same; a lock-out says how long it
 * lasts and counts down; a busy server is told apart from a wrong password.
 */
export function SignInFailure({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  const problem = error instanceof ProblemError ? error : null;
  const seconds = problem?.retryAfter ?? 0;
  const left = useCountdown(seconds);
  if (problem && (problem.code === 'locked-out' || problem.code === 'too-many-requests') && seconds > 0) {
    const key = problem.code === 'locked-out' ? 'login.locked' : 'login.tooMany';
    // The first sentence is announced once; the one that ticks is for the eye.
    return (
      <Note tone="warn">
        <p className="sr">{entry(key, { wait: waitText(seconds) })}</p>
        <p aria-hidden>{left > 0 ? entry(key, { wait: waitText(left) }) : entry('login.unlocked')}</p>
      </Note>
    );
  }
  if (problem && (problem.status === 503 || problem.code === 'offline')) {
    return (
      <Note tone="warn">
        <p>
          {problem.code === 'offline'
            ? entry('login.offline')
            : problem.code === 'busy'
              ? entry('login.busy')
              : tell(problem).text}
        </p>
        <p>
          <Button size="xs" variant="default" onClick={retry}>
            {entry('login.retry')}
          </Button>
        </p>
      </Note>
    );
  }
  if (!problem || problem.status >= 500) {
    return (
      <Note tone="bad">
        <p>{entry('login.failed', { reference: problem?.requestId ?? '' })}</p>
      </Note>
    );
  }
  return (
    <Note tone="bad">
      <p>{tell(problem).text}</p>
    </Note>
  );
}
