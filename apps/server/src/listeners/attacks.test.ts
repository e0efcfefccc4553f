import {
  approveListener,
  changePassword,
  createListener,
  createResource,
  listListenerRuns,
  readListener,
  readListenerFile,
  readListenerRun,
  updateSettings,
  type ListenerId,
} from '@strongroom/contract';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import { createVault } from '../vault/index.ts';
import { listenerRound, runListener } from './index.ts';

let w: World;
let folder: string;
let ran: string;
const alarms: { listener: string; why: string }[] = [];
beforeAll(async () => {
  w = await world();
});
afterAll(() => w.close());
let made = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sr-attack-'));
  ran = join(folder, 'ran');
  alarms.length = 0;
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** A listener that leaves a mark where it ran; approved, unless told otherwise. */
async function listener(options: { approved?: boolean } = {}): Promise<ListenerId> {
  const added = await w.invoke(createListener, await w.people.admin.actor(), {
    name: `listener-${++made}`,
    spec: { kind: 'script', resourceTypes: [], arguments: [] },
    file: { name: 'follow.sh', base64: base64(`#!/bin/sh\ntouch ${ran}\n`) },
  });
  const listenerId = added.listener.id;
  if (options.approved === false) return listenerId;
  const actor = await w.people.privileged.actor();
  const { versions } = await w.invoke(readListener, actor, { listenerId });
  await w.invoke(approveListener, actor, { listenerId, hash: versions[0]?.hash ?? '' });
  return listenerId;
}
/** A run of it that waits, about a new password of an account; put there past the product. */
async function runOf(listenerId: ListenerId): Promise<string> {
  const owner = await w.people.keeper.actor();
  const resource = await w.invoke(createResource, owner, {
    name: `host-${++made}`,
    type: 'Linux',
    accounts: [{ username: 'root', password: 'The-Former-One-71-!!' }],
  });
  const [account] = await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1', [
    resource.id,
  ]);
  await w.invoke(changePassword, owner, {
    accountId: account?.id as never,
    password: 'The-New-One-72-!!',
    where: 'local',
  });
  const [run] = await w.sql<{ id: string }>(
    `insert into strongroom.listener_run (id, organisation_id, listener_id, account_id, account_name, old_version, new_version)
     values (gen_random_uuid(), $1, $2, $3, 'root', 1, 2) returning id`,
    [w.organisationId, listenerId, account?.id],
  );
  return run?.id ?? '';
}
const run = (runId: string): Promise<void> =>
  runListener(
    {
      perform: w.perform,
      vault: createVault(w.key),
      runAs: { is: 'self' },
      publicUrl: () => 'https://vault.example',
      onAltered: (alarm) => void alarms.push(alarm),
    },
    w.organisationId,
    runId,
    new AbortController().signal,
  );
const stateOf = async (runId: string) => {
  const [row] = await w.sql<{ state: string; why: string | null }>(
    'select state, why from strongroom.listener_run where id = $1',
    [runId],
  );
  return row;
};

describe('whoever writes into the database', () => {
  it('is no obstacle to a listener that is as it was approved', async () => {
    const runId = await runOf(await listener());
    await run(runId);
    expect(await stateOf(runId)).toEqual({ state: 'done', why: null });
    expect(existsSync(ran)).toBe(true);
  });

  const edits: [string, string][] = [
    ['its arguments', `update strongroom.listener_version set spec = jsonb_set(spec, '{arguments}', '["-x"]') where listener_id = $1`],
    ['what runs it', `update strongroom.listener_version set spec = jsonb_set(spec, '{preCommand}', '["/bin/sh"]') where listener_id = $1`],
    ['how it is told', `update strongroom.listener_version set spec = jsonb_set(spec, '{handOver}', '"arguments"') where listener_id = $1`],
    ['its types', `update strongroom.listener_version set spec = jsonb_set(spec, '{resourceTypes}', '["Linux"]') where listener_id = $1`],
    ['its name', `update strongroom.listener_version set name = 'harmless' where listener_id = $1`],
    ['its specification to something unreadable', `update strongroom.listener_version set spec = '{}' where listener_id = $1`],
    ['its text', `update strongroom.listener_file set sealed = overlay(sealed placing '\\x00'::bytea from 40) where listener_id = $1`],
    ['the name of its file', `update strongroom.listener_file set name = 'other.sh' where listener_id = $1`],
    ['its checksum', `update strongroom.listener_file set sha256 = repeat('0', 64) where listener_id = $1`],
    ['its text to that of another listener', `update strongroom.listener_file set (sealed, sha256) = (select sealed, sha256 from strongroom.listener_file o where o.listener_id <> $1 limit 1) where listener_id = $1`],
    ['its file to that of another listener', `update strongroom.listener_version set file_id = (select id from strongroom.listener_file o where o.listener_id <> $1 limit 1) where listener_id = $1`],
    ['its approval', `update strongroom.listener_version set approval = '\\x00' where listener_id = $1`],
    ['its approval to that of another listener', `update strongroom.listener_version set approval = (select approval from strongroom.listener_version o where o.listener_id <> $1 and o.approval is not null limit 1) where listener_id = $1`],
    ['its author to who approved it', `update strongroom.listener_version set author_id = (select id from strongroom.app_user where username = 'privileged') where listener_id = $1`],
  ]; // prettier-ignore
  it.each(edits)('changes %s: it is not run, opens no password, and an alarm is raised', async (_what, statement) => {
    await listener();
    const id = await listener();
    const runId = await runOf(id);
    await w.sql(statement, [id]);
    const opened = (await w.audit('listener.run')).filter(({ details }) => details['purpose']).length;
    await run(runId);
    expect((await stateOf(runId))?.state).toBe('refused');
    expect(existsSync(ran)).toBe(false);
    expect(alarms).toHaveLength(1);
    const trail = await w.audit('listener.run');
    expect(trail.filter(({ details }) => details['purpose']).length).toBe(opened);
    expect(trail.at(-1)?.details).toMatchObject({ state: 'refused', alarm: alarms[0]?.why });
  });

  it('approves one by hand, or with an approval of another version: it is not run', async () => {
    const id = await listener({ approved: false });
    const runId = await runOf(id);
    await run(runId);
    expect(await stateOf(runId)).toEqual({ state: 'skipped', why: 'No version of it is approved.' });
    const approved = await listener();
    for (const approval of [
      `'\\x0102'::bytea`,
      `(select approval from strongroom.listener_version where listener_id = '${approved}')`,
    ]) {
      await w.sql(
        `update strongroom.listener_version set state = 'approved', decided_by = 'privileged', decided_at = now(), approval = ${approval} where listener_id = $1`,
        [id],
      );
      await w.sql('update strongroom.listener set runs = 1 where id = $1', [id]);
      const again = await runOf(id);
      await run(again);
      expect((await stateOf(again))?.state).toBe('refused');
    }
    // Turned on without any approval the database itself refuses.
    await expect(
      w.sql(`update strongroom.listener_version set approval = null where listener_id = $1`, [id]),
    ).rejects.toThrow(/check/);
    expect(existsSync(ran)).toBe(false);
  });

  it('changes a password that a listener is to be told of: it is not run, and no other run waits for it', async () => {
    const runId = await runOf(await listener());
    await w.sql(
      `update strongroom.secret s set sealed = overlay(s.sealed placing '\\x00'::bytea from 40) from strongroom.listener_run x where x.id = $1 and s.account_id = x.account_id and s.version = 2`,
      [runId],
    );
    await run(runId);
    expect(await stateOf(runId)).toMatchObject({
      state: 'skipped',
      why: expect.stringContaining('does not open') as string,
    });
    expect(existsSync(ran)).toBe(false);
  });

  it('is told of by mail to all who may decide', async () => {
    await w.invoke(updateSettings, await w.people.boss.actor(), {
      mail: { host: 'mail.example', port: 25, security: 'none', from: 'strongroom@example.org' },
    });
    const id = await listener();
    const runId = await runOf(id);
    await w.sql('delete from strongroom.mail_outbox');
    await w.sql(`update strongroom.listener_version set note = 'other' where listener_id = $1`, [id]);
    await run(runId);
    const mails = await w.sql<{ to: string; about: string; body: string }>(
      'select to_address as to, about, body from strongroom.mail_outbox order by 1',
    );
    expect(mails.map(({ to }) => to)).toEqual(['admin@example.org', 'boss@example.org', 'privileged@example.org']);
    expect(mails[0]).toMatchObject({ about: 'alarm' });
  });
});

describe('whoever has no right', () => {
  it('sees no listener, no script, no run and no approval of another organisation', async () => {
    const id = await listener();
    const runId = await runOf(id);
    const foreign = await w.people.foreign.actor();
    await expect(w.invoke(readListener, foreign, { listenerId: id })).rejects.toMatchObject({ code: 'not-found' });
    await expect(w.invoke(readListenerFile, foreign, { listenerId: id, listenerVersion: 1 })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(w.invoke(readListenerRun, foreign, { listenerRunId: runId as never })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect((await w.invoke(listListenerRuns, foreign, {})).total).toBe(0);
    // A job that carries another organisation's run finds nothing.
    await runListener(
      { perform: w.perform, vault: w.vault, runAs: { is: 'self' }, publicUrl: () => '', onAltered: () => undefined },
      w.otherOrganisationId,
      runId,
      new AbortController().signal,
    );
    expect(await stateOf(runId)).toMatchObject({ state: 'waiting' });
    await listenerRound(w.perform, w.otherOrganisationId);
    expect(existsSync(ran)).toBe(false);
  });

  it('approves as a program: no token decides, whatever it carries', async () => {
    const id = await listener({ approved: false });
    const { versions } = await w.invoke(readListener, await w.people.boss.actor(), { listenerId: id });
    const token = await w.people.boss.token(['read', 'passwords', 'manage', 'administer']);
    await expect(
      w.invoke(approveListener, token.actor, { listenerId: id, hash: versions[0]?.hash ?? '' }),
    ).rejects.toMatchObject({ code: 'scope-missing' });
  });
});
