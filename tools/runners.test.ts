import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeMachine, faultsOf, merge, table } from './lib/bench-rows.mjs';
import { pinnedNode, root } from './lib/install.mjs';
import { sortByNeeds } from './lib/peers.mjs';
import { pureServerTests } from './lib/pure-tests.mjs';
import { count, longest } from './lib/rings.mjs';
import { runProgram, runSteps } from './lib/steps.mjs';

const homes: string[] = [];
afterAll(() => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

function home(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'runners-'));
  homes.push(directory);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

describe('steps', () => {
  it('say one line each, show the output of what failed only, and keep their order', async () => {
    const lines: string[] = [];
    const steps = [
      { name: 'good', run: async () => ({ ok: true, output: 'quiet' }) },
      { name: 'bad', run: async () => ({ ok: false, output: 'loud' }) },
      { name: 'broken', run: () => Promise.reject(new Error('fell over')) },
    ];
    const outcomes = await runSteps(steps, { say: (line) => lines.push(line) });
    expect(outcomes.map(({ name, ok }) => [name, ok])).toEqual([
      ['good', true],
      ['bad', false],
      ['broken', false],
    ]);
    const said = lines.join('\n');
    expect(said).toMatch(/^ok {3}good/m);
    expect(said).toMatch(/^FAIL bad/m);
    expect(said).toContain('loud');
    expect(said).toContain('fell over');
    expect(said).not.toContain('quiet');
  });

  it('run no more side by side than they may', async () => {
    let running = 0;
    let most = 0;
    const run = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { ok: true, output: '' };
    };
    const steps = Array.from({ length: 6 }, (_, i) => ({ name: String(i), run }));
    await runSteps(steps, { width: 2, say: () => {} });
    expect(most).toBe(2);
  });

  it('give programs the pinned Node.js and their exit status back', async () => {
    const script = 'process.stdout.write(process.version); process.stderr.write(" and more"); process.exit(3)';
    expect(await runProgram('node', ['-e', script])).toEqual({
      code: 3,
      output: expect.stringMatching(/^v24\..* and more$/),
    });
    const killed = await runProgram(pinnedNode(), ['-e', 'process.kill(process.pid, "SIGKILL")']);
    expect(killed).toEqual({ code: 1, output: expect.stringContaining('SIGKILL') });
  });
});

describe('counting a ring', () => {
  const test = (status: string) => ({ fullName: status, status });

  it('adds up passed, failed and skipped', () => {
    const results = [
      { name: 'a', status: 'failed', assertionResults: [test('passed'), test('failed'), test('pending')] },
      { name: 'b', status: 'passed', assertionResults: [test('passed'), test('todo')] },
    ];
    expect(count(results, 1)).toMatchObject({ ok: false, tests: { passed: 2, failed: 1, skipped: 2 } });
    expect(count(results.slice(1), 0)).toMatchObject({ ok: true, tests: { passed: 1, failed: 0, skipped: 1 } });
  });

  it('counts a file that cannot be loaded and a run that failed by itself as failures', () => {
    expect(count([{ name: 'a', status: 'failed', assertionResults: [] }], 1).tests.failed).toBe(1);
    const afterAllBroke = [{ name: 'a', status: 'failed', assertionResults: [test('passed')] }];
    expect(count(afterAllBroke, 1).tests).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(count([{ name: 'a', status: 'passed', assertionResults: [test('passed')] }], 1).tests.failed).toBe(1);
    expect(count([], 1).tests.failed).toBe(1);
  });
});

describe('the order of a ring', () => {
  it('is told by names of files that are there', () => {
    expect(longest.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });
});

describe('sorting suites', () => {
  it('leaves out what needs something that is not here, and says what', () => {
    const directory = home({
      'test/a.real.test.ts': '// needs: root openssh-server\n',
      'test/b.real.test.ts': '// needs: chromium\n',
      'packages/x/src/c.real.test.ts': 'export {};',
      'test/d.whole.test.ts': '',
    });
    const { files, leftOut } = sortByNeeds(/\.real\.test\.ts$/, new Set(['root', 'sudo']), directory);
    expect(files).toEqual(['packages/x/src/c.real.test.ts', 'test/b.real.test.ts']);
    expect(leftOut).toEqual([{ file: 'test/a.real.test.ts', lacks: ['root'] }]);
  });

  it('tells pure tests of the server from those that reach out', () => {
    const directory = home({
      'apps/server/src/a/policy.test.ts': "import { x } from './policy.ts';",
      'apps/server/src/a/reveal.test.ts': "import { world } from '../../test/world.ts';",
      'apps/server/src/platform/pg.test.ts': "import { startEmbedded } from './postgres.ts';",
      'apps/server/src/platform/tls.test.ts': "import { connect } from 'node:tls';",
      'apps/server/src/a/x.real.test.ts': '',
    });
    expect(pureServerTests(directory)).toEqual(['apps/server/src/a/policy.test.ts']);
  });
});

describe('rows of a benchmark', () => {
  const row = { name: 'b', what: 'w', value: 12.3456, unit: 'ms', against: 'x', ratio: 2, target: '>= 1', ok: true };

  it('are refused when something is missing or not a figure', () => {
    expect(faultsOf([row])).toEqual([]);
    expect(faultsOf([])).toEqual(['it returned no rows']);
    expect(faultsOf(undefined)).toEqual(['it returned no rows']);
    expect(faultsOf([{ ...row, value: Number.NaN, ok: 1 }])).toEqual([
      'row 0: ok is not a boolean',
      'row 0: value is not a finite number',
    ]);
  });

  it('replace the earlier rows of the same name and leave the others', () => {
    const old = [
      { name: 'b', value: 1 },
      { name: 'b', value: 2 },
      { name: 'a', value: 3 },
    ];
    expect(merge(old, [{ name: 'b', value: 4 }])).toEqual([
      { name: 'a', value: 3 },
      { name: 'b', value: 4 },
    ]);
  });

  it('are shown with the missed ones marked, beside what they ran on', () => {
    const text = table([row, { ...row, name: 'c', ok: false }]);
    expect(text).toMatch(/^ok +b +w +12\.3 ms +x +2 +>= 1$/m);
    expect(text).toMatch(/^FAIL +c/m);
    expect(describeMachine('24.0.0')).toMatch(/^\d+ x .+, \d+ GB, Linux .+, Node\.js 24\.0\.0$/);
  });
});
