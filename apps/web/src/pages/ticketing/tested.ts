import type { testTicketing } from '@strongroom/contract';
import type { z } from 'zod';

/** What the test of a ticket replied. */
export type Tested = z.output<typeof testTicketing.reply>;

/** What becomes of a use with that ticket, as far as a test can tell: the use itself is not compared. */
export function verdictOf(tested: Tested): 'passes' | 'refused' | 'unchecked' {
  if (tested.is === 'failed') return 'unchecked';
  // What cannot be told is refused as well.
  return tested.is === 'open' && tested.why === null && tested.conditionsHold === true ? 'passes' : 'refused';
}
