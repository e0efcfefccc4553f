import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import {
  CompactTree,
  canonicalEvent,
  exportLines,
  leafHash,
  noteSigner,
  originOf,
  signCheckpoint,
  type AuditRecord,
} from '@strongroom/audit-proof';
import { sealNew } from '../apps/server/src/audit/index.ts';
import { connect } from '../apps/server/src/platform/db.ts';
import { freshDatabase } from '../apps/server/test/database.ts';
import { startTestServer } from '../apps/server/test/global-database.ts';

const organisationId = '01936b7e-5c00-7000-8000-000000000001';
const signer = noteSigner(originOf(organisationId), new Uint8Array(32).fill(1));
const events = 300_000;
/** As a busy server seals: some hundred events a second, one checkpoint each. */
const perCheckpoint = 300;
const sealed = 30_000;
const rounds = 3;
const targets = { 'verify.mjs': 100_000, 'verify.py': 20_000, seal: 5_000 } as const;

/** An event like those of a day: reveals with a reason, names with letters of more than one byte. */
const eventOf = (n: number): AuditRecord => ({
  id: `01936b7e-5c00-7000-9000-${String(n).padStart(12, '0')}`,
  organisationId,
  at: new Date(Date.UTC(2026, 0, 1) + n * 250).toISOString(),
  actorKind: 'user',
  actorId: `01936b7e-5c00-7000-a000-${String(n % 50).padStart(12, '0')}`,
  actorName: `user${n % 50}`,
  action: n % 5 === 0 ? 'account.change-password' : 'account.reveal',
  objectKind: 'account',
  objectId: `01936b7e-5c00-7000-b000-${String(n % 10_000).padStart(12, '0')}`,
  objectName: `root on server-${n % 1000}.münchen.example`,
  outcome: n % 40 === 0 ? 'refused' : 'done',
  reason: n % 3 === 0 ? 'Disk full, see "CHG-1"' : null,
  ticket: n % 3 === 0 ? `CHG-${n}` : null,
  requestId: `01936b7e-5c00-7000-c000-${String(n).padStart(12, '0')}`,
  address: `192.0.2.${n % 250}`,
  client: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  details: { version: String(n % 9) },
});

/** Writes an export of `events` events, each seen once. */
async function writeExport(file: string): Promise<void> {
  const tree = new CompactTree();
  const notes: string[] = [];
  const texts: string[] = [];
  for (let n = 0; n < events; n += 1) {
    const text = canonicalEvent(eventOf(n));
    texts.push(text);
    tree.append(leafHash(text));
    if (tree.size % perCheckpoint === 0 || tree.size === events)
      notes.push(signCheckpoint({ origin: originOf(organisationId), size: tree.size, root: tree.root() }, signer));
  }
  const lines = exportLines({
    organisationId,
    organisationName: 'Bench',
    exportedAt: '2026-11-26T00:00:00.000Z',
    events: texts.map((event, index) => ({ index, event })),
    checkpoints: notes,
  });
  await pipeline(Readable.from(lines), createWriteStream(file, { highWaterMark: 1 << 20 }));
}

/** Rows a second of a verifier run as a process, its start included; the best round, as the machine is shared. */
async function verifying(command: string, script: string, file: string, key: string): Promise<number> {
  const path = fileURLToPath(new URL(`../packages/audit-proof/${script}`, import.meta.url));
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const { stdout } = await promisify(execFile)(command, [path, file, key]);
    best = Math.min(best, (performance.now() - began) / 1000);
    if (!stdout.startsWith(`INTACT: ${events} events`)) throw new Error(`${script} said: ${stdout}`);
  }
  return events / best;
}

/** Rows a second that the background sealer takes from the database, hashes, signs for and stores. */
async function sealing(): Promise<number> {
  const { server, stop } = await startTestServer();
  const database = await freshDatabase({ server });
  const pool = connect(database.url);
  try {
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query('insert into strongroom.organisation (id, name) values ($1, $2)', [organisationId, 'Bench']);
    const batch = 1000;
    for (let from = 0; from < sealed; from += batch) {
      const rows = Array.from({ length: batch }, (_, i) => eventOf(from + i));
      await admin.query(
        `insert into strongroom.audit_event (id, organisation_id, at, trail, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, outcome, reason, ticket, request_id, address, client, details)
         select id, organisation_id, at, 'resource', actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, outcome, reason, ticket, request_id, address, client, details
         from json_to_recordset($1) as r(id uuid, organisation_id uuid, at timestamptz, actor_kind text, actor_id uuid, actor_name text, action text, object_kind text, object_id text, object_name text, outcome text, reason text, ticket text, request_id text, address text, client text, details jsonb)`,
        [
          JSON.stringify(
            rows.map((row) =>
              Object.fromEntries(
                Object.entries(row).map(([name, value]) => [
                  name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
                  value,
                ]),
              ),
            ),
          ),
        ],
      );
    }
    await admin.query('analyze strongroom.audit_event');
    await admin.end();
    const began = performance.now();
    let done = 0;
    for (;;) {
      const round = await sealNew(pool, organisationId, signer);
      if (round.sealed === 0) break;
      done += round.sealed;
    }
    if (done !== sealed) throw new Error(`${done} of ${sealed} events were sealed`);
    return sealed / ((performance.now() - began) / 1000);
  } finally {
    await pool.close();
    await database.close();
    await stop();
  }
}

const row = (what: string, value: number, target: number): object => ({
  name: 'audit-verify',
  what,
  value,
  unit: 'rows/s',
  against: `${target} rows/s`,
  ratio: value / target,
  target: `at least ${target} rows/s`,
  ok: value >= target,
});

/** Verifies an export with both stand-alone verifiers, and measures what sealing costs. */
export async function run(): Promise<object[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-audit-'));
  try {
    const file = join(folder, 'export.jsonl');
    const key = join(folder, 'public-key.txt');
    await writeExport(file);
    await writeFile(key, `${signer.verifierKey}\n`);
    const size = `${events} events, ${events / perCheckpoint} checkpoints, best of ${rounds}`;
    return [
      row(`verify.mjs, ${size}`, await verifying(process.execPath, 'verify.mjs', file, key), targets['verify.mjs']),
      row(`verify.py, ${size}`, await verifying('python3', 'verify.py', file, key), targets['verify.py']),
      row(`sealing in the background, ${sealed} events, nothing flushed to disk`, await sealing(), targets.seal),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
