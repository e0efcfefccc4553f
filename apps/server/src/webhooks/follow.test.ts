import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createResource, shareResource, type ResourceId } from '@strongroom/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { world, type Person, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { createFollowers, type Followers } from './follow.ts';
import { Follower, placeOf, placeText } from './follower.ts';

let w: World;
let followers: Followers;
beforeAll(async () => {
  w = await world();
  // Who listens from now on hears nothing of how the world was made.
  await w.past();
  followers = createFollowers({
    ...{ database: w.database, perform: w.perform, everyMs: 20, beatMs: 40 },
    onError: (error) => {
      throw error;
    },
  });
});
afterAll(async () => {
  followers.stop();
  await w.close();
});

interface Listening {
  /** Reads on until a piece fits; gives all that came since the last time. */
  until(fits: RegExp): Promise<string>;
  leave(): void;
}
const open: Listening[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.leave();
});

async function listen(actor: Actor, { kinds = '', from = '' } = {}): Promise<Listening> {
  const closed = new AbortController();
  const reply = await followers.stream.handle({
    ...{ perform: w.perform, actor, params: {}, query: { kinds }, fields: {} },
    ...{ bytes: Readable.from([]), length: undefined, closed: closed.signal },
    ...(from === '' ? {} : { lastEventId: from }),
  });
  expect(reply.type).toBe('text/event-stream; charset=utf-8');
  const pieces = (reply.body as AsyncIterable<string>)[Symbol.asyncIterator]();
  const listening: Listening = {
    async until(fits) {
      for (let text = ''; ;) {
        const next = await pieces.next();
        if (next.done) return text;
        text += next.value;
        if (fits.test(text)) return text;
      }
    },
    leave: () => {
      closed.abort();
    },
  };
  open.push(listening);
  return listening;
}

let made = 0;
async function makeResource(by: Person): Promise<{ id: ResourceId; name: string }> {
  const name = `heard-${++made}`;
  const { id } = await w.invoke(createResource, await by.actor(), {
    ...{ name, type: 'Linux', dnsName: 'h.example', accounts: [] },
  });
  return { id, name };
}
/** Whoever is given a share has an event of their own beside that of what is shared. */
const ofThings = (text: string | undefined): string[] =>
  told(text ?? '').filter((one) => !one.includes(w.people.nobody.id));
const told = (text: string): string[] =>
  [...text.matchAll(/^data: (\{"action".*\})$/gm)].map((match) => {
    const { action, object } = JSON.parse(match[1] ?? '') as { action: string; object: { id: string } };
    return `${action} ${object.id}`;
  });

describe('the event stream', () => {
  it('tells each listener what they may see, thinly, and nobody of another’s', async () => {
    const people = w.people;
    const [keeper, nobody, auditor, boss, foreign] = await Promise.all(
      [people.keeper, people.nobody, people.auditor, people.boss, people.foreign].map(async (one) =>
        listen(await one.actor()),
      ),
    );
    const kept = await makeResource(people.keeper);
    const shared = await makeResource(people.keeper);
    await w.invoke(shareResource, await people.keeper.actor(), {
      ...{ resourceId: shared.id, set: [{ to: { kind: 'user', id: people.nobody.id as never }, permission: 'view' }] },
    });
    const last = new RegExp(`resource.share[^\n]*${shared.id}`);
    const all = [`resource.create ${kept.id}`, `resource.create ${shared.id}`, `resource.share ${shared.id}`];
    const heard = await keeper?.until(last);
    expect(ofThings(heard)).toEqual(all);
    expect(heard).not.toContain(kept.name);
    for (const one of [auditor, boss]) expect(ofThings(await one?.until(last))).toEqual(all);
    const little = (await nobody?.until(last)) ?? '';
    expect(little).not.toContain(kept.id);
    // The other organisation's listener has been told of everything until now, too: of nothing.
    expect(told((await foreign?.until(/beat[^]*beat/)) ?? '')).toEqual([]);
  });

  it('tells only of the kinds that were asked for', async () => {
    const actor = await w.people.keeper.actor();
    const [groups, resources] = [
      await listen(actor, { kinds: 'resource-group' }),
      await listen(actor, { kinds: 'account,resource' }),
    ];
    const { id } = await makeResource(w.people.keeper);
    await resources.until(new RegExp(id));
    expect(told(await groups.until(/beat[^]*beat/))).toEqual([]);
  });

  it('goes on where a client was cut off, and says so when that is too long ago to tell', async () => {
    const actor = await w.people.keeper.actor();
    const first = await listen(actor);
    const { id: before } = await makeResource(w.people.keeper);
    const heard = new RegExp(`id: (.*)\nevent: change\ndata: [^\n]*${before}`).exec(
      await first.until(new RegExp(before)),
    );
    const place = heard?.[1] ?? '';
    first.leave();
    const { id: missed } = await makeResource(w.people.keeper);
    const again = await listen(actor, { from: place });
    expect(told(await again.until(new RegExp(missed)))).toEqual([`resource.create ${missed}`]);
    for (const from of ['nonsense', `${Number.MAX_SAFE_INTEGER - 1}.${before}`])
      expect(await (await listen(actor, { from })).until(/reset/)).toContain('event: reset');
    const { organisationId } = w;
    await w.sql(
      `insert into strongroom.audit_event (id, organisation_id, at, trail, actor_kind, actor_name, action, object_kind, outcome, details)
        select gen_random_uuid(), $1, now(), 'task', 'system', 's', 'x.y', 'x', 'done', '{}' from generate_series(1, 501)`,
      [organisationId],
    );
    await (await listen(actor)).until(/beat[^]*beat/);
    expect(await (await listen(actor, { from: place })).until(/reset|beat[^]*beat/)).toContain('event: reset');
  });

  it('ends soon after the session or token that it was opened with, and needs the scope ‘read’', async () => {
    const session = await w.people.keeper.session();
    const listening = await listen(session.actor);
    await w.sql('delete from strongroom_local.session where id = $1', [session.id]);
    expect(await listening.until(/never/)).toMatch(/event: end\ndata: \{"code":"signed-out"\}/);
    const token = await w.people.keeper.token(['read']);
    const byToken = await listen(token.actor);
    await w.sql('update strongroom.api_token set revoked_at = now() where id = $1', [token.id]);
    expect(await byToken.until(/never/)).toMatch(/event: end/);
    const other = await w.people.keeper.token(['passwords']);
    await expect(listen(other.actor)).rejects.toMatchObject({ code: 'scope-missing' });
  });

  it('is bounded for each user, and makes room when a listener leaves', async () => {
    const actor = await w.people.admin.actor();
    const mine = await Promise.all(Array.from({ length: 10 }, () => listen(actor)));
    await expect(listen(actor)).rejects.toMatchObject({ code: 'too-many-requests' });
    await listen(await w.people.keeper.actor());
    mine[3]?.leave();
    await listen(actor);
  });

  it('comes over HTTPS as server-sent events, and holds up no stop of the server', async () => {
    const { token } = await w.people.keeper.session();
    const app = w.app(w.tls.options);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const ended = new Promise<string>((resolve, reject) => {
      request(
        {
          host: '127.0.0.1',
          port,
          path: '/api/v1/events?kinds=resource',
          rejectUnauthorized: false,
          headers: { cookie: `__Host-strongroom=${token}` },
        },
        (answer) => {
          expect(answer.statusCode).toBe(200);
          expect(answer.headers).toMatchObject({
            'content-type': 'text/event-stream; charset=utf-8',
            'cache-control': 'no-store',
          });
          let text = '';
          answer.on('data', (piece: Buffer) => {
            if (text === '') void makeResource(w.people.keeper);
            text += piece.toString();
            if (text.includes('resource.create')) {
              w.composed.endStreams();
              void app.close();
            }
          });
          answer.once('end', () => {
            resolve(text);
          });
        },
      )
        .once('error', reject)
        .end();
    });
    expect(told(await ended)).toHaveLength(1);
  });
});

describe('a follower', () => {
  const event = (n: number) => ({
    ...{
      id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`,
      tx: n,
      at: new Date(0),
      action: 'account.update',
    },
    ...{ outcome: 'done' as const, actorKind: 'user' as const, actorId: null, actorName: 'x' },
    ...{ objectKind: 'account', objectId: null, objectName: 'hidden' },
  });

  it('that reads nothing is told to ask anew, and nothing gathers for it', async () => {
    const follower = new Follower(
      { kind: 'user', organisationId: 'o', userId: 'u', origin: { requestId: null, address: null, client: null } },
      [],
    );
    const pieces = follower.pieces();
    await pieces.next();
    for (let n = 0; n < 5000; n++) follower.tell([event(n)]);
    const { value } = await pieces.next();
    expect(String(value).length).toBeLessThan(200_000);
    expect(value).toMatch(/^event: reset/);
    expect(value).not.toContain('hidden');
    follower.end();
    expect((await pieces.next()).done).toBe(true);
  });

  it('gets its place back as it gave it, and nothing else is one', () => {
    const place = { tx: 123_456_789_012, eventId: event(7).id };
    expect(placeOf(placeText(place))).toEqual(place);
    for (const text of [
      undefined,
      '',
      '1',
      '1.x',
      `-1.${place.eventId}`,
      `9999999999999999.${place.eventId}`,
      `1.${place.eventId}x`,
    ])
      expect(placeOf(text)).toBeUndefined();
  });
});
