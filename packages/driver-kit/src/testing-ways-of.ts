import { Unreachable, Untrusted } from './target.ts';
import type { Target, Ways } from './ways.ts';

const names = [
  'shell',
  'terminal',
  'sql',
  'redis',
  'mongo',
  'directory',
  'web',
  'windows',
] as const satisfies readonly (keyof Ways)[];

/** Ways that all fail with this. */
const failing = (fault: () => Error): Ways => {
  const fail = () => Promise.reject(fault());
  return Object.fromEntries(names.map((name) => [name, fail])) as { [N in keyof Ways]: () => Promise<never> };
};

/** A target in memory that is spoken to in these ways and in no other. */
export function targetOf<S>(settings: S, ways: Partial<Ways>): Target<S> {
  return { settings, host: 'target.test', ...failing(() => new Error('not spoken to that way')), ...ways };
}

/** A target that cannot be reached. */
export function unreachableTarget<S>(settings: S): Target<S> {
  return targetOf(
    settings,
    failing(() => new Unreachable('no route')),
  );
}

/** A target whose host key is not the pinned one. */
export function untrustedTarget<S>(settings: S): Target<S> {
  const key = { algorithm: 'ssh-ed25519', fingerprint: 'SHA256:x', publicKey: 'AAAA' };
  return targetOf(
    settings,
    failing(() => new Untrusted(key)),
  );
}
