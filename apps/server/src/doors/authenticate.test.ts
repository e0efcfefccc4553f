import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { world, type World } from '../../test/world.ts';

let w: World;
let app: FastifyInstance;
beforeAll(async () => {
  w = await world();
  app = w.app();
  await app.ready();
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => w.close());

async function program(username: string, host: string) {
  const user = await w.add({ username, kind: 'api', host });
  const { text, id } = await user.token(['read']);
  const ask = async (remoteAddress: string): Promise<number> =>
    (
      await app.inject({
        method: 'GET',
        url: '/api/v1/resources',
        remoteAddress,
        headers: { authorization: `Bearer ${text}` },
      })
    ).statusCode;
  return {
    id,
    ask,
    moveTo: (to: string) => w.sql('update strongroom.app_user set host = $2 where id = $1', [user.id, to]),
  };
}

describe('a token that was used a moment ago', () => {
  it('refuses the old host in the very next call after the token was bound to another', async () => {
    const { ask, moveTo } = await program('mover', '192.0.2.7');
    expect(await ask('192.0.2.7')).toBe(200);
    await moveTo('198.51.100.0/24');
    expect(await ask('192.0.2.7')).toBe(401);
    // What was remembered is forgotten; then the new binding speaks for itself.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6000 });
    expect(await ask('198.51.100.3')).toBe(200);
    expect(await ask('192.0.2.7')).toBe(403);
  });

  it('lets a host in at once that was refused before', async () => {
    const { ask, moveTo } = await program('guest', '198.51.100.3');
    expect(await ask('192.0.2.7')).toBe(403);
    await moveTo('192.0.2.7');
    expect(await ask('192.0.2.7')).toBe(200);
  });

  it('refuses in the very next call after it was revoked, or its user disabled', async () => {
    const { id, ask } = await program('leaver', '');
    expect(await ask('192.0.2.7')).toBe(200);
    await w.sql('update strongroom.api_token set revoked_at = now() where id = $1', [id]);
    expect(await ask('192.0.2.7')).toBe(401);
    const other = await program('sleeper', '');
    expect(await other.ask('192.0.2.7')).toBe(200);
    await w.sql(`update strongroom.app_user set state = 'disabled' where username = 'sleeper'`);
    expect(await other.ask('192.0.2.7')).toBe(401);
  });
});
