import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { guardMemory, memoryFaults, memoryState, wipe, type MemoryState } from './memory.ts';

const tight: MemoryState = {
  inspector: undefined,
  flags: ['--disable-sigusr1'],
  nodeOptions: '--max-old-space-size=512',
  coreLimitBytes: 1,
};
const memory = fileURLToPath(new URL('memory.ts', import.meta.url));

describe('memory', () => {
  it('is overwritten by wipe', () => {
    const [key, other] = [Buffer.from('0123456789abcdef'), new Uint8Array([1, 2, 3])];
    wipe(key, undefined, other);
    expect([...key, ...other].every((byte) => byte === 0)).toBe(true);
  });

  it.each<[string, Partial<MemoryState>]>([
    ['an open debugger', { inspector: 'ws://127.0.0.1:9229/x' }],
    ['--inspect-brk', { flags: ['--inspect-brk'] }],
    ['--heapsnapshot-signal', { flags: ['--heapsnapshot-signal=SIGUSR2'] }],
    [
      '--heapsnapshot-near-heap-limit in NODE_OPTIONS',
      { nodeOptions: '--enable-source-maps --heapsnapshot-near-heap-limit=1' },
    ],
    ['--report-on-signal in NODE_OPTIONS', { nodeOptions: '--report-on-signal' }],
    ['core dumps', { coreLimitBytes: Number.POSITIVE_INFINITY }],
  ])('that %s could show is a fault', (_, change) => {
    expect(memoryFaults(tight)).toEqual([]);
    expect(memoryFaults({ ...tight, ...change })).toHaveLength(1);
  });

  it('is guarded in production and only warned about elsewhere', () => {
    const run = (production: boolean, flags: string[]): string => {
      const script = `import { guardMemory } from ${JSON.stringify(memory)}; console.log(guardMemory({ production: ${production}, nodeOptions: '' }).length)`;
      const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', script], {
        encoding: 'utf8',
      });
      return stdout.trim() || (/StartFault: (.*\n.*)/.exec(stderr)?.[1] ?? stderr);
    };
    expect(run(true, ['--inspect=127.0.0.1:0'])).toContain('A debugger port is open');
    expect(Number(run(false, ['--inspect=127.0.0.1:0']))).toBeGreaterThan(0);
  });

  it('knows the limit of a core dump of this process', () => {
    const { coreLimitBytes } = memoryState('');
    if (process.platform !== 'linux') return expect(coreLimitBytes).toBeUndefined();
    expect(coreLimitBytes).toBeGreaterThanOrEqual(0);
    expect(guardMemory({ production: false, nodeOptions: '--inspect' }).length).toBeGreaterThan(0);
  });
});
