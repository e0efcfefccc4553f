import { randomUUID } from 'node:crypto';
import {
  changePassword,
  createResource,
  listResources,
  readAccount,
  readResource,
  revealAccount,
  updateResource,
} from '@strongroom/contract';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, type Client } from '../../test/browser.ts';
import { world, type World } from '../../test/world.ts';
import { forStrangers } from './rate-limit.ts';

let w: World;
let app: FastifyInstance;
let keeper: Client;

async function clientOf(who: {
  session(): Promise<{ token: string; csrf: string; id: string }>;
}): Promise<Client & { id: string }> {
  const { token, csrf, id } = await who.session();
  return Object.assign(client(app), { cookie: `__Host-strongroom=${token}`, csrf, id });
}
beforeAll(async () => {
  w = await world();
  app = w.app();
  await app.ready();
  keeper = await clientOf(w.people.keeper);
});
afterAll(() => w.close());

const keyed = (key: string) => ({ 'idempotency-key': key });

describe('/api/v1', () => {
  it('answers refusals and failures as problem+json with a stable code, the request’s id and no inside of ours [API-03, G-3]', async () => {
    const cases = [
      [await keeper.send(readResource, { resourceId: randomUUID() }), 404, 'not-found'],
      [await keeper.send(readResource, { resourceId: 'x' }), 400, 'input-invalid'],
      [await keeper.send({ method: 'GET', path: '/no-such-call' }), 404, 'not-found'],
      [await keeper.send(createResource, { name: '', type: 1 }), 400, 'input-invalid'],
    ] as const;
    for (const [{ status, headers, body }, wanted, code] of cases) {
      expect([status, body['code'], body['status']]).toEqual([wanted, code, wanted]);
      expect(headers['content-type']).toContain('application/problem+json');
      expect(body['type']).toBe(`urn:strongroom:problem:${code}`);
      expect(body['requestId']).toBe(headers['x-request-id']);
      expect(JSON.stringify(body)).not.toMatch(/select|insert|stack|node_modules|postgres/i);
    }
    const raw = async (payload: string, type = 'application/json') =>
      app.inject({
        method: 'POST',
        url: '/api/v1/resources',
        payload,
        headers: { 'content-type': type, cookie: keeper.cookie ?? '', 'x-csrf-token': keeper.csrf ?? '' },
      });
    for (const [payload, type] of [
      ['{"name": ', undefined],
      ['[1]', undefined],
      ['"text"', undefined],
      ['{"name":"a\\u0000b","type":"Linux"}', undefined],
      ['name=a', 'application/x-www-form-urlencoded'],
      ['x'.repeat(1_100_000), undefined],
      ['{"__proto__":{"name":"a"}}', undefined],
    ] as const) {
      const answer = await raw(payload, type);
      expect([payload.slice(0, 20), answer.statusCode, answer.json<{ code: string }>().code]).toEqual([
        payload.slice(0, 20),
        400,
        'input-invalid',
      ]);
    }
  });

  it('tells the version in an ETag that changes with whatever the answer says, and changes only what is still at it [API-03]', async () => {
    const made = (
      await keeper.send(createResource, {
        name: 'tagged',
        type: 'Linux',
        accounts: [{ username: 'root', password: 'Tagged-Password-11-!!' }],
      })
    ).body as { id: string };
    const read = await keeper.send(readResource, { resourceId: made.id });
    const tag = String(read.headers['etag']);
    expect(tag).toMatch(/^"v1\.[\w-]{16}"$/);
    expect((await keeper.send(readResource, { resourceId: made.id }, { 'if-none-match': tag })).status).toBe(304);
    const changed = await keeper.send(updateResource, { resourceId: made.id, location: 'A' }, { 'if-match': tag });
    expect([changed.status, String(changed.headers['etag']).slice(0, 4)]).toEqual([200, '"v2.']);
    expect(
      (await keeper.send(updateResource, { resourceId: made.id, location: 'B' }, { 'if-match': tag })).body['code'],
    ).toBe('changed-meanwhile');
    expect(
      (await keeper.send(updateResource, { resourceId: made.id, location: 'B' }, { 'if-match': 'nonsense' })).body[
        'code'
      ],
    ).toBe('changed-meanwhile');
    expect(
      (await keeper.send(updateResource, { resourceId: made.id, location: 'C' }, { 'if-match': '"v2"' })).status,
    ).toBe(200);
    expect(
      (await keeper.send(updateResource, { resourceId: made.id, location: 'D' }, { 'if-match': '*' })).status,
    ).toBe(200);
    // What is known of an account changes without an edit: the tag must not say otherwise.
    const [account] = await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1', [
      made.id,
    ]);
    const first = await keeper.send(readAccount, { accountId: account?.id });
    await w.sql(`update strongroom.account set check_result = 'rejected', checked_at = now() where id = $1`, [
      account?.id,
    ]);
    const second = await keeper.send(
      readAccount,
      { accountId: account?.id },
      { 'if-none-match': String(first.headers['etag']) },
    );
    expect(second.status).toBe(200);
    expect(second.body['proof']).toMatchObject({ health: 'out-of-sync' });
    // A secret is never tagged.
    expect((await keeper.send(revealAccount, { accountId: account?.id })).headers['etag']).toBeUndefined();
  });

  it('tells who asks too much when to come back, and holds nobody else up [API-03]', async () => {
    const [flooder, other] = [client(app, '198.51.100.77'), client(app, '198.51.100.78')];
    const ask = { method: 'GET', path: '/session' } as const;
    const answers = await Promise.all(Array.from({ length: forStrangers.burst + 100 }, () => flooder.send(ask)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const { body, headers } of refused) {
      expect(body['code']).toBe('too-many-requests');
      expect(headers['content-type']).toContain('application/problem+json');
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    }
    expect((await other.send(ask)).status).toBe(401);
    expect((await keeper.send(ask)).status).toBe(200);
  });

  it('lets nothing be kept: neither by browsers nor by proxies', async () => {
    const answer = await keeper.send(listResources);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringContaining('max-age='),
    });
  });
});

describe('an idempotency key', () => {
  it('makes a request once: the same again gets the first answer, another under the key is refused [API-03]', async () => {
    const key = randomUUID();
    const first = await keeper.send(createResource, { name: 'once', type: 'Linux' }, keyed(key));
    const again = await keeper.send(createResource, { name: 'once', type: 'Linux' }, keyed(key));
    expect([first.status, again.status, again.body, again.headers['idempotency-replayed']]).toEqual([
      200,
      200,
      first.body,
      'true',
    ]);
    expect((await keeper.send(createResource, { name: 'other', type: 'Linux' }, keyed(key))).body['code']).toBe(
      'idempotency-reused',
    );
    expect(
      (await keeper.send(updateResource, { resourceId: (first.body as { id: string }).id }, keyed(key))).body['code'],
    ).toBe('idempotency-reused');
    expect(await w.sql(`select 1 from strongroom.resource where name in ('once', 'other')`)).toHaveLength(1);
    // The key is one person's own.
    const boss = await clientOf(w.people.boss);
    expect((await boss.send(createResource, { name: 'of the boss', type: 'Linux' }, keyed(key))).status).toBe(200);
  });

  it('stays taken when the work was done but its answer could not be kept: a repetition is refused, not done twice', async () => {
    const key = randomUUID();
    await w.sql('revoke update on strongroom_local.idempotency from strongroom_app');
    const first = await keeper.send(createResource, { name: 'done once', type: 'Linux' }, keyed(key));
    await w.sql('grant update on strongroom_local.idempotency to strongroom_app');
    expect(first.status).toBe(500);
    expect(await w.sql(`select 1 from strongroom.resource where name = 'done once'`)).toHaveLength(1);
    const again = await keeper.send(createResource, { name: 'done once', type: 'Linux' }, keyed(key));
    expect(again.body['code']).toBe('idempotency-reused');
  });

  it('of many that come at once lets one work', async () => {
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => keeper.send(createResource, { name: 'at once', type: 'Linux' }, keyed(key))),
    );
    const made = answers.filter((answer) => answer.status === 200);
    expect(made.length).toBeGreaterThan(0);
    for (const answer of answers) if (answer.status !== 200) expect(answer.body['code']).toBe('idempotency-reused');
    expect(await w.sql(`select 1 from strongroom.resource where name = 'at once'`)).toHaveLength(1);
  });

  it('is free again after a refusal, and is no key when it is short or odd', async () => {
    const key = randomUUID();
    expect((await keeper.send(createResource, { name: 'once', type: 'Linux' }, keyed(key))).body['code']).toBe(
      'name-taken',
    );
    expect((await keeper.send(createResource, { name: 'free', type: 'Linux' }, keyed(key))).status).toBe(200);
    for (const odd of ['short', 'x'.repeat(201), 'with blank'])
      expect((await keeper.send(createResource, { name: 'odd', type: 'Linux' }, keyed(odd))).body['code']).toBe(
        'input-invalid',
      );
  });

  it('keeps no answer with a secret in it, and no password nor its plain hash of what was asked', async () => {
    const [account] = await w.sql<{ id: string }>(
      `select a.id from strongroom.account a join strongroom.resource r on r.id = a.resource_id where r.name = 'tagged'`,
    );
    const [revealKey, changeKey] = [randomUUID(), randomUUID()];
    expect((await keeper.send(revealAccount, { accountId: account?.id }, keyed(revealKey))).body['password']).toBe(
      'Tagged-Password-11-!!',
    );
    expect((await keeper.send(revealAccount, { accountId: account?.id }, keyed(revealKey))).body['code']).toBe(
      'idempotency-reused',
    );
    expect(
      (
        await keeper.send(
          changePassword,
          { accountId: account?.id, password: 'Keyed-Password-22-!!' },
          keyed(changeKey),
        )
      ).status,
    ).toBe(200);
    const rows = JSON.stringify(
      (await w.sql('select * from strongroom_local.idempotency')).map((row) => Object.values(row).map(String)),
    );
    expect(rows).not.toMatch(/Tagged-Password|Keyed-Password/);
    expect(rows).not.toContain(changeKey);
    // The change took effect once, and again gets the same version.
    expect(
      (
        await keeper.send(
          changePassword,
          { accountId: account?.id, password: 'Keyed-Password-22-!!' },
          keyed(changeKey),
        )
      ).body,
    ).toEqual({ version: 2, attemptId: null });
  });

  it('gives nothing to a session that has ended meanwhile, nor to a weaker token of the same user', async () => {
    const leaver = await w.add({ username: 'leaver', role: 'password-administrator' });
    const browser = await clientOf(leaver);
    const key = randomUUID();
    expect((await browser.send(createResource, { name: 'of the leaver', type: 'Linux' }, keyed(key))).status).toBe(200);
    const token = await leaver.token(['read']);
    const weak = await client(app).send(
      createResource,
      { name: 'of the leaver', type: 'Linux' },
      { ...keyed(key), authorization: `Bearer ${token.text}` },
    );
    expect(weak.body['code']).toBe('idempotency-reused');
    await w.sql('delete from strongroom_local.session where id = $1', [browser.id]);
    const answer = await browser.send(createResource, { name: 'of the leaver', type: 'Linux' }, keyed(key));
    expect([answer.status, answer.body['code']]).toEqual([401, 'signed-out']);
  });

  it('is kept for a day', async () => {
    const key = randomUUID();
    await keeper.send(createResource, { name: 'yesterday', type: 'Linux' }, keyed(key));
    await w.sql(`update strongroom_local.idempotency set created_at = now() - interval '25 hours'`);
    expect((await keeper.send(createResource, { name: 'today', type: 'Linux' }, keyed(key))).status).toBe(200);
    expect(
      await w.sql('select 1 from strongroom_local.idempotency where actor_id = $1', [w.people.keeper.id]),
    ).toHaveLength(1);
  });
});
