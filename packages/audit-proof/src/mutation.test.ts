import { beforeAll, describe, expect, it } from 'vitest';
import { linesOfTrail, testTrail } from './testing/trail.ts';
import { drawFrom, mutant, mutations, type Mutant, type Original } from './testing/mutations.ts';
import { byNode, byPython, type Found } from './testing/verifiers.ts';

const sizes = [0, 7, 8, 19, 33, 40];
const seed = 20261126;
const rounds = 26;

let original: Original;
let key: string;
let mutants: Mutant[];

beforeAll(async () => {
  const trail = testTrail(40, sizes);
  original = { trail, lines: await linesOfTrail(trail) };
  key = `${trail.signer.verifierKey}\n`;
  const draw = drawFrom(seed);
  mutants = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of Object.keys(mutations)) {
      const made = await mutant(kind, original, draw);
      if (made !== undefined) mutants.push(made);
    }
  }
});

/** Kinds whose mutant went unseen, or was placed where it is not; empty is what is wanted. */
function unseen(found: readonly Found[]): string[] {
  return mutants.flatMap(({ kind, at }, number) => {
    const { problem, bad } = found[number] ?? { problem: null, bad: null };
    if (problem === null) return [`${kind} (${number}): not found`];
    if (at !== undefined && bad !== null && (at < bad[0] || at > bad[1]))
      return [`${kind} (${number}): is at ${at}, placed at ${bad.join('-')} (${problem})`];
    return [];
  });
}

describe('tampering', () => {
  it('makes at least a thousand different mutants, of every kind', () => {
    const different = new Set(mutants.map(({ bytes, kept }) => bytes.toString('latin1') + kept.join()));
    expect(different.size).toBeGreaterThanOrEqual(1000);
    expect(new Set(mutants.map(({ kind }) => kind))).toEqual(new Set(Object.keys(mutations)));
  });

  it(
    'is found every time by both verifiers: deletion, insertion, change, reordering, truncation [AUD-05]',
    { timeout: 60_000 },
    async () => {
      const node: Found[] = [];
      for (const made of mutants) node.push(await byNode({ ...made, key }));
      expect(unseen(node)).toEqual([]);
      expect(unseen(await byPython(mutants.map((made) => ({ ...made, key }))))).toEqual([]);
    },
  );

  it('is not seen where there is none', async () => {
    const bytes = Buffer.from(original.lines.join(''));
    const { checkpoints } = original.trail;
    const cases = [
      { bytes, kept: [] },
      ...checkpoints.map((note) => ({ bytes, kept: [note] })),
      {
        bytes,
        kept: [checkpoints.map((note) => `${JSON.stringify({ checkpoint: note })}\n`).join(''), ...checkpoints],
      },
      // A checkpoint in the middle adds nothing that the last does not say, so an export without it is whole.
      {
        bytes: Buffer.from(
          (await linesOfTrail({ ...original.trail, checkpoints: checkpoints.filter((_, at) => at !== 2) })).join(''),
        ),
        kept: [checkpoints[2] ?? ''],
      },
      // Events that no checkpoint covers yet are not exported.
      {
        bytes: Buffer.from((await linesOfTrail({ ...original.trail, checkpoints: checkpoints.slice(0, -1) })).join('')),
        kept: [],
      },
    ].map((made) => ({ ...made, key }));
    const wanted = cases.map(() => null);
    expect((await Promise.all(cases.map(byNode))).map(({ problem }) => problem)).toEqual(wanted);
    expect((await byPython(cases)).map(({ problem }) => problem)).toEqual(wanted);
  });
});
