import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deadCode } from './lib/dead-exports.mjs';

function found(files: Record<string, string>): string[] {
  const home = mkdtempSync(join(tmpdir(), 'dead-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), text);
    }
    return deadCode(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const main = 'apps/server/src/main.ts';

describe('dead code', () => {
  it('is an export that no other file uses, even when its own file does', () => {
    const files = {
      [main]: "import { a } from './a.ts'; a();",
      'apps/server/src/a.ts':
        'export const a = () => b;\nexport const b = 1;\nexport function c() {}\nexport class D {}',
    };
    expect(found(files)).toEqual([
      'apps/server/src/a.ts:2: b is exported, but no other file uses it',
      'apps/server/src/a.ts:3: c is exported, but no other file uses it',
      'apps/server/src/a.ts:4: D is exported, but no other file uses it',
    ]);
  });

  it('is a file that nothing leads to, and what only such a file leads to', () => {
    const files = {
      [main]: 'export {};',
      'apps/server/src/lost.ts': "import { far } from './far.ts'; far();",
      'apps/server/src/far.ts': 'export const far = 1;',
    };
    expect(found(files)).toEqual([
      'apps/server/src/far.ts: nothing leads to this file',
      'apps/server/src/lost.ts: nothing leads to this file',
    ]);
  });

  it('is a re-export that nobody takes up, and what stands behind it', () => {
    const files = {
      [main]: "import { one } from './m/index.ts'; one();",
      'apps/server/src/m/index.ts': "export { one, two as three } from './parts.ts';\nexport * from './more.ts';",
      'apps/server/src/m/parts.ts': 'export const one = 1;\nexport const two = 2;',
      'apps/server/src/m/more.ts': 'export const four = 4;',
    };
    expect(found(files)).toEqual([
      'apps/server/src/m/index.ts:1: three is exported, but no other file uses it',
      'apps/server/src/m/more.ts:1: four is exported, but no other file uses it',
      'apps/server/src/m/parts.ts:2: two is exported, but no other file uses it',
    ]);
  });

  it('is not what a test, a namespace, a dynamic import, a worker path or a package door leads to', () => {
    const files = {
      [main]:
        "import * as all from './all.ts'; void import('./late.ts'); new URL('./worker.ts', import.meta.url); all;",
      'apps/server/src/all.ts': "export const a = 1;\nexport * from './star.ts';",
      'apps/server/src/star.ts': 'export const s = 1;',
      'apps/server/src/late.ts': 'export default 1;\nexport const b = 1;',
      'apps/server/src/worker.ts': "import { w } from './w.ts'; w();",
      'apps/server/src/w.ts': 'export const w = 1;\n/** For scripts. @public */\nexport const x = 2;',
      'apps/server/src/t.test.ts': "import type { T } from './t.ts'; import t from './t.ts'; t;",
      'apps/server/src/t.ts': 'export interface T { u: U }\nexport type U = 1;\nconst t = 1;\nexport default t;',
      'packages/kit/package.json': '{"name":"@strongroom/kit","exports":{".":"./src/index.ts","./x":"./src/x.ts"}}',
      'packages/kit/src/index.ts': "export * from './y.ts';",
      'packages/kit/src/x.ts': 'export const x = 1;',
      'packages/kit/src/y.ts': 'export const y = 1;',
    };
    expect(found(files)).toEqual([]);
  });

  it('is a type that not even its own file speaks of', () => {
    const files = {
      [main]: "import './a.ts';",
      'apps/server/src/a.ts':
        'export interface Lost { a: 1 }\nexport interface Kept { a: 1 }\nconst x: Kept = { a: 1 }; x;',
    };
    expect(found(files)).toEqual(['apps/server/src/a.ts:1: Lost is exported, but no other file uses it']);
  });
});
