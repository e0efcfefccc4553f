import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tools/lib/longest-first.mjs';
import { pureServerTests } from './tools/lib/pure-tests.mjs';

/**
 * The rings of tests, each a project of its own: `npx vitest run --project unit`.
 *
 * unit    packages, tools, drivers on simulators and the server's pure tests: no database, milliseconds
 * server  the server's other modules on one throw-away PostgreSQL, a fresh database per file
 * web     the console's pure functions
 * real    against real daemons; files end in .real.test.ts
 * whole   the product started as its users start it; files end in .whole.test.ts
 */
const never = ['**/node_modules/**', '**/dist/**', '**/fixtures/**'];
const rings = [...never, '**/*.real.test.ts', '**/*.whole.test.ts'];
const pure = pureServerTests(import.meta.dirname);
/**
 * False: the files of a ring run one after the other in a worker that stays, and load what they import once. A process for
 * each file, with all its imports, took longer than the tests. A test puts back what it changes of the process.
 */
const shared = false;

export default defineConfig({
  test: {
    // Two workers: the machine a change is checked on has two cores, and more of them only wait for one another.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'tools/**/*.test.ts', 'test/drivers/**/*.test.ts', ...pure],
          exclude: rings,
          isolate: shared,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'server',
          include: ['apps/server/src/**/*.test.ts'],
          exclude: [...rings, ...pure],
          isolate: shared,
          globalSetup: ['apps/server/test/global-database.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'web',
          include: ['apps/web/src/**/*.test.ts', 'apps/web/src/**/*.test.tsx'],
          exclude: rings,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['{apps,packages,test}/**/*.real.test.ts'],
          exclude: never,
          globalSetup: ['apps/server/test/global-database.ts', 'test/lib/warm.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'whole',
          include: ['{test,e2e}/**/*.whole.test.ts'],
          exclude: never,
          globalSetup: ['test/lib/warm.ts'],
          // A page that others keep waiting is no fault of the page: as long as a browser's own steps may take.
          expect: { poll: { timeout: 30_000 } },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
