import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cruiseImports } from './lib/import-rules.mjs';

const home = mkdtempSync(join(tmpdir(), 'import-rules-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, text: string): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Each planted fault and the exact line it must give. */
const planted: readonly [file: string, text: string, line: string][] = [
  ['vault/up.ts', "import '../doors/index.ts';", 'vault-looks-down-only: {} → apps/server/src/doors/index.ts'],
  [
    'platform/up.ts',
    "import '../authorise/index.ts';",
    'platform-looks-down-only: {} → apps/server/src/authorise/index.ts',
  ],
  ['audit/up.ts', "import '../setup/index.ts';", 'audit-looks-down-only: {} → apps/server/src/setup/index.ts'],
  [
    'rotation/up.ts',
    "import type {} from '../audit/index.ts';",
    'rotation-looks-down-only: {} → apps/server/src/audit/index.ts',
  ],
  ['identity/up.ts', "import '../main.ts';", 'identity-looks-down-only: {} → apps/server/src/main.ts'],
  ['gadgets/new.ts', "import '../platform/db.ts';", 'every-module-has-its-place: {} → apps/server/src/platform/db.ts'],
  ['doors/side.ts', "import '../vault/seal.ts';", 'through-the-front-door: {} → apps/server/src/vault/seal.ts'],
  [
    'rotation/forge.ts',
    "import '../authorise/grant.ts';",
    'only-perform-makes-grants: {} → apps/server/src/authorise/grant.ts',
  ],
  ['passwords/cipher.ts', "import 'node:crypto';", 'only-vault-touches-ciphers: {} → crypto'],
  [
    'resource/hash.ts',
    "import '@node-rs/argon2';",
    'only-vault-touches-ciphers: {} → node_modules/@node-rs/argon2/index.js',
  ],
  ['platform/config.ts', "import 'node:crypto';", 'only-vault-touches-ciphers: {} → crypto'],
  ['audit/db.ts', "import 'pg';", 'only-platform-touches-pg: {} → node_modules/pg/index.js'],
  [
    'rotation/run.ts',
    "import '@strongroom/drivers';",
    'only-the-worker-runs-drivers: {} → packages/drivers/src/index.ts',
  ],
  [
    'passwords/dial.ts',
    "import '@strongroom/reach';",
    'only-the-worker-runs-drivers: {} → packages/reach/src/index.ts',
  ],
  ['setup/leaf.ts', "import './setup.test.ts';", 'tests-are-leaves: {} → apps/server/src/setup/setup.test.ts'],
  ['setup/world.ts', "import '../../test/world.ts';", 'tests-are-leaves: {} → apps/server/test/world.ts'],
  ['doors/npm.ts', "import 'left-pad';", 'declared-packages-only: {} → node_modules/left-pad/index.js'],
  ['doors/gone.ts', "import './nowhere.ts';", 'resolvable: {} → ./nowhere.ts'],
  ['doors/alone.ts', 'export {};', 'no-orphans: {} → {}'],
  [
    'packages/drivers/src/far.ts',
    "import '@strongroom/reach';",
    'drivers-know-only-the-kit: {} → packages/reach/src/index.ts',
  ],
  ['packages/drivers/src/dial.ts', "import 'node:net';", 'drivers-never-dial: {} → net'],
  [
    'packages/contract/src/far.ts',
    "import '@strongroom/driver-kit';",
    'contract-knows-nobody: {} → packages/driver-kit/src/index.ts',
  ],
  [
    'packages/reach/src/far.ts',
    "import '@strongroom/contract';",
    'declared-packages-only-reach: {} → packages/contract/src/index.ts',
  ],
  ['packages/audit-proof/src/far.ts', "import 'pg';", 'audit-proof-stands-alone: {} → node_modules/pg/index.js'],
  [
    'apps/web/src/far.ts',
    "import '../../server/src/platform/db.ts';",
    'clients-know-only-the-contract: {} → apps/server/src/platform/db.ts',
  ],
];
const pathOf = (file: string): string => (/^(apps|packages)\//.test(file) ? file : `apps/server/src/${file}`);

describe('the import rules', () => {
  let violations: string[] = [];

  beforeAll(async () => {
    write(
      'tsconfig.json',
      JSON.stringify({ compilerOptions: { module: 'NodeNext', allowImportingTsExtensions: true } }),
    );
    write('package.json', '{"name":"planted","type":"module","devDependencies":{"left-pad":"1"}}');
    write('apps/server/package.json', '{"name":"s","type":"module","dependencies":{"pg":"1","@node-rs/argon2":"1"}}');
    for (const name of ['pg', 'left-pad', '@node-rs/argon2']) {
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
      write(`node_modules/${name}/index.js`, '');
    }
    for (const name of ['contract', 'driver-kit', 'drivers', 'reach']) {
      const link = {
        name: `@strongroom/${name}`,
        version: '1.0.0',
        type: 'module',
        exports: { '.': './src/index.ts' },
      };
      write(`packages/${name}/package.json`, JSON.stringify(link));
      write(`packages/${name}/src/index.ts`, 'export const here = 1;');
      mkdirSync(join(home, 'node_modules/@strongroom'), { recursive: true });
      symlinkSync(join(home, 'packages', name), join(home, 'node_modules/@strongroom', name));
    }
    write('apps/server/test/world.ts', "import '../src/platform/db.ts';");
    write('apps/server/src/setup/setup.test.ts', "import './index.ts';");
    write('apps/server/src/main.ts', "import './platform/db.ts';");
    write('apps/server/src/platform/db.ts', "import 'pg';");
    write('apps/server/src/platform/random.ts', "import 'node:crypto';");
    write('apps/server/src/vault/seal.ts', "import 'node:crypto';");
    write('apps/server/src/authorise/grant.ts', "import '../platform/db.ts';");
    write('apps/server/src/rotation/outpost-process.ts', "import '@strongroom/drivers'; import '@strongroom/reach';");
    write('apps/server/src/doors/one.ts', "import './two.ts';");
    write('apps/server/src/doors/two.ts', "import './one.ts';");
    for (const folder of ['authorise', 'vault', 'identity', 'rotation', 'audit', 'setup', 'doors']) {
      write(`apps/server/src/${folder}/index.ts`, "import '../platform/db.ts';");
    }
    for (const [file, text] of planted) write(pathOf(file), text);
    violations = (await cruiseImports(home)).violations;
  }, 60_000);

  for (const [file, text, line] of planted) {
    it(`refuse ${text} in ${file}`, () => {
      expect(violations).toContain(line.replaceAll('{}', pathOf(file)));
    });
  }

  it('refuse a cycle', () => {
    expect(violations.filter((line) => line.startsWith('no-cycles: apps/server/src/doors/'))).toHaveLength(1);
  });

  it('leave what is allowed alone', () => {
    const allowed = ['rotation/outpost-process.ts', 'platform/random.ts', 'vault/seal.ts', 'platform/db.ts', 'main.ts'];
    for (const file of allowed) {
      expect(violations.filter((line) => line.includes(`: apps/server/src/${file} →`))).toEqual([]);
    }
  });

  it('fail when nothing was read', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'import-rules-'));
    try {
      mkdirSync(join(empty, 'apps'));
      writeFileSync(join(empty, 'tsconfig.json'), '{}');
      writeFileSync(join(empty, 'elsewhere.ts'), 'export {};');
      const result = await cruiseImports(empty);
      expect(result.violations).toEqual(['everything-is-seen: dependency-cruiser read no module of apps or packages']);
    } finally {
      rmSync(empty, { recursive: true, force: true });
    }
  }, 60_000);
});
