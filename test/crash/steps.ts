import type { TurnTrap as Trap } from '../lib/proxy.ts';
import type { Gate } from './gates.ts';

/** A step of a rotation at which the server is killed. */
export interface Step {
  readonly name: string;
  /** Stands still at a gate of the database … */
  readonly gate?: Gate;
  /** … or where the talk with the host stops; `last` is how many turns its first connection has after the keys. */
  trap?(pick: (from: number, to: number) => number, last: number): Trap;
}

const early = (turns: number): Trap => ({ connection: 1, turns });
const later = (turns: number): Trap => ({ connection: 1, turns, afterKeys: true });

// Turns of an SSH connection, as the proxy counts them. Before the keys: versions and key exchange (RFC 4253). After them:
// 1 to 4 the request for the service and what may sign in (RFC 4252), 5 the password, 6 its answer, then the commands
// (RFC 4254). The last turn is the goodbye, and the one before it the answer to the last command.

/** After what of this the target may still be changing its password, and must rest before it is asked. */
export const inDoubt: readonly Step[] = [
  { name: 'applying, the host has not answered', trap: () => early(0) },
  { name: 'key exchange', trap: (pick) => early(pick(1, 4)) },
  { name: 'before signing in', trap: (pick) => later(pick(0, 4)) },
  { name: 'password sent, no answer', trap: () => later(5) },
  { name: 'signed in', trap: (pick) => later(pick(6, 8)) },
  { name: 'between commands', trap: (pick, last) => later(pick(8, last - 4)) },
  { name: 'change sent, answer lost', trap: (_pick, last) => later(last - 2) },
  { name: 'answer got, not yet noted', gate: 'note' },
];

/** Before anything was sent, and after the answer was noted. */
export const clear: readonly Step[] = [
  { name: 'staged, job not taken', gate: 'job' },
  { name: 'taken up, not committed', gate: 'take-up' },
  { name: 'applied, before the probe', trap: () => ({ connection: 2, turns: 0 }) },
  { name: 'in the probe', trap: (pick) => ({ connection: 2, turns: pick(0, 5), afterKeys: true }) },
  { name: 'settling, not committed', gate: 'settle' },
  { name: 'after the commit' },
];
