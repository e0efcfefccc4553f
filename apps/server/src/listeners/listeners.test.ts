import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import {
  deleteListener,
  listListenerRuns,
  listListeners,
  readListenerRun,
  retryListenerRun,
  switchListener,
  testListener,
} from '@strongroom/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { base64, echo, listenersOf, script, type Listeners } from '../../test/listeners.ts';
import { world, type Person, type World } from '../../test/world.ts';
import { runListener, tidyListenerRuns } from './index.ts';
import { lanes } from './lanes.ts';

let w: World;
let l: Listeners;
let author: Person;
beforeAll(async () => {
  w = await world();
  l = listenersOf(w);
  author = w.people.admin;
});
afterAll(() => w.close());
beforeEach(() => w.sql('delete from strongroom.listener'));

/** False for a process that is gone, or dead and not yet collected by whoever inherited it. */
function isAtWork(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

describe('a listener', () => {
  it('follows a new password once it is approved, hears of both passwords, and leaves neither in what is kept', async () => {
    await l.approve(await l.add(script(echo)));
    await l.follow();
    const id = await l.account();
    await l.change(id);
    await l.follow();
    await l.follow();
    const [run, ...others] = await l.runAll();
    expect(others).toEqual([]);
    expect(run).toMatchObject({ state: 'done', exitCode: 0, why: null, version: 1, test: false, account: { id } });
    const told = JSON.parse(await l.output(run?.id)) as unknown;
    expect(told).toMatchObject({
      resource: { dnsName: 'db.example', type: 'Linux' },
      account: { name: 'root' },
      oldPassword: '[secret]',
      newPassword: '[secret]',
    });
    const [row] = await w.sql<{ all: string }>(`select string_agg(x::text, '') as all from strongroom.listener_run x`);
    expect(row?.all).not.toContain('The-New-One-72');
    expect(row?.all).not.toContain('The-Former-One-71');
    const trail = await w.audit('listener.run');
    expect(trail.map(({ details }) => details['purpose'] ?? details['listener'])).toEqual([
      run?.listener,
      'handed to a listener',
    ]);
    expect((await w.audit('listener.settle')).at(-1)?.details).toMatchObject({ state: 'done', exitCode: '0' });
  });

  it('hears of changes in their order, each once, and only of types it follows', async () => {
    await l.approve(await l.add(script(echo, { resourceTypes: ['MySQL Server'] })));
    const id = await l.account('MySQL Server');
    await l.follow();
    await l.change(id, 'Number-Two-71-!!aB');
    await l.change(await l.account('Linux'));
    await l.change(id, 'Number-Three-71-!!aB');
    await l.follow();
    const waiting = await l.runs();
    expect(waiting.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
    // The later one does not overtake.
    const later = waiting[0]?.id ?? '';
    await runListener(l.parts(), w.organisationId, later, new AbortController().signal);
    expect((await l.runs()).map(({ state }) => state)).toEqual(['waiting', 'waiting']);
    const versions = await w.sql(
      'select old_version as old, new_version as new from strongroom.listener_run order by id',
    );
    expect(versions).toEqual([
      { old: 1, new: 2 },
      { old: 2, new: 3 },
    ]);
  });

  it('is given its arguments as they stand, after a command of its own, and the passwords among them only when that was chosen', async () => {
    const print = 'for a; do printf "<%s>" "$a"; done\n';
    const extra = ['a b', '$HOME', '*', "'"];
    await l.approve(
      await l.add(script(print, { preCommand: ['/bin/sh', '-e'], arguments: extra, handOver: 'arguments' })),
    );
    await l.approve(await l.add(script(print, { preCommand: ['/bin/sh', '-e'], arguments: extra })));
    await l.follow();
    await l.change(await l.account());
    await l.follow();
    const all = await Promise.all((await l.runAll()).map(async ({ id }) => l.output(id)));
    const own = `<a b><$HOME><*><'>`;
    const name = `host-${l.made()}`;
    expect(all.sort()).toEqual([own, `<${name}><db.example><root><[secret]><[secret]>${own}`].sort());
  });

  it('reads a file of the environment that a shell can read, whatever the password is made of', async () => {
    const text =
      '#!/bin/sh\n. "$STRONGROOM_FILE"\nprintf %s "$NEW_PASSWORD" | sha256sum\nls -ld "$STRONGROOM_FILE"\nenv\n';
    await l.approve(await l.add(script(text, { handOver: 'environment-file' })));
    await l.follow();
    const tricky = `q'"$(id)\`x\\ 71-Aa`;
    await l.change(await l.account(), tricky);
    await l.follow();
    const [run] = await l.runAll();
    expect(run?.state).toBe('done');
    const written = await l.output(run?.id);
    expect(written).toContain(createHash('sha256').update(tricky).digest('hex'));
    expect(written).toMatch(/^-r-------- /m);
    // Nothing of it is left.
    for (const path of [/^STRONGROOM_FILE=(.+)$/m, /^PWD=(.+)$/m])
      expect(existsSync(path.exec(written)?.[1] ?? tmpdir())).toBe(false);
    // Of the server’s own environment nothing.
    expect(written).not.toMatch(/^(HOME|USER|VITEST|STRONGROOM_HOME)=/m);
  });

  it('is ended at its time limit with all that it started, and fails with its code', async () => {
    const hangs = '#!/bin/sh\nsleep 987654 &\necho $!\nwait\n';
    await l.approve(await l.add(script(hangs, { timeLimitSeconds: 1 })));
    await l.approve(await l.add(script('#!/bin/sh\necho no >&2\nexit 3\n')));
    await l.approve(await l.add(script('#!/no/such/program\n')));
    await l.follow();
    await l.change(await l.account());
    await l.follow();
    const all = await l.runAll();
    const byState = new Map(all.map((run) => [run.why, run]));
    const late = all.find(({ state }) => state === 'timed-out');
    const child = Number(await l.output(late?.id));
    expect(child).toBeGreaterThan(1);
    expect(isAtWork(child)).toBe(false);
    expect(byState.get('It ended with code 3.')).toMatchObject({ state: 'failed', exitCode: 3 });
    expect(all.filter(({ why }) => why?.includes('is not there'))).toHaveLength(1);
  });

  it('runs as a module with the documented interface, may read nothing else and start nothing', async () => {
    const text = `import { readFileSync } from 'node:fs';
      import { spawnSync } from 'node:child_process';
      export default async function (resource: { name: string }, account: { password: string; arguments: string[] }, scriptPath: string | null, oldPassword: string | null): Promise<string> {
        const tried = [() => readFileSync('/etc/passwd'), () => spawnSync('id')].map((work) => { try { work(); return 'did'; } catch (error) { return error.code; } });
        return [resource.name, account.arguments, readFileSync(scriptPath!, 'utf8').trim(), oldPassword === account.password, Object.keys(process.env), ...tried].join(' ');
      }`;
    await l.approve(
      await l.add({
        name: 'module',
        spec: { kind: 'module', resourceTypes: [], arguments: ['own'] },
        file: { name: 'follow.ts', base64: base64(text) },
        companion: { name: 'side.sh', base64: base64('echo side\n') },
      }),
    );
    await l.follow();
    await l.change(await l.account());
    await l.follow();
    const [run] = await l.runAll();
    expect(await l.output(run?.id)).toBe(`host-${l.made()} own echo side false  ERR_ACCESS_DENIED ERR_ACCESS_DENIED\n`);
    expect(run?.state).toBe('done');
  });

  it('is tried with made-up values, and once more for a password that is still the present one', async () => {
    const listener = await l.add(script(echo));
    await expect(w.invoke(testListener, await author.actor(), { listenerId: listener.id })).rejects.toMatchObject({
      code: 'not-that-state',
    });
    await l.approve(listener);
    await l.follow();
    await w.invoke(testListener, await author.actor(), { listenerId: listener.id });
    const [tried] = await l.runAll();
    expect(tried).toMatchObject({ test: true, state: 'done', account: null });
    expect(await l.output(tried?.id)).toContain('host.example.invalid');
    const id = await l.account();
    await l.change(id);
    await l.follow();
    const [first] = await l.runAll();
    const boss = await w.people.boss.actor();
    await w.invoke(retryListenerRun, boss, { listenerRunId: first?.id as never });
    expect((await l.runAll()).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    await l.change(id, 'Another-One-73-!!aB');
    await expect(w.invoke(retryListenerRun, boss, { listenerRunId: first?.id as never })).rejects.toMatchObject({
      code: 'not-that-state',
    });
  });

  it('is in doubt when the server died while it ran, and is not run again by itself', async () => {
    const { id } = await l.approve(await l.add(script(echo)));
    await l.follow();
    await l.change(await l.account());
    await l.follow();
    await w.sql(`update strongroom.listener_run set state = 'running', leased_until = now() - interval '1 second'`);
    await l.follow();
    expect(await l.runAll()).toMatchObject([{ listenerId: id, state: 'in-doubt' }]);
  });

  it('takes no more lanes than are its own, so that what hangs keeps no reset waiting', async () => {
    await l.approve(await l.add(script(echo)));
    await l.follow();
    const jobs = async (): Promise<number[]> =>
      (
        await w.sql<{ lane: number }>(
          `select (payload ->> 'lane')::int as lane from graphile_worker._private_jobs where payload ->> 'organisationId' = $1 and payload::jsonb ? 'lane' order by 1`,
          [w.organisationId],
        )
      ).map(({ lane }) => lane);
    for (let i = 0; i < lanes + 2; i++) await l.change(await l.account());
    await w.sql(`delete from graphile_worker._private_jobs where payload::jsonb ? 'lane'`);
    await l.follow();
    expect(await jobs()).toEqual([0, 1, 2, 3, 4, 5]);
    // As many are at work as may be: nothing more is begun, neither by a lane nor by a round.
    await w.sql(
      `update strongroom.listener_run set state = 'running', leased_until = now() + interval '1 hour' where id in (select id from strongroom.listener_run order by id limit ${lanes})`,
    );
    await w.sql(`delete from graphile_worker._private_jobs where payload::jsonb ? 'lane'`);
    await l.follow();
    expect(await jobs()).toEqual([]);
    const states = (await l.runAll()).map(({ state }) => state);
    expect(states.filter((state) => state === 'waiting')).toHaveLength(2);
    // One has ended: there is room for one, which then finds the other.
    await w.sql(
      `update strongroom.listener_run set state = 'done', ended_at = now() where id = (select min(id::text)::uuid from strongroom.listener_run)`,
    );
    await l.follow();
    expect(await jobs()).toEqual([0]);
    await l.runAll();
    expect((await l.runs()).filter(({ state }) => state === 'waiting')).toEqual([]);
  });

  it('stands still while it is off, and is gone with its runs when it is deleted', async () => {
    const { id } = await l.approve(await l.add(script(echo)));
    await l.follow();
    const one = await l.account();
    await l.change(one);
    await l.follow();
    await w.invoke(switchListener, await author.actor(), { listenerId: id, on: false });
    expect(await l.runAll()).toMatchObject([{ state: 'skipped', why: 'It is turned off.' }]);
    await l.change(one, 'Another-One-73-!!aB');
    await l.follow();
    expect(await l.runs()).toHaveLength(1);
    await tidyListenerRuns(w.database, w.organisationId);
    expect(await l.runs()).toHaveLength(1);
    await w.sql(`update strongroom.listener_run set ended_at = now() - interval '91 days'`);
    await tidyListenerRuns(w.database, w.organisationId);
    expect(await l.runs()).toEqual([]);
    await w.invoke(deleteListener, await author.actor(), { listenerId: id });
    expect((await w.invoke(listListeners, await author.actor(), {})).items).toEqual([]);
    expect(await w.sql('select 1 from strongroom.listener_file')).toEqual([]);
  });

  it('tells nobody of accounts that they do not see', async () => {
    await l.approve(await l.add(script(echo)));
    await l.follow();
    await l.change(await l.account());
    await l.follow();
    const [run] = await l.runAll();
    const actor = await author.actor();
    expect((await w.invoke(listListenerRuns, actor, {})).items).toMatchObject([{ id: run?.id, account: null }]);
    expect((await w.invoke(listListenerRuns, actor, { search: `host-${l.made()}` })).total).toBe(0);
    expect((await w.invoke(listListenerRuns, await w.people.boss.actor(), { search: `host-${l.made()}` })).total).toBe(
      1,
    );
    expect(await w.invoke(readListenerRun, actor, { listenerRunId: run?.id as never })).toMatchObject({
      account: null,
      output: null,
    });
  });
});
