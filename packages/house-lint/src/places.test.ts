import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const eslint = new ESLint({ cwd: root });

async function holds(rule: string, file: string): Promise<boolean> {
  const config: unknown = await eslint.calculateConfigForFile(`${root}${file}`);
  const rules = (config as { rules?: Record<string, [number, ...unknown[]]> }).rules ?? {};
  return (rules[rule]?.[0] ?? 0) === 2;
}

const places: Record<string, { yes: string[]; no: string[] }> = {
  'house/env-in-config-only': {
    yes: ['apps/server/src/main.ts', 'apps/server/src/platform/tls.ts', 'packages/drivers/src/linux-ssh.ts'],
    no: ['apps/server/src/platform/config.ts', 'apps/server/src/main.test.ts', 'apps/server/test/database.ts'],
  },
  'house/expose-at-the-edge': {
    yes: [
      'apps/server/src/passwords/reveal.ts',
      'apps/server/src/rotation/rotation.ts',
      'apps/server/src/audit/read.ts',
    ],
    no: [
      'apps/server/src/passwords/account.endpoints.ts',
      'apps/server/src/doors/rest.ts',
      'apps/server/src/vault/seal.ts',
      'apps/server/src/identity/password-hash.ts',
      'apps/server/src/rotation/worker.ts',
      'packages/drivers/src/linux-ssh.ts',
      'packages/reach/src/ssh.ts',
    ],
  },
  'house/no-raw-sql': { yes: ['apps/server/src/audit/read.ts'], no: ['apps/server/src/platform/db.ts'] },
  'house/no-licence-gates': {
    yes: ['apps/server/src/main.ts', 'apps/web/src/main.tsx', 'apps/server/src/main.test.ts', 'bench/start.bench.ts'],
    no: [],
  },
  'house/no-forging-casts': { yes: ['apps/server/src/main.ts', 'apps/server/src/main.test.ts'], no: [] },
  'house/no-shell': { yes: ['apps/server/src/main.ts', 'apps/server/src/main.test.ts', 'tools/check.mjs'], no: [] },
  'house/no-math-random': { yes: ['apps/server/src/main.ts', 'apps/web/src/lib/id.ts'], no: [] },
  'house/constant-log-messages': { yes: ['apps/server/src/doors/rest.ts', 'packages/reach/src/ssh.ts'], no: [] },
  'house/no-network-in-perform': { yes: ['apps/server/src/rotation/worker.ts'], no: [] },
  'house/no-sleep-in-tests': {
    yes: ['apps/server/src/main.test.ts', 'test/start.whole.test.ts', 'packages/drivers/src/ssh.real.test.ts'],
    no: ['apps/server/src/main.ts'],
  },
};

describe('eslint.config.mjs', () => {
  for (const [rule, { yes, no }] of Object.entries(places)) {
    it(`holds ${rule} where it belongs and nowhere else`, async () => {
      for (const file of yes) expect(await holds(rule, file), file).toBe(true);
      for (const file of no) expect(await holds(rule, file), file).toBe(false);
    });
  }
});

/** One line for each rule that asks for types, which breaks it. */
const broken = `const later = async (): Promise<number> => 1;
export async function probe(kind: 'a' | 'b'): Promise<number> {
  later();
  if (later()) return 2;
  await 3;
  switch (kind) { case 'a': return 1; }
  throw 'text';
}
`;

describe('.oxlintrc.json', () => {
  it('finds what only types tell, line by line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sr-lint-'));
    try {
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, types: [] } }));
      writeFileSync(join(folder, 'broken.ts'), broken);
      const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');
      const args = [oxlint, '-c', join(root, '.oxlintrc.json'), '-f', 'unix', 'broken.ts'];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder }).catch(
        (failed: { stdout: string }) => failed,
      );
      const found = [...stdout.matchAll(/^broken\.ts:(\d+):.*\(([\w-]+)\)\]$/gm)].map(
        ([, line, rule]) => `${line} ${rule}`,
      );
      expect(found.sort()).toEqual([
        '3 no-floating-promises',
        '4 no-misused-promises',
        '5 await-thenable',
        '6 switch-exhaustiveness-check',
        '7 only-throw-error',
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  it('holds everywhere but in what is built or broken on purpose', () => {
    const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as Record<string, unknown>;
    expect(config['overrides']).toBeUndefined();
    expect(config['ignorePatterns']).toEqual(['**/dist/**', '**/fixtures/**', '**/*.generated.ts']);
  });
});
