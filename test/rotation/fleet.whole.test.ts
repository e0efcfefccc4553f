/** Rotation of a fleet of real sshd through the product as its users start it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwords, startFleet, type Fleet } from '../lab/fleet.ts';
import { addHost, hasEnded, modeFor, reveal, type Attempt } from '../lib/rotating.ts';
import { startServer, type TestServer } from '../lib/server.ts';
import { until } from '../lib/until.ts';

const many = 20;
let fleet: Fleet;
let server: TestServer;
const hosts: { index: number; resourceId: string; accountId: string; username: keyof typeof passwords }[] = [];

const hostAt = (at: number): (typeof hosts)[number] => {
  const host = hosts[at];
  if (host === undefined) throw new Error(`no host ${String(at)}`);
  return host;
};
const rotate = async (accountId: string): Promise<string> =>
  (await server.call<{ attemptId: string }>('POST', `/accounts/${accountId}/rotate`, {})).attemptId;
const health = async (accountId: string): Promise<string> =>
  (await server.call<{ proof: { health: string } }>('GET', `/accounts/${accountId}`)).proof.health;
/** Log-ins that a host saw tried since some length of its log, good and bad. */
const tried = async (index: number, from: number): Promise<string[]> =>
  (await fleet.log(index)).slice(from).match(/(?:Accepted|Failed) \S+ for .*/g) ?? [];

beforeAll(async () => {
  [fleet, server] = await Promise.all([startFleet(many), startServer()]);
  for (const host of fleet.hosts) {
    const mode = modeFor(host.index);
    const added = await addHost(server, `host ${String(host.index)}`, host, mode);
    hosts.push({ index: host.index, username: mode.username, ...added });
  }
});
afterAll(async () => {
  await Promise.all([server?.stop(), fleet?.stop()]);
});

describe('a fleet of 20 real hosts', () => {
  it('is rotated at once in every mode: the new password signs in by OpenSSH and the old does not [RST-02]', async () => {
    const attempts = await Promise.all(
      hosts.map(async ({ accountId }) => ({ accountId, attemptId: await rotate(accountId) })),
    );
    const ends = await Promise.all(
      attempts.map(({ accountId, attemptId }) => until(server, accountId, attemptId, hasEnded, 120)),
    );
    expect(ends.map(({ state, why }) => [state, why])).toEqual(ends.map(() => ['promoted', null]));
    const found = await Promise.all(
      hosts.map(async ({ index, accountId, username }) => {
        const { password, candidate, version } = await reveal(server, accountId);
        const right = await fleet.canLogIn(index, username, password);
        return [candidate, version, right, await fleet.canLogIn(index, username, passwords[username])];
      }),
    );
    expect(found).toEqual(hosts.map(() => [null, 2, true, false]));
    for (const { accountId } of hosts) expect(await health(accountId)).toBe('proven');
  });

  it('sends nothing to a host whose key changed, raises the alarm, and goes on once a person trusts the new key [RST-02]', async () => {
    const { index, resourceId, accountId, username } = hostAt(6);
    const before = await reveal(server, accountId);
    await fleet.changeHostKey(index);
    const seen = (await fleet.log(index)).length;

    const proof = await server.call<{ health: string; why: string }>('POST', `/accounts/${accountId}/verify`, {});
    expect(proof).toMatchObject({ health: 'untrusted', why: expect.stringContaining('Nothing was sent') });
    const attemptId = await rotate(accountId);
    const waiting = await until(server, accountId, attemptId, ({ state, why }) => state === 'prepared' && why !== null);
    expect(waiting.why).toContain('not the pinned one');
    expect(waiting.nextTryAt).not.toBeNull();
    expect(await tried(index, seen)).toEqual([]);
    expect(await health(accountId)).toBe('untrusted');

    const offered = await server
      .call<{ hostKeys: { fingerprint: string; state: string }[] }>('GET', `/resources/${resourceId}`)
      .then(({ hostKeys }) => hostKeys.find(({ state }) => state === 'offered')?.fingerprint ?? '');
    expect(offered).toMatch(/^SHA256:/);
    const trail = await server.call<{ items: { action: string; objectId: string; details: Record<string, string> }[] }>(
      'GET',
      `/audit?objectId=${resourceId}&limit=50`,
    );
    expect(trail.items).toContainEqual(
      expect.objectContaining({
        action: 'resource.alarm-host-key',
        objectId: resourceId,
        details: expect.objectContaining({ alarm: 'host key changed', offered }),
      }),
    );
    expect(server.log()).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: expect.stringContaining('host key changed'), offered }),
    );

    // The other 19 go on as if nothing had happened.
    const others = hosts.filter((host) => host.index !== index);
    const ends = await Promise.all(
      others.map(async (host) => until(server, host.accountId, await rotate(host.accountId), hasEnded, 120)),
    );
    expect(ends.every(({ state }) => state === 'promoted')).toBe(true);
    expect((await Promise.all(others.map((host) => health(host.accountId)))).every((is) => is === 'proven')).toBe(true);

    await server.call('POST', `/resources/${resourceId}/host-key`, {
      fingerprint: offered,
      reason: 'compared on the console of the machine',
    });
    await server.call('POST', `/accounts/${accountId}/attempts/${attemptId}/resolve`, {
      how: 'ask-again',
      reason: 'the key is trusted now',
    });
    const end = await until(server, accountId, attemptId, hasEnded);
    expect([end.state, end.why]).toEqual(['promoted', null]);
    const after = await reveal(server, accountId);
    expect(await fleet.canLogIn(index, username, after.password)).toBe(true);
    expect(await fleet.canLogIn(index, username, before.password)).toBe(false);
    expect(await health(accountId)).toBe('proven');
  });

  it('goes on by itself with the same candidate when a host that was down comes back', async () => {
    const { index, accountId, username } = hostAt(7);
    await fleet.down(index);
    const attemptId = await rotate(accountId);
    const waiting = await until(server, accountId, attemptId, ({ why }) => why !== null);
    expect(waiting).toMatchObject({ state: 'prepared', why: expect.stringContaining('could not be reached') });
    const { candidate } = await reveal(server, accountId);
    expect(await health(accountId)).toBe('unreachable');
    await fleet.restart(index);
    const end = await until(server, accountId, attemptId, hasEnded);
    expect(end.state).toBe('promoted');
    const { password } = await reveal(server, accountId);
    expect(password).toBe(candidate);
    expect(await fleet.canLogIn(index, username, password)).toBe(true);
  });

  it('a person may give up an attempt on a host that stays away, and the password can be changed again', async () => {
    const { index, accountId } = hostAt(8);
    await fleet.down(index);
    const attemptId = await rotate(accountId);
    await until(server, accountId, attemptId, ({ why }) => why !== null);
    const path = `/accounts/${accountId}/attempts/${attemptId}/resolve`;
    const wrong = await server.ask('POST', path, { how: 'keep-candidate', reason: 'it was never sent' });
    expect(wrong.status).toBe(409);
    const ended = await server.call<Attempt>('POST', path, {
      how: 'keep-current',
      reason: 'the machine is being moved',
    });
    expect(ended.state).toBe('rolled-back');
    expect((await reveal(server, accountId)).candidate).toBeNull();
    await fleet.restart(index);
    expect((await until(server, accountId, await rotate(accountId), hasEnded)).state).toBe('promoted');
  });
});
