import type { Driver, Login, Target, Ways } from '@strongroom/driver-kit';
import type { Scene } from '@strongroom/driver-kit/testing';
import { driverFor } from '@strongroom/drivers';
import { reachTarget, type ReachOptions } from '@strongroom/reach';
import type { Peer } from './peer.ts';

/** A login with a password. */
export const by = (username: string, password: string): Login => ({
  username,
  password: { expose: () => password },
});

/** A driver of the product. */
export function theDriver(type: string): Driver {
  const found = driverFor(type);
  if (found === undefined) throw new Error(`${type} is not registered`);
  return found;
}

/** A peer as the product reaches it, trusting whom the peer says. */
export function reachPeer(
  driver: Driver,
  peer: Peer,
  settings: Readonly<Record<string, unknown>> = {},
  more: Partial<ReachOptions<unknown>> = {},
): Target<unknown> {
  const parsed = driver.settings.parse({ ...peer.settings, ...settings });
  const { port = 0 } = parsed as { port?: number };
  return reachTarget<unknown>({
    host: peer.host,
    port,
    settings: parsed,
    pinned: [],
    onHostKey: () => undefined,
    timeoutMs: 10_000,
    trusted: peer.trusted,
    ...more,
  });
}

/** A peer at the start of one test, with an account nobody touched; who signs in is the peer's administrator, or the account itself. */
export async function peerScene(
  driver: Driver,
  peer: Peer,
  settings: Readonly<Record<string, unknown>> = {},
  who: 'administrator' | 'itself' = 'administrator',
): Promise<Scene<unknown>> {
  const [account] = await peer.accounts(1);
  if (account === undefined) throw new Error('the peer made no account');
  const signsIn = who === 'itself' ? account : peer.admin;
  if (signsIn === undefined) throw new Error('the peer has no administrator');
  const target = reachPeer(driver, peer, settings);
  return {
    target,
    unreachable: reachPeer(driver, peer, { ...settings, ...nowhere(peer) }, { port: 9 }),
    untrusted: reachPeer(driver, peer, settings, { trusted: [] }),
    cutAfterSetting: whileCutting(target, peer),
    admin: by(signsIn.username, signsIn.password),
    account,
    ...(driver.proof === 'none' ? { works: (password) => peer.isPassword(account.username, password) } : {}),
  };
}

/** The addresses among a peer's settings, at a port where nobody listens. */
function nowhere(peer: Peer): Record<string, string> {
  const addresses = Object.keys(peer.settings).filter((name) => String(peer.settings[name]).startsWith('https://'));
  return Object.fromEntries(addresses.map((name) => [name, 'https://127.0.0.1:9']));
}

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

/** The same target, cut off by the peer once a password has been set. */
function whileCutting(target: Target<unknown>, peer: Peer): Target<unknown> {
  const cut = names.map((name) => [
    name,
    async (...given: unknown[]) => {
      peer.cutAfterSetting(true);
      try {
        return await (target[name] as (...given: unknown[]) => Promise<unknown>)(...given);
      } finally {
        peer.cutAfterSetting(false);
      }
    },
  ]);
  return { ...target, ...(Object.fromEntries(cut) as Ways) };
}
