import { connect, createServer } from 'node:tls';
import { once } from 'node:events';
import { driverContract, type Scene } from '@strongroom/driver-kit/testing';
import { controlCharacters, type HostKey } from '@strongroom/driver-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';
import { startPeer, type WinrmPeer } from '../peers/winrm.ts';

const driver = theDriver('windows-local');
const secret = (text: string) => ({ expose: () => text });
const next = secret('Next-Word-6');
let peer: WinrmPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

async function scene(settings = {}): Promise<Scene<unknown>> {
  const made = await peerScene(driver, peer, settings);
  return { ...made, via: made.admin };
}

// Every forbidden character is tried below, where nothing is dialled for it.
const odd = ['Odd-Wörd-7', 'Odd-Word\n-7', 'Odd-Word-\ud800', 'x'.repeat(128), ''];
driverContract(driver, 'over WinRM, by NTLM', () => scene(), { odd });
driverContract(driver, 'over WinRM, by Basic', () => scene({ authentication: 'Basic' }), { odd });

describe('windows-local over WinRM, simulated', () => {
  it('keeps names and passwords off command lines, and asks about one password once', async () => {
    const s = await scene();
    expect(await driver.reset?.(s.target, s.admin, { username: s.account.username }, next)).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(s.account.username, 'Wrong-Word-0'), s.via)).toBe('rejected');
    expect(await peer.failures(s.account.username)).toBe(1);
    expect(new Set(peer.commandLines).size).toBe(1);
    expect(peer.commandLines.join()).toMatch(
      /^powershell\.exe -NoProfile -NonInteractive -EncodedCommand [A-Za-z0-9+/=]+/,
    );
  });

  it('carries a domain and a host before a name', async () => {
    const s = await scene();
    const admin = by('WINHOST\\Administrator', 'Adm-WinPw-0');
    const dotted = `.\\${s.account.username}`;
    expect(await driver.reset?.(s.target, admin, { username: dotted }, next)).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(dotted, 'Next-Word-6'), by('.\\Administrator', 'Adm-WinPw-0'))).toBe(
      'accepted',
    );
  });

  it.each([
    ['must change', 'accepted'],
    ['locked out', 'unreachable'],
    ['disabled', 'unreachable'],
  ] as const)('takes an account that is %s as %s', async (state, said) => {
    const s = await scene();
    peer.setState(s.account.username, state);
    expect(await driver.verify(s.target, by(s.account.username, s.account.password), s.via)).toBe(said);
  });

  it('takes no refusal of WinRM for a wrong password: it gives everybody the same', async () => {
    const s = await scene();
    expect(await driver.verify(s.target, by('Administrator', 'Adm-WinPw-0'))).toBe('accepted');
    expect(await driver.verify(s.target, by('Administrator', 'Wrong-Word-0'))).toBe('unreachable');
    expect(await driver.verify(s.target, by(s.account.username, s.account.password))).toBe('unreachable');
    expect(await driver.verify(s.target, by(s.account.username, s.account.password), by('Administrator', 'no'))).toBe(
      'unreachable',
    );
  });

  it('says why: policy, unknown account, a PowerShell that may do nothing', async () => {
    const s = await scene();
    const reset = (username: string, password: string) =>
      driver.reset?.(s.target, s.admin, { username }, secret(password));
    expect(await reset(s.account.username, 'abc')).toEqual({
      is: 'refused',
      why: 'the host refused the password: its policy on length, history, age or complexity',
    });
    expect(await reset('nobody', 'Next-Word-6')).toEqual({ is: 'refused', why: 'the host has no such account' });
    peer.constrain(true);
    expect(await reset(s.account.username, 'Next-Word-6')).toMatchObject({ is: 'refused' });
    expect(await driver.verify(s.target, by(s.account.username, s.account.password), s.via)).toBe('unreachable');
    peer.constrain(false);
    expect(await peer.isPassword(s.account.username, s.account.password)).toBe(true);
  });

  it('refuses names that are none, and every control character, before anything is sent', async () => {
    const s = await scene();
    const before = peer.commandLines.length;
    for (const name of ['', 'a/b', 'a"b', 'a*', "a'\n", 'x@y', 'a;b', `${'n'.repeat(105)}`, 'A\\B\\C'])
      expect(await driver.reset?.(s.target, s.admin, { username: name }, next)).toMatchObject({ is: 'refused' });
    for (const character of controlCharacters)
      expect(
        await driver.reset?.(s.target, s.admin, { username: s.account.username }, secret(`Odd${character}Word-7`)),
      ).toMatchObject({ is: 'refused' });
    expect(peer.commandLines).toHaveLength(before);
  });

  it('discovers accounts', async () => {
    const s = await scene();
    const found = await driver.discover?.(s.target, s.admin);
    expect(found).toContainEqual({ username: 'Administrator', privileged: true });
    expect(found).toContainEqual({ username: s.account.username, privileged: false });
  });

  it('pins a certificate that a host made itself, and takes no other', async () => {
    const pinned: HostKey[] = [];
    const alarms: HostKey[] = [];
    const reach = (trusting: readonly HostKey[]) =>
      reachPeer(
        driver,
        peer,
        { certificate: 'pinned' },
        {
          trusted: [],
          pinned: trusting,
          onHostKey: (key) => void pinned.push(key),
          onUntrusted: (key) => void alarms.push(key),
        },
      );
    const admin = by('Administrator', 'Adm-WinPw-0');
    expect(await driver.verify(reach([]), admin)).toBe('accepted');
    expect(pinned).toMatchObject([{ algorithm: 'x509' }]);
    expect(await driver.verify(reach(pinned), admin)).toBe('accepted');
    expect(await driver.verify(reach([{ algorithm: 'x509', fingerprint: 'SHA256:x', publicKey: 'AAAA' }]), admin)).toBe(
      'untrusted',
    );
    expect(alarms).toEqual(pinned);
  });

  it('ties NTLM to the connection: who sits between with a certificate of their own gets nobody in', async () => {
    const other = await makeCertificate({ name: 'between.example.lan', ip: ['127.0.0.1'] });
    const { port } = peer.settings as { port: number };
    const between = createServer({ cert: other.cert, key: other.key }, (near) => {
      const far = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    between.listen(0, '127.0.0.1');
    await once(between, 'listening');
    const at = between.address();
    try {
      const target = reachPeer(
        driver,
        peer,
        {},
        {
          port: typeof at === 'object' && at !== null ? at.port : 0,
          trusted: [other.cert],
        },
      );
      const said = await driver.reset?.(target, by('Administrator', 'Adm-WinPw-0'), { username: 'user1' }, next);
      expect(said).toEqual({ is: 'refused', why: 'the target rejected the login that was to set the password' });
    } finally {
      between.close();
    }
  });
});
