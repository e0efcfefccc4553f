/** The order of test files in a ring: the longest first, so that the workers end together. */
import { BaseSequencer } from 'vitest/node';
import { longest } from './rings.mjs';

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
