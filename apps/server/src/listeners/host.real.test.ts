// needs: root
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ListenerSpec } from '@strongroom/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchFor } from '../../test/watcher.ts';
import { Secret } from '../platform/secret.ts';
import { trusting } from '../platform/trust.ts';
import { execute } from './execute.ts';
import { handed } from './hand-over.ts';
import { runAs, type RunAs } from '../sandbox/index.ts';
import type { Taken } from './take-up.ts';
import { madeUp } from './told.ts';

/** Numbers that no user of the machine has: setuid(2) asks for none. */
const listenerUser: Extract<RunAs, { is: 'user' }> = { is: 'user', uid: 61_001, gid: 61_001 };
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
const common = { resourceTypes: new Array<string>(), arguments: new Array<string>(), timeLimitSeconds: 30 };
const script: Extract<ListenerSpec, { kind: 'script' }> = {
  ...{ kind: 'script', ...common, preCommand: [], handOver: 'stdin' },
};

/** What another user of the machine finds of the passwords while the listener is at work. */
async function found(spec: ListenerSpec, name: string, text: (go: string) => string): Promise<string[]> {
  const go = join(folder, 'go');
  // World-readable, so that the listener sees the sign.
  chmodSync(folder, 0o755);
  const watcher = watchFor(spec.kind === 'module' ? 'strongroom-host.ts' : name, [oldPassword, newPassword]);
  const outcome = run(spec, name, text(go));
  try {
    const early = outcome.then((ended) => Promise.reject(new Error(`it ended first: ${JSON.stringify(ended)}`)));
    const hits = await Promise.race([watcher.found, early]);
    writeFileSync(go, '', { mode: 0o644 });
    expect(await outcome).toMatchObject({ state: 'done' });
    return hits;
  } finally {
    watcher.stop();
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
      () => `export default () => new Promise((resolve) => setTimeout(resolve, 5000));\n`,
    ],
  ])('sees nothing of them while a listener gets them by %s', async (_how, spec, name, text) => {
    expect(await found(spec, name, text)).toEqual([]);
  });
});

describe('a listener of a server that runs as root', () => {
  it('runs as its own user with no group, descriptor or variable of the server, in a directory of its own', async () => {
    const text =
      '#!/bin/sh\nid -u; id -G; readlink /proc/$$/fd/* | tr "\\n" " "; echo; tr "\\0" "\\n" < /proc/$$/environ; pwd; stat -c %a:%u . ..\ncat /root/.ssh/id_rsa /etc/shadow 2>/dev/null && echo read\nexit 0\n';
    const { output, state } = await run(script, 'follow.sh', text);
    const [uid, groups, descriptors, ...rest] = output.trim().split('\n');
    expect([uid, groups]).toEqual(['61001', '61001']);
    // Its inputs and outputs are sockets, and the shell reads the script itself; what else there is leads nowhere, or was
    // left open by whoever started these tests.
    const leftOpen = execFileSync('/bin/sh', ['-c', 'readlink /proc/$$/fd/*; true'], { encoding: 'utf8' }).split('\n');
    const own = /^(socket:.*|\/dev\/null|.*\/follow\.sh)$/;
    expect(
      descriptors
        ?.trim()
        .split(' ')
        .filter((target) => !own.test(target) && !leftOpen.includes(target)),
    ).toEqual([]);
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
