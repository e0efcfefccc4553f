import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
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
  '@typescript-eslint/no-floating-promises': { yes: ['apps/server/src/main.ts', 'apps/web/src/main.tsx'], no: [] },
};

describe('eslint.config.mjs', () => {
  for (const [rule, { yes, no }] of Object.entries(places)) {
    it(`holds ${rule} where it belongs and nowhere else`, async () => {
      for (const file of yes) expect(await holds(rule, file), file).toBe(true);
      for (const file of no) expect(await holds(rule, file), file).toBe(false);
    });
  }
});
