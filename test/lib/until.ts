import { vi } from 'vitest';
import type { Caller } from './client.ts';
import type { Attempt } from './rotating.ts';

/** Reads an attempt until `done` holds for it. Throws with its last state after `seconds`. */
export async function until(
  api: Caller,
  accountId: string,
  attemptId: string,
  done: (attempt: Attempt) => boolean,
  seconds = 60,
): Promise<Attempt> {
  return vi.waitFor(
    async () => {
      const attempt = await api.call<Attempt>('GET', `/accounts/${accountId}/attempts/${attemptId}`);
      if (!done(attempt)) throw new Error(`still ${attempt.state}: ${attempt.why ?? ''}`);
      return attempt;
    },
    // Twenty may be asked about at once, and each question costs the server some milliseconds.
    { timeout: seconds * 1000, interval: 250 },
  );
}
