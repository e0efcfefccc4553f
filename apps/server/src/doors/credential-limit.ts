import { readSettings, type KnownCredential } from '../identity/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { createRateLimit, forUsers } from './rate-limit.ts';

/** How long what an organisation allows is remembered: as long as a token's allowance is. */
const rememberMs = 5000;
const mostRemembered = 10_000;

/**
 * Counts the calls that are made with a key or a certificate, over all its connections, by the setting that holds tokens: so many a minute, each credential by itself.
 * What it returns throws `too-many-requests`, which says in words how long to wait, because these doors have no header for it.
 */
export function createCredentialLimit(
  database: Database,
): (known: Pick<KnownCredential, 'id' | 'organisationId'>) => Promise<void> {
  const limit = createRateLimit();
  const allowed = new Map<string, { readonly perMinute: Promise<number>; readonly until: number }>();
  const perMinuteOf = (organisationId: string): Promise<number> => {
    const known = allowed.get(organisationId);
    if (known && known.until > Date.now()) return known.perMinute;
    if (allowed.size >= mostRemembered) allowed.clear();
    const perMinute = database
      .asOrganisation(organisationId, readSettings)
      .then((settings) => settings.tokenRequestsPerMinute);
    allowed.set(organisationId, { perMinute, until: Date.now() + rememberMs });
    // What could not be read is read again by the next who asks.
    perMinute.catch(() => allowed.delete(organisationId));
    return perMinute;
  };
  return async ({ id, organisationId }) => {
    const perMinute = await perMinuteOf(organisationId);
    try {
      limit(id, perMinute > 0 ? { burst: perMinute, perSecond: perMinute / 60 } : forUsers);
    } catch (error) {
      if (!(error instanceof Problem) || error.retryAfter === undefined) throw error;
      const { code, retryAfter } = error;
      const seconds = `${retryAfter} second${retryAfter === 1 ? '' : 's'}`;
      throw new Problem(code, { retryAfter, detail: `The next is taken in ${seconds}.` });
    }
  };
}
