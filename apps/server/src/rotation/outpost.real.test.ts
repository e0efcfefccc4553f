// needs: root openssh-server sudo
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwords, startFleet, type Fleet } from '../../../../test/lab/fleet.ts';
import type { HostKey } from '@strongroom/driver-kit';
import { Secret } from '../platform/secret.ts';
import type { Route } from './outpost-child.ts';
import { createOutpost, type Outpost } from './outpost.ts';

let fleet: Fleet;
let outpost: Outpost;
let deaths = 0;
beforeAll(async () => {
  fleet = await startFleet(1);
  outpost = createOutpost({ onDeath: () => void deaths++ });
}, 60_000);
afterAll(async () => {
  await outpost.stop();
  await fleet.stop();
});

const host = () => {
  const [first] = fleet.hosts;
  if (!first) throw new Error('no host');
  return first;
};
const route = (pinned: HostKey[], pin: Route['pin'] = async (key) => pinned.push(key) > 0): Route => ({
  driver: 'linux-ssh',
  host: host().host,
  settings: { port: host().port },
  pinned,
  trusted: [],
  pin,
});
const root = (password: string) => ({ username: 'root', password: new Secret(password) });
/** The child's pid, as the kernel names the outpost. */
const children = () => readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
const commandLine = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');

describe('outpost', () => {
  it('pins before it sends a secret, and says what the target said', async () => {
    const pinned: HostKey[] = [];
    expect(await outpost.verify(route(pinned), root(passwords.root), undefined)).toEqual({
      said: 'accepted',
      offered: undefined,
    });
    expect(pinned).toHaveLength(1);
    expect((await outpost.verify(route(pinned), root('wrong'), undefined)).said).toBe('rejected');
  });

  it('sends nothing to a first contact whose key could not be pinned', async () => {
    const said = await outpost.verify(
      route([], () => Promise.resolve(false)),
      root(passwords.root),
      undefined,
    );
    expect(said.said).toBe('untrusted');
  });

  it('has no environment, may read the program alone, and starts nothing', async () => {
    await outpost.verify(route([]), root(passwords.root), undefined);
    const pid = children().find((child) => commandLine(child).some((word) => word.endsWith('outpost-process.ts')));
    if (pid === undefined) throw new Error('no outpost');
    const words = commandLine(pid);
    expect(words).toContain('--permission');
    expect(words.filter((word) => word.startsWith('--allow-'))).toEqual([
      expect.stringMatching(/^--allow-fs-read=.*\/\*$/),
    ]);
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8').replaceAll('\0', ' ')).not.toMatch(/STRONGROOM|postgres|HOME=/);
    for (const word of words) expect(word).not.toContain(passwords.root);
  });

  it('counts an errand that died with it as a change that may have happened, and starts again', async () => {
    const pid = children().find((child) => commandLine(child).some((word) => word.endsWith('outpost-process.ts')));
    const held = outpost.reset(
      route([], () => {
        process.kill(Number(pid), 'SIGKILL');
        return Promise.resolve(true);
      }),
      root(passwords.root),
      { username: 'root', current: new Secret(passwords.root) },
      new Secret('never sent'),
      undefined,
    );
    expect((await held).said).toEqual({ is: 'unknown' });
    expect(deaths).toBe(1);
    expect((await outpost.verify(route([]), root(passwords.root), undefined)).said).toBe('accepted');
  });
});
