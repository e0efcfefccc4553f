import { QueryObserver } from '@tanstack/react-query';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { queries } from './query.ts';

afterEach(() => queries.clear());

/** A list on screen, whose answers come when the test gives them. */
function list(key: readonly string[]) {
  const answers: ((text: string) => void)[] = [];
  const observer = new QueryObserver(queries, {
    queryKey: key,
    queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
  });
  const leave = observer.subscribe(() => undefined);
  const asked = (times: number) => vi.waitFor(() => expect(answers).toHaveLength(times));
  return { answers, asked, leave, shown: () => observer.getCurrentResult().data };
}

describe('what may have changed is asked for anew', () => {
  it('also where it was on its way for the first time, asked before the change', async () => {
    const accounts = list(['accounts', 'of a group']);
    await accounts.asked(1);
    const anew = queries.invalidateQueries({ queryKey: ['accounts'] });
    accounts.answers[0]?.('before');
    await accounts.asked(2);
    // Somebody who waits has something to look at meanwhile.
    expect(accounts.shown()).toBe('before');
    accounts.answers[1]?.('after');
    await anew;
    expect(accounts.shown()).toBe('after');
    accounts.leave();
  });

  it('once, where it was there already, and not where it is nothing of the kind', async () => {
    const [accounts, users] = [list(['accounts']), list(['users'])];
    await Promise.all([accounts.asked(1), users.asked(1)]);
    accounts.answers[0]?.('before');
    await vi.waitFor(() => expect(accounts.shown()).toBe('before'));
    const anew = queries.invalidateQueries({ queryKey: ['accounts'] });
    await accounts.asked(2);
    accounts.answers[1]?.('after');
    await anew;
    expect(accounts.shown()).toBe('after');
    expect([accounts.answers.length, users.answers.length]).toEqual([2, 1]);
    accounts.leave();
    users.leave();
  });
});
