// What the user guide shows is what its readers copy: each example is run.
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ListenerSpec } from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../platform/secret.ts';
import { trusting } from '../platform/trust.ts';
import { execute } from './execute.ts';
import { handed, scrubbed } from './hand-over.ts';
import type { Taken } from './take-up.ts';
import { madeUp } from './told.ts';

const guide = readFileSync(fileURLToPath(new URL('../../../../docs/user-guide/listeners.md', import.meta.url)), 'utf8');
const examples = [...guide.matchAll(/^```\w+ name=(\S+)(?: hand-over=(\S+))?\n(.*?)^```$/gms)].map(
  ([, name = '', handOver, text = '']) => ({ name, handOver, text }),
);
const example = (name: string): string => examples.find((one) => one.name === name)?.text ?? '';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sr-guide-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function run(spec: ListenerSpec, name: string) {
  const content = Buffer.from(example(name));
  const file = { id: 'f', name, bytes: content.length, sha256: '', sealed: Buffer.alloc(0) };
  const it: Taken = {
    ...{ runId: 'r', organisationId: 'o', listener: 'l', createdAt: new Date(), trust: trusting([]), secret: null },
    version: {
      ...{ listenerId: 'l', version: 1, name: 'l', note: '', spec, file, companion: null, hash: '', state: 'approved' },
      ...{ authorId: 'a', author: 'a', createdAt: new Date(), decidedBy: null, decidedAt: null },
      ...{ why: null, approval: null },
    },
    ...{ file: { name, content }, companion: null, test: false, told: madeUp('Linux') },
    ...{ oldPassword: new Secret(`it's "old"`), newPassword: new Secret(`it's $(new) \\`) },
  };
  const outcome = await execute(it, handed(it), { is: 'self' }, new AbortController().signal);
  return { ...outcome, output: scrubbed(outcome.output, it, false) };
}
const common = { resourceTypes: new Array<string>(), arguments: ['--now'], timeLimitSeconds: 30 };

describe('the user guide', () => {
  it('has the examples that are run here', () => {
    expect(examples.map(({ name }) => name)).toEqual(['restart.sh', 'tell.py', 'follow.ts', 'check.mjs']);
  });

  it.each(examples.filter(({ handOver }) => handOver).map(({ name, handOver }) => [name, handOver] as const))(
    'shows a script that works: %s',
    async (name, handOver) => {
      const spec: ListenerSpec = { kind: 'script', ...common, preCommand: [], handOver: handOver as 'stdin' };
      const outcome = await run(spec, name);
      expect(outcome).toMatchObject({ state: 'done', exitCode: 0 });
      expect(outcome.output).toContain('Example resource');
      expect(outcome.output).not.toContain('$(new)');
      if (name === 'tell.py')
        expect(outcome.output).toContain('has a new password of 13 characters\nown arguments: --now');
    },
  );

  it('shows a module that works', async () => {
    const outcome = await run({ kind: 'module', ...common, mayStartPrograms: false }, 'follow.ts');
    expect(outcome).toMatchObject({ state: 'done', output: 'example on Example resource: told, changed\n' });
  });

  it('shows how a signature is checked', async () => {
    const path = join(folder, 'check.mjs');
    writeFileSync(path, example('check.mjs'));
    const { isGenuine } = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as {
      isGenuine(secret: string, header: string, body: string, now?: number): boolean;
    };
    const header = (secret: string, at: number, body: string): string =>
      `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
    expect(isGenuine('s', header('s', 1000, '{}'), '{}', 1100)).toBe(true);
    expect(isGenuine('s', header('s', 1000, '{}'), '{} ', 1100)).toBe(false);
    expect(isGenuine('s', header('other', 1000, '{}'), '{}', 1100)).toBe(false);
    expect(isGenuine('s', header('s', 1000, '{}'), '{}', 1400)).toBe(false);
    expect(isGenuine('s', 'nothing', '{}')).toBe(false);
  });
});
