import type { TrustOptions } from '../platform/trust.ts';
import type { RunAs } from '../sandbox/index.ts';
import type { OpenModule } from './own-module/approved.ts';
import { askModule } from './own-module/ask-module.ts';
import type { Own } from './rules.ts';
import { sender } from './send.ts';
import type { StoredTicketing } from './settings.ts';
import { systems } from './systems/index.ts';
import { NoAnswer, type Credential, type Found, type Memory } from './systems/system.ts';

/** What came of asking. */
export type Answer =
  | { readonly is: 'found'; readonly ticket: Found; readonly closed: boolean }
  | { readonly is: 'not-found' }
  | { readonly is: 'failed'; readonly why: string };

/** All there is to ask with. */
export interface Ready {
  readonly organisationId: string;
  readonly ticketing: StoredTicketing;
  readonly credential: Credential;
  readonly trust: TrustOptions;
  /** The approved module, where one asks. */
  readonly module: OpenModule | null;
  /** What is known of the use; null for a test. */
  readonly use: Own | null;
}

/** Where tickets are asked for. One for each process. */
export interface Desk {
  /** Asks for a ticket, for as long as the time limit at most, waiting in line included. Never rejects. */
  ask(ready: Ready, ticket: string, options?: { evenPaused?: boolean }): Promise<Answer>;
  /** Until when a system that failed again and again is not asked; null when it is. */
  pausedUntil(organisationId: string): Date | null;
}

/** Calls at a time. More wait, within their time limit. */
const atOnce = 8;
/** So many failures in a row pause a system, for so long; then one call is let through to see. */
const failuresBefore = 3;
const pauseMs = 30_000;

interface State {
  /** The settings, and the module, that this is about: others begin anew. */
  readonly of: string;
  readonly memory: Memory;
  failures: number;
  pausedUntil: number;
}

/** Modules run as `runAs` says. `now` is the clock of pauses. */
export function createDesk(runAs: RunAs, now: () => number = Date.now): Desk {
  const states = new Map<string, State>();
  const line: (() => void)[] = [];
  let busy = 0;

  const stateOf = (ready: Ready): State => {
    const { organisationId, ticketing, module } = ready;
    const of = `${ticketing.id} ${ticketing.version} ${module?.version ?? ''}`;
    const known = states.get(organisationId);
    if (known?.of === of) return known;
    const made: State = { of, memory: {}, failures: 0, pausedUntil: 0 };
    states.set(organisationId, made);
    return made;
  };
  /** Gives whether there is a place; false when the time was over first. */
  const takePlace = (signal: AbortSignal): Promise<boolean> => {
    if (busy < atOnce) {
      busy++;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const mine = (): void => {
        signal.removeEventListener('abort', over);
        resolve(true);
      };
      const over = (): void => {
        line.splice(line.indexOf(mine), 1);
        resolve(false);
      };
      line.push(mine);
      signal.addEventListener('abort', over, { once: true });
    });
  };
  const givePlace = (): void => {
    const next = line.shift();
    if (next) next();
    else busy--;
  };

  return {
    async ask(ready, ticket, { evenPaused = false } = {}) {
      const { ticketing } = ready;
      const state = stateOf(ready);
      if (!evenPaused && state.pausedUntil > now())
        return {
          is: 'failed',
          why: 'The ticketing system failed several times in a row and is not asked for half a minute.',
        };
      // Whoever comes first after a pause asks for all: the others are not kept waiting for a system that is still away.
      if (state.failures >= failuresBefore) state.pausedUntil = now() + pauseMs;
      const ends = Date.now() + ticketing.timeLimitSeconds * 1000;
      const signal = AbortSignal.timeout(ticketing.timeLimitSeconds * 1000);
      if (!(await takePlace(signal)))
        return { is: 'failed', why: 'Too many tickets are being checked at this moment.' };
      try {
        const found = await findTicket(runAs, ready, ticket, { signal, ends, memory: state.memory });
        state.failures = 0;
        state.pausedUntil = 0;
        return found ? { is: 'found', ticket: found, closed: isClosed(ticketing, found) } : { is: 'not-found' };
      } catch (error) {
        state.failures++;
        if (state.failures >= failuresBefore) state.pausedUntil = now() + pauseMs;
        // What else may be thrown tells of a header or address that cannot be sent, never to be repeated.
        return {
          is: 'failed',
          why: error instanceof NoAnswer ? error.message : 'The ticketing system could not be asked.',
        };
      } finally {
        givePlace();
      }
    },
    pausedUntil(organisationId) {
      const until = states.get(organisationId)?.pausedUntil ?? 0;
      return until > now() ? new Date(until) : null;
    },
  };
}

/** Asks the system, or the module that does. Throws `NoAnswer`. */
function findTicket(
  runAs: RunAs,
  { ticketing, credential, trust, module, use }: Ready,
  ticket: string,
  { signal, ends, memory }: { signal: AbortSignal; ends: number; memory: Memory },
): Promise<Found | undefined> {
  const { system } = ticketing;
  if (system !== 'other') return systems[system].find(ticket, ticketing, credential, sender(trust, signal), memory);
  if (!module) throw new NoAnswer('No version of the ticketing module is approved yet.');
  const limitMs = Math.max(1, ends - Date.now());
  return askModule(ticket, { runAs, module, settings: ticketing, credential, trust, use, limitMs, signal });
}

function isClosed({ closedStates }: StoredTicketing, { state, over }: Found): boolean {
  if (closedStates.length === 0) return over;
  return closedStates.some((closed) => closed.toLowerCase() === state.toLowerCase());
}
