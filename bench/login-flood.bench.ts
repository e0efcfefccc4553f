/**
 * A flood of log-ins, a hundred in flight all the time, must not starve those who reveal passwords. The log-ins come from a hundred addresses and under ever
 * new names, a quarter of them with the right password, so that neither throttle answers in place of the slow hash: a refusal for haste would be no load.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { notOk, startClient, type LoadClient, type Plan } from './lib/load.ts';
import { startProduct } from './lib/product.ts';
import type { Row } from './lib/rows.ts';
import { fill } from './lib/vault.ts';

const resources = 100;
const logIns = 100;
const perSecond = 300;
const seconds = 20;
const leadSeconds = 2;
const mostMs = 100;

/** Measures the rows `login-flood`. */
export async function run(): Promise<Row[]> {
  await using product = await startProduct();
  const vault = await fill(product, resources);
  const common = { port: product.port, ca: product.ca, first: 0 };
  const reveals = {
    ...common,
    connections: 32,
    perSecond,
    seconds,
    paths: vault.paths,
    heads: vault.programs,
    bodies: [JSON.stringify({ purpose: 'show', reason: 'nightly job' })],
  };
  const flood = {
    ...common,
    connections: logIns,
    seconds: leadSeconds + seconds,
    paths: ['/api/v1/session'],
    heads: [''],
    bodies: Array.from({ length: 4000 }, (_, n) =>
      JSON.stringify(n % 4 === 0 ? product.admin : { username: `guess-${String(n)}`, password: 'Not-The-Right-One-9' }),
    ),
    from: Array.from({ length: logIns }, (_, n) => `127.0.1.${String(n + 1)}`),
  };
  await using client = startClient();
  await using crowd = startClient();
  return await measure(client, crowd, reveals, flood);
}

async function measure(client: LoadClient, crowd: LoadClient, reveals: Plan, flood: Plan): Promise<Row[]> {
  await client.run({ ...reveals, seconds: 4 });
  const calm = await client.run(reveals);
  const flooding = crowd.run(flood);
  // A failure is thrown below; here it only must not go unheard meanwhile.
  flooding.catch(() => undefined);
  await wait(leadSeconds * 1000);
  const outcome = await client.run(reveals);
  const crowded = await flooding;
  const refused = notOk(outcome);
  if (refused !== '') throw new Error(`not every reveal was answered with 200: ${refused}`);
  const odd = Object.keys(crowded.statuses).filter((status) => status !== '200' && status !== '401');
  if (odd.length > 0)
    throw new Error(`log-ins were answered with ${odd.join(', ')}: something else than the password decided`);
  return [
    {
      name: 'login-flood',
      what: `p99 of a reveal at ${String(perSecond)}/s with ${String(logIns)} log-ins in flight (${crowded.perSecond.toFixed(0)} log-ins/s; p99 without them ${calm.p99.toFixed(1)} ms)`,
      value: outcome.p99,
      unit: 'ms',
      against: `the limit, ${String(mostMs)} ms`,
      ratio: mostMs / outcome.p99,
      target: `< ${String(mostMs)} ms`,
      ok: outcome.p99 < mostMs,
    },
  ];
}
