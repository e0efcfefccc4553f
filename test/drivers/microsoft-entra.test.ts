import { driverContract } from '@strongroom/driver-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type GraphPeer } from '../peers/microsoft-entra.ts';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';

const driver = theDriver('microsoft-entra');
const next = { expose: () => 'Next-Word-6' };
let peer: GraphPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

driverContract(driver, 'by an app registration, on a simulator', () => peerScene(driver, peer));

describe('microsoft-entra on a simulator', () => {
  it('takes the tenant from the name, or from the settings, and changes the user of that name', async () => {
    const s = await peerScene(driver, peer);
    const before = peer.asked.length;
    expect(await driver.reset?.(s.target, s.admin, s.account, next)).toEqual({ is: 'done' });
    const asked = peer.asked.slice(before);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /lab.example/oauth2/v2.0/token',
      `PATCH /v1.0/users/${encodeURIComponent(s.account.username)}`,
    ]);
    const elsewhere = reachPeer(driver, peer, { tenant: 'other.example' });
    expect(await driver.reset?.(elsewhere, s.admin, s.account, next)).toEqual({
      is: 'refused',
      why: 'the service rejected the login account (400): AADSTS90002: Tenant not found.',
    });
  });

  it('puts no secret into an address or a header but the token', async () => {
    const s = await peerScene(driver, peer);
    const before = peer.asked.length;
    await driver.reset?.(s.target, s.admin, s.account, next);
    const open = peer.asked.slice(before).map(({ path, query, headers }) => [path, [...query], headers]);
    expect(JSON.stringify(open)).not.toContain('Next-Word-6');
    expect(JSON.stringify(open)).not.toContain(peer.admin?.password);
    expect(peer.asked.slice(before).some(({ body }) => body.includes('Next-Word-6'))).toBe(true);
  });

  it.each(['$filter@lab.example', 'no domain', 'a@b@lab.example', 'x@lab.example/../..', '', 'u@lab.example?x=1'])(
    'refuses the name %j before it sends anything',
    async (username) => {
      const s = await peerScene(driver, peer);
      const before = peer.asked.length;
      expect(await driver.reset?.(s.target, s.admin, { username }, next)).toMatchObject({ is: 'refused' });
      expect(peer.asked).toHaveLength(before);
    },
  );

  it('says why a password, a user or a client secret is refused, without any secret', async () => {
    const s = await peerScene(driver, peer);
    const weak = { expose: () => 'nocapitals' };
    expect(await driver.reset?.(s.target, s.admin, s.account, weak)).toEqual({
      is: 'refused',
      why: 'the service refused (400): The specified password [secret] does not comply with password complexity requirements.',
    });
    expect(await driver.reset?.(s.target, s.admin, { username: 'none@lab.example' }, next)).toMatchObject({
      why: expect.stringMatching(/\(404\): Resource 'none@lab.example' does not exist/) as string,
    });
    expect(await driver.reset?.(s.target, by(s.admin.username, 'Wrong-Word-0'), s.account, next)).toEqual({
      is: 'refused',
      why: 'the service rejected the login account (401): AADSTS7000215: Invalid client secret provided.',
    });
  });

  it.each([
    [200, 'done'],
    [307, 'refused'],
    [429, 'refused'],
    [502, 'unknown'],
    [503, 'refused'],
  ])('takes the status %i of the change for %s', async (status, is) => {
    const s = await peerScene(driver, peer);
    peer.answerWith({ status, headers: { location: 'https://127.0.0.1:9/' }, body: 'no JSON' });
    try {
      expect(await driver.reset?.(s.target, s.admin, s.account, next)).toMatchObject({ is });
    } finally {
      peer.answerWith(undefined);
    }
  });
});
