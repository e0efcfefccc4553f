import { verifyExport, type Verdict } from '@strongroom/audit-proof';
import { createResource, listAudit, listResources, readAuditEvent, readAuditSeal } from '@strongroom/contract';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../test/browser.ts';
import { world, type World } from '../../test/world.ts';
import { exportTrail, sealNew, verifyTrail } from './index.ts';

let w: World;
let made = 0;
beforeAll(async () => {
  w = await world();
});
afterAll(() => w.close());

interface OpenWriter {
  commit(): Promise<void>;
  rollBack(): Promise<void>;
}
/** An event written in a transaction that stays open as long as the test wants. */
async function slowWriter(): Promise<OpenWriter> {
  const connection = new pg.Client({ connectionString: w.url });
  await connection.connect();
  await connection.query('begin');
  await connection.query(`select set_config('app.organisation_id', $1, true)`, [w.organisationId]);
  await connection.query(
    `insert into strongroom.audit_event (id, organisation_id, at, trail, actor_kind, actor_name, action, object_kind, outcome, details)
     values (gen_random_uuid(), $1, date_trunc('milliseconds', now()), 'task', 'system', 'slow', 'account.record-proof', 'account', 'done', '{}')`,
    [w.organisationId],
  );
  const end = async (how: 'commit' | 'rollback'): Promise<void> => {
    await connection.query(how);
    await connection.end();
  };
  return { commit: () => end('commit'), rollBack: () => end('rollback') };
}
const work = async () =>
  w.invoke(createResource, await w.people.keeper.actor(), { name: `host-${++made}`, type: 'Linux' });

/** Leaves without a gap from 0 on, and every event of the trail exactly once. Returns how many. */
async function dense(): Promise<number> {
  const [row] = await w.sql<{ events: number }>(
    `select (select count(*) from strongroom.audit_event where organisation_id = $1)::int as events, count(*)::int as leaves, count(distinct event_id)::int as distinct,
       min(leaf)::int as first, max(leaf)::int as last from strongroom.audit_leaf where organisation_id = $1`,
    [w.organisationId],
  );
  const events = row?.events ?? 0;
  expect(row).toEqual({ events, leaves: events, distinct: events, first: 0, last: events - 1 });
  return events;
}
async function verified(kept: readonly string[] = []): Promise<Verdict> {
  const lines: Buffer[] = [];
  for await (const line of exportTrail(w.database, w.organisationId)) lines.push(Buffer.from(line));
  return verifyExport(lines, w.signerOf(w.organisationId).verifierKey, kept);
}

describe('sealing', () => {
  it('takes no event while an older transaction may still add one before it, and loses none', async () => {
    await work();
    await w.seal();
    const before = await dense();
    const slow = await slowWriter();
    const abandoned = await slowWriter();
    for (let i = 0; i < 3; i++) await work();
    // The slow one is older than all three: they wait for it.
    await sealNew(w.database, w.organisationId, w.signerOf(w.organisationId));
    const [sealed] = await w.sql<{ n: number }>(
      'select count(*)::int as n from strongroom.audit_leaf where organisation_id = $1',
      [w.organisationId],
    );
    expect(sealed?.n).toBe(before);
    await abandoned.rollBack();
    await slow.commit();
    await w.seal();
    expect(await dense()).toBe(before + 4);
    expect(await verified()).toMatchObject({ intact: true });
  });

  it('under many writers and several sealers at once gives each event one leaf, dense and in one tree', async () => {
    const before = await dense();
    let writing = true;
    const sealers = [0, 1, 2].map(async () => {
      while (writing) {
        await sealNew(w.database, w.organisationId, w.signerOf(w.organisationId));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const slow: Promise<void>[] = [];
    const writers = Array.from({ length: 6 }, async (_, i) => {
      for (let n = 0; n < 6; n++) {
        if (n === i) {
          const writer = await slowWriter();
          slow.push(work().then(() => (i % 2 ? writer.commit() : writer.rollBack())));
        }
        await work();
      }
    });
    await Promise.all(writers);
    await Promise.all(slow);
    writing = false;
    await Promise.all(sealers);
    const last = await w.seal();
    expect(await dense()).toBe(before + 36 + 6 + 3);
    expect(await verified([last])).toMatchObject({ intact: true });
  });

  it('goes on in a database that was moved to another cluster, whose transaction numbers start anew', async () => {
    await w.seal();
    await w.sql(`update strongroom_local.audit_cursor set tx = tx + 1000000000 where organisation_id = $1`, [
      w.organisationId,
    ]);
    await w.sql(`update strongroom.audit_event set tx = tx + 1000000000 where organisation_id = $1`, [
      w.organisationId,
    ]);
    const before = await dense();
    for (let i = 0; i < 3; i++) await work();
    await w.seal();
    expect(await dense()).toBe(before + 3);
    await work();
    await w.seal();
    expect(await dense()).toBe(before + 4);
    expect(await verified()).toMatchObject({ intact: true });
    // A cursor that was lost altogether costs a look at everything, and nothing else.
    await w.sql('delete from strongroom_local.audit_cursor');
    await work();
    await w.seal();
    expect(await dense()).toBe(before + 5);
  });

  it('makes one tree for each organisation [AUD-05]', async () => {
    await w.invoke(createResource, await w.people.foreign.actor(), { name: 'elsewhere', type: 'Linux' });
    await w.seal(w.otherOrganisationId);
    await w.seal();
    await dense();
    const lines: Buffer[] = [];
    for await (const line of exportTrail(w.database, w.otherOrganisationId)) lines.push(Buffer.from(line));
    expect(Buffer.concat(lines).toString()).not.toContain(w.organisationId);
    expect(await verifyExport(lines, w.signerOf(w.otherOrganisationId).verifierKey)).toMatchObject({ intact: true });
    // Signed for one organisation it proves nothing of another.
    expect(await verifyExport(lines, w.signerOf(w.organisationId).verifierKey)).toMatchObject({ intact: false });
  });
});

describe('reading the trail', () => {
  it('lists newest first with filters and search, for roles that may and their own organisation only', async () => {
    const auditor = await w.people.auditor.actor();
    const all = await w.invoke(listAudit, auditor, { limit: 5 });
    expect(all.items).toHaveLength(5);
    expect(all.items.map((item) => item.id)).toEqual(
      all.items
        .map((item) => item.id)
        .sort()
        .reverse(),
    );
    const created = await w.invoke(listAudit, auditor, {
      action: 'resource.create',
      outcome: 'done',
      actorId: w.people.keeper.id as never,
      limit: 500,
    });
    expect(created.items.length).toBe(made);
    expect(
      (await w.invoke(listAudit, auditor, { search: 'HOST-1', action: 'resource.create' })).items.every((item) =>
        item.objectName?.startsWith('host-1'),
      ),
    ).toBe(true);
    const [one] = created.items;
    expect(await w.invoke(readAuditEvent, auditor, { eventId: one?.id as never })).toEqual(one);
    expect((await w.invoke(listAudit, auditor, { until: '2020-01-01T00:00:00Z' })).total).toBe(0);
    for (const name of ['keeper', 'nobody'] as const)
      await expect(w.invoke(listAudit, await w.people[name].actor(), {})).rejects.toMatchObject({
        code: 'not-your-role',
      });
    await expect(
      w.invoke(readAuditEvent, await w.people.foreign.actor(), { eventId: one?.id as never }),
    ).rejects.toMatchObject({ code: 'not-found' });
    expect((await w.invoke(listAudit, await w.people.foreign.actor(), { search: 'host-1' })).total).toBe(0);
  });

  it('tells how far it is sealed, and the key that checks it', async () => {
    const auditor = await w.people.auditor.actor();
    const checkpoint = await w.seal();
    const seal = await w.invoke(readAuditSeal, auditor, {});
    expect(seal).toMatchObject({
      unsealed: 0,
      sealed: await dense(),
      publicKey: w.signerOf(w.organisationId).verifierKey,
    });
    expect(seal.checkpoint).toBe(checkpoint);
    await work();
    expect((await w.invoke(readAuditSeal, auditor, {})).unsealed).toBe(1);
    await expect(w.invoke(listResources, auditor, {})).resolves.toMatchObject({ total: 0 });
  });

  it('is exported over HTTP as a stream that verifies, and the export itself is in the trail', async () => {
    await w.seal();
    const app = w.app();
    const session = await w.people.auditor.session();
    const answer = await app.inject({ method: 'GET', url: '/api/v1/audit-export', headers: session.headers });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain('application/jsonl');
    expect(await verifyExport([answer.rawPayload], w.signerOf(w.organisationId).verifierKey)).toMatchObject({
      intact: true,
    });
    expect((await w.audit('audit.export')).at(-1)).toMatchObject({ outcome: 'done', actor_name: 'auditor' });
    const keeper = await w.people.keeper.session();
    const refused = await app.inject({ method: 'GET', url: '/api/v1/audit-export', headers: keeper.headers });
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([403, 'not-your-role']);
    expect((await client(app).send({ method: 'GET', path: '/audit-export' })).body['code']).toBe('signed-out');
  });

  it('is seen to be whole where it lies', async () => {
    const kept = await w.seal();
    const report = await verifyTrail(w.database, w.organisationId, w.signerOf(w.organisationId), [kept]);
    expect(report).toMatchObject({ intact: true, problems: [], unsealed: 0, events: await dense() });
  });
});
