import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a load client shall do. */
export interface Plan {
  readonly port: number;
  /** The certificate that the server must show, PEM. */
  readonly ca: string;
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second, sent on time whatever the server does; left out: as many as the connections carry, one at a time each. */
  readonly perSecond?: number;
  /** Number of the first request: slices that go on from each other differ. */
  readonly first: number;
  /** Each list goes round by itself: request n takes entry n of each. */
  readonly paths: readonly string[];
  /** JSON, ASCII only; without any, requests are GETs. */
  readonly bodies: readonly string[];
  /** Header lines, each ended by CR LF. */
  readonly heads: readonly string[];
  /** What a good answer's body holds, where its status does not tell: ASCII. */
  readonly says?: string;
  /** Local addresses that the connections come from, in turn. */
  readonly from?: readonly string[];
}

/** What came of it. Times in milliseconds; of an open loop, from when the request was due. */
export interface Outcome {
  readonly answers: number;
  readonly perSecond: number;
  /** How many answers had which status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** How long each answer took, shortest first. */
  readonly times: readonly number[];
  /** The client's own processor time, in cores. */
  readonly clientBusy: number;
}

/** A load client in a process of its own. */
export interface LoadClient {
  /** Carries out one plan at a time. Rejects when a connection is lost. */
  run(plan: Plan): Promise<Outcome>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a load client. */
export function startClient(): LoadClient {
  const child = fork(fileURLToPath(new URL('./client.ts', import.meta.url)), [], {
    serialization: 'advanced',
    execArgv: [],
  });
  const gone = once(child, 'exit');
  return {
    async run(plan) {
      const answered = once(child, 'message');
      child.send(plan);
      const said = await Promise.race([answered, gone.then(() => undefined)]);
      const message = said?.[0] as { outcome?: Outcome; failed?: string } | undefined;
      if (message?.outcome === undefined) throw new Error(`the load client failed: ${message?.failed ?? 'it ended'}`);
      return message.outcome;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await gone;
    },
  };
}

/** The answers that were not 200, or said another thing than they should, as text such as `429 x 12`; empty when there were none. */
export const notOk = (outcome: Outcome): string =>
  Object.entries(outcome.statuses)
    .filter(([status]) => status !== '200')
    .map(([status, count]) => `${status} x ${String(count)}`)
    .join(', ');
