import type { Driver } from './driver.ts';
import type { SshSettings } from './ssh-settings.ts';
import { driverContract, type Scene } from './testing-contract.ts';
import { unixHost, type UnixModel } from './testing-unix.ts';
import { unreachableTarget, untrustedTarget } from './testing-ways-of.ts';
import type { Login } from './target.ts';

/** A way to set ana's password: who signs in, and how they become root. */
export type UnixWay = 'as root' | 'its own' | 'by sudo, asked' | 'by sudo, not asked' | 'by su';

const login = (username: string): Login => ({ username, password: { expose: () => `${username}-Old-1` } });

const ways: Readonly<Record<UnixWay, { admin: string; elevation: SshSettings['elevation'] }>> = {
  'as root': { admin: 'root', elevation: 'none' },
  'its own': { admin: 'ana', elevation: 'none' },
  'by sudo, asked': { admin: 'bob', elevation: 'sudo' },
  'by sudo, not asked': { admin: 'sam', elevation: 'sudo' },
  'by su': { admin: 'eve', elevation: 'su' },
};

/** One host in memory, seen by one way. */
export function unixScene(
  driver: Driver<SshSettings>,
  model: UnixModel,
  way: UnixWay,
): Scene<SshSettings> & { readonly host: ReturnType<typeof unixHost> } {
  const { admin, elevation } = ways[way];
  const settings = driver.settings.parse({ elevation });
  const [host, cut] = [unixHost(model), unixHost(model)];
  cut.cut = true;
  return {
    host,
    target: host.target(settings),
    cutAfterSetting: cut.target(settings),
    unreachable: unreachableTarget(settings),
    untrusted: untrustedTarget(settings),
    admin: login(admin),
    account: { username: 'ana', password: 'ana-Old-1' },
    ...(elevation === 'su' ? { elevation: login('root') } : {}),
  };
}

/** The driver contract on a Unix in memory, by each of the ways. */
export function unixContract(driver: Driver<SshSettings>, model: UnixModel, by: readonly UnixWay[]): void {
  for (const way of by) driverContract(driver, way, () => unixScene(driver, model, way));
}
