/**
 * Peers of every kind and a relay before each account, in a process that outlives the kills. It is asked over its parent's
 * channel, and ends with it.
 */
import type { Fleet } from '../lab/fleet.ts';
import { startFleet } from '../lab/fleet.ts';
import { startProxy, type Proxy } from '../lib/proxy.ts';
import type { Peer } from '../peers/peer.ts';
import { kinds, type Kind } from './kinds.ts';
import type { Asked, Place, Point } from './peers.ts';
import { fleetPeer } from './sshd-peer.ts';

interface Kept {
  readonly place: Place;
  readonly peer: Peer;
  readonly proxy: Proxy;
  held: boolean;
}

const peers: Peer[] = [];
const kept: Kept[] = [];
let fleet: Fleet | undefined;

/** Starts what is needed for `copies` accounts of each kind. */
async function open(copies: number): Promise<Place[]> {
  const hosts = kinds.filter(({ peer }) => peer === 'sshd').length * copies;
  const sshd = hosts === 0 ? undefined : startFleet(hosts);
  const shared = new Map<unknown, Promise<Peer>>();
  const started = async (start: () => Promise<Peer>): Promise<Peer> => {
    const peer = await start();
    peers.push(peer);
    return peer;
  };
  const once = (start: () => Promise<Peer>): Promise<Peer> => {
    const known = shared.get(start) ?? started(start);
    shared.set(start, known);
    return known;
  };
  let host = 0;
  const placed = kinds.flatMap((kind, index) =>
    Array.from({ length: copies }, async (): Promise<Kept> => {
      const { peer: of } = kind;
      host += of === 'sshd' ? 1 : 0;
      const mine = host;
      if (of !== 'sshd') return keep(kind, index, await (kind.few ? started(of) : once(of)));
      fleet ??= await sshd;
      if (fleet === undefined) throw new Error('no fleet');
      return keep(kind, index, fleetPeer(fleet, mine));
    }),
  );
  const all = await Promise.all(placed);
  kept.push(...all);
  return all.map(({ place }, id) => ({ ...place, id }));
}

async function keep(kind: Kind, index: number, peer: Peer): Promise<Kept> {
  const [account] = await peer.accounts(1);
  if (account === undefined) throw new Error(`${kind.driver}: no account`);
  const addresses = Object.entries(peer.settings).filter(([, value]) => String(value).startsWith('https://'));
  const [address] = addresses;
  const host = peer.host === '' ? '127.0.0.1' : peer.host;
  const port = address === undefined ? Number(peer.settings['port']) : Number(new URL(String(address[1])).port);
  const proxy = await startProxy({ host, port }, host);
  const here = Object.fromEntries(
    addresses.map(([name, value]) => [name, String(value).replace(`:${String(port)}`, `:${String(proxy.port)}`)]),
  );
  const settings = {
    ...peer.settings,
    ...(address === undefined ? { port: proxy.port } : here),
    // A line that stands still must not run into the driver's own time limit before the kill.
    timeoutSeconds: 120,
    ...kind.settings,
  };
  return {
    place: {
      ...{ id: 0, kind: index, host: peer.host, settings, trusted: [...peer.trusted], account },
      ...(kind.by === 'another' && peer.admin ? { admin: peer.admin } : {}),
      ...(peer.elevation ? { elevation: peer.elevation } : {}),
    },
    peer,
    proxy,
    held: false,
  };
}

function at(id: number): Kept {
  const one = kept[id];
  if (one === undefined) throw new Error(`no place ${String(id)}`);
  return one;
}

/** Sets where the line of a place is to stop. */
function trap(id: number, point: Point | null): void {
  const one = at(id);
  one.held = false;
  if (point === null) one.proxy.trap(undefined);
  else if (point.is === 'turn') one.proxy.trap({ connection: point.connection, turns: point.turns });
  else {
    const { username } = one.place.account;
    one.proxy.trap({
      before: async () => !(await one.peer.isPassword(username, point.password)),
      then: point.then,
    });
  }
  void one.proxy.held().then(() => (one.held = true));
}

async function answer(asked: Asked): Promise<unknown> {
  switch (asked.do) {
    case 'open':
      return open(asked.copies);
    case 'trap':
      for (const { id, point } of asked.traps) trap(id, point);
      return null;
    case 'look':
      return kept.flatMap(({ held }, id) => (held ? [id] : []));
    case 'talk':
      return at(asked.id).proxy.talk;
    case 'isPassword': {
      const { peer, place } = at(asked.id);
      return peer.isPassword(place.account.username, asked.password);
    }
    case 'failures': {
      const { peer, place } = at(asked.id);
      const { admin } = place;
      return [
        (await peer.failures(place.account.username)) ?? 0,
        // Of accounts that are not among its own a peer may know nothing.
        admin === undefined ? 0 : ((await peer.failures(admin.username).catch(() => undefined)) ?? 0),
      ];
    }
    case 'stop':
      await Promise.all(kept.map(({ proxy }) => proxy.close()));
      await Promise.all(peers.map((peer) => peer.stop()));
      await fleet?.stop();
      return null;
  }
}

process.on('message', ({ n, asked }: { n: number; asked: Asked }) => {
  answer(asked).then(
    (answered) => process.send?.({ n, answered }),
    (error: unknown) => process.send?.({ n, failed: error instanceof Error ? (error.stack ?? '') : 'failed' }),
  );
});
// What they started ends with this process.
process.on('disconnect', () => process.exit(1));
