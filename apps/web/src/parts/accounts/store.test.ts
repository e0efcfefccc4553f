import { QueryObserver } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { keys, queries } from '../../lib/query.ts';
import { refreshAccount } from './store.ts';

it('fetches a list again that was on its way for the first time, before the account changed', async () => {
  const answers: ((list: string) => void)[] = [];
  const list = new QueryObserver(queries, {
    queryKey: [...keys.accounts, 'of a test'],
    queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
  });
  const leave = list.subscribe(() => undefined);
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  const refreshed = refreshAccount({ id: 'a', resourceId: 'r' });
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  answers[0]?.('before');
  answers[1]?.('after');
  await refreshed;
  expect(list.getCurrentResult()).toMatchObject({ status: 'success', data: 'after' });
  leave();
  queries.clear();
});
