import type { HostKey, Login, Target } from '@strongroom/driver-kit';
import { reachTarget, type ReachOptions } from '@strongroom/reach';
import type { Fleet } from '../lab/fleet.ts';

/** A login with a password. */
export const by = (username: string, password: string): Login => ({
  username,
  password: { expose: () => password },
});

/** Reaches a host of a fleet; nothing pinned unless said. */
export function reaching<S>(fleet: Fleet, index: number, settings: S, more: Partial<ReachOptions<S>> = {}): Target<S> {
  const { host, port } = hostOf(fleet, index);
  return reachTarget({ host, port, settings, pinned: [], onHostKey: () => undefined, timeoutMs: 20_000, ...more });
}

/** The key a host shows at a first contact. */
export async function keyOf(fleet: Fleet, index: number): Promise<HostKey> {
  const keys: HostKey[] = [];
  const target = reaching(fleet, index, {}, { onHostKey: (key) => void keys.push(key) });
  await target.shell(by('root', 'Root-Pw-0'), () => Promise.resolve());
  const [key] = keys;
  if (key === undefined) throw new Error('no host key was reported');
  return key;
}

/** Address and port of a host of a fleet. */
export function hostOf(fleet: Fleet, index: number): { host: string; port: number } {
  const host = fleet.hosts[index - 1];
  if (host === undefined) throw new Error(`no host ${String(index)}`);
  return host;
}
