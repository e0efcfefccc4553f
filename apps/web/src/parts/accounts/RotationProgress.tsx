import { Button } from '@mantine/core';
import { readAttempt, type Account, type AttemptState } from '@strongroom/contract';
import { IconCircle, IconCircleCheck, IconCircleX, IconLoader2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, time } from '../../lib/format.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { keys } from '../../lib/query.ts';
import { announce } from '../../ui/announce.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { AttemptPill } from './AttemptPill.tsx';
import css from './drawer.module.css';
import { refreshAccount } from './store.ts';
import type { AccountActions } from './use-account-actions.tsx';

type StepState = 'done' | 'running' | 'waiting' | 'failed';
const steps = ['step-drawn', 'step-applied', 'step-verified', 'step-promoted'] as const;
/** How many steps are behind each state. */
const behind: Readonly<Record<AttemptState, number>> = {
  prepared: 1,
  applying: 1,
  applied: 2,
  verified: 3,
  promoted: 4,
  unverified: 1,
  'rolled-back': 1,
  'needs-person': 1,
};
const settled: readonly AttemptState[] = ['promoted', 'rolled-back', 'needs-person'];

function stepState(state: AttemptState, index: number): StepState {
  const done = behind[state];
  if (index < done) return 'done';
  if (index > done) return 'waiting';
  return settled.includes(state) ? 'failed' : 'running';
}
const glyphs = { done: IconCircleCheck, running: IconLoader2, waiting: IconCircle, failed: IconCircleX } as const;
const words = { done: 'stepDone', running: 'stepRunning', waiting: 'stepWaiting', failed: 'stepFailed' } as const;

/** One rotation as it goes on: asked for every second until it is settled, then everything about the account is fetched anew. */
export function RotationProgress({
  account,
  attemptId,
  actions,
}: {
  readonly account: Account;
  readonly attemptId: string;
  readonly actions: AccountActions;
}) {
  const query = useQuery({
    queryKey: keys.attempt(account.id, attemptId),
    queryFn: ({ signal }) => ask(readAttempt, { accountId: account.id, attemptId }, { signal }),
    staleTime: 0,
    refetchInterval: (q) => {
      const state = q.state.data?.state;
      if (state && settled.includes(state)) return false;
      // What is only asked again in minutes need not be watched by the second.
      return state === 'unverified' ? 5000 : 1000;
    },
  });
  const attempt = query.data;
  const state = attempt?.state;
  const before = useRef<AttemptState | undefined>(undefined);
  useEffect(() => {
    if (!state) return;
    if (before.current && before.current !== state) {
      announce(accounts(`attempt-${state}`));
      if (settled.includes(state) || state === 'unverified') void refreshAccount(account);
    }
    before.current = state;
  }, [state, account]);
  if (!attempt)
    return query.isError ? (
      <ErrorBox error={query.error} retry={() => void query.refetch()} />
    ) : (
      <Bones lines={[60, 50, 55]} />
    );
  const result =
    attempt.state === 'promoted'
      ? accounts('attemptPromoted')
      : attempt.state === 'rolled-back'
        ? accounts('attemptRolledBack')
        : attempt.state === 'needs-person'
          ? accounts('attemptNeedsPerson')
          : attempt.state === 'unverified'
            ? attempt.nextTryAt && Date.parse(attempt.nextTryAt) > Date.now()
              ? accounts('attemptUnverified', { when: time(attempt.nextTryAt) })
              : accounts('attemptUnverifiedSoon')
            : null;
  return (
    <section className={css.box} aria-label={accounts('rotations')}>
      <h3>
        <span>{accounts('askedBy', { who: attempt.requestedBy, when: ago(attempt.startedAt) })}</span>
        <AttemptPill attempt={attempt} />
      </h3>
      <ol className={css.steps}>
        {steps.map((step, index) => {
          const now = stepState(attempt.state, index);
          const Glyph = glyphs[now];
          return (
            <li key={step} data-state={now}>
              <Glyph size={16} aria-hidden className={now === 'running' ? css.spin : undefined} />
              {accounts(step)}
              <span className="sr">, {accounts(words[now])}</span>
            </li>
          );
        })}
      </ol>
      {result && <p>{result}</p>}
      {attempt.why && <p className="dim">{attempt.why}</p>}
      {attempt.state === 'needs-person' && account.can.includes('attempt.resolve') && (
        <div>
          <Button size="xs" onClick={() => actions.resolve(account)}>
            {accounts('resolve')}
          </Button>
        </div>
      )}
    </section>
  );
}
