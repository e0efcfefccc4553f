// needs: root
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ListenerSpec } from '@strongroom/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../platform/secret.ts';
import { trusting } from '../platform/trust.ts';
import { execute } from './execute.ts';
import { handed } from './hand-over.ts';
import type { RunAs } from './place.ts';
import { runAs } from './run-as.ts';
import type { Taken } from './take-up.ts';
import { madeUp } from './told.ts';

/** Numbers that no user of the machine has: setuid(2) asks for none. */
const listenerUser: Extract<RunAs, { is: 'user' }> = { is: 'user', uid: 61_001, gid: 61_001 };
const watcherUser = { uid: 61_002, gid: 61_002 };
const oldPassword = 'Old-Harbour-Lantern-4711';
const newPassword = 'New-Harbour-Lantern-4712';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sr-watch-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function taken(spec: ListenerSpec, name: string, text: string): Taken {
  const file = { id: 'f', name, bytes: text.length, sha256: '', sealed: Buffer.alloc(0) };
  return {
    ...{ runId: 'r', organisationId: 'o', listener: 'l', createdAt: new Date(), trust: trusting([]), secret: null },
    version: {
      ...{ listenerId: 'l', version: 1, name: 'l', note: '', spec, file, companion: null, hash: '', state: 'approved' },
      ...{
        authorId: 'a',
        author: 'a',
        createdAt: new Date(),
        decidedBy: null,
        decidedAt: null,
        why: null,
        approval: null,
      },
    },
    ...{ file: { name, content: Buffer.from(text) }, companion: null, test: false, told: madeUp('Linux') },
    ...{ oldPassword: new Secret(oldPassword), newPassword: new Secret(newPassword) },
  };
}
const run = async (spec: ListenerSpec, name: string, text: string, as: RunAs = listenerUser) => {
  const it = taken(spec, name, text);
  return execute(it, handed(it), as, new AbortController().signal);
};
const common = { resourceTypes: [], arguments: [], timeLimitSeconds: 30 };
const script = { kind: 'script', ...common, preCommand: [], handOver: 'stdin' } as const;

/** Looks, as another user, at whatever that user can read of every process and of the usual places, again and again. */
const watching = `
const { readdirSync, readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');
const marker = process.argv[1];
const wanted = process.argv.slice(2);
const hits = new Set();
const look = (path) => {
  let text;
  try { text = readFileSync(path, 'latin1'); } catch { return ''; }
  for (const one of wanted) if (text.includes(one.split('').reverse().join(''))) hits.add(path.replace(/\\d+/g, 'N'));
  return text;
};
const walk = (folder, depth) => {
  let names = [];
  try { names = readdirSync(folder); } catch { return; }
  for (const name of names) {
    const path = join(folder, name);
    try { if (statSync(path).isDirectory()) { if (depth > 0) walk(path, depth - 1); } else if (statSync(path).size < 1e6) look(path); } catch {}
  }
};
let seen = 0;
const round = () => {
  let there = false;
  for (const pid of readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && name !== String(process.pid))) {
    if (look('/proc/' + pid + '/cmdline').includes(marker)) there = true;
    look('/proc/' + pid + '/environ');
  }
  walk('/tmp', 1); walk('/dev/shm', 1); walk('/var/tmp', 1);
  if (there && ++seen === 3) { process.stdout.write(JSON.stringify([...hits]) + '\\n'); process.exit(0); }
  setTimeout(round, 10);
};
round();
`;

/** What another user of the machine finds of the passwords while the listener is at work. */
async function found(spec: ListenerSpec, name: string, text: (go: string) => string): Promise<string[]> {
  const go = join(folder, 'go');
  // World-readable, so that the listener sees the sign.
  chmodSync(folder, 0o755);
  const backwards = (word: string): string => word.split('').reverse().join('');
  // Its own arguments must not be what it finds: it is told the passwords backwards.
  const watcher = spawn(
    process.execPath,
    [
      '-e',
      watching,
      spec.kind === 'module' ? 'strongroom-host.ts' : name,
      backwards(oldPassword),
      backwards(newPassword),
    ],
    {
      ...watcherUser,
      cwd: '/',
      env: {},
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const said = new Promise<string>((resolve, reject) => {
    createInterface({ input: watcher.stdout }).once('line', resolve);
    watcher.once('exit', (code) => {
      if (code !== 0) reject(new Error(`the watcher ended with ${code}`));
    });
  });
  const outcome = run(spec, name, text(go));
  try {
    const hits = JSON.parse(
      await Promise.race([
        said,
        outcome.then((ended) => Promise.reject(new Error(`it ended first: ${JSON.stringify(ended)}`))),
      ]),
    ) as string[];
    writeFileSync(go, '', { mode: 0o644 });
    expect(await outcome).toMatchObject({ state: 'done' });
    return hits;
  } finally {
    watcher.kill('SIGKILL');
  }
}
const shell = (go: string): string =>
  `#!/bin/sh\nread -r line\n. \${STRONGROOM_FILE:-/dev/null}\nwhile [ ! -e ${go} ]; do sleep 0.05; done\nexit 0\n`;

describe('another user of the machine', () => {
  it('sees the passwords when they are arguments, as the console warns', async () => {
    expect(await found({ ...script, handOver: 'arguments' }, 'watched-4711.sh', shell)).toContain('/proc/N/cmdline');
  });
  it.each<[string, ListenerSpec, string, (go: string) => string]>([
    ['standard input', script, 'watched-4711.sh', shell],
    ['a file of the environment', { ...script, handOver: 'environment-file' }, 'watched-4711.sh', shell],
    [
      'a module',
      { kind: 'module', ...common, mayStartPrograms: false },
      'follow.mjs',
      () => `export default () => new Promise((resolve) => setTimeout(resolve, 3000));\n`,
    ],
  ])('sees nothing of them while a listener gets them by %s', async (_how, spec, name, text) => {
    expect(await found(spec, name, text)).toEqual([]);
  });
});

describe('a listener of a server that runs as root', () => {
  it('runs as its own user with no group, descriptor or variable of the server, in a directory of its own', async () => {
    const text =
      '#!/bin/sh\nid -u; id -G; readlink /proc/$$/fd/* | grep -c -v -e socket: -e /dev/null -e follow.sh; tr "\\0" "\\n" < /proc/$$/environ; pwd; stat -c %a:%u . ..\ncat /root/.ssh/id_rsa /etc/shadow 2>/dev/null && echo read\nexit 0\n';
    const { output, state } = await run(script, 'follow.sh', text);
    const [uid, groups, descriptors, ...rest] = output.trim().split('\n');
    expect([uid, groups]).toEqual(['61001', '61001']);
    // its inputs and outputs are sockets, and the shell reads the script itself; what else there is leads nowhere.
    expect(descriptors).toBe('0');
    expect(rest.filter((line) => line.includes('='))).toEqual(
      rest.filter((line) => /^(PWD|OLDPWD|_|SHLVL)=/.test(line)),
    );
    expect(rest.slice(-3)).toEqual([expect.stringMatching(/strongroom-listener-\w+\/work$/), '700:61001', '700:61001']);
    expect(output).not.toContain('read');
    expect(state).toBe('done');
    expect(existsSync(dirname(rest.at(-3) ?? ''))).toBe(false);
  });

  it('does not run where there is no user for it, and as root only when root is named', async () => {
    expect(runAs('no-such-user-here')).toMatchObject({ is: 'nobody' });
    expect(runAs('root')).toEqual({ is: 'self' });
    expect(runAs(undefined)).toMatchObject({ is: 'user' });
    const refused = await run(script, 'follow.sh', '#!/bin/sh\ntouch /tmp/never\n', runAs('no-such-user-here'));
    expect(refused).toMatchObject({
      state: 'failed',
      why: expect.stringContaining('STRONGROOM_LISTENER_OS_USER') as string,
    });
  });
});
