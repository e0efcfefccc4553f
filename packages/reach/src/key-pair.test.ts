import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeKeyPair, readPrivateKey, type KeyPair } from './key-pair.ts';

// needs: openssh-client
const folder = mkdtempSync(join(tmpdir(), 'sr-keys-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const keygen = (...given: string[]): string => execFileSync('ssh-keygen', given, { encoding: 'utf8' }).trim();

/** What OpenSSH makes of a key. */
function seen({ privateKey }: KeyPair): { publicKey: string; fingerprint: string | undefined } {
  const path = join(folder, 'key');
  writeFileSync(path, privateKey, { mode: 0o600 });
  return {
    publicKey: keygen('-y', '-P', '', '-f', path).split(' ').slice(0, 2).join(' '),
    fingerprint: keygen('-l', '-f', path).split(' ')[1],
  };
}

it.each(['ed25519', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-3072'] as const)(
  'makes %s keys that OpenSSH reads',
  async (kind) => {
    const made = await makeKeyPair(kind);
    expect(made.kind).toBe(kind);
    expect(seen(made)).toEqual({ publicKey: made.publicKey, fingerprint: made.fingerprint });
  },
);

it('makes keys that can be read whatever bytes they begin with', async () => {
  for (const kind of ['ed25519', 'ecdsa-256', 'ecdsa-521'] as const)
    for (let n = 0; n < 600; n += 1) {
      const made = await makeKeyPair(kind);
      // A zero byte in front is lost easily.
      expect(readPrivateKey(made.privateKey)).toMatchObject({ kind, fingerprint: made.fingerprint });
    }
});

it.each([
  // One round: what makes guessing slow makes reading slow.
  ['ed25519', ['-a', '1'], 'ed25519'],
  ['rsa', ['-b', '2048', '-m', 'PEM'], 'other'],
  ['rsa', ['-b', '3072', '-a', '1'], 'rsa-3072'],
  ['ecdsa', ['-b', '384', '-m', 'PEM'], 'ecdsa-384'],
  ['ecdsa', ['-b', '521', '-a', '1'], 'ecdsa-521'],
] as const)('opens what ssh-keygen made with a passphrase: %s %j', (type, more, kind) => {
  const path = join(folder, `made-${type}-${more.join('')}`);
  keygen('-q', '-t', type, ...more, '-N', 'Key-Phrase-0', '-f', path);
  const text = readFileSync(path, 'utf8');
  const read = readPrivateKey(text, 'Key-Phrase-0');
  expect(read).toMatchObject({ kind });
  if (read === undefined) throw new Error('not read');
  expect(seen(read)).toEqual({ publicKey: read.publicKey, fingerprint: read.fingerprint });
  expect(`${readFileSync(`${path}.pub`, 'utf8')} `).toContain(`${read.publicKey} `);
  // Without or with another passphrase it is nothing, and neither is the public half.
  expect(readPrivateKey(text)).toBeUndefined();
  expect(readPrivateKey(text, 'Key-Phrase-1')).toBeUndefined();
  expect(readPrivateKey(readFileSync(`${path}.pub`, 'utf8'))).toBeUndefined();
});

it('refuses what is no key, and RSA keys that are too short', () => {
  const path = join(folder, 'short');
  keygen('-q', '-t', 'rsa', '-b', '1024', '-N', '', '-f', path);
  expect(readPrivateKey(readFileSync(path, 'utf8'))).toBeUndefined();
  for (const text of ['', 'nonsense', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----'])
    expect(readPrivateKey(text)).toBeUndefined();
});
