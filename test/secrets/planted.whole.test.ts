import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator, startServer, type TestServer } from '../lib/server.ts';

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  /** What it is read as; an empty object when it is no JSON. */
  readonly body: Record<string, unknown>;
}

let server: TestServer;
/** Every secret that was planted or handed out, by what it is. */
const planted = new Map<string, string>();
/** Answers that refused or failed, and headers of all. */
const refusals: Answer[] = [];
const answered: Answer[] = [];

/** A secret that is in no other place of the world, awkward enough for quoting to matter, and kept in mind. */
function plant(what: string): string {
  const secret = `Pl4nt-${randomBytes(9).toString('hex')}"'\\ &%+=$x`;
  planted.set(what, secret);
  return secret;
}
/** Keeps a secret in mind that the product made. */
function keep(what: string, secret: unknown): string {
  if (typeof secret !== 'string' || secret.length < 12) throw new Error(`no ${what} came back`);
  planted.set(what, secret);
  return secret;
}

function send(method: string, path: string, headers: Record<string, string> = {}, payload?: unknown): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  const text = payload === undefined ? undefined : typeof payload === 'string' ? payload : JSON.stringify(payload);
  return new Promise((resolve, reject) => {
    const asked = httpsRequest(
      {
        hostname,
        port,
        method,
        path,
        rejectUnauthorized: false,
        agent: false,
        headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      },
      (reply) => {
        let got = '';
        reply.setEncoding('utf8').on('data', (part: string) => (got += part));
        reply.on('end', () => {
          let body: Record<string, unknown> = {};
          try {
            body = JSON.parse(got) as Record<string, unknown>;
          } catch {
            // A page, or nothing.
          }
          const answer = { status: reply.statusCode ?? 0, headers: reply.headers, text: got, body };
          answered.push(answer);
          if (answer.status >= 400 || got.includes('"Failed"')) refusals.push(answer);
          resolve(answer);
        });
      },
    ).on('error', reject);
    asked.end(text);
  });
}
const api = (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${server.token}` },
) => send(method, `/api/v1${path}`, headers, body);

/** In which of these forms a text holds a secret. */
function formsIn(text: string, secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const forms: Record<string, string> = {
    plain: secret,
    'as JSON': JSON.stringify(secret).slice(1, -1),
    'as JSON in JSON': JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
    'in a URL': encodeURIComponent(secret),
    'in a form': new URLSearchParams({ x: secret }).toString().slice(2),
    hex: bytes.toString('hex'),
    base64: bytes.toString('base64').replace(/=+$/, '').slice(0, -1),
    base64url: bytes.toString('base64url').slice(0, -1),
  };
  return Object.entries(forms).flatMap(([form, text_]) => (text.includes(text_) ? [form] : []));
}
/** `what (form)` for each planted secret that a text holds, but for those that may be there. */
const found = (text: string, but: readonly string[] = []): string[] =>
  [...planted]
    .filter(([what]) => !but.includes(what))
    .flatMap(([what, secret]) => formsIn(text, secret).map((form) => `${what} (${form})`));

async function asSuperuser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server.databaseUrl() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  server = await startServer({ STRONGROOM_LOG_LEVEL: 'debug' }, { cold: true });
  keep('the API token', server.token);
  keep('the administrator’s password', administrator.password);
  keep('the master key', readFileSync(server.keyFile, 'utf8').trim().split(':')[1]);
  keep(
    'the audit signing key',
    readFileSync(join(server.keyFile, '..', 'audit-signing.key'), 'utf8')
      .trim()
      .split(':')[1],
  );
});
afterAll(() => server.stop());

async function signInAndOut(): Promise<void> {
  const wrong = plant('a wrong log-in password');
  await api('POST', '/session', { username: administrator.username, password: wrong }, {});
  const { headers, body } = await api(
    'POST',
    '/session',
    { username: administrator.username, password: administrator.password },
    {},
  );
  const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
  keep('a session cookie', cookie.split('=')[1]);
  const session = { cookie, 'x-csrf-token': String(body['csrfToken']) };
  const made = await api('POST', '/me/tokens', { name: 'script', scopes: ['read'], expiresAt: null }, session);
  const token = keep('a personal token', made.body['token']);
  await api('GET', '/resources', undefined, { authorization: `Bearer ${token}` });
  await api('POST', '/resources', { name: 'x', type: 'Linux' }, { authorization: `Bearer ${token}` });
  await api(
    'POST',
    '/me/password',
    { current: plant('a wrong present password'), next: plant('a next log-in password') },
    session,
  );
  await api('POST', '/me/password', { current: administrator.password, next: 'short' }, session);
  await api('POST', '/resources', { name: 'y', type: 'Linux' }, { cookie });
}

let accountId = '';
async function resources(): Promise<void> {
  const made = await api('POST', '/resources', {
    name: 'host',
    type: 'Linux',
    dnsName: '127.0.0.1',
    accounts: [
      { username: 'root', password: plant('a first password') },
      { username: 'admin', password: plant('an administrator’s password on a target') },
    ],
    reset: { settings: { port: 1, timeoutSeconds: 1, loginWith: 'another account' }, adminUsername: 'admin' },
  });
  expect(made.status).toBe(200);
  const resourceId = String(made.body['id']);
  const listed = await api('GET', `/accounts?resourceId=${resourceId}&username=root`);
  accountId = String((listed.body['items'] as { id: string }[])[0]?.id);
  const revealed = await api('POST', `/accounts/${accountId}/reveal`, { reason: 'to see it' });
  expect(revealed.body['password']).toBe(planted.get('a first password'));
  const change = (password: string, more = {}) => api('POST', `/accounts/${accountId}/password`, { password, ...more });
  expect((await change(`Aa11--${plant('a changed password')}`)).status).toBe(200);
  await change(`${plant('a weak password')}`.slice(0, 30).toLowerCase());
  await change(`Aa11--${planted.get('a changed password') ?? ''}`);
  await api('POST', `/accounts/${accountId}/history/1/reveal`, { reason: 'former' });
  await api('POST', `/accounts/${accountId}/history/1/restore`, { reason: 'back' });
  await api('POST', `/accounts/${accountId}/verify`, {});
  expect(
    (await change('Aa11--' + plant('a password for the target').replaceAll(/["'\\ ]/g, '_'), { where: 'target' }))
      .status,
  ).toBe(200);
  planted.set(
    'a password for the target',
    (planted.get('a password for the target') ?? '').replaceAll(/["'\\ ]/g, '_'),
  );
  // The attempt is taken up and finds nobody at the port.
  await expect
    .poll(async () => JSON.stringify((await api('GET', `/accounts/${accountId}/attempts`)).body), { timeout: 30_000 })
    .toContain('could not be reached');
  await change(plant('a password while one is unfinished'));
  const keyed = { authorization: `Bearer ${server.token}`, 'idempotency-key': 'planted-secrets-1' };
  await api(
    'POST',
    `/resources/${resourceId}/accounts`,
    { accounts: [{ username: 'keyed', password: plant('a password under an idempotency key') }] },
    keyed,
  );
  await api(
    'POST',
    `/accounts/${accountId}/reveal`,
    { reason: 'keyed' },
    { ...keyed, 'idempotency-key': 'planted-secrets-2' },
  );
  const drawn = await api('POST', `/resources/${resourceId}/accounts`, { accounts: [{ username: 'drawn' }] });
  const drawnId = String((drawn.body['items'] as { id: string }[])[0]?.id);
  keep('a drawn password', (await api('POST', `/accounts/${drawnId}/reveal`, { reason: 'drawn' })).body['password']);
}

async function people(): Promise<void> {
  const profile = { fullName: 'Some One', email: 'some@example.org', role: 'password-user' };
  await api('POST', '/users', {
    ...profile,
    username: 'given',
    password: `long-enough-${plant('a first log-in password')}`,
  });
  const invited = await api('POST', '/users', { ...profile, username: 'invited' });
  const link = String((invited.body['invitation'] as { link: string }).link);
  const [page, token] = link.split('#');
  keep('a one-time link’s token', token);
  // The one URL of ours with a secret has it behind the hash, which no browser sends.
  expect(page).toMatch(/^https:\/\/[^?#]+\/link$/);
  await api('POST', '/links/read', { token }, {});
  await api('POST', '/links/accept', { token, password: plant('a weak one').slice(0, 8) }, {});
  await api('POST', '/links/accept', { token, password: `long-enough-${plant('a password set by link')}` }, {});
  await api('POST', '/links/accept', { token, password: `long-enough-${plant('a password set by a used link')}` }, {});
  const program = await api('POST', '/api-users', {
    username: 'program',
    fullName: 'P',
    role: 'password-user',
    expiresAt: null,
    host: '192.0.2.1',
  });
  const rest = keep('an API user’s token', program.body['token']);
  await api('GET', '/resources', undefined, { authorization: `Bearer ${rest}` });
  await api('PATCH', '/settings', {
    mail: {
      host: '127.0.0.1',
      port: 1,
      security: 'none',
      username: 'mailer',
      password: plant('the mail password'),
      from: 'vault@example.org',
    },
  });
  await api('POST', '/users', { ...profile, username: 'mailed' });
}

/** What clients do by mistake: wrong types, wrong places, broken bodies. */
async function mistakes(): Promise<void> {
  const bearer = { authorization: `Bearer ${server.token}` };
  await api('POST', `/accounts/${accountId}/password`, { password: [plant('a password in a list')] });
  await api('POST', `/accounts/${accountId}/password`, { password: { text: plant('a password in an object') } });
  await api('POST', `/accounts/${plant('a password as an id').replaceAll(/[^\w-]/g, '')}/reveal`, {});
  await send(
    'POST',
    `/api/v1/accounts/${accountId}/password`,
    { ...bearer, 'content-type': 'application/json' },
    `{"password": "${plant('a password in broken JSON')}`,
  );
  await send(
    'POST',
    `/api/v1/accounts/${accountId}/password`,
    { ...bearer, 'content-type': 'text/plain' },
    `password=${plant('a password in plain text')}`,
  );
  await api('PATCH', '/settings', { mail: { host: '', password: plant('a mail password in a faulty form') } });
  await api(
    'POST',
    '/session',
    { username: 'x', password: plant('a password with a stray field'), more: plant('a stray field') },
    {},
  );
  await send('GET', `/api/v1/resources?token=${encodeURIComponent(plant('a token in a query'))}&sort=nothing`, bearer);
  await send('GET', `/api/v1/nowhere?password=${encodeURIComponent(plant('a password in a query'))}`, bearer);
  await send('GET', `/nowhere?password=${encodeURIComponent(plant('a password in a page’s query'))}`);
  await api('GET', '/resources', undefined, {
    authorization: `Bearer ${plant('a made-up token').replaceAll(/[^\w-]/g, '')}`,
  });
  await api('GET', '/resources', undefined, {
    authorization: `Basic ${Buffer.from(`ada:${plant('a password in Basic')}`).toString('base64')}`,
  });
  await api('GET', '/resources', undefined, {
    cookie: `__Host-strongroom=${encodeURIComponent(plant('a made-up cookie'))}`,
  });
}

async function restDoor(): Promise<void> {
  const rest = (
    method: string,
    path: string,
    input?: unknown,
    headers: Record<string, string> = { AUTHTOKEN: server.token },
  ) =>
    send(
      method,
      `/restapi/json/v1${path}${input === undefined ? '' : `?INPUT_DATA=${encodeURIComponent(typeof input === 'string' ? input : JSON.stringify(input))}`}`,
      headers,
    );
  const operation = (details: object) => ({ operation: { Details: details } });
  await rest('GET', `/resources?AUTHTOKEN=${server.token}`, undefined, {});
  await rest('GET', `/resources?AUTHTOKEN=${encodeURIComponent(plant('a made-up REST token'))}`, undefined, {});
  await rest(
    'POST',
    '/resources',
    operation({
      RESOURCENAME: 'rest',
      ACCOUNTNAME: 'root',
      RESOURCETYPE: 'Linux',
      PASSWORD: plant('a password by REST'),
    }),
  );
  await rest(
    'POST',
    '/resources',
    operation({
      RESOURCENAME: 'rest',
      ACCOUNTNAME: 'root',
      RESOURCETYPE: 'Linux',
      PASSWORD: plant('a password by REST, refused'),
    }),
  );
  await rest(
    'POST',
    '/resources',
    `{"operation": {"Details": {"PASSWORD": "${plant('a password in broken INPUT_DATA')}`,
  );
  await rest(
    'POST',
    '/resources',
    operation({ RESOURCENAME: 'rest2', RESOURCETYPE: 'Toaster', PASSWORD: plant('a password for no type') }),
  );
  const list = await rest('GET', '/resources');
  const ids = JSON.stringify(list.body);
  const id = /"RESOURCE ID":"(\d+)"/.exec(ids)?.[1] ?? '1';
  const accounts = await rest('GET', `/resources/${id}/accounts`);
  const account = /"ACCOUNT ID":"(\d+)"/.exec(JSON.stringify(accounts.body))?.[1] ?? '1';
  await rest('GET', `/resources/${id}/accounts/${account}/password`);
  await rest(
    'PUT',
    `/resources/${id}/accounts/${account}/password`,
    operation({ NEWPASSWORD: `Aa11--${plant('a new password by REST')}`, RESETTYPE: 'LOCAL', REASON: 'r' }),
  );
  await rest(
    'PUT',
    `/resources/${id}/accounts/99999/password`,
    operation({ NEWPASSWORD: plant('a new password for nobody'), RESETTYPE: 'LOCAL', REASON: 'r' }),
  );
}

/** Failures of ours, whose causes go to the log: the database refuses in the middle of work. */
async function brokenDatabase(): Promise<void> {
  await asSuperuser((client) => client.query('alter table strongroom.secret rename to secret_away'));
  const failed = await api('POST', '/resources', {
    name: 'unlucky',
    type: 'Linux',
    accounts: [{ username: 'root', password: plant('a password when the database fails') }],
  });
  await api('POST', `/accounts/${accountId}/reveal`, { reason: 'broken' });
  await asSuperuser((client) => client.query('alter table strongroom.secret_away rename to secret'));
  expect([failed.status, failed.body['code']]).toEqual([500, 'internal']);
  await asSuperuser((client) =>
    client.query(`alter table strongroom.account add constraint broken check (username <> 'trip') not valid`),
  );
  const tripped = await api('POST', '/resources', {
    name: 'tripped',
    type: 'Linux',
    accounts: [{ username: 'trip', password: plant('a password when a check fails'), notes: 'n' }],
  });
  expect(tripped.status).toBe(500);
  await asSuperuser((client) => client.query('alter table strongroom.account drop constraint broken'));
}

describe('a secret that was planted [G-2]', () => {
  it('was planted in many places, and asked for in ways that work and ways that fail', async () => {
    await signInAndOut();
    await resources();
    await people();
    await mistakes();
    await restDoor();
    await brokenDatabase();

    // The search finds what is there: in the answers to those who were entitled, and in any quoting.
    expect(answered.filter((answer) => answer.status === 200 && found(answer.text).length > 0).length).toBeGreaterThan(
      5,
    );
    const awkward = planted.get('a first password') ?? '';
    for (const text of [
      awkward,
      JSON.stringify({ a: awkward }),
      encodeURIComponent(awkward),
      Buffer.from(awkward).toString('hex'),
      `x${Buffer.from(awkward).toString('base64')}`,
    ])
      expect(found(text).length).toBeGreaterThan(0);
    expect(planted.size).toBeGreaterThan(40);
    expect(refusals.length).toBeGreaterThan(30);
    expect(new Set(refusals.map((answer) => answer.status)).size).toBeGreaterThan(5);
  });

  it('is in no line of the log, at the most talkative level', () => {
    expect(server.log().filter((line) => line['level'] === 'debug').length).toBeGreaterThan(50);
    expect(server.log().filter((line) => line['level'] === 'error').length).toBeGreaterThan(1);
    expect(server.lines.flatMap((line) => found(line).map((what) => `${what}: ${line.slice(0, 300)}`))).toEqual([]);
  });

  it('is in no refusal or failure, and in no header but the one that hands out the cookie', () => {
    // A refusal may not repeat even what its asker sent: an error ends in tickets and screenshots.
    for (const { text, status } of refusals)
      expect([status, text.slice(0, 300), found(text)]).toEqual([status, text.slice(0, 300), []]);
    for (const { headers } of answered) {
      const { 'set-cookie': _, ...others } = headers;
      expect(found(JSON.stringify(others))).toEqual([]);
      expect(headers['location']).toBeUndefined();
    }
  });

  it('is in the command line and the environment of no process', () => {
    const seen: string[] = [];
    let read = 0;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      for (const file of ['cmdline', 'environ']) {
        try {
          const text = readFileSync(join('/proc', pid, file), 'latin1');
          if (text.includes(server.home)) read++;
          seen.push(...found(text).map((what) => `${what} in ${file} of ${text.slice(0, 60)}`));
        } catch {
          // It ended meanwhile, or is not ours to read.
        }
      }
    }
    expect(read).toBeGreaterThan(0);
    expect(seen).toEqual([]);
  });

  it('is in the clear in no row of any table', async () => {
    const seen = await asSuperuser(async (client) => {
      const tables = await client.query<{ name: string }>(
        `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
      );
      expect(tables.rows.length).toBeGreaterThan(25);
      const texts: string[] = [];
      for (const { name } of tables.rows) {
        const { rows } = await client.query<{ row: string; json: string }>(
          `select t::text as row, to_jsonb(t)::text as json from ${name} t`,
        );
        texts.push(...rows.map((row) => `${name} ${row.row} ${row.json}`));
      }
      return texts.flatMap((text) => found(text).map((what) => `${what}: ${text.slice(0, 200)}`));
    });
    expect(seen).toEqual([]);
  });

  it('is in no file of the state directory: not in the database’s own files, its journal or its log', () => {
    const seen: string[] = [];
    let bytes = 0;
    for (const entry of readdirSync(server.home, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.parentPath.includes('/pg/')) continue;
      const text = readFileSync(join(entry.parentPath, entry.name)).toString('latin1');
      bytes += text.length;
      // The awkward ones are long enough to be told by their middle, whatever quoting is around it.
      for (const [what, secret] of planted) {
        const middle = /Pl4nt-[0-9a-f]{18}/.exec(secret)?.[0] ?? secret;
        if (text.includes(middle)) seen.push(`${what} in ${entry.parentPath}/${entry.name}`);
      }
    }
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(seen).toEqual([]);
  });
});
