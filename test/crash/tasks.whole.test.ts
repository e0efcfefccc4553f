/** The whole server is killed in the middle of an import and of work for many things: each line and each thing is done once. */
import { request } from 'node:https';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startServer, type TestServer } from '../lib/server.ts';

const lines = 3000;
const perResource = 10;
let server: TestServer;
beforeAll(async () => {
  server = await startServer({}, { durable: true });
});
afterAll(async () => {
  await server?.stop();
});

interface Task {
  readonly id: string;
  readonly state: string;
  readonly done: number;
  readonly failed: number;
}

function upload(text: string): Promise<{ id: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server.url}/api/v1/imports?kind=resource&name=hosts.csv`,
      {
        method: 'POST',
        rejectUnauthorized: false,
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'text/csv' },
      },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (part: string) => (body += part));
        answer.on('error', reject).on('end', () => resolve(JSON.parse(body) as { id: string }));
      },
    );
    sent.on('error', reject).end(text);
  });
}
const task = (id: string): Promise<Task> => server.call<Task>('GET', `/tasks/${id}`);
/** Waits until so much of a task is done, while it runs. */
const reached = (id: string, done: number): Promise<Task> =>
  vi.waitFor(
    async () => {
      const now = await task(id);
      if (now.done < done) throw new Error(`only ${String(now.done)} done`);
      return now;
    },
    { timeout: 60_000, interval: 20 },
  );
const ended = (id: string): Promise<Task> =>
  vi.waitFor(
    async () => {
      const now = await task(id);
      if (now.state !== 'done') throw new Error(`still ${now.state}`);
      return now;
    },
    { timeout: 90_000, interval: 200 },
  );
async function rows<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.databaseUrl() });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
async function killIt(): Promise<void> {
  await server.kill9();
  await server.restart();
}

it('takes each line of an import in once, however often the server is killed', async () => {
  const text = Array.from(
    { length: lines },
    (_, i) => `host-${String(Math.floor(i / perResource))},user-${String(i)},pw-${String(i)}`,
  );
  const { id } = await upload(`Host,User,Password\n${text.join('\n')}\n`);
  const mapping = { resourceName: 0, username: 1, password: 2 };
  const check = await server.call<{ task: Task }>('POST', `/imports/${id}/check`, { mapping, options: {} });
  await ended(check.task.id);
  const run = await server.call<{ task: Task }>('POST', `/imports/${id}/run`, {});
  for (const at of [700, 1800]) {
    const { state } = await reached(run.task.id, at);
    expect(state).toBe('running');
    await killIt();
  }
  expect(await ended(run.task.id)).toMatchObject({ done: lines, failed: 0 });
  expect(await server.call('GET', `/imports/${id}`)).toMatchObject({
    state: 'done',
    lines,
    created: lines,
    skipped: 0,
  });
  expect(
    await rows(`select (select count(*)::int from strongroom.account) as accounts, (select count(*)::int from strongroom.resource) as resources,
      (select count(distinct object_id)::int from strongroom.audit_event where action = 'import.apply' and object_kind = 'account') as told,
      (select count(*)::int from strongroom.audit_event where action = 'import.apply' and object_kind = 'account') as events`),
  ).toEqual([{ accounts: lines, resources: lines / perResource, told: lines, events: lines }]);
}, 180_000);

it('does work for many things once to each, and goes on by itself after the kill', async () => {
  const started = await server.call<Task>('POST', '/tasks', {
    call: 'resource.update',
    selection: { list: 'resources', filter: {} },
    input: { department: 'Finance' },
  });
  const { state } = await reached(started.id, 100);
  expect(state).toBe('running');
  await killIt();
  const count = lines / perResource;
  expect(await ended(started.id)).toMatchObject({ done: count, failed: 0 });
  expect(
    await rows(
      `select count(*)::int as resources, count(distinct object_id)::int as different from strongroom.audit_event
       where action = 'resource.update' and outcome = 'done' and request_id = $1`,
      [started.id],
    ),
  ).toEqual([{ resources: count, different: count }]);
  const items = await server.call<{ total: number }>('GET', `/tasks/${started.id}/items?state=done`);
  expect(items.total).toBe(count);
}, 180_000);
