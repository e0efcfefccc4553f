import { Button } from '@mantine/core';
import { listAttempts, type Account } from '@strongroom/contract';
import { IconRotateClockwise } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { keys } from '../../lib/query.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { AttemptPill } from './AttemptPill.tsx';
import css from './drawer.module.css';
import { RotationProgress } from './RotationProgress.tsx';
import type { AccountActions } from './use-account-actions.tsx';

/** The rotation that is under way, step by step, and those before it, newest first. */
export function AccountRotations({
  account,
  actions,
}: {
  readonly account: Account;
  readonly actions: AccountActions;
}) {
  const query = useQuery({
    queryKey: [...keys.attempts(account.id), 'list', account.attempt?.id ?? null, account.attempt?.state ?? null],
    queryFn: ({ signal }) => ask(listAttempts, { accountId: account.id, limit: 20 }, { signal }),
    placeholderData: (before) => before,
  });
  if (query.isPending) return <Bones />;
  if (query.isError && !query.data) return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  const attempts = query.data?.items ?? [];
  const running = account.attempt;
  // What has just ended is still shown step by step, so that its end is seen where its course was.
  const newest = attempts[0];
  const fresh =
    newest && (running?.id === newest.id || Date.now() - Date.parse(newest.updatedAt) < 120_000) ? newest : undefined;
  const shown = running?.id ?? fresh?.id;
  const before = attempts.filter((attempt) => attempt.id !== shown);
  return (
    <>
      {shown && <RotationProgress key={shown} account={account} attemptId={shown} actions={actions} />}
      {attempts.length === 0 && !shown && (
        <EmptyState
          icon={IconRotateClockwise}
          title={accounts('rotationsEmpty')}
          text={account.resettable ? undefined : accounts('rotationsEmptyNoTarget')}
        >
          {account.resettable && account.can.includes('account.rotate') && (
            <Button
              variant="default"
              leftSection={<IconRotateClockwise size={15} />}
              onClick={() => actions.rotate(account)}
            >
              {accounts('rotateNow')}
            </Button>
          )}
          {!account.resettable && (
            <Button component={Link} to={`/resources/${account.resourceId}/rotation`} variant="default">
              {accounts('setUpRotation')}
            </Button>
          )}
        </EmptyState>
      )}
      {before.length > 0 && (
        <ul className={css.list}>
          {before.map((attempt) => (
            <li key={attempt.id}>
              <div className={css.line}>
                <AttemptPill attempt={attempt} />
                <time className="dim" dateTime={attempt.startedAt} title={exact(attempt.startedAt)}>
                  {ago(attempt.startedAt)}
                </time>
              </div>
              <div className="dim">
                {accounts('askedBy', { who: attempt.requestedBy, when: exact(attempt.startedAt) })}
                {attempt.tries > 1 && ` · ${accounts('tries', { count: attempt.tries })}`}
              </div>
              {attempt.why && <div>{attempt.why}</div>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
