import { execFile } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, checkout, makePlace, type Place, type Running } from './program.ts';

interface Verified {
  readonly ok: boolean;
  readonly organisations: readonly {
    intact: boolean;
    events: number;
    kept: number;
    firstBad?: number;
    eventsPerSecond: number;
    problems: string[];
  }[];
}

let place: Place;
let server: Running;
let token: string;
const checkpoint = async (): Promise<string> => {
  const [row] = await place.sql<{ id: string }>('select id from strongroom.organisation');
  return join(place.home, 'checkpoints', `${row?.id ?? ''}.checkpoint`);
};
const verify = async (...args: string[]): Promise<Verified & { code: number | null }> => {
  const { code, stdout } = await place.run(['audit', 'verify', '--json', ...args]);
  return { code, ...(JSON.parse(stdout) as Verified) };
};
beforeAll(async () => {
  place = await makePlace({}, { from: 'with-token' });
  server = await place.start();
  token = readFileSync(place.tokenFile, 'utf8').trim();
  for (let n = 0; n < 12; n += 1) {
    const body = { name: `host ${String(n)} "ü"`, type: 'Linux', accounts: [{ username: 'root' }] };
    expect((await ask(server.url, 'POST', '/api/v1/resources', { token, body })).status).toBe(200);
  }
});
afterAll(() => place.remove());

/** Waits until the running server has sealed what was done. */
const sealed = () =>
  vi.waitFor(
    async () => {
      const [row] = await place.sql(
        'select from strongroom.audit_event e where not exists (select from strongroom.audit_leaf l where l.event_id = e.id)',
      );
      expect(row).toBeUndefined();
    },
    { timeout: 20_000, interval: 100 },
  );

describe('the trail by command', () => {
  it('is verified beside the running server, against the checkpoint kept outside the database [AUD-05]', async () => {
    await sealed();
    const found = await verify();
    expect(found).toMatchObject({ code: 0, ok: true, organisations: [{ intact: true, kept: 1, problems: [] }] });
    expect(found.organisations[0]?.events).toBeGreaterThanOrEqual(13);
    const { stdout } = await place.run(['audit', 'verify']);
    expect(stdout).toMatch(
      /^INTACT: \d+ events of Northwind IT under \d+ checkpoints, in [\d.]+ s \(\d+ events\/s\)\. 1 kept outside the database agree\.\n$/,
    );
  });

  it('is exported with its public key for the stand-alone verifiers, and the export is an event of it [AUD-05]', async () => {
    const file = join(place.base, 'trail.jsonl');
    const done = await place.run(['audit', 'export', file]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    for (const path of [file, `${file}.public-key`]) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await place.run(['audit', 'public-key'])).stdout).toBe(readFileSync(`${file}.public-key`, 'utf8'));
    const events = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"index":'));
    expect(events.at(-1)).toMatch(/"action":"audit\.export-by-command".*"client":"strongroom audit export by \w+"/);
    for (const [tool, script] of [
      [process.execPath, 'verify.mjs'],
      ['python3', 'verify.py'],
    ] as const) {
      const { stdout } = await promisify(execFile)(tool, [
        join(checkout, 'packages/audit-proof', script),
        file,
        `${file}.public-key`,
        '--since',
        await checkpoint(),
      ]);
      expect(stdout).toContain(`INTACT: ${String(events.length)} events`);
    }
    const again = await place.run(['audit', 'export', file]);
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: `${file} exists already; it is never overwritten.\n` });
  });

  const first = '(select event_id from strongroom.audit_leaf where leaf = 3)';
  it.each<[string, string, RegExp]>([
    [
      'an event changed',
      `update strongroom.audit_event set actor_name = 'somebody' where id = ${first}`,
      /checkpoint of \d+ events/,
    ],
    ['an event removed', `delete from strongroom.audit_event where id = ${first}`, /event 2 comes event 4: 1 missing/],
    [
      'two events in each other’s place',
      `update strongroom.audit_leaf l set event_id = o.event_id from strongroom.audit_leaf o where o.leaf = case l.leaf when 3 then 4 when 4 then 3 end`,
      /checkpoint of \d+ events/,
    ],
    [
      'an event put in and never sealed',
      `insert into strongroom.audit_event select (overlay(id::text placing 'ffff' from 33))::uuid, organisation_id, tx, at, trail, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, outcome, reason, ticket, request_id, address, client, details from strongroom.audit_event where id = ${first}`,
      /1 events were never sealed though later ones were/,
    ],
    [
      'an event put into another trail',
      `update strongroom.audit_event set trail = 'task' where id = ${first}`,
      /stand in the trail ‘task’/,
    ],
    [
      'a stored hash changed',
      `update strongroom.audit_leaf set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where leaf = 3`,
      /stored hash of event 3 is not its event's/,
    ],
    [
      'a detail that is no text',
      `update strongroom.audit_event set details = '{"n": 1}' where id = ${first}`,
      /cannot be written out/,
    ],
    [
      'the end cut, checkpoints too',
      `delete from strongroom.audit_checkpoint where size > 5; delete from strongroom.audit_event where id in (select event_id from strongroom.audit_leaf where leaf >= (select coalesce(max(size), 0) from strongroom.audit_checkpoint)); delete from strongroom.audit_leaf where leaf >= (select coalesce(max(size), 0) from strongroom.audit_checkpoint)`,
      /kept/,
    ],
    [
      'everything removed',
      `truncate strongroom.audit_event, strongroom.audit_leaf, strongroom.audit_checkpoint`,
      /holds no checkpoint, but one was kept outside it/,
    ],
  ])('shows %s by SQL behind the product’s back', async (_, tampering, said) => {
    const copies = ['audit_event', 'audit_leaf', 'audit_checkpoint'];
    await sealed();
    for (const table of copies) await place.sql(`create table public.copy_of_${table} as table strongroom.${table}`);
    await place.sql('alter table strongroom.audit_leaf drop constraint audit_leaf_event_id_key');
    const witness = readFileSync(await checkpoint());
    const path = await checkpoint();
    try {
      await place.sql(tampering);
      const found = await verify();
      expect(found).toMatchObject({ code: 1, ok: false });
      expect(found.organisations[0]?.problems.join('; ')).toMatch(said);
    } finally {
      for (const table of copies) {
        await place.sql(`truncate strongroom.${table} cascade`);
        await place.sql(`insert into strongroom.${table} select * from public.copy_of_${table}`);
        await place.sql(`drop table public.copy_of_${table}`);
      }
      await place.sql('alter table strongroom.audit_leaf add constraint audit_leaf_event_id_key unique (event_id)');
      writeFileSync(path, witness);
    }
  });

  it('is verified without a server, with the database opened for as long as that takes', async () => {
    const kept = await checkpoint();
    await place.sql(`update strongroom.audit_event set reason = 'x' where id = ${first}`);
    const text = await place.run(['audit', 'verify']);
    expect([text.code, text.stdout]).toEqual([
      1,
      expect.stringMatching(
        /^NOT INTACT: Northwind IT\. First bad event: between \d+ and \d+\. The first \d+ events are as they were sealed\./,
      ),
    ]);
    await place.sql(`update strongroom.audit_event set reason = null where id = ${first}`);
    await server.stop();
    expect(await verify('--since', kept)).toMatchObject({ code: 0, ok: true, organisations: [{ kept: 2 }] });
    const other = await place.run(['audit', 'verify', '--organisation', '01936b7e-5c00-7000-8000-000000000001']);
    expect(other).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^There is no organisation .* \(Northwind IT\)\.\n$/),
    });
    const status = await place.run(['key', 'status']);
    expect(status.stdout).toMatch(
      /^Key file .* holds master key ([0-9a-f]{16})\.\nThe database needs \1: it fits\.\nNorthwind IT: data key 1 of \d{4}-\d\d-\d\d\n$/,
    );
    expect((await place.run(['db', 'migrate'])).stdout).toMatch(
      /^The database \(PostgreSQL [\d.]+\) is at 0\d{3}_\w+: nothing to do\.\n$/,
    );
  });
});
