/**
 * The load client: a program of its own, so that making load never waits for the benchmark. It speaks HTTP/1.1 over kept-alive TLS connections with as
 * little work of its own as it can, because it shares the machine's cores with what it measures. Told what to do by messages; see load.ts.
 */
import { connect, type TLSSocket } from 'node:tls';
import type { Outcome, Plan } from './load.ts';

/** Sends one request after the other. Gives each answer's status once it was whole, with a word more where it does not say what it should. */
interface Connection {
  send(text: string): Promise<string>;
  close(): void;
}

const headEnd = Buffer.from('\r\n\r\n');

function open(plan: Plan, index: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const localAddress = plan.from?.[index % plan.from.length];
    const socket: TLSSocket = connect(
      {
        host: '127.0.0.1',
        port: plan.port,
        servername: 'localhost',
        ca: plan.ca,
        ...(localAddress === undefined ? {} : { localAddress }),
      },
      () => {
        resolve({
          send: (text) =>
            new Promise((done, fail) => {
              waiting = { done, fail };
              socket.write(text);
            }),
          close: () => socket.destroy(),
        });
      },
    );
    socket.setNoDelay(true);
    let waiting: { done(status: string): void; fail(error: Error): void } | undefined;
    let held = Buffer.alloc(0);
    socket.on('data', (part) => {
      held = held.length === 0 ? part : Buffer.concat([held, part]);
      const end = held.indexOf(headEnd);
      if (end < 0) return;
      const head = held.toString('latin1', 0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      if (length === undefined) {
        socket.destroy(new Error(`an answer without a length: ${head}`));
        return;
      }
      if (held.length < end + headEnd.length + Number(length)) return;
      const says = plan.says === undefined || held.includes(plan.says, end);
      held = Buffer.alloc(0);
      const { done } = waiting ?? {};
      waiting = undefined;
      done?.(`${head.slice(9, 12)}${says ? '' : ' with another text'}`);
    });
    const lost = (error: Error): void => {
      reject(error);
      waiting?.fail(error);
    };
    socket.once('error', lost);
    socket.once('close', () => {
      lost(new Error('the server closed the connection'));
    });
  });
}

/** Request number `n`: paths, bodies and heads each go round by themselves. */
function requestOf(plan: Plan, n: number): string {
  const at = <T>(list: readonly T[]): T => list[n % list.length] as T;
  if (plan.bodies.length === 0)
    return `GET ${at(plan.paths)} HTTP/1.1\r\nhost: localhost:${String(plan.port)}\r\n${at(plan.heads)}\r\n`;
  const body = at(plan.bodies);
  return `POST ${at(plan.paths)} HTTP/1.1\r\nhost: localhost:${String(plan.port)}\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n${at(plan.heads)}\r\n${body}`;
}

/** As many in flight as there are connections; the next request leaves when an answer has come. */
async function closedLoop(
  plan: Plan,
  connections: Connection[],
  tell: (status: string, ms: number) => void,
): Promise<void> {
  const until = performance.now() + plan.seconds * 1000;
  let n = plan.first;
  await Promise.all(
    connections.map(async (connection) => {
      for (;;) {
        const sent = performance.now();
        if (sent >= until) return;
        const status = await connection.send(requestOf(plan, n++));
        const now = performance.now();
        if (now < until) tell(status, now - sent);
      }
    }),
  );
}

/**
 * Requests leave at fixed times whatever the server does, and each is timed from when it was due: a server that stalls is charged for all who would have
 * come meanwhile. A request waits here while every connection is busy, and that wait counts.
 */
async function openLoop(
  plan: Plan,
  perSecond: number,
  connections: Connection[],
  tell: (status: string, ms: number) => void,
): Promise<void> {
  const idle = [...connections];
  const due: number[] = [];
  const began = performance.now();
  const total = Math.round(plan.seconds * perSecond);
  let made = 0;
  let answered = 0;
  await new Promise<void>((resolve, reject) => {
    const serve = (): void => {
      while (due.length > 0 && idle.length > 0) {
        const connection = idle.pop() as Connection;
        const at = due.shift() as number;
        connection.send(requestOf(plan, plan.first + made - due.length - 1)).then((status) => {
          tell(status, performance.now() - at);
          idle.push(connection);
          if (++answered === total) resolve();
          else serve();
        }, reject);
      }
    };
    const tick = (): void => {
      const now = performance.now();
      while (made < total && began + (made * 1000) / perSecond <= now) {
        due.push(began + (made * 1000) / perSecond);
        made++;
        serve();
      }
      if (made < total) setTimeout(tick, Math.max(0, began + (made * 1000) / perSecond - now));
    };
    tick();
  });
}

async function carryOut(plan: Plan): Promise<Outcome> {
  const connections = await Promise.all(Array.from({ length: plan.connections }, (_, index) => open(plan, index)));
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  const tell = (status: string, ms: number): void => {
    times.push(ms);
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const before = process.cpuUsage();
  const began = performance.now();
  try {
    if (plan.perSecond === undefined) await closedLoop(plan, connections, tell);
    else await openLoop(plan, plan.perSecond, connections, tell);
  } finally {
    for (const connection of connections) connection.close();
  }
  const { user, system } = process.cpuUsage(before);
  // An open loop that the server could not keep up with lasts longer than planned. The end of a closed one counts no answers.
  const seconds = plan.perSecond === undefined ? plan.seconds : (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  const quantile = (q: number): number => times[Math.min(times.length - 1, Math.floor(q * times.length))] ?? Number.NaN;
  return {
    answers: times.length,
    perSecond: times.length / seconds,
    statuses,
    p50: quantile(0.5),
    p99: quantile(0.99),
    longest: quantile(1),
    times,
    clientBusy: (user + system) / 1e6 / seconds,
  };
}

process.on('message', (plan: Plan) => {
  carryOut(plan).then(
    (outcome) => process.send?.({ outcome }),
    (error: unknown) => process.send?.({ failed: error instanceof Error ? error.message : String(error) }),
  );
});
