import { describe, expect, it } from 'vitest';
import type { Actor } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { accountsByNumber } from './account-numbers.ts';

const of = (organisationId: string): Actor => ({ organisationId }) as Actor;

/** A database that finds whatever stands in `there`, and counts how often it is asked. */
function counted(there: Map<string, string>): { database: Pick<Database, 'asOrganisation'>; asked(): number } {
  let asked = 0;
  return {
    asked: () => asked,
    database: {
      asOrganisation: (organisationId) => {
        asked++;
        return Promise.resolve(there.get(organisationId)) as Promise<never>;
      },
    },
  };
}

describe('accounts by number', () => {
  it('are looked for once, by organisation, account and resource', async () => {
    const there = new Map([
      ['a', 'first'],
      ['b', 'second'],
    ]);
    const { database, asked } = counted(there);
    const find = accountsByNumber(database);
    expect(await find(of('a'), 1, 2)).toBe('first');
    expect(await find(of('a'), 1, 2)).toBe('first');
    expect(asked()).toBe(1);
    // The very numbers of another organisation, another resource's, and none at all are other questions.
    expect(await find(of('b'), 1, 2)).toBe('second');
    expect(await find(of('a'), 12)).toBe('first');
    expect(await find(of('a'), 1, 3)).toBe('first');
    expect(asked()).toBe(4);
  });

  it('are looked for again where there was none, and where too many came since', async () => {
    const there = new Map<string, string>();
    const { database, asked } = counted(there);
    const find = accountsByNumber(database);
    expect(await find(of('a'), 1)).toBeUndefined();
    there.set('a', 'late');
    expect(await find(of('a'), 1)).toBe('late');
    for (let number = 2; number <= 20_001; number++) await find(of('a'), number);
    const before = asked();
    await find(of('a'), 20_001);
    expect(asked()).toBe(before);
    await find(of('a'), 1);
    expect(asked()).toBe(before + 1);
  });
});
