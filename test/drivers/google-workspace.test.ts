import { driverContract } from '@strongroom/driver-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type WorkspacePeer } from '../peers/google-workspace.ts';
import { by, peerScene, theDriver } from '../peers/scene.ts';

const driver = theDriver('google-workspace');
const next = { expose: () => 'Next-Word-6' };
let peer: WorkspacePeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

driverContract(driver, 'by a service account, on a simulator', () => peerScene(driver, peer));

describe('google-workspace on a simulator', () => {
  it('signs for an administrator, follows no address of the key file, and shows the key to nobody', async () => {
    const s = await peerScene(driver, peer);
    const before = peer.asked.length;
    expect(await driver.reset?.(s.target, s.admin, s.account, next)).toEqual({ is: 'done' });
    const asked = peer.asked.slice(before);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /token',
      `PATCH /admin/directory/v1/users/${encodeURIComponent(s.account.username)}`,
    ]);
    expect(JSON.stringify(asked)).not.toMatch(/PRIVATE KEY|nowhere\.invalid/);
    expect(JSON.stringify(asked.map(({ path, headers }) => [path, headers]))).not.toContain('Next-Word-6');
  });

  it('refuses a login account whose signature, administrator or key file is not right', async () => {
    const s = await peerScene(driver, peer);
    const reset = (username: string, password: string) =>
      driver.reset?.(s.target, by(username, password), s.account, next);
    const file = peer.admin?.password ?? '';
    expect(await reset(s.admin.username, peer.strangersKeyFile)).toEqual({
      is: 'refused',
      why: 'the service rejected the login account (400): Invalid JWT Signature.',
    });
    expect(await reset('other@lab.example', file)).toMatchObject({
      why: expect.stringMatching(/^the service rejected the login account \(401\): Client is unauthorized/) as string,
    });
    const before = peer.asked.length;
    const noFiles = ['{', '{}', 'null', file.replace('service_account', 'authorized_user'), file.replace(/MII/, 'XXX')];
    for (const text of noFiles)
      expect(await reset(s.admin.username, text)).toEqual({
        is: 'refused',
        why: 'the login account’s password is not the key file of a service account',
      });
    expect(peer.asked).toHaveLength(before);
  });

  it.each(['me', '../groups/all@lab.example x', '', 'a@b@lab.example', 'u@lab.example#x'])(
    'refuses the name %j before it sends anything',
    async (username) => {
      const s = await peerScene(driver, peer);
      const before = peer.asked.length;
      expect(await driver.reset?.(s.target, s.admin, { username }, next)).toMatchObject({ is: 'refused' });
      expect(peer.asked).toHaveLength(before);
    },
  );

  it('says why a password or a user is refused, without the password', async () => {
    const s = await peerScene(driver, peer);
    expect(await driver.reset?.(s.target, s.admin, s.account, { expose: () => 'short' })).toEqual({
      is: 'refused',
      why: 'the service refused (400): Invalid Password [secret]',
    });
    expect(await driver.reset?.(s.target, s.admin, { username: '12345' }, next)).toMatchObject({
      why: 'the service refused (404): Resource Not Found: userKey',
    });
  });

  it('says unknown for a fault of the service, which may have come after the change', async () => {
    const s = await peerScene(driver, peer);
    peer.answerWith({ status: 500, body: '{"error":{"message":"Backend Error"}}' });
    try {
      expect(await driver.reset?.(s.target, s.admin, s.account, next)).toEqual({ is: 'unknown' });
    } finally {
      peer.answerWith(undefined);
    }
  });
});
