import { idOf } from '../platform/postgres-files.ts';
import type { RunAs } from './place.ts';

/** Who is tried when no user is named. `postgres` is not: the database of the product may run as that. */
const usual = ['strongroom-listeners', 'nobody'];

/**
 * As whom listeners run. A server that runs as root gives them another user: the one that is named, or the first of the usual ones. Root runs
 * them only when it is named. A server of another user cannot change users, and runs them as itself.
 */
export function runAs(name: string | undefined): RunAs {
  const own = process.getuid?.();
  if (own !== 0) {
    if (name === undefined || idOf('-u', name) === own) return { is: 'self' };
    return {
      is: 'nobody',
      why: `Listeners shall run as ${name}, and only a server that runs as root can become another user (STRONGROOM_LISTENER_OS_USER).`,
    };
  }
  if (name === 'root') return { is: 'self' };
  for (const candidate of name === undefined ? usual : [name]) {
    const uid = idOf('-u', candidate);
    const gid = idOf('-g', candidate);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { is: 'user', uid, gid };
  }
  return {
    is: 'nobody',
    why: `The server runs as root, and ${name === undefined ? `there is no user ${usual.join(' or ')}` : `${name} is no user, or is root by another name`}. Name one with STRONGROOM_LISTENER_OS_USER.`,
  };
}
