/**
 * A policy is made stricter under every account of a large estate, and all are judged anew while people go on opening passwords: how long it takes, and what
 * a reveal takes meanwhile.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { builtInPolicies } from '../packages/password-policy/src/index.ts';
import { buildEstate, type Estate } from './lib/estate.ts';
import { openClient, type Client } from './lib/latency.ts';
import { notOk, startClient, type LoadClient, type Outcome } from './lib/load.ts';
import { startProduct, type Product } from './lib/product.ts';
import type { Row } from './lib/rows.ts';
import { sealSecrets } from './lib/secrets.ts';

const perSecond = 100;
const sliceSeconds = 10;
const mostMs = 50;
/** Opened by the load: spread over the estate. */
const opened = 2_000;

/** Measures the rows `policy-reeval`. */
export async function run(): Promise<Row[]> {
  await using product = await startProduct();
  await using estate = await buildEstate(product);
  const strong = builtInPolicies.find(({ isDefault }) => isDefault);
  if (!strong) throw new Error('no default policy');
  const accounts = await sealSecrets(product, estate, strong);
  await estate.sql('vacuum analyze strongroom.secret');
  process.stderr.write(`${String(accounts)} accounts with sealed passwords\n`);
  await using client = startClient();
  using calls = openClient(product);
  return await measure(product, estate, client, calls, accounts);
}

async function measure(
  product: Product,
  estate: Estate,
  client: LoadClient,
  calls: Client,
  accounts: number,
): Promise<Row[]> {
  const rows = await estate.sql<{ id: string }>(
    `select id from strongroom.account where number % $1 = 0 order by number limit ${String(opened)}`,
    [Math.max(1, Math.floor(accounts / opened))],
  );
  const slice = async (first: number): Promise<Outcome> => {
    const outcome = await client.run({
      port: product.port,
      ca: product.ca,
      connections: 16,
      seconds: sliceSeconds,
      perSecond,
      first,
      paths: rows.map(({ id }) => `/api/v1/accounts/${id}/reveal`),
      bodies: [JSON.stringify({ purpose: 'show', reason: 'nightly job' })],
      heads: [`authorization: ${estate.tokens.boss}\r\n`],
    });
    const refused = notOk(outcome);
    if (refused !== '') throw new Error(`not every reveal was answered with 200: ${refused}`);
    return outcome;
  };
  await slice(0);
  const before = await slice(1_000);
  // All that was stored is judged for the first time; then every password becomes too short.
  const first = await sweep(estate, slice, () => copyAsDefault(calls, estate));
  const second = await sweep(
    estate,
    slice,
    (id) => calls.call('PATCH', `/policies/${id}`, estate.tokens.boss, { minLength: 30 }).then(() => id),
    first.policyId,
  );
  const [stand] = await estate.sql<{ violating: number; others: number }>(
    `select count(*) filter (where compliance = 'violating')::int as violating, count(*) filter (where compliance is distinct from 'violating')::int as others from strongroom.account`,
  );
  if (stand?.others !== 0) throw new Error(`${String(stand?.others)} accounts were not judged`);
  const row = (what: string, { p99, worst, seconds }: Swept): Row => ({
    name: 'policy-reeval',
    what: `p99 of a reveal at ${String(perSecond)}/s while ${String(accounts)} accounts are ${what}, in ${seconds.toFixed(0)} s (${before.p99.toFixed(1)} ms before, ${worst.toFixed(0)} in the slowest ten seconds)`,
    value: p99,
    unit: 'ms',
    against: `the limit, ${String(mostMs)} ms`,
    ratio: mostMs / p99,
    target: `<= ${String(mostMs)} ms`,
    ok: p99 <= mostMs,
  });
  return [row('judged for the first time', first), row('judged anew and all told otherwise', second)];
}

interface Swept {
  readonly policyId: string;
  readonly seconds: number;
  /** Of all reveals meanwhile. */
  readonly p99: number;
  /** Of the slowest ten seconds. */
  readonly worst: number;
}

async function sweep(
  estate: Estate,
  slice: (first: number) => Promise<Outcome>,
  change: (policyId: string) => Promise<string>,
  id = '',
): Promise<Swept> {
  const began = performance.now();
  const policyId = await change(id);
  let worst = 0;
  const times: number[] = [];
  for (let n = 0; ; n++) {
    const outcome = await slice(n * 997);
    worst = Math.max(worst, outcome.p99);
    times.push(...outcome.times);
    const [open] = await estate.sql<{ n: number; seen: number }>(
      `select count(*)::int as n, coalesce(max(seen), 0)::int as seen from strongroom.policy_sweep where state in ('waiting', 'running')`,
    );
    process.stderr.write(`p99 ${outcome.p99.toFixed(1)} ms, ${String(open?.seen ?? 0)} seen\n`);
    if (open?.n === 0) break;
  }
  const [took] = await estate.sql<{ seconds: number }>(
    `select extract(epoch from max(ended_at) - min(started_at))::float8 as seconds from strongroom.policy_sweep where state = 'done' and started_at > now() - make_interval(secs => $1)`,
    [(performance.now() - began) / 1000 + 1],
  );
  await pause(500);
  times.sort((a, b) => a - b);
  const p99 = times[Math.floor(0.99 * times.length)] ?? Number.NaN;
  return { policyId, seconds: took?.seconds ?? 0, p99, worst };
}

/** A copy of the default in its place: what is built in cannot be changed. */
async function copyAsDefault(calls: Client, estate: Estate): Promise<string> {
  const [policy] = await estate.sql<{ id: string }>(`select id from strongroom.password_policy where is_default`);
  if (!policy) throw new Error('no default policy');
  const copy = await calls.call('POST', `/policies/${policy.id}/copy`, estate.tokens.boss, { name: 'Bench' });
  const { id } = copy.answer as { id: string };
  await calls.call('POST', `/policies/${id}/default`, estate.tokens.boss, {});
  return id;
}
