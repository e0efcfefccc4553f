import type { Chance } from '../lib/seeded.ts';
import type { Gate } from './gates.ts';
import type { Point } from './peers.ts';

/** How long the undisturbed talk of one account with its target is: turns of each connection, those that set the password first. */
export interface Talk {
  readonly reset: readonly number[];
  readonly probe: readonly number[];
}

/** A step of an attempt at which the product is killed, for any driver. */
export interface DriverStep {
  readonly name: string;
  /** Stands still at a gate of the database … */
  readonly gate?: Gate;
  /** … or where the line to the target stops. */
  point?(talk: Talk, before: string, chance: Chance): Point;
  /** The line is cut rather than held, and the attempt rests. */
  readonly rests?: true;
  /** What must become of it when no other kill comes in between, where a log-in proves passwords; either when left out. Where nothing proves them it is always promoted. */
  readonly end?: 'promoted' | 'rolled-back';
  /** Needs a target that can be asked. */
  readonly probes?: true;
}

/** A random point of a random connection, from before its first word to before its last. */
function somewhere(turns: readonly number[], from: number, chance: Chance): Point {
  const at = chance.between(0, turns.length - 1);
  return { is: 'turn', connection: from + at, turns: chance.between(0, Math.max(0, (turns[at] ?? 1) - 1)) };
}

export const driverSteps: readonly DriverStep[] = [
  { name: 'job', gate: 'job', end: 'promoted' },
  { name: 'take up', gate: 'take-up', end: 'promoted' },
  { name: 'no answer', point: () => ({ is: 'turn', connection: 1, turns: 0 }), end: 'rolled-back' },
  { name: 'dialogue', point: ({ reset }, _before, chance) => somewhere(reset, 1, chance) },
  {
    name: 'changed',
    point: (_talk, password) => ({ is: 'changed', password, then: 'hold' }),
    end: 'promoted',
  },
  {
    name: 'cut',
    point: (_talk, password) => ({ is: 'changed', password, then: 'cut' }),
    rests: true,
    end: 'promoted',
  },
  { name: 'note', gate: 'note', end: 'promoted' },
  {
    name: 'ask',
    point: ({ reset }) => ({ is: 'turn', connection: reset.length + 1, turns: 0 }),
    end: 'promoted',
    probes: true,
  },
  {
    name: 'probe',
    point: ({ reset, probe }, _before, chance) => somewhere(probe, reset.length + 1, chance),
    end: 'promoted',
    probes: true,
  },
  { name: 'settle', gate: 'settle', end: 'promoted' },
  { name: 'end', end: 'promoted' },
];
