import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UnusableInput, verifyExport } from '../../verify.mjs';

/** An export, the key file's text and what witnesses kept. */
export interface Case {
  readonly bytes: Buffer;
  readonly key: string;
  readonly kept: readonly string[];
}

/** What a verifier said: no problem, a problem and maybe where (first and last event), or that the inputs are `unusable`. */
export interface Found {
  readonly problem: string | null;
  readonly bad: readonly [number, number] | null;
}

/** The verdict of verify.mjs. */
export async function byNode({ bytes, key, kept }: Case): Promise<Found> {
  try {
    const verdict = await verifyExport([bytes], key, kept);
    if (verdict.intact) return { problem: null, bad: null };
    const { problem, first, last } = verdict;
    return { problem, bad: first === undefined || last === undefined ? null : [first, last] };
  } catch (error) {
    if (error instanceof UnusableInput) return { problem: 'unusable', bad: null };
    throw error;
  }
}

/** The verdicts of verify.py, all from one process. Throws when that process fails. */
export async function byPython(cases: readonly Case[]): Promise<Found[]> {
  const batch = fileURLToPath(new URL('batch.py', import.meta.url));
  const child = spawn('python3', ['-B', batch], { stdio: ['pipe', 'pipe', 'inherit'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => output.push(piece));
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  for (const { bytes, key, kept } of cases) {
    child.stdin.write(`${JSON.stringify({ export: bytes.toString('base64'), key, kept })}\n`);
  }
  child.stdin.end();
  const code = await ended;
  const lines = Buffer.concat(output).toString().split('\n').slice(0, -1);
  if (code !== 0 || lines.length !== cases.length)
    throw new Error(`verify.py gave ${lines.length} verdicts and code ${code}`);
  return lines.map((line) => JSON.parse(line) as Found);
}
