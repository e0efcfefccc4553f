import { generateKeyPairSync } from 'node:crypto';
import { createApiUser, updateMe, updateUser } from '@strongroom/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../test/certificates.ts';
import { world, type World } from '../../test/world.ts';
import { certificateGiven, sshFingerprint, sshKeyGiven } from './user-keys.ts';

// Made with ssh-keygen (OpenSSH 9.2); the fingerprints are what `ssh-keygen -lf` says of them.
const known = [
  [
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLPmTvPbfQrLlc6uv6R4PQJ9oqfmwejj4vjmG6eQlO8TM3VbASBmdcm+6ldKdyYH5MZ6ZwJAyD3vfXZLhstc0lg= ci@build',
    'SHA256:87eeKctP6ZmRz7YR4VxjWb6h2YRy9Gzc2A6U6g7ugVA',
  ],
  [
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBGRd9fK0hz7ywf40oJJnSQ05wQKHOd01rxWijhXvdVmwO9yeJB5PKWWVR7l3y8b8xSoEFX3LTHAz4a4wBiP+aBsVqK1F5YoD2EmDf0VOgCjnqedi4vBmj4P3ApF6gLt+Sw== ci@build',
    'SHA256:CJQcwoUwDh3H8az7heWEcg1EuFh8ABMgL5u7stWV3jQ',
  ],
  [
    'ecdsa-sha2-nistp521',
    'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAAB2+EtdeoWk2A5y1apzK+o8PV3XWGUpb8FLyZqlyvS9OE6EehfdaFDKlWrtSmI+R4J+lV8jyNkiIOmbNlk1QNFvQBUrRNJZWI8i3K4ZGiZK9dMyHVjKMhvg6CSfzjsWFFOKhh7T7QNtyPkFMoNsiKSnk2rczOK0fLAfpPCljaAZRq/8g== ci@build',
    'SHA256:ENMXBqhmnL64hsQl+ADb93OwEE74RW9KKGv+HYh18Z0',
  ],
  [
    'ssh-ed25519',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJcEnUDHGJtxnSDaLImrqnWhYf40ardAN4574yCAFIei ci@build',
    'SHA256:w6m/fWBjhBhiXIm/SbRZMEo0XP9dnzp5xRqSQq79YXM',
  ],
  [
    'ssh-rsa',
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCVxgg9lxQbxK3/pdPcikDUC3+bvJ8K2G7ny9VAkxT6L7mDkG1oKEIZQeGpZOJfk23S35DFbanSTTonUuavTtB4cqNo/7wAB6zmNIZa9xhSOWL2jrumKtJKJ8BJiqGqwPZAZN4mM29Q4EMQUeO80r/eV3xvOmWBzpExdG014OI+Fi/Uhet0X53Pz3wG2HUtfDMQSA+2LErfEccIonVSP8S9dqWRagPSJZlMNGZd0SdJadsSQ4T2VMbCSDx5i9AqD9zrxf85hp/PKtQo/g3/hQeiezwlfA6GpSC5GSYamApvPe4U6Q+t5ksIm/3tmAyEuBroIJIjaKCRg6DlCguhUqQX ci@build',
    'SHA256:+XvynrnGf16W/IF8IZu6oWjz77iAw6+fTYdQiqoZVys',
  ],
] as [string, string, string][];

let w: World;
beforeAll(async () => {
  w = await world();
});
afterAll(() => w.close());

describe('OpenSSH public keys', () => {
  it.each(known)('of kind %s are read, with their fingerprint', (kind, line, fingerprint) => {
    expect(line.startsWith(kind)).toBe(true);
    expect(sshKeyGiven(`  ${line}\n`.trim())).toBe(line);
    expect(sshFingerprint(line)).toBe(fingerprint);
  });

  it('with any byte of the blob changed in its head, cut or drawn out are refused', () => {
    for (const [, line] of known) {
      const [kind = '', encoded = ''] = line.split(' ');
      const blob = Buffer.from(encoded, 'base64');
      fc.assert(
        fc.property(fc.integer({ min: 1, max: blob.length - 1 }), (cut) => {
          expect(() => sshKeyGiven(`${kind} ${blob.subarray(0, cut).toString('base64')}`)).toThrow();
        }),
        { numRuns: 40 },
      );
      for (let i = 0; i < 4 + kind.length; i++) {
        const other = Buffer.from(blob);
        other[i] = (other[i] ?? 0) ^ 1;
        expect(() => sshKeyGiven(`${kind} ${other.toString('base64')}`)).toThrow();
      }
      expect(() => sshKeyGiven(`${kind} ${Buffer.concat([blob, Buffer.from([0])]).toString('base64')}`)).toThrow();
      expect(() => sshKeyGiven(`ssh-dss ${encoded}`)).toThrow();
      expect(() => sshKeyGiven(encoded)).toThrow();
    }
  });

  it('that are private, weak or off the curve are refused, in words and without repeating them', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const part = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, bytes.length >> 8, bytes.length & 255]), bytes]);
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    const weak = Buffer.concat([
      part(Buffer.from('ssh-rsa')),
      part(Buffer.from(e, 'base64url')),
      part(Buffer.concat([Buffer.from([0]), Buffer.from(n, 'base64url')])),
    ]);
    const off = Buffer.concat([
      part(Buffer.from('ecdsa-sha2-nistp256')),
      part(Buffer.from('nistp256')),
      part(Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)])),
    ]);
    for (const [text, says] of [
      [pem, /private/],
      [`ssh-rsa ${weak.toString('base64')}`, /2048/],
      [`ecdsa-sha2-nistp256 ${off.toString('base64')}`, /no key/],
    ] as const) {
      let message = '';
      try {
        sshKeyGiven(text);
      } catch (error) {
        message = JSON.stringify((error as { errors?: unknown }).errors);
      }
      expect(message).toMatch(says);
      expect(message).not.toContain(text.slice(40, 60));
    }
  });
});

describe('certificates of users', () => {
  it('are one, still in force, and never with a key', async () => {
    const [good, ended] = [
      await makeCertificate({ name: 'ci' }),
      await makeCertificate({ name: 'ci', from: -30, to: -10 }),
    ];
    expect(certificateGiven(good.cert).trim()).toBe(good.cert.trim());
    for (const bad of ['no certificate', ended.cert, `${good.cert}\n${good.key}`, `${good.cert}\n${good.cert}`])
      expect(() => certificateGiven(bad)).toThrow();

    const admin = await w.people.admin.actor();
    const [, line, fingerprint] = known[0] ?? ['', '', ''];
    const { user } = await w.invoke(createApiUser, admin, {
      username: 'ci',
      fullName: 'The build',
      role: 'password-user',
      expiresAt: null,
      sshKey: line,
      certificate: good.cert,
    });
    expect(user).toMatchObject({ sshKey: line, sshKeyFingerprint: fingerprint });
    expect(user.certificateFacts?.subject).toContain('ci');
    const gone = await w.invoke(updateUser, admin, { userId: user.id, sshKey: '', certificate: '' });
    expect(gone).toMatchObject({ sshKey: '', sshKeyFingerprint: null, certificateFacts: null });
    const keeper = { userId: w.people.keeper.id as never };
    await expect(w.invoke(updateUser, admin, { ...keeper, sshKey: line })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    // A person brings their own.
    const mine = await w.invoke(updateMe, await w.people.keeper.actor(), { certificate: good.cert, email: 'k@e.org' });
    expect(mine.certificate.trim()).toBe(good.cert.trim());
    expect(mine.email).toBe('k@e.org');
  });

  it('belong with a name and host that agree', async () => {
    const admin = await w.people.admin.actor();
    const api = (username: string, host = '') =>
      w.invoke(createApiUser, admin, { username, host, fullName: 'P', role: 'password-user', expiresAt: null });
    expect((await api('one@build-7')).user.host).toBe('build-7');
    expect((await api('two@build-7', 'BUILD-7')).user.host).toBe('build-7');
    expect((await api('three', '10.0.0.0/8')).user.host).toBe('10.0.0.0/8');
    for (const host of ['build-8', '10.0.0.0/8'])
      await expect(api('four@build-7', host)).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(api('five@a+b')).rejects.toMatchObject({ code: 'input-invalid' });
    const { user } = await api('six@build-7');
    await expect(w.invoke(updateUser, admin, { userId: user.id, host: 'elsewhere' })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    // Taken out, the name says it still.
    expect((await w.invoke(updateUser, admin, { userId: user.id, host: '' })).host).toBe('build-7');
  });
});
