import { verifyExport, noteSigner, originOf } from '@strongroom/audit-proof';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../test/database.ts';
import { exportTrail, sealNew, verifyTrail } from '../audit/index.ts';
import { performer, system } from '../authorise/index.ts';
import { connect, type Database } from '../platform/db.ts';
import { newId } from '../platform/random.ts';

const id = newId();
const signer = noteSigner(originOf(id), new Uint8Array(32).fill(3));
let test: TestDatabase;
let database: Database;
const record = () =>
  performer(database)({ actor: system(id), action: 'audit.export-by-command', objectId: id }, () => Promise.resolve());

beforeAll(async () => {
  test = await freshDatabase();
  database = connect(test.url);
  await database.asOrganisation(id, (db) => db.insertInto('organisation').values({ id, name: 'Northwind' }).execute());
});
afterAll(async () => {
  await database.close();
  await test.close();
});

describe('a trail that is sealed while it is read', () => {
  it('has nothing to verify before the first seal, unless a checkpoint was kept', async () => {
    expect(await verifyTrail(database, id, signer, [])).toMatchObject({ intact: true, events: 0, checkpoints: 0 });
    const kept = 'strongroom/x\n1\nAAAA\n\n';
    expect(await verifyTrail(database, id, signer, [kept])).toMatchObject({
      intact: false,
      problems: [expect.stringContaining('the trail was removed')],
    });
  });

  it('is exported whole, whenever a new seal comes between the readings of the export', async () => {
    let events = 0;
    const add = async (): Promise<void> => {
      await record();
      // The horizon is the whole cluster's: a transaction of another suite's database may still hold it back.
      await vi.waitFor(
        async () => {
          expect(await sealNew(database, id, signer)).toMatchObject({ sealed: 1 });
        },
        { timeout: 20_000 },
      );
      events += 1;
    };
    await add();
    for (const between of [1, 2, 3, 4]) {
      let readings = 0;
      const sealedMeanwhile: Database = {
        ...database,
        async asOrganisation(organisationId, work) {
          readings += 1;
          if (readings === between) await add();
          return database.asOrganisation(organisationId, work);
        },
      };
      const lines: string[] = [];
      for await (const line of exportTrail(sealedMeanwhile, id)) lines.push(line);
      expect(await verifyExport([Buffer.from(lines.join(''))], signer.verifierKey)).toMatchObject({ intact: true });
    }
    expect(events).toBeGreaterThanOrEqual(4);
    expect(await verifyTrail(database, id, signer, [])).toMatchObject({
      intact: true,
      events,
      checkpoints: events,
      unsealed: 0,
    });
  });

  it('counts what is not sealed yet, and says nothing of it', async () => {
    await record();
    expect(await verifyTrail(database, id, signer, [])).toMatchObject({
      intact: true,
      events: 5,
      unsealed: 1,
      problems: [],
    });
  });
});
