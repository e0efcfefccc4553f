import { createAccounts, createResource, listAccounts, listResources } from '@strongroom/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';

let w: World;
let keeper: Actor;
let resourceId: string;
const names = [
  'alpha',
  'Beta',
  'beta2',
  'GAMMA',
  'a%b',
  'a_b',
  'a\\b',
  "o'brien",
  'Σίσυφος',
  'ΣΊΣΥΦΟΣ-2',
  'ünïcode',
  'tab-free',
  'İstanbul',
];

beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  for (const [i, name] of names.entries())
    await w.invoke(createResource, keeper, {
      name,
      type: i % 2 ? 'Linux' : 'Mac',
      dnsName: i % 3 ? `h${i}.example.org` : '',
    });
  const many = await w.invoke(createResource, keeper, { name: 'many', type: 'Linux' });
  resourceId = many.id;
  await w.invoke(createAccounts, keeper, {
    resourceId: many.id,
    accounts: Array.from({ length: 40 }, (_, i) => ({ username: `user-${(i * 7) % 40}`, password: 'x' })),
  });
});
afterAll(() => w.close());

const resourceSorts = ['name', 'type', 'dnsName', 'updatedAt', 'number'] as const;
const accountSorts = ['username', 'resourceName', 'changedAt', 'checkedAt', 'number'] as const;

describe('a list', () => {
  it('comes in every order it offers, both ways, the same rows each time', async () => {
    for (const sort of resourceSorts) {
      const up = await w.invoke(listResources, keeper, { sort });
      const down = await w.invoke(listResources, keeper, { sort: `-${sort}` });
      expect([sort, down.items.map((item) => item.id)]).toEqual([sort, up.items.map((item) => item.id).reverse()]);
      expect(up.total).toBe(names.length + 1);
    }
    const numbers = (await w.invoke(listResources, keeper, { sort: '-number' })).items.map((item) => item.number);
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
    await expect(w.invoke(listResources, keeper, { sort: 'ownerId' as never })).rejects.toMatchObject({
      code: 'input-invalid',
    });
  });

  it('by cursor shows every row once, whatever the page size and order, though rows come and go meanwhile [API-03]', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 17 }),
        fc.constantFrom(...accountSorts),
        fc.boolean(),
        async (limit, column, descending) => {
          const sort = descending ? (`-${column}` as const) : column;
          const before = new Set(
            (await w.invoke(listAccounts, keeper, { resourceId: resourceId as never, limit: 500 })).items.map(
              (item) => item.id,
            ),
          );
          const seen: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await w.invoke(listAccounts, keeper, {
              resourceId: resourceId as never,
              sort,
              limit,
              ...(cursor === undefined ? {} : { cursor }),
            });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            seen.push(...page.items.map((item) => item.id));
            cursor = page.nextCursor ?? undefined;
            if (made < 30)
              await w.invoke(createAccounts, keeper, {
                resourceId: resourceId as never,
                accounts: [{ username: `late-${made++}`, password: 'x' }],
              });
          } while (cursor !== undefined);
          expect(new Set(seen).size).toBe(seen.length);
          for (const id of before) expect(seen).toContain(id);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('can be jumped into at any row, and ends', async () => {
    const all = (await w.invoke(listResources, keeper, { limit: 500 })).items.map((item) => item.id);
    const part = await w.invoke(listResources, keeper, { offset: 5, limit: 4 });
    expect(part.items.map((item) => item.id)).toEqual(all.slice(5, 9));
    expect(part.total).toBe(all.length);
    const beyond = await w.invoke(listResources, keeper, { offset: 5000 });
    expect(beyond).toMatchObject({ items: [], nextCursor: null, total: all.length });
  });

  it('refuses a cursor that is not its own, and never fails on one', async () => {
    const { nextCursor } = await w.invoke(listResources, keeper, { limit: 2 });
    const page = await w.invoke(listResources, keeper, { limit: 2, cursor: nextCursor ?? '' });
    expect(page.items).toHaveLength(2);
    const forged = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const id = '01990000-0000-7000-8000-000000000001';
    const wrong: [string, Record<string, unknown>][] = [
      ['another order', { sort: '-name', cursor: nextCursor }],
      ['no cursor', { cursor: 'x' }],
      ['no id', { cursor: forged(['name', 'a', '------------------------------------']) }],
      ['no number', { sort: 'number', cursor: forged(['number', 'x', id]) }],
      ['too large a number', { sort: 'number', cursor: forged(['number', '99999999999', id]) }],
      ['no time', { sort: 'updatedAt', cursor: forged(['updatedAt', 'yesterday or so', id]) }],
      ['a NUL', { cursor: forged(['name', 'a\0b', id]) }],
      ['not a text', { cursor: forged(['name', { a: 1 }, id]) }],
    ];
    for (const [what, ask] of wrong)
      await expect(w.invoke(listResources, keeper, ask as never), what).rejects.toMatchObject({
        code: 'input-invalid',
      });
    await expect(w.invoke(listResources, keeper, { number: 99_999_999_999 })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 80 }), async (cursor) => {
        await w
          .invoke(listResources, keeper, { cursor })
          .catch((error: unknown) => expect(error).toMatchObject({ code: 'input-invalid' }));
      }),
      { numRuns: 50 },
    );
  });

  it('finds text anywhere in any case, and takes % _ \\ and quotes as they stand [G-7]', async () => {
    const find = async (search: string): Promise<string[]> =>
      (await w.invoke(listResources, keeper, { search })).items.map((item) => item.name);
    expect(await find('BETA')).toEqual(['Beta', 'beta2']);
    expect(await find('a%b')).toEqual(['a%b']);
    expect(await find('a_b')).toEqual(['a_b']);
    expect(await find('a\\b')).toEqual(['a\\b']);
    expect(await find("O'B")).toEqual(["o'brien"]);
    expect(await find('ÜNÏ')).toEqual(['ünïcode']);
    expect(await find('İST')).toEqual(['İstanbul']);
    expect(await find('ΣΊΣΥΦΟΣ-2')).toEqual(['ΣΊΣΥΦΟΣ-2']);
    expect(await find('%')).toEqual(['a%b']);
    expect(await find("' or 1=1 --")).toEqual([]);
    expect((await find('h4.example')).length).toBe(1);
    expect((await w.invoke(listResources, keeper, { name: 'BETA' })).items.map((item) => item.name)).toEqual(['Beta']);
    expect((await w.invoke(listResources, keeper, { name: 'bet' })).items).toEqual([]);
    expect((await w.invoke(listResources, keeper, { type: 'Mac' })).items.every((item) => item.type === 'Mac')).toBe(
      true,
    );
  });
});
