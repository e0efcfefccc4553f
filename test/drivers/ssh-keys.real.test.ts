// needs: root openssh-server sudo
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKeyPair } from '@strongroom/reach';
import type { KeyChange, Login, SshSettings } from '@strongroom/driver-kit';
import { passwords, startFleet, type Fleet } from '../lab/fleet.ts';
import { by, reaching } from '../reach/reaching.ts';
import { secret, theDriver } from './devices.ts';

const driver = theDriver('linux-ssh');
let fleet: Fleet;
let [first, second] = [
  { privateKey: '', publicKey: '' },
  { privateKey: '', publicKey: '' },
];
beforeAll(async () => {
  [fleet, first, second] = await Promise.all([startFleet(4), makeKeyPair('ed25519'), makeKeyPair('ecdsa-256')]);
});
afterAll(() => fleet.stop());

const targetOf = (index: number, elevation: SshSettings['elevation'] = 'none') =>
  reaching<unknown>(fleet, index, driver.settings.parse({ elevation }));
const adding = (key: string): KeyChange => ({ add: [key], remove: [], comment: 'strongroom:svcapp' });
const removing = (key: string): KeyChange => ({ add: [], remove: [key], comment: 'strongroom:svcapp' });
const file = '/home/svcapp/.ssh/authorized_keys';
const listed = async (index: number): Promise<string> => (await fleet.exec(index, 'cat', file)).stdout;
const opens = (index: number, privateKey: string) =>
  driver.verify(targetOf(index), { username: 'svcapp', privateKey: secret(privateKey) });

const ways: readonly [string, number, SshSettings['elevation'], () => Login, Login | undefined][] = [
  ['as root', 1, 'none', () => by('root', passwords.root), undefined],
  ['as the account itself', 2, 'none', () => by('svcapp', passwords.svcapp), undefined],
  ['by sudo', 3, 'sudo', () => by('bob', passwords.bob), undefined],
  ['by su', 4, 'su', () => by('alice', passwords.alice), by('root', passwords.root)],
];

describe.each(ways)('keys on a real host, %s', (_way, index, elevation, admin, second_) => {
  const change = (keys: KeyChange, username = 'svcapp') =>
    driver.authorise?.(targetOf(index, elevation), admin(), { username }, keys, second_);

  it('puts a key in, swaps it and takes it out, with other lines kept and modes right', async () => {
    expect(await opens(index, first.privateKey)).toBe('rejected');
    // Lines of other people, one a comment with our key in it, the last without an end.
    const others = `# was: ${first.publicKey} old\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA eve@laptop`;
    await fleet.exec(index, 'install', '-d', '-o', 'svcapp', '-g', 'svcapp', '-m', '775', '/home/svcapp/.ssh');
    await fleet.execWith(others, index, 'tee', file);
    await fleet.exec(index, 'chown', 'svcapp:', file);
    expect(await change(adding(first.publicKey))).toEqual({ is: 'done' });
    expect(await listed(index)).toBe(`${others}\n${first.publicKey} strongroom:svcapp\n`);
    expect((await fleet.exec(index, 'stat', '-c', '%U %a', file, '/home/svcapp/.ssh')).stdout).toBe(
      'svcapp 600\nsvcapp 755\n',
    );
    expect(await opens(index, first.privateKey)).toBe('accepted');
    const inode = async () => (await fleet.exec(index, 'stat', '-c', '%i %Y', file)).stdout;
    const before = await inode();
    expect(await change(adding(first.publicKey))).toEqual({ is: 'done' });
    expect(await inode()).toBe(before);

    expect(await change({ add: [second.publicKey], remove: [first.publicKey], comment: 'strongroom:svcapp' })).toEqual({
      is: 'done',
    });
    expect([await opens(index, first.privateKey), await opens(index, second.privateKey)]).toEqual([
      'rejected',
      'accepted',
    ]);
    expect(await change(removing(second.publicKey))).toEqual({ is: 'done' });
    expect(await listed(index)).toBe(`${others}\n`);
    expect(await opens(index, second.privateKey)).toBe('rejected');
    expect((await fleet.exec(index, 'ls', '-A', '/home/svcapp/.ssh')).stdout).toBe('authorized_keys\n');
  });

  it('takes a key out with whatever options stand before it, and makes the list where there is none', async () => {
    await fleet.execWith(`from="10.0.0.1",command="echo # hi" ${first.publicKey} mine\n`, index, 'tee', file);
    expect(await change(removing(first.publicKey))).toEqual({ is: 'done' });
    expect(await listed(index)).toBe('');
    await fleet.exec(index, 'rm', '-rf', '/home/svcapp/.ssh');
    expect(await change(adding(second.publicKey))).toEqual({ is: 'done' });
    expect(await opens(index, second.privateKey)).toBe('accepted');
  });

  it('refuses keys and names that are more than that, before anything is run', async () => {
    for (const key of [
      `${first.publicKey}' ; id; '`,
      `${first.publicKey}\nssh-rsa AAAA`,
      'ssh-dss AAAA',
      `$(id) ${first.publicKey}`,
    ])
      for (const keys of [adding(key), removing(key)]) expect(await change(keys)).toMatchObject({ is: 'refused' });
    expect(await change({ ...adding(first.publicKey), comment: 'x; id' })).toMatchObject({ is: 'refused' });
    for (const name of ['svcapp;id', "svcapp'", '$(id)', '../root', ''])
      expect(await change(adding(first.publicKey), name)).toMatchObject({ is: 'refused' });
    expect(await listed(index)).not.toContain(first.publicKey);
  });
});

it('writes nowhere that the account could not write itself, whatever it made of its directory', async () => {
  const asRoot = by('root', passwords.root);
  const change = () => driver.authorise?.(targetOf(1), asRoot, { username: 'svcapp' }, adding(first.publicKey));
  await fleet.exec(
    1,
    'sh',
    '-c',
    'mkdir -p /root/.ssh; echo kept > /root/.ssh/authorized_keys; rm -rf /home/svcapp/.ssh; ln -s /root/.ssh /home/svcapp/.ssh',
  );
  expect(await change()).toMatchObject({ is: 'refused' });
  await fleet.exec(
    1,
    'sh',
    '-c',
    'rm /home/svcapp/.ssh; install -d -o svcapp /home/svcapp/.ssh; ln -s /root/.ssh/authorized_keys /home/svcapp/.ssh/authorized_keys',
  );
  expect(await change()).toEqual({ is: 'refused', why: 'authorized_keys is a link' });
  expect((await fleet.exec(1, 'cat', '/root/.ssh/authorized_keys')).stdout).toBe('kept\n');
  expect(await driver.authorise?.(targetOf(1), asRoot, { username: 'nobody9' }, adding(first.publicKey))).toMatchObject(
    { is: 'refused' },
  );
  // An account that may not become root changes nobody else's.
  expect(
    await driver.authorise?.(
      targetOf(1),
      by('alice', passwords.alice),
      { username: 'svcapp' },
      adding(first.publicKey),
    ),
  ).toEqual({
    is: 'refused',
    why: 'the login account is not root: let it become root by sudo or su',
  });
});

it('keeps the changes of two who are at it at once', async () => {
  const asRoot = by('root', passwords.root);
  await fleet.exec(2, 'rm', '-rf', '/home/svcapp/.ssh');
  const keys = await Promise.all(Array.from({ length: 6 }, () => makeKeyPair('ed25519')));
  const said = await Promise.all(
    keys.map(async ({ publicKey }) =>
      driver.authorise?.(targetOf(2), asRoot, { username: 'svcapp' }, adding(publicKey)),
    ),
  );
  expect(said).toEqual(keys.map(() => ({ is: 'done' })));
  const lines = (await listed(2))
    .trim()
    .split('\n')
    .map((line) => line.split(' ').slice(0, 2).join(' '));
  expect(lines.sort()).toEqual(keys.map(({ publicKey }) => publicKey).sort());
});
