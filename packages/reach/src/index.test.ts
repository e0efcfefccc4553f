import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readHostKey, reachTarget } from './index.ts';

it('loads in plain Node, where a CommonJS package gives its names only as Node sees them', async () => {
  const url = new URL('index.ts', import.meta.url).href;
  const program = `const { reachTarget } = await import(${JSON.stringify(url)}); console.log(typeof reachTarget);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  expect(stdout).toBe('function\n');
});

it('reads a host key blob as RFC 4253 section 6.6 lays it out, and refuses one that is cut short', () => {
  const name = Buffer.from('ssh-ed25519');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  const blob = Buffer.concat([length, name, Buffer.from([0, 0, 0, 32]), randomBytes(32)]);
  const hash = createHash('sha256').update(blob).digest('base64').replaceAll('=', '');
  expect(readHostKey(blob)).toEqual({
    algorithm: 'ssh-ed25519',
    fingerprint: `SHA256:${hash}`,
    publicKey: blob.toString('base64'),
  });
  expect(() => readHostKey(blob.subarray(0, 8))).toThrow(RangeError);
  expect(() => readHostKey(Buffer.alloc(2))).toThrow(RangeError);
});

it('refuses a login with nothing to sign in with, before it dials', async () => {
  const options = { host: '127.0.0.1', port: 9, settings: {}, pinned: [], onHostKey: () => undefined, timeoutMs: 100 };
  await expect(reachTarget(options).shell({ username: 'ana' }, () => Promise.resolve())).rejects.toThrow(TypeError);
});
