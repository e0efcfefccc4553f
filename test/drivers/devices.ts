import type { Driver, Login } from '@strongroom/driver-kit';
import { driverContract, type Extent, type Scene } from '@strongroom/driver-kit/testing';
import { driverFor } from '@strongroom/drivers';
import { afterAll, beforeAll } from 'vitest';
import type { State } from '../peers/device.ts';
import { targetAt } from '../peers/device.ts';
import type { Peer } from '../peers/peer.ts';

export const secret = (text: string) => ({ expose: () => text });
export const by = (username: string, password: string): Login => ({ username, password: secret(password) });

/** The driver of a type. Throws when there is none. */
export function theDriver(type: string): Driver {
  const driver = driverFor(type);
  if (driver === undefined) throw new Error(`${type} is not registered`);
  return driver;
}

type Simulated = Peer & { readonly state: State };

/** The driver contract on a simulated device, over one protocol. Each test gets a fresh account of `account`, or a fresh one. */
export function deviceContract(
  driver: Driver,
  protocol: 'SSH' | 'Telnet',
  start: () => Promise<Simulated>,
  extent: Extent = {},
  of: {
    readonly settings?: object;
    readonly account?: { username: string; password: string };
    readonly scene?: Partial<Scene<unknown>>;
  } = {},
): void {
  let peer: Simulated;
  let cutting: Simulated;
  beforeAll(async () => {
    [peer, cutting] = await Promise.all([start(), start()]);
    cutting.cutAfterSetting(true);
  });
  afterAll(() => Promise.all([peer.stop(), cutting.stop()]));
  const scene = async (): Promise<Scene<unknown>> => {
    if (of.account !== undefined)
      for (const { state } of [peer, cutting]) state.passwords.set(of.account.username, of.account.password);
    const [fresh] = of.account === undefined ? await peer.accounts(1) : [of.account];
    if (fresh === undefined || peer.admin === undefined) throw new Error('no account');
    if (of.account === undefined) await cutting.accounts(1);
    cutting.state.passwords.set(fresh.username, fresh.password);
    return {
      target: targetAt(driver, peer, of.settings),
      cutAfterSetting: targetAt(driver, cutting, of.settings),
      unreachable: targetAt(driver, peer, { ...of.settings, port: 9 }),
      ...(protocol === 'SSH' ? { untrusted: targetAt(driver, peer, of.settings, true) } : {}),
      admin: by(peer.admin.username, peer.admin.password),
      account: fresh,
      ...of.scene,
    };
  };
  driverContract(driver, `over ${protocol}, on a simulated device`, scene, extent);
}

/** What SSH adds to Telnet is how one signs in: a few passwords show it. */
export const fewPasswords: Extent = { awkward: ['Plain-Word-9', "quote'Quote'-1"], odd: ['Odd-Word?-7', ''] };
