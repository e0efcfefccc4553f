import { driverContract } from '@strongroom/driver-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type IamPeer } from '../peers/aws-iam.ts';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';

const driver = theDriver('aws-iam');
const next = { expose: () => 'Next-Word-6' };
let peer: IamPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

driverContract(driver, 'by an access key, on a simulator', () => peerScene(driver, peer));

describe('aws-iam on a simulator', () => {
  it('signs one request, and puts neither a password nor a key into its address or headers', async () => {
    const s = await peerScene(driver, peer);
    const before = peer.asked.length;
    expect(await driver.reset?.(s.target, s.admin, s.account, next)).toEqual({ is: 'done' });
    const asked = peer.asked.slice(before);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /']);
    expect(JSON.stringify(asked.map(({ path, query, headers }) => [path, [...query], headers]))).not.toMatch(
      /Next-Word-6|lab\/Secret/,
    );
    expect(JSON.stringify(asked)).not.toContain(peer.admin?.password);
  });

  it('sends nothing to verify, for nothing can be proven', async () => {
    const s = await peerScene(driver, peer);
    const before = peer.asked.length;
    expect(driver.proof).toBe('none');
    expect(await driver.verify(s.target, by(s.account.username, s.account.password))).toBe('unreachable');
    expect(peer.asked).toHaveLength(before);
  });

  it('gives a console password to a user who has none only where the settings say so', async () => {
    const s = await peerScene(driver, peer);
    const username = peer.withoutPassword();
    expect(await driver.reset?.(s.target, s.admin, { username }, next)).toEqual({
      is: 'refused',
      why: `the service refused (404): NoSuchEntity: Login Profile for User ${username} cannot be found.`,
    });
    const giving = reachPeer(driver, peer, { whereNoPassword: 'give one' });
    expect(await driver.reset?.(giving, s.admin, { username: 'nobody' }, next)).toMatchObject({ is: 'refused' });
    expect(await driver.reset?.(giving, s.admin, { username }, next)).toEqual({ is: 'done' });
    expect(await peer.isPassword(username, 'Next-Word-6')).toBe(true);
  });

  it.each(['user&Action=DeleteUser', 'user name', 'user\n', '', 'x'.repeat(65), 'AKIALABLABLABLAB0001'])(
    'refuses the name %j',
    async (username) => {
      const s = await peerScene(driver, peer);
      const before = peer.asked.length;
      expect(await driver.reset?.(s.target, s.admin, { username }, next)).toMatchObject({ is: 'refused' });
      expect(peer.asked).toHaveLength(before);
    },
  );

  it('says why a password or a key is refused, without either', async () => {
    const s = await peerScene(driver, peer);
    expect(await driver.reset?.(s.target, s.admin, s.account, { expose: () => 'a<b"&' })).toEqual({
      is: 'refused',
      why: 'the service refused (400): PasswordPolicyViolation: Password "[secret]" should have a minimum length of 8',
    });
    const other = by(s.admin.username, 'Another/Secret+Key');
    expect(await driver.reset?.(s.target, other, s.account, next)).toMatchObject({
      why: expect.stringMatching(/SignatureDoesNotMatch/) as string,
    });
    const region = reachPeer(driver, peer, { region: 'cn-north-1' });
    expect(await driver.reset?.(region, s.admin, s.account, next)).toMatchObject({ is: 'refused' });
  });

  it.each([
    [302, 'refused'],
    [403, 'refused'],
    [429, 'refused'],
    [500, 'unknown'],
    [503, 'refused'],
  ])('takes the status %i for %s, asks once and follows nothing', async (status, is) => {
    const s = await peerScene(driver, peer);
    const before = peer.asked.length;
    peer.answerWith({ status, headers: { location: '/elsewhere' }, body: '<html>' });
    try {
      expect(await driver.reset?.(s.target, s.admin, s.account, next)).toMatchObject({ is });
    } finally {
      peer.answerWith(undefined);
    }
    expect(peer.asked).toHaveLength(before + 1);
  });
});
