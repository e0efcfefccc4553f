import type { Socket } from 'node:net';

/** What an address may do, and how long a connection may wait. */
export interface Limits {
  /** Connections at once, of all and of one address. */
  readonly connections: number;
  readonly connectionsOfAddress: number;
  /** From the connection to a proved key. */
  readonly handshakeMs: number;
  /** Without a command at work. */
  readonly idleMs: number;
  /** Connections of an address that may end without a log-in before it must wait, and how long it waits for each further one. */
  readonly failures: number;
  readonly forgiveMs: number;
}

export const usualLimits: Limits = {
  connections: 300,
  connectionsOfAddress: 64,
  handshakeMs: 20_000,
  idleMs: 60_000,
  failures: 30,
  forgiveMs: 2000,
};

/** Who may open a connection. */
export interface Guard {
  /** Takes a connection in, or false: then it must be closed at once, before anything is computed for it. */
  admit(socket: Socket): boolean;
  /** Counts a connection that ended without a log-in. */
  failed(address: string): void;
}

/** Most addresses remembered; beyond that the longest quiet are forgotten. */
const most = 20_000;

/** Keeps the door from being kept busy: a handshake costs milliseconds of work for the price of a packet. All in this process's memory. */
export function createGuard(limits: Limits, now: () => number = Date.now): Guard {
  let open = 0;
  const openOf = new Map<string, number>();
  /** Failures not yet forgiven, as of a moment. */
  const failures = new Map<string, { count: number; at: number }>();
  const owed = (address: string): number => {
    const known = failures.get(address);
    return known === undefined ? 0 : Math.max(0, known.count - Math.floor((now() - known.at) / limits.forgiveMs));
  };
  return {
    admit(socket) {
      const address = socket.remoteAddress ?? '';
      const mine = openOf.get(address) ?? 0;
      if (open >= limits.connections || mine >= limits.connectionsOfAddress || owed(address) >= limits.failures)
        return false;
      open++;
      openOf.set(address, mine + 1);
      socket.once('close', () => {
        open--;
        const left = (openOf.get(address) ?? 1) - 1;
        if (left === 0) openOf.delete(address);
        else openOf.set(address, left);
      });
      return true;
    },
    failed(address) {
      const count = owed(address) + 1;
      failures.delete(address);
      failures.set(address, { count, at: now() });
      if (failures.size > most)
        for (const oldest of failures.keys()) {
          failures.delete(oldest);
          break;
        }
    },
  };
}
