import { request } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startProduct, type Product } from './lib/product.ts';
import type { Row } from './lib/rows.ts';

const accounts = 100_000;
const perResource = 10;
const badEvery = 100;
const limitSeconds = 300;
const users = 10_000;
const userLimitSeconds = 60;

interface Session {
  readonly cookie: string;
  readonly 'x-csrf-token': string;
}

/** What a line must come to, by its number. */
type Planted = Map<number, 'created' | 'skipped'>;

/** Every way in which the planted lines are bad; each costs exactly one line. */
const bad: readonly ((i: number) => string)[] = [
  () => `,root,Some-Passw0rd-2026,Linux,,`,
  (i) => `host-${String(i)},,Some-Passw0rd-2026,Linux,,`,
  (i) => `bad-${String(i)},root,Some-Passw0rd-2026,Abacus,,`,
  (i) => `bad-${String(i)},root,"half quoted,Linux,,`,
  (i) => `bad-${String(i)},root,x,Linux,,,one,too,many`,
  (i) => `host-0,user-0,${String(i)},Linux,,`,
  (i) => `bad-${String(i)},ro\u0007ot,x,Linux,,`,
  (i) => `bad-${String(i)},root,x,Linux,${'d'.repeat(200)},`,
];

/** 100,000 accounts on 10,000 resources, and a bad line after each hundredth. One password in ten is left to the product. */
function resourceFile(): { text: string; planted: Planted } {
  const planted: Planted = new Map();
  const lines = ['Resource Name,User Account,Password,Resource Type,Department,Notes'];
  const add = (text: string, outcome: 'created' | 'skipped'): void => {
    lines.push(text);
    planted.set(lines.length, outcome);
  };
  for (let i = 0; i < accounts; i++) {
    const password = i % 10 === 0 ? '' : `Pass-${String(i)}-word`;
    add(
      `host-${String(Math.floor(i / perResource))},user-${String(i)},${password},Linux,Department ${String(i % 40)},made by a benchmark`,
      'created',
    );
    if (i % badEvery === 0) add(bad[(i / badEvery) % bad.length]?.(i) ?? '', 'skipped');
  }
  return { text: `${lines.join('\n')}\n`, planted };
}

function userFile(): { text: string; planted: Planted } {
  const planted: Planted = new Map();
  const lines = ['User Name,Full Name,E-mail,Role,Department'];
  for (let i = 0; i < users; i++) {
    const wrong = i % badEvery === 0;
    lines.push(
      `person-${String(i)},Person ${String(i)},${wrong ? 'nowhere' : `person-${String(i)}@example.org`},Password User,Sales`,
    );
    planted.set(lines.length, wrong ? 'skipped' : 'created');
  }
  return { text: `${lines.join('\n')}\n`, planted };
}

function upload(product: Product, session: Session, kind: string, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port: product.port,
        ca: product.ca,
        method: 'POST',
        path: `/api/v1/imports?kind=${kind}&name=bench.csv`,
        headers: { ...session, 'content-type': 'text/csv', 'content-length': bytes.length },
      },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (part: string) => (body += part));
        answer.once('error', reject).once('end', () => {
          if (answer.statusCode === 200) resolve((JSON.parse(body) as { id: string }).id);
          else reject(new Error(`upload: ${String(answer.statusCode)} ${body}`));
        });
      },
    );
    sent.once('error', reject).end(bytes);
  });
}

/** Starts a task of an import and waits until it has ended; answers the seconds from the call on. */
async function task(product: Product, session: Session, method: string, path: string, body?: unknown): Promise<number> {
  const began = performance.now();
  const started = (await product.ask(method, path, { ...session }, body ?? {})).body as { task: { id: string } };
  for (;;) {
    const now = (await product.ask('GET', `/tasks/${started.task.id}`, { ...session })).body;
    if (now['state'] === 'done') return (performance.now() - began) / 1000;
    if (now['state'] !== 'waiting' && now['state'] !== 'running')
      throw new Error(`${path} ended ${String(now['state'])}: ${String(now['why'])}`);
    await pause(250);
  }
}

/** Holds the report against what was planted, line by line. Throws at the first that differs. */
async function checkReport(product: Product, session: Session, id: string, planted: Planted): Promise<void> {
  let seen = 0;
  for (let offset = 0; ; offset += 500) {
    const page = (await product.ask('GET', `/imports/${id}/lines?limit=500&offset=${String(offset)}`, { ...session }))
      .body as {
      items: { line: number; outcome: string; detail: string | null }[];
    };
    for (const { line, outcome, detail } of page.items) {
      if (planted.get(line) !== outcome)
        throw new Error(
          `line ${String(line)} was ${outcome} (${detail ?? ''}), planted as ${String(planted.get(line))}`,
        );
      seen++;
    }
    if (page.items.length < 500) break;
  }
  if (seen !== planted.size) throw new Error(`${String(seen)} lines in the report, ${String(planted.size)} planted`);
}

/** Rows that are not undone: what happened stays written, numbers are not given twice, and the import keeps its report. */
const kept = /^(audit_.*|import_.*|past|task|task_item|counter|session|idempotency|stored_file|file_chunk)$/;

/** A checksum over the rows of each table that an undoing must leave as it was. */
async function checksums(client: pg.Client): Promise<string> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'strongroom' and c.relkind = 'r' order by 1`,
  );
  const sums: string[] = [];
  for (const { name } of tables.filter((table) => !kept.test(table.name))) {
    const { rows } = await client.query<{ sum: string | null; n: string }>(
      `select md5(string_agg(md5(t::text), '' order by md5(t::text))) as sum, count(*) as n from strongroom.${name} t`,
    );
    sums.push(`${name} ${String(rows[0]?.n)} ${String(rows[0]?.sum)}`);
  }
  return sums.join('\n');
}

/** Imports 100,000 accounts and 10,000 users through the product's own API, holds the reports against the files, and takes it back. */
export async function run(): Promise<Row[]> {
  await using product = await startProduct();
  const signedIn = await product.ask('POST', '/session', {}, product.admin);
  const session: Session = { cookie: signedIn.cookie, 'x-csrf-token': String(signedIn.body['csrfToken']) };
  const client = new pg.Client({ connectionString: product.adminUrl.replace(/\/[^/?]*(\?|$)/, '/strongroom$1') });
  await client.connect();
  try {
    const before = await checksums(client);
    const file = resourceFile();
    const id = await upload(product, session, 'resource', file.text);
    const mapping = { resourceName: 0, username: 1, password: 2, type: 3, department: 4, notes: 5 };
    const checking = await task(product, session, 'POST', `/imports/${id}/check`, { mapping, options: {} });
    const seconds = await task(product, session, 'POST', `/imports/${id}/run`);
    await checkReport(product, session, id, file.planted);
    const { rows } = await client.query<{ accounts: number; events: number }>(
      `select (select count(*)::int from strongroom.account) as accounts,
        (select count(*)::int from strongroom.audit_event where action = 'import.apply' and object_kind = 'account') as events`,
    );
    if (rows[0]?.accounts !== accounts || rows[0].events !== accounts)
      throw new Error(`${String(rows[0]?.accounts)} accounts and ${String(rows[0]?.events)} events of them`);
    const undoing = await task(product, session, 'POST', `/imports/${id}/undo`);
    const after = await checksums(client);
    if (after !== before) throw new Error(`undone, but not as before:\n${before}\n\n${after}`);

    const people = userFile();
    const userImport = await upload(product, session, 'user', people.text);
    const userMapping = { username: 0, fullName: 1, email: 2, role: 3, department: 4 };
    await task(product, session, 'POST', `/imports/${userImport}/check`, {
      mapping: userMapping,
      options: { invite: false },
    });
    const userSeconds = await task(product, session, 'POST', `/imports/${userImport}/run`);
    await checkReport(product, session, userImport, people.planted);
    const lines = file.planted.size;
    return [
      {
        name: 'import',
        what: `${String(accounts)} accounts on ${String(accounts / perResource)} resources, ${String(lines - accounts)} bad lines among them, each line as planted; checked in ${checking.toFixed(0)} s, undone to the same checksums in ${undoing.toFixed(0)} s`,
        value: seconds,
        unit: 's',
        against: `${String(limitSeconds)} s`,
        ratio: limitSeconds / seconds,
        target: `at most ${String(limitSeconds)} s`,
        ok: seconds <= limitSeconds,
      },
      {
        name: 'import-users',
        what: `${String(users)} lines of users, one in a hundred bad, each line as planted`,
        value: userSeconds,
        unit: 's',
        against: `${String(userLimitSeconds)} s`,
        ratio: userLimitSeconds / userSeconds,
        target: `at most ${String(userLimitSeconds)} s`,
        ok: userSeconds <= userLimitSeconds,
      },
    ];
  } finally {
    await client.end();
  }
}
