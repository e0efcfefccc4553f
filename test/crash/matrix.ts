import { vi } from 'vitest';
import { hasEnded, reveal, type Attempt } from '../lib/rotating.ts';
import type { Chance } from '../lib/seeded.ts';
import type { TestServer } from '../lib/server.ts';
import { until } from '../lib/until.ts';
import { enterAll, learn, type Account } from './accounts.ts';
import { driverSteps, type DriverStep } from './driver-steps.ts';
import { openGates } from './gates.ts';
import type { Peers } from './peers.ts';
import { tallies } from './tallies.ts';

/** Rotations that stand at a gate hold a connection each, of the eight that the product has. */
const atGates = 5;
/** A target that locks an account at the third failed log-in must not see it. */
const mostFailures = 2;
const reconciledWithinSeconds = 60;

interface Case {
  readonly account: Account;
  readonly step: DriverStep;
  readonly before: string;
  readonly versions: number;
  readonly failed: readonly [number, number];
  readonly attemptId: string;
  caught: boolean;
  /** In milliseconds since 1970. */
  killedAt: number;
}

/** The whole product, every kind of target, and the kills. */
export interface Matrix {
  /** Kills until each driver has had `seeds` at each step; with 0, each account once. Gives the number of crashes. */
  run(seeds: number): Promise<number>;
  /** What was found to be wrong, in words. */
  readonly wrong: readonly string[];
  /** For people: a row for each driver, a column for each step. */
  table(): string;
  summary(): string;
  kills(): readonly { readonly driver: string; readonly step: string; readonly kills: number }[];
  /** Open attempts and candidates in the database. */
  left(): Promise<{ attempts: number; candidates: number } | undefined>;
  close(): Promise<void>;
}

interface Parts {
  readonly server: TestServer;
  readonly peers: Peers;
  readonly groups: number;
  readonly chance: Chance;
}

/** Enters every place as a resource, and rotates each once undisturbed: that pins keys and shows how long the talk is. */
export async function createMatrix({ server, peers, groups, chance }: Parts): Promise<Matrix> {
  const accounts = await enterAll(server, peers.places);
  let gates = await openGates(server.databaseUrl());
  await learn(server, gates, peers, accounts);

  const wrong: string[] = [];
  const tally = tallies();
  /** When the product was ready after each kill, and when it was killed, in milliseconds since 1970. */
  const ready: number[] = [server.readyAt];
  const kills: number[] = [];
  const complain = ({ account, step }: Case, what: string): void => {
    wrong.push(`${step.name} / ${account.label}: ${what}`);
  };

  const versionsOf = async (accountId: string): Promise<number> => {
    const [row] = await gates.query<{ n: number }>(
      'select count(*)::int as n from strongroom.secret where account_id = $1',
      [accountId],
    );
    return row?.n ?? 0;
  };

  /** Starts a rotation that will stand still at its step. */
  async function begin(account: Account, step: DriverStep): Promise<Case> {
    const { accountId, place } = account;
    const [{ password }, versions, failed] = await Promise.all([
      reveal(server, accountId),
      versionsOf(accountId),
      peers.failures(place.id),
    ]);
    const point = step.point?.(account.talk, password, chance) ?? null;
    await peers.trap([{ id: place.id, point }]);
    const { attemptId } = await server.call<{ attemptId: string }>('POST', `/accounts/${accountId}/rotate`, {});
    return { account, step, before: password, versions, failed, attemptId, caught: false, killedAt: 0 };
  }

  async function standStill(cases: readonly Case[]): Promise<void> {
    await vi.waitFor(
      async () => {
        const [{ standing, ended, resting }, held] = await Promise.all([gates.look(), peers.held()]);
        for (const one of cases) {
          const { accountId, place, label } = one.account;
          const { step } = one;
          if (step.gate === 'job') one.caught = !ended.has(accountId);
          else if (step.gate) one.caught = standing.has(accountId);
          else if (step.rests) one.caught = held.has(place.id) && resting.has(accountId);
          else one.caught = step.point ? held.has(place.id) : ended.has(accountId);
          if (!one.caught && !ended.has(accountId))
            throw new Error(
              `${step.name} (${label}) is not reached: ${JSON.stringify([held.has(place.id), resting.has(accountId)])}`,
            );
        }
      },
      { timeout: 60_000, interval: 100 },
    );
  }

  async function crash(plan: readonly Pick<Case, 'account' | 'step'>[]): Promise<Case[]> {
    const cases: Case[] = [];
    // The gate of the job comes last, since nothing passes it.
    for (const last of [false, true]) {
      const now = plan.filter(({ step }) => (step.gate === 'job') === last);
      for (const { account, step } of now) if (step.gate) await gates.shut(account.accountId, step.gate);
      const begun = await Promise.all(now.map(({ account, step }) => begin(account, step)));
      cases.push(...begun);
      await standStill(begun);
    }
    await server.kill9();
    const killedAt = Date.now();
    kills.push(killedAt);
    for (const one of cases) one.killedAt = killedAt;
    await gates.close();
    await peers.trap(cases.map(({ account }) => ({ id: account.place.id, point: null })));
    await server.restart();
    ready.push(server.readyAt);
    gates = await openGates(server.databaseUrl());
    return cases;
  }

  /** Waits until an attempt has been reconciled, and looks at what came of it. */
  async function judge(one: Case): Promise<void> {
    const { account, step, before } = one;
    const { accountId, place, provable, driver } = account;
    const say = (what: string): void => {
      complain(one, what);
    };
    let attempt: Attempt & { endedAt?: string | null };
    try {
      attempt = await until(server, accountId, one.attemptId, hasEnded, 2 * reconciledWithinSeconds);
    } catch (error) {
      say(error instanceof Error ? error.message : 'not ended');
      return;
    }
    const { password, candidate } = await reveal(server, accountId);
    if (candidate !== null) say('a candidate is left behind');
    const endedAt = Date.parse(attempt.endedAt ?? '');
    // A second kill may have met it before it ended: then it was sent, or asked, or both.
    const alone = !kills.some((at) => at > one.killedAt && at <= endedAt);
    // Where nothing proves a password, the same candidate is set again until the service says that it took it.
    const end = !provable ? 'promoted' : one.caught && alone ? step.end : undefined;
    if (attempt.state !== 'promoted' && attempt.state !== 'rolled-back')
      say(`ended as ${attempt.state}: ${attempt.why ?? ''}`);
    else if (end !== undefined && attempt.state !== end) say(`ended as ${attempt.state}: ${attempt.why ?? ''}`);
    if ((attempt.state === 'promoted') === (password === before)) say(`${attempt.state} to the wrong password`);
    if (!(await peers.isPassword(place.id, password))) say('the vault’s password is not the target’s');
    const drawn = (await versionsOf(accountId)) - one.versions;
    if (drawn !== 1) say(`${String(drawn)} passwords were drawn`);
    const { proof } = await server.call<{ proof: { health: string } }>('GET', `/accounts/${accountId}`);
    if (proof.health !== (provable ? 'proven' : 'unprovable')) say(`its health is ${proof.health}`);
    const now = await peers.failures(place.id);
    const failures = Math.max(0, now[0] - one.failed[0]);
    if (failures > mostFailures) say(`${String(failures)} log-ins failed`);
    if (now[1] > one.failed[1]) say('the administrator’s log-in failed');
    // Some had ended before their kill; others meet the next kills while they are reconciled.
    const seconds =
      endedAt < one.killedAt ? 0 : (endedAt - Math.max(one.killedAt, ...ready.filter((at) => at <= endedAt))) / 1000;
    if (seconds > reconciledWithinSeconds) say(`reconciled ${seconds.toFixed(0)} s after the start`);
    tally.add({ driver, step: step.name, caught: one.caught, state: attempt.state, seconds, failures });
  }

  const open: Case[][] = Array.from({ length: groups }, () => []);
  type Planned = Pick<Case, 'account' | 'step'>;
  /** What each account of a group is killed at next: at a step that its driver lacks, and at a gate only while there is room. */
  function plan(group: readonly Account[], seeds: number): Planned[] {
    const planned: Planned[] = [];
    let room = atGates;
    const holds = ({ gate }: DriverStep): boolean => gate !== undefined && gate !== 'job';
    const had = (driver: string, name: string): number =>
      tally.of(driver, name) +
      [...open.flat(), ...planned].filter(({ account, step }) => account.driver === driver && step.name === name)
        .length;
    const now = (name: string): number => planned.filter(({ step }) => step.name === name).length;
    for (const account of chance.shuffled(group)) {
      const [step] = chance
        .shuffled(driverSteps)
        .filter(({ probes }) => account.provable || probes !== true)
        .filter((one) => room > 0 || !holds(one))
        .filter(({ name }) => seeds === 0 || had(account.driver, name) < seeds)
        // Gates are scarce, so they go first; in a slice, what nobody had yet.
        .sort((a, b) => (seeds === 0 ? now(a.name) - now(b.name) : Number(holds(b)) - Number(holds(a))));
      if (step === undefined) continue;
      room -= Number(holds(step));
      planned.push({ account, step });
    }
    return planned;
  }

  return {
    wrong,
    table: () => tally.table(),
    summary: () => tally.summary(),
    kills: () => tally.all(),
    async run(seeds) {
      for (let n = 0; ; n += 1) {
        const group = n % groups;
        await Promise.all((open[group] ?? []).map(judge));
        open[group] = [];
        const next = plan(
          accounts.filter((_, at) => at % groups === group),
          seeds,
        );
        if (next.length > 0) open[group] = await crash(next);
        if (seeds === 0 || open.every((cases) => cases.length === 0)) {
          await Promise.all(open.flat().map(judge));
          return n + Number(seeds === 0);
        }
      }
    },
    async left() {
      const [left] = await gates.query<{ attempts: number; candidates: number }>(
        `select (select count(*)::int from strongroom.rotation_attempt where ended_at is null) as attempts,
          (select count(*)::int from strongroom.secret where state = 'candidate') as candidates`,
      );
      return left;
    },
    close: () => gates.close(),
  };
}
