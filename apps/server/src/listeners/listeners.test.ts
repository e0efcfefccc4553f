import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import {
  approveListener,
  changePassword,
  createListener,
  createResource,
  deleteListener,
  listApprovals,
  listListenerRuns,
  listListeners,
  readListener,
  readListenerFile,
  readListenerRun,
  refuseListener,
  retryListenerRun,
  switchListener,
  testListener,
  updateListener,
  updateSettings,
  type AccountId,
  type Listener,
} from '@strongroom/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { world, type Person, type World } from '../../test/world.ts';
import { listenerRound, runListener, tidyListenerRuns, type ListenerParts } from './index.ts';
import { lanes } from './lanes.ts';

let w: World;
let author: Person;
let second: Person;
let n = 0;
beforeAll(async () => {
  w = await world();
  author = w.people.admin;
  second = w.people.privileged;
});
afterAll(() => w.close());
beforeEach(() => w.sql('delete from strongroom.listener'));

type Input = z.input<typeof createListener.input>;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const script = (text: string, spec: Partial<Extract<Input['spec'], { kind: 'script' }>> = {}): Input => ({
  name: `listener-${++n}`,
  spec: { kind: 'script', resourceTypes: [], arguments: [], ...spec },
  file: { name: 'follow.sh', base64: base64(text) },
});
const echo = '#!/bin/sh\ncat\n';

async function add(input: Input): Promise<Listener> {
  return (await w.invoke(createListener, await author.actor(), input)).listener;
}
async function approve(listener: Listener, by = second): Promise<Listener> {
  const actor = await by.actor();
  const { versions } = await w.invoke(readListener, actor, { listenerId: listener.id });
  return w.invoke(approveListener, actor, { listenerId: listener.id, hash: versions[0]?.hash ?? '' });
}
/** A resource with one account, whose password is changed once. */
async function account(type = 'Linux'): Promise<AccountId> {
  const owner = await w.people.keeper.actor();
  const resource = await w.invoke(createResource, owner, {
    name: `host-${++n}`,
    type,
    dnsName: 'db.example',
    accounts: [{ username: 'root', password: 'The-Former-One-71-!!' }],
  });
  const [row] = await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1', [resource.id]);
  return (row?.id ?? '') as AccountId;
}
const next = 'The-New-One-72-"x$y';
const change = async (accountId: AccountId, password = next): Promise<unknown> =>
  w.invoke(changePassword, await w.people.keeper.actor(), { accountId, password, where: 'local' });

/** Rounds until the trail is read to what is there now. Another test's transaction on the same cluster may hold it back for a moment. */
async function follow(): Promise<void> {
  const [now] = await w.sql<{ tx: string }>('select pg_current_xact_id()::text as tx');
  for (const deadline = Date.now() + 20_000; ;) {
    await listenerRound(w.perform, w.organisationId);
    const [at] = await w.sql<{ tx: string }>(
      'select tx from strongroom_local.listener_cursor where organisation_id = $1',
      [w.organisationId],
    );
    if (at && Number(at.tx) > Number(now?.tx)) return;
    if (Date.now() > deadline) throw new Error('the trail is not read to its end');
  }
}
const parts = (): ListenerParts => ({
  ...{ perform: w.perform, vault: w.vault, runAs: { is: 'self' } },
  publicUrl: () => 'https://vault.example',
  onAltered: () => undefined,
});
/** Runs what is due, in order, and gives the runs, newest first. */
async function runAll() {
  await w.composed.jobs.listener({ organisationId: w.organisationId, lane: 0 }, new AbortController().signal);
  return runs();
}
const runs = async () => (await w.invoke(listListenerRuns, await w.people.boss.actor(), {})).items;
const output = async (id: Awaited<ReturnType<typeof runs>>[number]['id'] | undefined): Promise<string> =>
  (await w.invoke(readListenerRun, await w.people.boss.actor(), { listenerRunId: id as never })).output ?? '';

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
    await approve(await add(script(echo)));
    await follow();
    const id = await account();
    await change(id);
    await follow();
    await follow();
    const [run, ...others] = await runAll();
    expect(others).toEqual([]);
    expect(run).toMatchObject({ state: 'done', exitCode: 0, why: null, version: 1, test: false, account: { id } });
    const told = JSON.parse(await output(run?.id)) as unknown;
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
    await approve(await add(script(echo, { resourceTypes: ['MySQL Server'] })));
    const id = await account('MySQL Server');
    await follow();
    await change(id, 'Number-Two-71-!!aB');
    await change(await account('Linux'));
    await change(id, 'Number-Three-71-!!aB');
    await follow();
    const waiting = await runs();
    expect(waiting.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
    // The later one does not overtake.
    const later = waiting[0]?.id ?? '';
    await runListener(parts(), w.organisationId, later, new AbortController().signal);
    expect((await runs()).map(({ state }) => state)).toEqual(['waiting', 'waiting']);
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
    await approve(await add(script(print, { preCommand: ['/bin/sh', '-e'], arguments: extra, handOver: 'arguments' })));
    await approve(await add(script(print, { preCommand: ['/bin/sh', '-e'], arguments: extra })));
    await follow();
    await change(await account());
    await follow();
    const all = await Promise.all((await runAll()).map(async ({ id }) => output(id)));
    const own = `<a b><$HOME><*><'>`;
    const name = `host-${n}`;
    expect(all.sort()).toEqual([own, `<${name}><db.example><root><[secret]><[secret]>${own}`].sort());
  });

  it('reads a file of the environment that a shell can read, whatever the password is made of', async () => {
    const text =
      '#!/bin/sh\n. "$STRONGROOM_FILE"\nprintf %s "$NEW_PASSWORD" | sha256sum\nls -ld "$STRONGROOM_FILE"\nenv\n';
    await approve(await add(script(text, { handOver: 'environment-file' })));
    await follow();
    const tricky = `q'"$(id)\`x\\ 71-Aa`;
    await change(await account(), tricky);
    await follow();
    const [run] = await runAll();
    expect(run?.state).toBe('done');
    const written = await output(run?.id);
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
    await approve(await add(script(hangs, { timeLimitSeconds: 1 })));
    await approve(await add(script('#!/bin/sh\necho no >&2\nexit 3\n')));
    await approve(await add(script('#!/no/such/program\n')));
    await follow();
    await change(await account());
    await follow();
    const all = await runAll();
    const byState = new Map(all.map((run) => [run.why, run]));
    const late = all.find(({ state }) => state === 'timed-out');
    const child = Number(await output(late?.id));
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
    await approve(
      await add({
        name: 'module',
        spec: { kind: 'module', resourceTypes: [], arguments: ['own'] },
        file: { name: 'follow.ts', base64: base64(text) },
        companion: { name: 'side.sh', base64: base64('echo side\n') },
      }),
    );
    await follow();
    await change(await account());
    await follow();
    const [run] = await runAll();
    expect(await output(run?.id)).toBe(`host-${n} own echo side false  ERR_ACCESS_DENIED ERR_ACCESS_DENIED\n`);
    expect(run?.state).toBe('done');
  });

  it('is tried with made-up values, and once more for a password that is still the present one', async () => {
    const listener = await add(script(echo));
    await expect(w.invoke(testListener, await author.actor(), { listenerId: listener.id })).rejects.toMatchObject({
      code: 'not-that-state',
    });
    await approve(listener);
    await follow();
    await w.invoke(testListener, await author.actor(), { listenerId: listener.id });
    const [tried] = await runAll();
    expect(tried).toMatchObject({ test: true, state: 'done', account: null });
    expect(await output(tried?.id)).toContain('host.example.invalid');
    const id = await account();
    await change(id);
    await follow();
    const [first] = await runAll();
    const boss = await w.people.boss.actor();
    await w.invoke(retryListenerRun, boss, { listenerRunId: first?.id as never });
    expect((await runAll()).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    await change(id, 'Another-One-73-!!aB');
    await expect(w.invoke(retryListenerRun, boss, { listenerRunId: first?.id as never })).rejects.toMatchObject({
      code: 'not-that-state',
    });
  });

  it('is in doubt when the server died while it ran, and is not run again by itself', async () => {
    const { id } = await approve(await add(script(echo)));
    await follow();
    await change(await account());
    await follow();
    await w.sql(`update strongroom.listener_run set state = 'running', leased_until = now() - interval '1 second'`);
    await follow();
    expect(await runAll()).toMatchObject([{ listenerId: id, state: 'in-doubt' }]);
  });

  it('takes no more lanes than are its own, so that what hangs keeps no reset waiting', async () => {
    await approve(await add(script(echo)));
    await follow();
    const jobs = async (): Promise<number[]> =>
      (
        await w.sql<{ lane: number }>(
          `select (payload ->> 'lane')::int as lane from graphile_worker._private_jobs where payload ->> 'organisationId' = $1 and payload::jsonb ? 'lane' order by 1`,
          [w.organisationId],
        )
      ).map(({ lane }) => lane);
    for (let i = 0; i < lanes + 2; i++) await change(await account());
    await w.sql(`delete from graphile_worker._private_jobs where payload::jsonb ? 'lane'`);
    await follow();
    expect(await jobs()).toEqual([0, 1, 2, 3, 4, 5]);
    // As many are at work as may be: nothing more is begun, neither by a lane nor by a round.
    await w.sql(
      `update strongroom.listener_run set state = 'running', leased_until = now() + interval '1 hour' where id in (select id from strongroom.listener_run order by id limit ${lanes})`,
    );
    await w.sql(`delete from graphile_worker._private_jobs where payload::jsonb ? 'lane'`);
    await follow();
    expect(await jobs()).toEqual([]);
    const states = (await runAll()).map(({ state }) => state);
    expect(states.filter((state) => state === 'waiting')).toHaveLength(2);
    // One has ended: there is room for one, which then finds the other.
    await w.sql(
      `update strongroom.listener_run set state = 'done', ended_at = now() where id = (select min(id::text)::uuid from strongroom.listener_run)`,
    );
    await follow();
    expect(await jobs()).toEqual([0]);
    await runAll();
    expect((await runs()).filter(({ state }) => state === 'waiting')).toEqual([]);
  });

  it('stands still while it is off, and is gone with its runs when it is deleted', async () => {
    const { id } = await approve(await add(script(echo)));
    await follow();
    const one = await account();
    await change(one);
    await follow();
    await w.invoke(switchListener, await author.actor(), { listenerId: id, on: false });
    expect(await runAll()).toMatchObject([{ state: 'skipped', why: 'It is turned off.' }]);
    await change(one, 'Another-One-73-!!aB');
    await follow();
    expect(await runs()).toHaveLength(1);
    await tidyListenerRuns(w.database, w.organisationId);
    expect(await runs()).toHaveLength(1);
    await w.sql(`update strongroom.listener_run set ended_at = now() - interval '91 days'`);
    await tidyListenerRuns(w.database, w.organisationId);
    expect(await runs()).toEqual([]);
    await w.invoke(deleteListener, await author.actor(), { listenerId: id });
    expect((await w.invoke(listListeners, await author.actor(), {})).items).toEqual([]);
    expect(await w.sql('select 1 from strongroom.listener_file')).toEqual([]);
  });

  it('tells nobody of accounts that they do not see', async () => {
    await approve(await add(script(echo)));
    await follow();
    await change(await account());
    await follow();
    const [run] = await runAll();
    const actor = await author.actor();
    expect((await w.invoke(listListenerRuns, actor, {})).items).toMatchObject([{ id: run?.id, account: null }]);
    expect((await w.invoke(listListenerRuns, actor, { search: `host-${n}` })).total).toBe(0);
    expect((await w.invoke(listListenerRuns, await w.people.boss.actor(), { search: `host-${n}` })).total).toBe(1);
    expect(await w.invoke(readListenerRun, actor, { listenerRunId: run?.id as never })).toMatchObject({
      account: null,
      output: null,
    });
  });
});

describe('approval', () => {
  it('is a second administrator’s, of exactly what they read; until then nothing runs, and an edit waits anew', async () => {
    const listener = await add(script('#!/bin/sh\necho one\n'));
    await follow();
    const id = await account();
    await change(id);
    await follow();
    expect(await runs()).toEqual([]);
    await expect(approve(listener, author)).rejects.toMatchObject({ code: 'not-yourself' });
    await approve(listener);
    // Edited by the one who approved: the first author may decide now, and meanwhile what was approved runs.
    const edit = { name: listener.name, spec: script('').spec, newest: 1, listenerId: listener.id };
    await w.invoke(updateListener, await second.actor(), {
      ...edit,
      file: { name: 'follow.sh', base64: base64('#!/bin/sh\necho two\n') },
    });
    await change(id, 'Another-One-73-!!aB');
    await follow();
    const [run] = await runAll();
    expect([run?.version, await output(run?.id)]).toEqual([1, 'one\n']);
    await expect(approve(listener, second)).rejects.toMatchObject({ code: 'not-yourself' });
    // Somebody else edits it once more: then neither of the two decides.
    await w.invoke(updateListener, await author.actor(), { ...edit, newest: 2, note: 'again' });
    await expect(approve(listener, author)).rejects.toMatchObject({ code: 'not-yourself' });
    await expect(approve(listener, second)).rejects.toMatchObject({ code: 'not-yourself' });
    const boss = await w.people.boss.actor();
    const { versions } = await w.invoke(readListener, boss, { listenerId: listener.id });
    expect(versions.map(({ state }) => state)).toEqual(['waiting', 'replaced', 'approved']);
    await expect(
      w.invoke(approveListener, boss, { listenerId: listener.id, hash: versions[1]?.hash ?? '' }),
    ).rejects.toMatchObject({ code: 'changed-meanwhile' });
    await approve(listener, w.people.boss);
    await change(id, 'Another-One-74-!!aB');
    await follow();
    const [last] = await runAll();
    expect([last?.version, await output(last?.id)]).toEqual([3, 'two\n']);
    expect((await w.audit('listener.approve')).filter(({ outcome }) => outcome === 'done').length).toBeGreaterThan(1);
  });

  it('is asked for by mail of those who may give it, listed as theirs, and may be refused with a reason', async () => {
    const boss = await w.people.boss.actor();
    await w.invoke(updateSettings, boss, {
      mail: { host: 'mail.example', port: 25, security: 'none', from: 'strongroom@example.org' },
    });
    await w.sql('delete from strongroom.mail_outbox');
    const listener = await add(script(echo));
    const to = await w.sql<{ to: string }>('select to_address as to from strongroom.mail_outbox order by 1');
    expect(to.map((mail) => mail.to)).toEqual(['boss@example.org', 'privileged@example.org']);
    expect(await w.invoke(listApprovals, await author.actor(), {})).toMatchObject({
      mine: 0,
      items: [{ id: listener.id, mayDecide: false, edit: false }],
    });
    expect(await w.invoke(listApprovals, await second.actor(), {})).toMatchObject({ mine: 1 });
    const { versions } = await w.invoke(readListener, boss, { listenerId: listener.id });
    await w.invoke(refuseListener, boss, {
      listenerId: listener.id,
      hash: versions[0]?.hash ?? '',
      why: 'No reviews.',
    });
    expect(await w.invoke(listApprovals, await second.actor(), {})).toMatchObject({ mine: 0, items: [] });
    const after = await w.invoke(readListener, boss, { listenerId: listener.id });
    expect(after).toMatchObject({ listener: { runs: null }, versions: [{ state: 'refused', why: 'No reviews.' }] });
    await expect(approve(listener)).rejects.toMatchObject({ code: 'not-that-state' });
  });

  it('shows the script as it is stored, with the checksum that sha256sum gives', async () => {
    const listener = await add(script(echo));
    const actor = await second.actor();
    const file = await w.invoke(readListenerFile, actor, { listenerId: listener.id, listenerVersion: 1 });
    expect(Buffer.from(file.base64, 'base64').toString()).toBe(echo);
    expect(file.sha256).toBe('be2bb79ee3ec9a659644c659209f2e068fd069fdb1c1c6c4053f9fe0be48746c');
    const [row] = await w.sql<{ text: string }>(
      `select encode(sealed, 'escape') as text from strongroom.listener_file`,
    );
    expect(row?.text).not.toContain(base64(echo).slice(0, 12));
  });

  it('gives a list with who changed and who approved', async () => {
    await approve(await add(script(echo)));
    const { items } = await w.invoke(listListeners, await author.actor(), {});
    expect(items).toMatchObject([{ changedBy: 'admin', approvedBy: 'privileged', runs: 1, on: true, lastRun: null }]);
  });
});
