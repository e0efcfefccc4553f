import { driverContract } from '@strongroom/driver-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type IdentityPeer } from '../peers/rackspace.ts';
import { by, peerScene, theDriver } from '../peers/scene.ts';

const driver = theDriver('rackspace');
const next = { expose: () => 'Next-Word-6' };
let peer: IdentityPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

// A password that begins with a space is refused, and so is no part of what must be set.
const awkward = ['Plain-Word-9', "quote'Quote'-1", 'back\\slash"\\n-2', '#Hash @at !bang %n {a,b} ~', 'Trail -9 '];
driverContract(driver, 'by an administrator, on a simulator', () => peerScene(driver, peer), { awkward });
driverContract(driver, 'by the account itself, on a simulator', () => peerScene(driver, peer, {}, 'itself'), {
  awkward,
});

describe('rackspace on a simulator', () => {
  it('changes its own password in one request, which proves the old one', async () => {
    const s = await peerScene(driver, peer, {}, 'itself');
    const before = peer.asked.length;
    const account = { username: s.account.username, current: { expose: () => s.account.password } };
    expect(await driver.reset?.(s.target, s.admin, account, next)).toEqual({ is: 'done' });
    expect(peer.asked.slice(before).map(({ path }) => path)).toEqual(['/v2.0/users/RAX-AUTH/change-pwd']);
    expect(await driver.reset?.(s.target, s.admin, account, next)).toMatchObject({ is: 'refused' });
  });

  it('sends a wrong password once, and says nothing of a disabled user', async () => {
    const s = await peerScene(driver, peer);
    const { username, password } = s.account;
    expect(await driver.verify(s.target, by(username, 'Wrong-Word-0'))).toBe('rejected');
    expect(await peer.failures(username)).toBe(1);
    peer.disable(username);
    expect(await driver.verify(s.target, by(username, password))).toBe('unreachable');
  });

  it('takes the question for a second factor for a right password', async () => {
    const s = await peerScene(driver, peer);
    peer.wantsFactor(s.account.username);
    expect(await driver.verify(s.target, by(s.account.username, s.account.password))).toBe('accepted');
    expect(await driver.verify(s.target, by(s.account.username, 'Wrong-Word-0'))).toBe('rejected');
  });

  it('finds the user that is named and no other, and puts no secret into an address', async () => {
    const s = await peerScene(driver, peer);
    const before = peer.asked.length;
    expect(await driver.reset?.(s.target, s.admin, s.account, next)).toEqual({ is: 'done' });
    for (const { path, query } of peer.asked.slice(before)) expect(path + String(query)).not.toContain('Next-Word-6');
    for (const username of [s.account.username.toLowerCase(), 'nobody', 'a b', ''])
      expect(await driver.reset?.(s.target, s.admin, { username }, next)).toMatchObject({ is: 'refused' });
    const [other] = await peer.accounts(1);
    if (other === undefined) throw new Error('no account');
    const said = await driver.reset?.(s.target, by(other.username, other.password), s.account, next);
    expect(said).toEqual({ is: 'refused', why: 'the login account sees no such user (404)' });
  });

  it('refuses a password that begins with a space, and says what else the service refuses', async () => {
    const s = await peerScene(driver, peer);
    const reset = (password: string) => driver.reset?.(s.target, s.admin, s.account, { expose: () => password });
    expect(await reset(' Lead-Word-9')).toMatchObject({ is: 'refused' });
    expect(await reset('short')).toMatchObject({
      why: expect.stringMatching(/^the service refused \(400\): Password must be at least 8/) as string,
    });
    expect(await peer.isPassword(s.account.username, s.account.password)).toBe(true);
  });
});
