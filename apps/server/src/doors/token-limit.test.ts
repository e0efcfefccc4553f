import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';

let w: World;
beforeAll(async () => {
  w = await world();
});
afterAll(() => w.close());

describe('a token', () => {
  it('makes as many requests a minute as the organisation allows, at every door together, and is told how many are left and how long to wait', async () => {
    const app = w.app();
    const boss = await w.people.boss.session();
    const set = await app.inject({
      ...{ method: 'PATCH', url: '/api/v1/settings', headers: boss.headers },
      payload: { tokenRequestsPerMinute: 4 },
    });
    expect(set.statusCode).toBe(200);
    const [one, other] = [await w.people.keeper.token(['read']), await w.people.keeper.token(['read'])];
    const ask = (token: { text: string }, url = '/api/v1/resources') =>
      app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${token.text}` } });
    const left: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      const { statusCode, headers } = await ask(one);
      left.push([
        statusCode,
        headers['x-ratelimit-limit'],
        headers['x-ratelimit-remaining'],
        headers['ratelimit-remaining'],
      ]);
    }
    expect(left).toEqual(
      [
        [200, 4, 3, 3],
        [200, 4, 2, 2],
        [200, 4, 1, 1],
      ].map(([status, limit, ...rest]) => [status, String(limit), ...rest.map(String)]),
    );
    const compatible = await app.inject({
      method: 'GET',
      url: '/restapi/json/v1/resources',
      headers: { AUTHTOKEN: one.text },
    });
    expect(compatible.statusCode).toBe(200);
    const refused = await ask(one);
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ code: 'too-many-requests' });
    expect(refused.headers['x-ratelimit-remaining']).toBe('0');
    const wait = Number(refused.headers['retry-after']);
    expect(wait).toBeGreaterThan(10);
    expect(wait).toBeLessThanOrEqual(15);
    expect((await ask(one, '/api/v1/events')).statusCode).toBe(429);
    // Each token has its own; people have none.
    expect((await ask(other)).statusCode).toBe(200);
    expect(
      (await app.inject({ method: 'GET', url: '/api/v1/resources', headers: boss.headers })).headers[
        'x-ratelimit-limit'
      ],
    ).toBe('3000');
  });
});

describe('an idempotency key', () => {
  it('makes a change of webhooks once: answered again, and refused where the answer held a secret', async () => {
    const app = w.app();
    const { headers } = await w.people.boss.session();
    const send = (url: string, payload: object, key: string) =>
      app.inject({ method: 'POST', url: `/api/v1${url}`, headers: { ...headers, 'idempotency-key': key }, payload });
    const body = { name: 'once', url: 'https://receiver.example/', events: ['*'] };
    const made = await send('/webhooks', body, 'first-key-1');
    expect(made.statusCode).toBe(200);
    expect((await send('/webhooks', body, 'first-key-1')).json()).toMatchObject({ code: 'idempotency-reused' });
    const { id } = (made.json() as { webhook: { id: string } }).webhook;
    const tests = [
      await send(`/webhooks/${id}/test`, {}, 'test-key-1'),
      await send(`/webhooks/${id}/test`, {}, 'test-key-1'),
    ];
    expect(tests.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(tests[1]?.headers['idempotency-replayed']).toBe('true');
    expect(tests[1]?.json()).toEqual(tests[0]?.json());
    expect(await w.sql('select id from strongroom.webhook_delivery')).toHaveLength(1);
  });
});
