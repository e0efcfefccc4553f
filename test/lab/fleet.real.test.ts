import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { passwords, startFleet } from './fleet.ts';

const refuses = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(2200, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => {
      resolve(true);
    });
  });

it('two fleets at once share nothing, hosts are independent, and a reset brings a host back', async () => {
  const [one, two] = await Promise.all([startFleet(2), startFleet(1)]);
  try {
    expect(one.hosts[0]?.host).not.toBe(two.hosts[0]?.host);
    await one.execWith('alice:Changed-Word-1\n', 1, 'chpasswd');
    expect(await one.canLogIn(1, 'alice', 'Changed-Word-1')).toBe(true);
    expect(await one.canLogIn(1, 'alice', passwords.alice)).toBe(false);
    expect(await one.canLogIn(2, 'alice', passwords.alice)).toBe(true);
    expect(await two.canLogIn(1, 'alice', passwords.alice)).toBe(true);
    await one.reset(1);
    expect(await one.canLogIn(1, 'alice', passwords.alice)).toBe(true);
    await one.down(2);
    await expect(one.canLogIn(2, 'alice', passwords.alice)).rejects.toThrow('neither yes nor no');
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
  expect(await refuses(one.hosts[0]?.host ?? '')).toBe(true);
});

it('a fleet does not outlive the process that started it, however that ends', async () => {
  const program = `const { startFleet } = await import(${JSON.stringify(new URL('fleet.ts', import.meta.url).href)});
    const { hosts } = await startFleet(3); process.stdout.write(hosts.map(({ host }) => host).join(' ')); setInterval(() => 0, 1e6);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const hosts = await new Promise<string[]>((resolve) => {
    owner.stdout.once('data', (text: Buffer) => {
      resolve(text.toString().split(' '));
    });
  });
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(owner.pid)]);
  const keeper = `/proc/${stdout.trim()}`;
  owner.kill('SIGKILL');
  await expect.poll(() => existsSync(`${keeper}/exe`), { timeout: 20_000 }).toBe(false);
  expect(await Promise.all(hosts.map(refuses))).toEqual([true, true, true]);
});
