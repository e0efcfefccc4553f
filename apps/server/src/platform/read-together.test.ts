import fc from 'fast-check';
import { CompiledQuery, type Compilable } from 'kysely';
import { describe, expect, it } from 'vitest';
import { shared, type Transaction, type Work } from './read-together.ts';

class Undone extends Error {}
class Lost extends Error {}
const note = (text: string): Compilable => ({ compile: () => CompiledQuery.raw(text) });
const textOf = (statement: Compilable): string => statement.compile().sql;

/** How somebody's work goes: well, refused by itself, or handing over what the database will not take. */
type Way = 'well' | 'refused' | 'spoilt';
interface Asked {
  readonly organisation: 'a' | 'b';
  readonly way: Way;
  /** Turns of the event loop that the work takes. */
  readonly turns: number;
  /** Turns before the next one asks. */
  readonly pause: number;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A database of which every so many transactions are lost on the way: half of those are kept all the same, and nobody is told. */
function database(losesEvery: number) {
  const kept: string[] = [];
  const shares: { organisation: string; members: string[] }[] = [];
  let open = 0;
  let mostOpen = 0;
  let count = 0;
  const transaction: Transaction<null> = async (organisation, work) => {
    mostOpen = Math.max(mostOpen, ++open);
    const share = { organisation, members: [] as string[] };
    shares.push(share);
    const mine = ++count;
    try {
      const last: string[] = [];
      await turn();
      const result = await work(null, (statement) => {
        share.members.push(textOf(statement));
        last.push(textOf(statement));
      });
      await turn();
      const lost = mine % losesEvery === 0;
      if (last.some((text) => text.includes('spoilt'))) throw new Undone();
      if (!lost || mine % 2 === 0) kept.push(...last);
      if (lost) throw new Lost();
      return result;
    } finally {
      open--;
    }
  };
  return { kept, shares, transaction, mostOpen: () => mostOpen };
}

const asked = fc.record<Asked>({
  organisation: fc.constantFrom('a', 'b'),
  way: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Way>('well') },
    { weight: 1, arbitrary: fc.constantFrom<Way>('refused', 'spoilt') },
  ),
  turns: fc.nat(2),
  pause: fc.nat(1),
});

describe('transactions that are shared', () => {
  it('answer everybody once, keep what was handed over exactly once, and let nobody suffer for another', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(asked, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(3, 1000),
        async (all, lanes, most, losesEvery) => {
          const { kept, shares, transaction } = database(losesEvery);
          const { transaction: together } = shared(transaction, {
            lanes,
            most,
            undone: (error) => error instanceof Undone,
          });
          const answers: Promise<PromiseSettledResult<string>[]>[] = [];
          for (const [i, { organisation, way, turns, pause }] of all.entries()) {
            const work: Work<null, string> = async (_db, last) => {
              for (let n = 0; n < turns; n++) await turn();
              if (way === 'refused') throw new Error('refused');
              last(note(`${organisation} ${String(i)} ${way}`));
              return `answer ${String(i)}`;
            };
            answers.push(Promise.allSettled([together(organisation, work)]));
            for (let n = 0; n < pause; n++) await turn();
          }
          for (const [i, settled] of (await Promise.all(answers)).entries()) {
            const { organisation, way } = all[i] as Asked;
            const answer = settled[0] as PromiseSettledResult<string>;
            const times = kept.filter((text) => text === `${organisation} ${String(i)} ${way}`).length;
            if (answer.status === 'fulfilled') {
              expect(way).toBe('well');
              expect(answer.value).toBe(`answer ${String(i)}`);
              expect(times).toBe(1);
              continue;
            }
            expect(times).toBeLessThanOrEqual(way === 'well' ? 1 : 0);
            if (answer.reason instanceof Lost) continue;
            expect(way).not.toBe('well');
            expect(String(answer.reason)).toBe(way === 'refused' ? 'Error: refused' : String(new Undone()));
          }
          for (const { organisation, members } of shares) {
            expect(members.length).toBeLessThanOrEqual(most);
            expect(members.every((text) => text.startsWith(organisation))).toBe(true);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('are no more at once than there are lanes, and start at once where one is free', async () => {
    const { shares, transaction, mostOpen } = database(1000);
    const { transaction: together, waiting } = shared(transaction, { lanes: 2, most: 4, undone: () => false });
    const one = (name: string): Promise<void> =>
      together('a', (_db, last) => {
        last(note(name));
        return Promise.resolve();
      });
    const first = one('first');
    await turn();
    expect(shares).toHaveLength(1);
    const later = Array.from({ length: 20 }, (_, i) => one(`later ${String(i)}`));
    expect(waiting()).toBe(20);
    await Promise.all([first, ...later]);
    expect(waiting()).toBe(0);
    expect(mostOpen()).toBe(2);
    // Whoever came first is served first, in company of four.
    expect(shares.map(({ members }) => members.length)).toEqual([1, 4, 4, 4, 4, 4]);
    expect(shares.flatMap(({ members }) => members)).toEqual([
      'first',
      ...Array.from({ length: 20 }, (_, i) => `later ${String(i)}`),
    ]);
  });
});
