import { request as post } from 'node:https';
import {
  createApiUser,
  createResource,
  configureReset,
  disableUser,
  shareResource,
  updateSettings,
  updateUser,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type Made } from '../../../test/certificates.ts';
import { fakeTargets } from '../../../test/targets.ts';
import { world, type World } from '../../../test/world.ts';
import { createLog } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { xmlRpc, type XmlRpc } from './door.ts';

const password = 'Kq7 <"quoted"> & \'it\' ]]> ünï 😀\tend ';
let w: World;
let door: XmlRpc;
let port: number;
let mine: Made;
let userId: string;
const lines: string[] = [];

const open = (more: { failures?: number } = {}): XmlRpc =>
  xmlRpc({
    database: w.database,
    perform: w.perform,
    endpoints: w.endpoints,
    log: createLog({ level: 'debug', sink: { write: (line) => void lines.push(line) } }),
    metrics: createMetrics(),
    tls: w.tls.options,
    organisationId: () => Promise.resolve(w.organisationId),
    remoteWaitMs: 300,
    limits: more,
  });

interface Reply {
  readonly status: number;
  readonly body: string;
}
/** Posts a body with a certificate, on a connection of its own. */
const send = (
  body: string | Uint8Array,
  how: { as?: Made | undefined; path?: string; method?: string; port?: number } = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const as = 'as' in how ? how.as : mine;
    const request = post(
      {
        host: '127.0.0.1',
        port: how.port ?? port,
        path: how.path ?? '/xmlrpc',
        method: how.method ?? 'POST',
        agent: false,
        ca: w.tls.options.cert as string,
        servername: 'localhost',
        ...(as ? { cert: as.cert, key: as.key } : {}),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, body: text });
        });
      },
    );
    request.once('error', reject);
    request.end(body);
  });
const escape = (text: string): string => text.replace(/[&<>]/g, (c) => `&#${String(c.codePointAt(0))};`);
const unescape = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&#13;', '\r').replaceAll('&amp;', '&');
const value = (given: string | boolean | Record<string, string | boolean>): string =>
  typeof given === 'string'
    ? `<value><string>${escape(given)}</string></value>`
    : typeof given === 'boolean'
      ? `<value><boolean>${given ? '1' : '0'}</boolean></value>`
      : `<value><struct>${Object.entries(given)
          .map(([name, member]) => `<member><name>${name}</name>${value(member)}</member>`)
          .join('')}</struct></value>`;
/** The members of the reply's one struct, a result's or a fault's. */
async function call(
  method: string,
  params: readonly (string | boolean | Record<string, string | boolean>)[],
  as: Made | undefined = mine,
): Promise<Record<string, string>> {
  const { status, body } = await send(
    `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${params.map((one) => `<param>${value(one)}</param>`).join('')}</params></methodCall>`,
    { as },
  );
  expect(status).toBe(200);
  const members = body.matchAll(/<name>([^<]*)<\/name><value><(?:string|int)>([^<]*)</g);
  return Object.fromEntries([...members].map(([, name = '', text = '']) => [name, unescape(text)]));
}
const done = { resultCode: '0', message: 'SUCCESS' };
const notKnown = {
  faultCode: '401',
  faultString: 'Client certificate received is not associated to any user. Authentication failed.',
};
const retrieve = (account: string, ...more: string[]) =>
  call('pmp.password.retrieve', ['test-server', account, ...more]);

beforeAll(async () => {
  w = await world({ outpost: fakeTargets().outpost });
  door = open();
  port = await door.listen(0, '127.0.0.1');
  mine = await makeCertificate({ name: 'test' });
  const boss = await w.people.boss.actor();
  const made = await w.invoke(createApiUser, boss, {
    username: 'test@localhost',
    fullName: 'The application',
    role: 'password-administrator',
    expiresAt: null,
    certificate: mine.cert,
  });
  userId = made.user.id;
  const resource = await w.invoke(createResource, boss, {
    name: 'test-server',
    type: 'Linux',
    dnsName: '192.0.2.1',
    accounts: [
      { username: 'administrator', password },
      { username: 'odd', password: 'bell \u0007 rings' },
    ],
  });
  await w.invoke(configureReset, boss, { resourceId: resource.id, reset: { settings: {} } });
  await w.invoke(shareResource, boss, {
    resourceId: resource.id,
    set: [{ to: { kind: 'user', id: userId }, permission: 'modify' }],
  });
  await w.invoke(createResource, boss, {
    name: 'hidden-server',
    type: 'Linux',
    accounts: [{ username: 'root', password: 'never-shared-77' }],
  });
}, 60_000);
afterAll(async () => {
  await door?.close();
  await w?.close();
});

describe('XML-RPC', () => {
  it('retrieves a password as it is, under every name of the method, and says whose certificate it was', async () => {
    for (const method of ['pmp.password.retrieve', 'pam360.password.retrieve', 'retrievePassword'])
      expect(await call(method, ['test-server', 'administrator', 'nightly job', '7'])).toEqual({ ...done, password });
    expect(
      await call('pmp.password.retrieve', [{ resourceName: 'TEST-SERVER', accountName: 'administrator' }]),
    ).toEqual({ ...done, password });
    const read = (await w.audit('account.reveal')).filter(({ outcome }) => outcome === 'done');
    expect(read).toHaveLength(4);
    expect(read[0]).toMatchObject({ actor_name: 'test@localhost', reason: 'nightly job', ticket: '7' });
    const [used] = await w.sql<{ n: number }>(
      'select count(*)::int as n from strongroom_local.last_use where subject_id in (select id from strongroom.api_credential where user_id = $1)',
      [userId],
    );
    expect(used?.n).toBe(1);
    expect(await retrieve('odd')).toMatchObject({
      resultCode: '1',
      message: expect.stringMatching(/^The password holds characters/) as string,
    });
  });

  it('changes a password in every overload, and draws one where none is given', async () => {
    const set = async (...params: (string | boolean)[]) => {
      expect(await call('pmp.password.change', ['test-server', 'administrator', ...params])).toEqual(done);
      return (await retrieve('administrator'))['password'] ?? '';
    };
    const first = await set('testing', false);
    expect(first).not.toBe(password);
    expect(first.length).toBeGreaterThan(8);
    const second = await set('testing', 'false', '7');
    expect(second).not.toBe(first);
    expect(await set('testing', 'New-Pass-11-quiet <&>', false)).toBe('New-Pass-11-quiet <&>');
    expect(await set('testing', 'New-Pass-22-quiet', 'FALSE', '7')).toBe('New-Pass-22-quiet');
    expect(await set('', 'New-Pass-33-quiet', 'false')).toBe('New-Pass-33-quiet');
    expect(
      await call('changePassword', [
        {
          resourceName: 'test-server',
          accountName: 'administrator',
          newPassword: 'New-Pass-44-quiet',
          updateRemote: false,
        },
      ]),
    ).toEqual(done);
    expect(await retrieve('administrator')).toEqual({ ...done, password: 'New-Pass-44-quiet' });
    const changes = await w.audit('account.change-password');
    expect(changes.filter(({ ticket, reason }) => ticket === '7' && reason === 'testing')).toHaveLength(2);
    // Nothing works off attempts here: it is said that the change goes on, never that it was made.
    expect(await call('pmp.password.reset', ['test-server', 'administrator', 'testing', true])).toMatchObject({
      resultCode: '1',
      message: expect.stringMatching(/goes on in the background/) as string,
    });
    expect(await retrieve('administrator')).toMatchObject({ password: 'New-Pass-44-quiet' });
    await w.sql(
      "update strongroom.rotation_attempt set state = 'rolled-back' where state not in ('promoted', 'rolled-back')",
    );
    await w.sql("delete from strongroom.secret where state = 'candidate'");
  });

  it('creates a resource with an account, with a password or one that is drawn', async () => {
    expect(
      await call('pmp.resources.create', ['Mail-Server', 'Windows', 'administrator', 'Given-Pass 1!', 'notes']),
    ).toEqual(done);
    expect(await call('pmp.password.retrieve', ['Mail-Server', 'administrator'])).toEqual({
      ...done,
      password: 'Given-Pass 1!',
    });
    expect(await call('pmp.resource.create', ['Mail-Server', 'Windows', 'administrator', 'again'])).toEqual({
      resultCode: '1',
      message: 'Resource with the given resource name already exists.',
    });
    expect(await call('pam360.resource.create', ['Web-Server', 'Linux', 'root', 'drawn'])).toEqual(done);
    expect((await call('pmp.password.retrieve', ['Web-Server', 'root']))['password']?.length).toBeGreaterThan(8);
  });

  it('says the same of what is not shared as of what is not there', async () => {
    const missing = { resultCode: '1', message: 'No such account found' };
    for (const [resource, account] of [
      ['hidden-server', 'root'],
      ['no-server', 'root'],
      ['test-server', 'nobody'],
    ] as const)
      expect(await call('pmp.password.retrieve', [resource, account])).toEqual(missing);
    expect(await call('pmp.password.change', ['hidden-server', 'root', 'x', false])).toEqual(missing);
  });

  it('asks for a reason and a ticket where the organisation does', async () => {
    const boss = await w.people.boss.actor();
    await w.invoke(updateSettings, boss, { reasonToReveal: true, ticketToReveal: true });
    try {
      expect((await retrieve('administrator'))['resultCode']).toBe('1');
      expect((await retrieve('administrator', 'job'))['message']).toMatch(/ticket/i);
      expect(await retrieve('administrator', 'job', '7')).toMatchObject(done);
    } finally {
      await w.invoke(updateSettings, boss, { reasonToReveal: false, ticketToReveal: false });
    }
  });

  it('answers what is no call with a fault, and never with what was sent', async () => {
    expect(await call('system.listMethods', [])).toMatchObject({ faultCode: '-32601' });
    for (const params of [
      [],
      ['a'],
      ['a', 'b', 'c', 'd', 'e'],
      ['', 'b'],
      [{ resourceName: 'a', accountName: 'b', odd: 'Secret-9' }],
    ])
      expect(await call('pmp.password.retrieve', params)).toMatchObject({ faultCode: '-32602' });
    for (const params of [
      ['a', 'b', 'reason', 'no truth'],
      ['a', 'b', 'r', 'p', 'no truth'],
      ['a', 'b', false],
    ])
      expect(await call('pmp.password.change', params)).toMatchObject({ faultCode: '-32602' });
    const bomb = '<!DOCTYPE a [<!ENTITY b "Secret-9">]><methodCall><methodName>&b;</methodName></methodCall>';
    const { body } = await send(bomb);
    expect(body).toContain('<int>-32700</int>');
    expect(body).not.toContain('Secret-9');
    expect((await send('x'.repeat(70_000))).status).toBe(413);
    expect((await send('', { method: 'GET' })).status).toBe(405);
    expect((await send('', { path: '/' })).status).toBe(404);
    expect(lines.join('\n')).not.toMatch(/Secret-9|New-Pass|Kq7/);
  });

  it('lets nobody in with another certificate, and writes down who came', async () => {
    const params = ['test-server', 'administrator'];
    const refused = async () => (await w.audit('identity.sign-in')).filter(({ outcome }) => outcome === 'refused');
    const before = (await refused()).length;
    // The same name, made by somebody else; and one that another authority signed.
    expect(await call('pmp.password.retrieve', params, await makeCertificate({ name: 'test' }))).toEqual(notKnown);
    const authority = await makeCertificate({ name: 'Authority', ca: true });
    expect(await call('pmp.password.retrieve', params, await makeCertificate({ name: 'test', by: authority }))).toEqual(
      notKnown,
    );
    expect(await call('pmp.password.retrieve', params, await makeCertificate({ name: 'nobody-knows' }))).toEqual(
      notKnown,
    );
    const { body } = await send('<methodCall/>', { as: undefined });
    expect(body).toContain('Show the client certificate of an API user');
    expect((await refused()).length).toBe(before + 4);
  });

  it('refuses another host, an end that has passed, and a disabled user, at the very next call, under the user’s name', async () => {
    const boss = await w.people.boss.actor();
    const params = ['test-server', 'administrator'];
    const made = await makeCertificate({ name: 'roamer' });
    const { user } = await w.invoke(createApiUser, boss, {
      username: 'roamer',
      fullName: 'Roamer',
      role: 'password-user',
      host: '192.0.2.9',
      expiresAt: null,
      certificate: made.cert,
    });
    expect(await call('pmp.password.retrieve', params, made)).toEqual({
      faultCode: '403',
      faultString: 'User is not allowed to access from this host',
    });
    await w.invoke(updateUser, boss, { userId: user.id, host: '127.0.0.0/8' });
    expect(await call('pmp.password.retrieve', params, made)).toEqual({
      resultCode: '1',
      message: 'No such account found',
    });
    // Scopes narrow what the role allows.
    await w.invoke(updateUser, boss, { userId: user.id, keyScopes: ['passwords'] });
    expect((await call('pmp.password.retrieve', params, made))['resultCode']).toBe('1');
    await w.sql("update strongroom.api_credential set expires_at = now() - interval '1 second' where user_id = $1", [
      user.id,
    ]);
    expect(await call('pmp.password.retrieve', params, made)).toEqual(notKnown);
    await w.invoke(updateUser, boss, { userId: user.id, keysExpireAt: null });
    expect(await call('pmp.password.retrieve', params, made)).not.toHaveProperty('faultCode');
    await w.invoke(disableUser, boss, { userId: user.id });
    expect(await call('pmp.password.retrieve', params, made)).toEqual(notKnown);
    const trail = (await w.audit('resource.list')).filter(
      ({ actor_name, outcome }) => actor_name === 'roamer' && outcome === 'refused',
    );
    // A disabled user's certificate is nobody's any more.
    const [last] = (await w.audit('identity.sign-in')).slice(-1);
    expect(last).toMatchObject({ outcome: 'refused' });
    expect(trail.map(({ details }) => details.code)).toEqual([
      'wrong-host',
      'scope-missing',
      'signed-out',
      'scope-missing',
    ]);
  });

  it('takes as many calls a minute of a certificate as the organisation allows its tokens, and says how long to wait', async () => {
    const boss = await w.people.boss.actor();
    const made = await makeCertificate({ name: 'busy' });
    await w.invoke(createApiUser, boss, {
      ...{ username: 'busy', fullName: 'Busy', host: '127.0.0.1', role: 'password-user', expiresAt: null },
      certificate: made.cert,
    });
    await w.invoke(updateSettings, boss, { tokenRequestsPerMinute: 2 });
    const narrow = open();
    try {
      const at = await narrow.listen(0, '127.0.0.1');
      // What is no call counts as well; each is a connection of its own.
      for (let n = 0; n < 2; n++) expect((await send('<x/>', { as: made, port: at })).body).toContain('<int>-32');
      const { status, body } = await send('<x/>', { as: made, port: at });
      expect(status).toBe(200);
      expect(body).toContain('<int>429</int>');
      const wait = /Too many requests\. Wait before the next one\. The next is taken in (\d+) seconds\./.exec(
        body,
      )?.[1];
      expect(Number(wait)).toBeGreaterThan(20);
      expect(Number(wait)).toBeLessThanOrEqual(30);
      // Each certificate has its own.
      expect((await send('<x/>', { port: at })).body).not.toContain('429');
    } finally {
      await w.invoke(updateSettings, boss, { tokenRequestsPerMinute: 0 });
      await narrow.close();
    }
  });

  it('gives an address that comes with wrong certificates no more handshakes for a while', async () => {
    const narrow = open({ failures: 2 });
    const at = await narrow.listen(0, '127.0.0.1');
    try {
      for (let i = 0; i < 2; i++) expect((await send('', { as: undefined, port: at })).status).toBe(200);
      await expect(send('', { as: undefined, port: at })).rejects.toThrow(/socket|ECONNRESET|disconnected/);
    } finally {
      await narrow.close();
    }
  });
});
