// needs: root
import { createHmac } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  addTrustedCertificates,
  approveListener,
  createListener,
  createResource,
  listListenerRuns,
  readListener,
  readListenerRun,
  revealAccount,
  rotateAccount,
  updateListener,
  type AccountId,
  type Listener,
  type ListenerSpec,
} from '@strongroom/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { makeCertificate } from '../../test/certificates.ts';
import { watchFor } from '../../test/watcher.ts';
import { noOutpost, world, type Person, type World } from '../../test/world.ts';
import { listenerRound, runListener } from './index.ts';
import type { RunAs } from '../sandbox/index.ts';

/** Numbers that no user of the machine has: setuid(2) asks for none. */
const runAs: RunAs = { is: 'user', uid: 61_001, gid: 61_001 };

let w: World;
let folder: string;
beforeAll(async () => {
  // Targets that take every password: what is shown here is what follows.
  w = await world({
    outpost: {
      ...noOutpost,
      verify: () => Promise.resolve({ said: 'accepted', offered: undefined }),
      reset: () => Promise.resolve({ said: { is: 'done' }, offered: undefined }),
    },
  });
  folder = mkdtempSync(join(tmpdir(), 'sr-listen-'));
  chmodSync(folder, 0o755);
});
afterAll(async () => {
  await w.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => w.sql('delete from strongroom.listener'));

const base64 = (content: string): string => Buffer.from(content).toString('base64');
let n = 0;
const add = async (input: Omit<z.input<typeof createListener.input>, 'name'>) =>
  w.invoke(createListener, await w.people.admin.actor(), { name: `listener-${++n}`, ...input });
async function approve({ id }: Listener, by: Person = w.people.privileged): Promise<unknown> {
  const actor = await by.actor();
  const { versions } = await w.invoke(readListener, actor, { listenerId: id });
  return w.invoke(approveListener, actor, { listenerId: id, hash: versions[0]?.hash ?? '' });
}
async function account(type: string): Promise<AccountId> {
  const resource = await w.invoke(createResource, await w.people.keeper.actor(), {
    name: `host-${++n}`,
    type,
    dnsName: 'db.example',
    accounts: [{ username: 'root', password: 'The-Former-One-71-!!' }],
    reset: { settings: {} },
  });
  const [row] = await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1', [resource.id]);
  return row?.id as AccountId;
}
/** Resets a password on the target, and gives the state that its attempt ended in. */
async function rotate(accountId: AccountId): Promise<string | undefined> {
  const { attemptId } = await w.invoke(rotateAccount, await w.people.keeper.actor(), { accountId });
  await w.composed.jobs.rotate({ organisationId: w.organisationId, attemptId }, new AbortController().signal);
  const [row] = await w.sql<{ state: string }>('select state from strongroom.rotation_attempt where id = $1', [
    attemptId,
  ]);
  return row?.state;
}
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
const waiting = async (): Promise<string[]> =>
  (await w.sql<{ id: string }>(`select id from strongroom.listener_run where state = 'waiting' order by id`)).map(
    ({ id }) => id,
  );
const run = (runId: string): Promise<void> =>
  runListener(
    { perform: w.perform, vault: w.vault, runAs, publicUrl: () => '', onAltered: () => undefined },
    w.organisationId,
    runId,
    new AbortController().signal,
  );
async function results(): Promise<{ state: string; version: number | null; output: string | null }[]> {
  const boss = await w.people.boss.actor();
  const { items } = await w.invoke(listListenerRuns, boss, {});
  return Promise.all(
    items.map(async ({ id }) => {
      const { state, version, output } = await w.invoke(readListenerRun, boss, { listenerRunId: id });
      return { state, version, output };
    }),
  );
}
/** The account's current password. */
async function current(accountId: AccountId): Promise<string> {
  return (await w.invoke(revealAccount, await w.people.keeper.actor(), { accountId })).password;
}

describe('a script', () => {
  it('is sealed, approved by a second administrator at each edit, and runs apart from the reset, within its time, unseen by other users [LSN-01]', async () => {
    const go = join(folder, 'go');
    const body = (word: string): string =>
      `. "$STRONGROOM_FILE"\nwhile [ ! -e ${go} ]; do sleep 0.05; done\necho ${word} "$RESOURCE_DNS_NAME" "$ACCOUNT_NAME" "$#" "$1" "$NEW_PASSWORD" "$OLD_PASSWORD"\n`;
    const spec: Extract<ListenerSpec, { kind: 'script' }> = {
      ...{ kind: 'script', resourceTypes: ['Linux'], arguments: ['own argument'], preCommand: ['/bin/sh', '-eu'] },
      ...{ handOver: 'environment-file', timeLimitSeconds: 30 },
    };
    const { listener } = await add({ spec, file: { name: 'watched-4712', base64: base64(body('one')) } });
    const [stored] = await w.sql<{ all: string }>(
      `select string_agg(f::text, '') || (select string_agg(v::text, '') from strongroom.listener_version v) as all from strongroom.listener_file f`,
    );
    expect(stored?.all).not.toMatch(/STRONGROOM_FILE|U1RST05HUk9PTV9GSUxF/);
    const [linux, mysql] = [await account('Linux'), await account('MySQL Server')];
    expect(await rotate(linux)).toBe('promoted');
    await follow();
    expect(await waiting()).toEqual([]);
    await expect(approve(listener, w.people.admin)).rejects.toMatchObject({ code: 'not-yourself' });
    await approve(listener);
    // The reset ends by itself; only then there is something to run, for the type that is followed.
    expect(await rotate(linux)).toBe('promoted');
    await rotate(mysql);
    expect(await results()).toEqual([]);
    await follow();
    const [first, ...others] = await waiting();
    expect(others).toEqual([]);
    const password = await current(linux);
    const watcher = watchFor('watched-4712', [password]);
    try {
      const ran = run(first ?? '');
      expect(await watcher.found).toEqual([]);
      writeFileSync(go, '', { mode: 0o644 });
      await ran;
    } finally {
      watcher.stop();
    }
    const one = 'one db.example root 1 own argument [secret] [secret]\n';
    expect(await results()).toEqual([{ state: 'done', version: 1, output: one }]);
    expect((await w.audit('listener.settle')).at(-1)?.details).toMatchObject({
      state: 'done',
      exitCode: '0',
      version: '1',
    });

    // An edit waits as well; and one that hangs is ended.
    const edit = { listenerId: listener.id, name: listener.name, newest: 1 };
    await w.invoke(updateListener, await w.people.admin.actor(), {
      ...edit,
      spec: { ...spec, timeLimitSeconds: 1 },
      file: { name: 'watched-4712', base64: base64('echo two\nsleep 3600\n') },
    });
    await rotate(linux);
    await follow();
    for (const id of await waiting()) await run(id);
    expect((await results())[0]).toEqual({ state: 'done', version: 1, output: one });
    await expect(approve(listener, w.people.admin)).rejects.toMatchObject({ code: 'not-yourself' });
    await approve(listener);
    expect(await rotate(linux)).toBe('promoted');
    await follow();
    for (const id of await waiting()) await run(id);
    expect((await results())[0]).toEqual({ state: 'timed-out', version: 2, output: 'two\n' });
  });
});

describe('a module and a webhook', () => {
  it('follow a reset too: the module by its interface, the webhook by a signed call over HTTPS, each approved by a second administrator [LSN-02]', async () => {
    const certificate = await makeCertificate({ dns: ['localhost'], ca: true });
    const calls: { body: string; signature: string }[] = [];
    const server = createServer(certificate, (asked, reply) => {
      void text(asked).then((body) => {
        calls.push({ body, signature: String(asked.headers['strongroom-signature']) });
        reply.writeHead(200).end('thanks');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await w.invoke(addTrustedCertificates, await w.people.boss.actor(), { pem: certificate.cert });
      const url = `https://localhost:${(server.address() as AddressInfo).port}/hook`;
      const webhook = await add({
        spec: { kind: 'webhook', resourceTypes: ['Linux'], arguments: [], url, sendsPasswords: true },
      });
      const code = `import { readFileSync } from 'node:fs';
        export default (resource: { dnsName: string }, account: { name: string; password: string }, scriptPath: string | null, oldPassword: string | null): string =>
          [resource.dnsName, account.name, readFileSync(scriptPath ?? '', 'utf8').trim(), oldPassword !== null && oldPassword !== account.password, process.getuid?.()].join(' ');`;
      const module = await add({
        spec: { kind: 'module', resourceTypes: ['Linux'], arguments: [] },
        file: { name: 'follow.ts', base64: base64(code) },
        companion: { name: 'side.ps1', base64: base64('Restart-Service\n') },
      });
      const linux = await account('Linux');
      await rotate(linux);
      await follow();
      expect(await waiting()).toEqual([]);
      for (const { listener } of [webhook, module]) {
        await expect(approve(listener, w.people.admin)).rejects.toMatchObject({ code: 'not-yourself' });
        await approve(listener);
      }
      await rotate(linux);
      await follow();
      for (const id of await waiting()) await run(id);
      expect((await results()).map(({ state, output }) => [state, output]).sort()).toEqual([
        ['done', 'db.example root Restart-Service true 61001\n'],
        ['done', 'thanks'],
      ]);
      expect(calls).toHaveLength(1);
      const [{ body, signature } = { body: '', signature: '' }] = calls;
      const [, seconds, mac] = /^t=(\d+),v1=(.+)$/.exec(signature) ?? [];
      expect(mac).toBe(
        createHmac('sha256', webhook.secret ?? '')
          .update(`${seconds}.${body}`)
          .digest('hex'),
      );
      expect(JSON.parse(body)).toMatchObject({ event: 'password.changed', newPassword: await current(linux) });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
