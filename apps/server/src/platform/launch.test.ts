import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { refusal } from '../../bin/launch.mjs';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
// What a machine brings; absent where only the pinned Node.js exists.
const systemNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path));
const launchers: [string, string][] = [
  ['the pinned Node.js', process.execPath],
  ...(systemNode === undefined ? [] : [["the machine's Node.js", systemNode] as [string, string]]),
];

let copy: string;
let command: string;
beforeAll(() => {
  // The launcher beside a program that tells how it was started.
  copy = mkdtempSync(join(tmpdir(), 'sr-launch-'));
  mkdirSync(join(copy, 'src'));
  cpSync(join(root, 'apps', 'server', 'bin'), join(copy, 'bin'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  command = join(copy, 'bin', 'strongroom.mjs');
  writeFileSync(
    join(copy, 'src', 'main.ts'),
    `import { readFileSync } from 'node:fs';
    const args: string[] = process.argv.slice(2);
    const core = /^Max core file size\\s+(\\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    if (args[0] === 'wait') {
      process.on('SIGTERM', () => process.exit(7));
      setInterval(() => undefined, 1e6);
    } else process.exitCode = 5;
    process.stdout.write(JSON.stringify({ pid: process.pid, version: process.version, flags: process.execArgv, core, args }) + '\\n');`,
  );
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

describe.each(launchers)('the command under %s', (_, node) => {
  it('runs the program on the pinned runtime with its arguments, without core dumps, and returns its exit status', () => {
    const { stdout, status } = spawnSync(node, [command, 'user', 'add', "o'brien $HOME"], { encoding: 'utf8' });
    const said = JSON.parse(stdout) as { version: string; flags: string[]; core: string; args: string[] };
    expect(said).toMatchObject({ args: ['user', 'add', "o'brien $HOME"], flags: ['--disable-sigusr1', '--expose-gc'] });
    expect(Number(said.version.split(/[v.]/)[1])).toBeGreaterThanOrEqual(24);
    expect(['0', '1']).toContain(said.core);
    expect(status).toBe(5);
  });

  it('passes signals on, and takes the program with it when it is killed', async () => {
    for (const [signal, code] of [
      ['SIGTERM', 7],
      ['SIGKILL', null],
    ] as const) {
      const child = spawn(node, [command, 'wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const { pid } = JSON.parse(line.toString()) as { pid: number };
      const gone = once(child, 'exit');
      child.kill(signal);
      expect((await gone)[0]).toBe(code);
      await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5000, interval: 10 });
    }
  });

  it('refuses a debugger in production', () => {
    const env = { PATH: process.env['PATH'], NODE_ENV: 'production' };
    const byVariable = spawnSync(node, [command], {
      encoding: 'utf8',
      env: { ...env, NODE_OPTIONS: '--inspect=127.0.0.1:0' },
    });
    expect(byVariable).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('NODE_OPTIONS switches on a debugger'),
    });
    const byFlag = spawnSync(node, ['--inspect=127.0.0.1:0', command], { encoding: 'utf8', env });
    expect(byFlag).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('refused with NODE_ENV=production'),
    });
  });
});

it('nothing is refused outside production', () => {
  expect(refusal({ NODE_OPTIONS: '--inspect' }, ['--inspect'])).toBeUndefined();
  expect(refusal({ NODE_ENV: 'production', NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2' }, [])).toBeDefined();
  expect(
    refusal({ NODE_ENV: 'production', NODE_OPTIONS: '--max-old-space-size=500' }, ['--disable-sigusr1']),
  ).toBeUndefined();
});
