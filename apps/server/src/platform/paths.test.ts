import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockHome, prepareHome, writePrivate } from './paths.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sr-paths-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('the state directory', () => {
  it('is made for its owner alone, and closed when it stood open', () => {
    const home = join(directory, 'deep', 'home');
    const paths = prepareHome(home);
    for (const path of [home, paths.run, paths.logs, paths.tls, paths.backups]) expect(modeOf(path), path).toBe(0o700);
    chmodSync(home, 0o777);
    prepareHome(home);
    expect(modeOf(home)).toBe(0o700);
  });

  it('cannot be a file', () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    expect(() => prepareHome(file)).toThrow(file);
  });

  it('gets files that nobody else may read, whole or not at all, and through no link put in the way', () => {
    const file = join(directory, 'key');
    const victim = join(directory, 'victim');
    symlinkSync(victim, `${file}.new`);
    writePrivate(file, 'one');
    writePrivate(file, 'two');
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(modeOf(file)).toBe(0o600);
    expect(existsSync(victim)).toBe(false);
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  it('belongs to one process at a time, and is free again when that is killed', async () => {
    const paths = fileURLToPath(new URL('paths.ts', import.meta.url));
    const script = `import { lockHome } from ${JSON.stringify(paths)}; await lockHome(${JSON.stringify(directory)}); process.stdout.write('held'); setInterval(() => undefined, 1e6)`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    await expect(lockHome(directory)).rejects.toThrow(`Strongroom already runs on ${directory}`);
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
    const lock = await lockHome(directory);
    await expect(lockHome(join(directory, '.'))).rejects.toThrow('already runs');
    await lock.release();
    await (await lockHome(directory)).release();
  });
});
