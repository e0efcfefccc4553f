import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostKeyFile, openHostKey } from '../doors/index.ts';
import type { Config } from '../platform/config.ts';
import { sshCheck } from './doctor-ssh.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'strongroom-doctor-ssh-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});
const check = (sshCliPort: Config['sshCliPort']) => sshCheck({ home, sshCliPort } as Config);

describe('what doctor says of the SSH command line', () => {
  it('is whether it is open, and by which key programs know it, which stays', async () => {
    expect(await check('off')).toMatchObject({ level: 'ok', says: 'off: programs cannot use it.' });
    expect(await check(5522)).toMatchObject({
      level: 'ok',
      says: 'port 5522; its host key is made at the first start.',
    });
    const { fingerprint, line } = openHostKey(home);
    expect(openHostKey(home).line).toBe(line);
    expect(await check(5522)).toMatchObject({ level: 'ok', says: `port 5522; its host key is ${fingerprint}.` });
  });
  it('is what is wrong with the file of the key', async () => {
    mkdirSync(dirname(hostKeyFile(home)), { recursive: true });
    for (const text of ['', 'no key', 'ssh-ed25519 AAAA']) {
      writeFileSync(hostKeyFile(home), text);
      expect(await check(0)).toMatchObject({
        level: 'fail',
        says: expect.stringContaining('holds no private key') as string,
      });
    }
  });
});
