/** The order of test files in a ring: the longest first, so that the workers end together. */
import { BaseSequencer } from 'vitest/node';

/**
 * The files that take longest, longest first: what a file costs shows neither in its size nor, in a fresh checkout, in
 * the results of earlier runs. `node_modules/.cache/strongroom/<ring>-last.json` has the durations of the last run.
 */
export const longest = [
  'test/console/pages.whole.test.ts',
  'test/console/pages-phone.whole.test.ts',
  'test/rotation/runs.whole.test.ts',
  'test/crash/database.whole.test.ts',
  'test/rotation/fleet.whole.test.ts',
  'test/console/checkout.whole.test.ts',
  'test/start/trail.whole.test.ts',
  'test/crash/rotation.whole.test.ts',
  'test/start/doctor.whole.test.ts',
  'test/console/resets.whole.test.ts',
  'test/start/first-run.whole.test.ts',
  'test/crash/tasks.whole.test.ts',
  'test/start/refusals.whole.test.ts',
  'apps/server/src/doors/refusals.test.ts',
  'apps/server/src/share/agreement.test.ts',
  'apps/server/src/doors/ids.test.ts',
];

/** Vitest's own order, with the longest files before all others. */
export class LongestFirst extends BaseSequencer {
  async sort(files) {
    const rank = ({ moduleId }) => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at < 0 ? longest.length : at;
    };
    const sorted = await super.sort(files);
    // Array.prototype.sort keeps the order of what ranks the same.
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
