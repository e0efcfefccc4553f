import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileCalls } from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileAccount, stored, upload } from '../../test/files.ts';
import { world, type World } from '../../test/world.ts';
import { policy, type Actor } from '../authorise/index.ts';
import { chunkBytes } from '../vault/index.ts';

let w: World;
let keeper: Actor;
let at: RequestOptions;
let headers: Record<string, string>;
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  headers = (await w.people.keeper.session()).headers;
  const app = w.app(w.tls.options);
  await app.listen({ port: 0, host: '127.0.0.1' });
  at = { host: '127.0.0.1', port: (app.server.address() as AddressInfo).port, agent };
});
afterAll(async () => {
  agent.destroy();
  await w.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The connection was cut before the end. */
  readonly cut: boolean;
}
/** Sends a request and gives what was answered, even where the answer comes before all was sent. */
async function send(
  method: string,
  path: string,
  more: Record<string, string>,
  body?: Buffer | ((sent: ReturnType<typeof httpsRequest>) => void),
): Promise<Answer> {
  const sent = httpsRequest({ ...at, method, path: `/api/v1${path}`, headers: { ...headers, ...more } });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  if (typeof body === 'function') body(sent);
  else sent.end(body);
  const [answer] = await answered;
  sent.on('error', () => undefined);
  const pieces: Buffer[] = [];
  let cut = false;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
  } catch {
    cut = true;
  }
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: Buffer.concat(pieces),
    cut: cut || !answer.complete,
  };
}
const json = { 'content-type': 'application/json' };
const openFile = (accountId: string, fields = {}): Promise<Answer> =>
  send('POST', `/accounts/${accountId}/file`, json, Buffer.from(JSON.stringify(fields)));
const codeOf = (answer: Answer): unknown => (JSON.parse(answer.body.toString()) as { code?: unknown }).code;

describe('files on the wire', () => {
  it('have a call of the contract each, with the scope that the policy asks for', () => {
    const served = w.composed.streams.map(({ name, method, path }) => `${name} ${method} ${path}`);
    for (const call of fileCalls) {
      expect(served).toContain(`${call.name} ${call.method} ${call.path}`);
      expect(policy[call.name].rules.map((rule) => rule.says)).toContain(
        `carries the scope ‘${call.scope}’, if a program`,
      );
    }
  });

  it('go in as they are and come out to be saved, never shown, and never kept by a cache', async () => {
    const { accountId } = await fileAccount(w, keeper);
    const content = randomBytes(5 * chunkBytes + 77);
    const name = encodeURIComponent('../Lizenz „2026“ 50%.html');
    const type = { 'content-type': 'text/html' };
    const kept = await send('PUT', `/accounts/${accountId}/file?name=${name}`, type, content);
    expect([kept.status, JSON.parse(kept.body.toString())]).toEqual([
      200,
      {
        version: 1,
        file: { name: 'Lizenz „2026“ 50%.html', size: content.length, storedAt: expect.any(String) as string },
      },
    ]);
    const opened = await openFile(accountId, { reason: 'to install it' });
    expect(opened.status).toBe(200);
    expect(opened.cut).toBe(false);
    expect(opened.body.equals(content)).toBe(true);
    expect(opened.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(content.length),
      'content-disposition': `attachment; filename="Lizenz _2026_ 50_.html"; filename*=UTF-8''Lizenz%20%E2%80%9E2026%E2%80%9C%2050%25.html`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    // An empty one, with and without a type.
    for (const more of [type, {}]) {
      const empty = await send('PUT', `/accounts/${accountId}/file?name=empty`, { ...more, 'content-length': '0' });
      expect([empty.status, (await openFile(accountId)).body.length]).toEqual([200, 0]);
    }
  });

  it('are refused to whoever has no right before a byte is read, with an answer all the same', async () => {
    const { accountId } = await fileAccount(w, keeper);
    const path = `/accounts/${accountId}/file?name=x`;
    const before = await stored(w);
    const { 'x-csrf-token': _, ...withoutCsrf } = headers;
    const strangers: [string, Record<string, string>][] = [
      ['signed-out', { cookie: '' }],
      ['not-found', (await w.people.nobody.session()).headers],
      ['not-found', (await w.people.foreign.session()).headers],
      ['csrf-failed', { ...withoutCsrf, 'x-csrf-token': '' }],
    ];
    for (const [code, theirs] of strangers) {
      const put = await send('PUT', path, theirs, randomBytes(4 * 1024 * 1024));
      expect([codeOf(put), put.headers['content-type']]).toEqual([code, 'application/problem+json; charset=utf-8']);
      const open = await send('POST', `/accounts/${accountId}/file`, { ...json, ...theirs }, Buffer.from('{}'));
      expect(codeOf(open)).toBe(code);
    }
    expect(await stored(w)).toEqual(before);
  });

  it('with a name that is none, or that would be a header, are refused', async () => {
    const { accountId } = await fileAccount(w, keeper);
    for (const name of ['', '%20', '..', 'a%0d%0aSet-Cookie:%20x=y', '%00', 'x'.repeat(256)]) {
      const answer = await send('PUT', `/accounts/${accountId}/file?name=${name}`, {}, randomBytes(10));
      expect([name, answer.status, codeOf(answer)]).toEqual([name, 400, 'input-invalid']);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect(codeOf(await send('PUT', `/accounts/${accountId}/file`, {}, randomBytes(10)))).toBe('input-invalid');
  });

  it('that are too large are answered so, whether or not that was told before', async () => {
    const { accountId } = await fileAccount(w, keeper);
    await w.sql(
      `insert into strongroom.setting (organisation_id, name, value) values ($1, 'fileLimitMegabytes', '1')`,
      [w.organisationId],
    );
    const before = await stored(w);
    const path = `/accounts/${accountId}/file?name=x`;
    const told = await send('PUT', path, {}, randomBytes(3 * 1024 * 1024));
    expect([told.status, codeOf(told)]).toEqual([413, 'too-large']);
    const found = await send('PUT', path, { 'transfer-encoding': 'chunked' }, randomBytes(3 * 1024 * 1024));
    expect([found.status, codeOf(found)]).toEqual([413, 'too-large']);
    await w.sql('delete from strongroom.setting');
    expect(await stored(w)).toEqual(before);
  });

  it('that break off are forgotten, and the server goes on', async () => {
    const { accountId } = await fileAccount(w, keeper);
    const before = await stored(w);
    const refusals = (await w.audit('account.upload-file')).length;
    const sent = httpsRequest({
      ...at,
      agent: undefined,
      rejectUnauthorized: false,
      method: 'PUT',
      path: `/api/v1/accounts/${accountId}/file?name=x`,
      headers: { ...headers, 'content-length': String(2 ** 26) },
    });
    sent.on('error', () => undefined);
    sent.write(randomBytes(3 * chunkBytes));
    // Taken in, and then cut.
    await expect.poll(async () => (await stored(w)).files).toBe(before.files + 1);
    sent.destroy();
    await expect.poll(() => stored(w)).toEqual(before);
    expect((await w.audit('account.upload-file')).length).toBe(refusals);
    expect((await send('GET', `/accounts/${accountId}`, {})).status).toBe(200);
  });

  it('that are damaged end in a cut connection, never as if they were whole', async () => {
    const { accountId } = await fileAccount(w, keeper);
    await upload(w, keeper, accountId, randomBytes(8 * chunkBytes));
    const damage = (n: number): Promise<unknown> =>
      w.sql(
        `update strongroom.file_chunk c set sealed = set_byte(c.sealed, 50, (get_byte(c.sealed, 50) + 1) % 256) from strongroom.secret s
         where s.account_id = $1 and c.file_id = s.file_id and c.n = $2`,
        [accountId, n],
      );
    await damage(6);
    const late = await openFile(accountId);
    expect([late.status, late.cut, late.body.length < 8 * chunkBytes]).toEqual([200, true, true]);
    await damage(0);
    const early = await openFile(accountId);
    expect([early.status, codeOf(early)]).toEqual([500, 'internal']);
    expect(w.logLines.join('\n')).toContain('an answer broke off');
  });

  it('whose receiver goes away cost nothing more', async () => {
    const { accountId } = await fileAccount(w, keeper);
    await upload(w, keeper, accountId, randomBytes(64 * chunkBytes));
    const sent = httpsRequest({
      ...at,
      agent: undefined,
      rejectUnauthorized: false,
      method: 'POST',
      path: `/api/v1/accounts/${accountId}/file`,
      headers: { ...headers, ...json },
    });
    sent.on('error', () => undefined);
    sent.end('{}');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    await once(answer, 'readable');
    answer.on('error', () => undefined);
    answer.destroy();
    await expect.poll(() => w.database.load().busy).toBe(0);
    expect((await openFile(accountId)).body).toHaveLength(64 * chunkBytes);
  });
});
