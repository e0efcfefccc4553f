import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { linesOfTrail, testTrail } from './testing/trail.ts';
import { drawFrom, mutant, mutations, type Mutant, type Original } from './testing/mutations.ts';
import { verifyExport } from '../verify.mjs';

/** What a verifier said: null for intact, else where. */
type Found = { readonly problem: string | null; readonly bad: readonly [number, number] | null };

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

async function byNode({ bytes, kept }: Pick<Mutant, 'bytes' | 'kept'>): Promise<Found> {
  const verdict = await verifyExport([bytes], key, kept);
  if (verdict.intact) return { problem: null, bad: null };
  const { problem, first, last } = verdict;
  return { problem, bad: first === undefined || last === undefined ? null : [first, last] };
}

/** All cases through one Python process. */
async function byPython(cases: readonly Pick<Mutant, 'bytes' | 'kept'>[]): Promise<Found[]> {
  const child = spawn('python3', ['-B', fileURLToPath(new URL('testing/batch.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => output.push(piece));
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  child.stdin.write(`${JSON.stringify(key)}\n`);
  for (const { bytes, kept } of cases)
    child.stdin.write(`${JSON.stringify({ export: bytes.toString('base64'), kept })}\n`);
  child.stdin.end();
  expect(await ended).toBe(0);
  return Buffer.concat(output)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Found);
}

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
      for (const made of mutants) node.push(await byNode(made));
      expect(unseen(node)).toEqual([]);
      expect(unseen(await byPython(mutants))).toEqual([]);
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
    ];
    const wanted = cases.map(() => null);
    expect((await Promise.all(cases.map(byNode))).map(({ problem }) => problem)).toEqual(wanted);
    expect((await byPython(cases)).map(({ problem }) => problem)).toEqual(wanted);
  });
});
