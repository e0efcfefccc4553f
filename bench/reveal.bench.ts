/**
 * The reveal over HTTPS, audit committed, against a bare Node.js HTTPS server on the same PostgreSQL; and its latency at a steady 300 a second.
 */
import { notOk, startClient, type LoadClient, type Outcome, type Plan } from './lib/load.ts';
import { startPeer, type Peer } from './lib/peer.ts';
import { startProduct, type Product } from './lib/product.ts';
import type { Row } from './lib/rows.ts';
import { fill, type Vault } from './lib/vault.ts';

const resources = 1000;
const connections = 32;
const slices = 5;
const sliceSeconds = 4;
const leastRatio = 0.5;
const perSecond = 300;
const steadySeconds = 20;
const mostMs = 25;
const bodies = [JSON.stringify({ purpose: 'show', reason: 'nightly job' })];

/** Measures the rows `reveal`. */
export async function run(): Promise<Row[]> {
  await using product = await startProduct();
  const vault = await fill(product, resources);
  await using peer = await startPeer(product, vault.paths.length);
  await using client = startClient();
  // Awaited here: what is in use must outlive it.
  return await measure(product, vault, peer, client);
}

async function measure(product: Product, vault: Vault, peer: Peer, client: LoadClient): Promise<Row[]> {
  const common = { ca: product.ca, connections, seconds: sliceSeconds, first: 0, bodies };
  const plans = {
    peer: { ...common, port: peer.port, paths: peer.paths, heads: vault.programs },
    programs: { ...common, port: product.port, paths: vault.paths, heads: vault.programs },
    console: { ...common, port: product.port, paths: vault.paths, heads: vault.consoles },
    // Without a reason: the dialect's would stand in the address. It answers with 200 whatever comes of a call, so what it says is looked at.
    rest: {
      ...{ ...common, port: product.port, paths: vault.restPaths, heads: vault.restPrograms, bodies: [] },
      says: '"PASSWORD":"Pass-server-',
    },
  };
  const outcomes: Record<keyof typeof plans, Outcome[]> = { peer: [], programs: [], console: [], rest: [] };
  for (const plan of Object.values(plans)) await slice(client, { ...plan, seconds: 2 });
  for (let n = 0; n < slices; n++) {
    for (const [name, plan] of Object.entries(plans) as [keyof typeof plans, Plan][])
      outcomes[name].push(await slice(client, { ...plan, first: n * 1009 }));
  }
  const theirs = median(outcomes.peer.map((outcome) => outcome.perSecond));
  const throughput = (who: 'programs' | 'console' | 'rest', what: string): Row => {
    const ours = median(outcomes[who].map((outcome) => outcome.perSecond));
    return {
      name: 'reveal',
      what,
      value: ours,
      unit: '1/s',
      against: `a bare Node.js HTTPS server, ${theirs.toFixed(0)}/s`,
      ratio: ours / theirs,
      target: `>= ${String(leastRatio)} of the bare server`,
      ok: ours / theirs >= leastRatio,
    };
  };
  const steady = await slice(client, { ...plans.programs, perSecond, seconds: steadySeconds });
  return [
    throughput('programs', `reveals with a token, ${String(connections)} connections`),
    throughput('console', `reveals with a session cookie, ${String(connections)} connections`),
    throughput('rest', `reveals through the reference REST API, ${String(connections)} connections`),
    {
      name: 'reveal',
      what: `p99 of a reveal at a steady ${String(perSecond)}/s (p50 ${steady.p50.toFixed(1)} ms)`,
      value: steady.p99,
      unit: 'ms',
      against: `the limit, ${String(mostMs)} ms`,
      ratio: mostMs / steady.p99,
      target: `<= ${String(mostMs)} ms`,
      ok: steady.p99 <= mostMs,
    },
  ];
}

/** A slice whose every answer was a 200; anything else would be measuring refusals. */
async function slice(client: LoadClient, plan: Plan): Promise<Outcome> {
  const outcome = await client.run(plan);
  const refused = notOk(outcome);
  if (refused !== '' || outcome.answers === 0)
    throw new Error(`not every request was answered with 200: ${refused || 'no answer'}`);
  process.stderr.write(
    `${plan.port} ${outcome.perSecond.toFixed(0)}/s, p50 ${outcome.p50.toFixed(1)} ms, p99 ${outcome.p99.toFixed(1)} ms, client ${outcome.clientBusy.toFixed(2)} cores\n`,
  );
  return outcome;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN) +
      (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN)) /
    2
  );
}
