import { unixContract, unixScene, type UnixModel } from '@strongroom/driver-kit/testing';
import { expect, it } from 'vitest';
import { solarisSsh } from './solaris-ssh.ts';

// The words of passwd(1) on Solaris 10 and 11. No chpasswd: root answers passwd too.
const solaris: UnixModel = {
  passwd: 'passwd -r files',
  words: {
    title: (user) => `passwd: Changing password for ${user}\n`,
    current: () => 'Enter existing login password: ',
    next: () => '\nNew Password: ',
    again: () => '\nRe-enter new Password: ',
    weak: '\npasswd: Password too short - must be at least 6 characters.\n\nPlease try again\n',
    wrong: '\npasswd: Sorry, wrong passwd\nPermission denied\n',
    mismatch: "\npasswd: They don't match.\n",
    done: (user) => `\npasswd: password successfully changed for ${user}\n`,
  },
  lists: { 'getent passwd': 'root:x:0:0:Super-User:/root:/usr/bin/bash\nana:x:101:10::/export/home/ana:/bin/sh\n' },
};

unixContract(solarisSsh, solaris, ['as root', 'its own', 'by sudo, asked', 'by sudo, not asked', 'by su']);

it('solaris-ssh tells what passwd found wrong with a weak password [RST-02]', async () => {
  const s = unixScene(solarisSsh, solaris, 'its own');
  expect(await solarisSsh.reset?.(s.target, s.admin, { username: 'ana' }, { expose: () => 'weak' })).toEqual({
    is: 'refused',
    why: 'passwd: Password too short - must be at least 6 characters. Please try again',
  });
});

it('solaris-ssh stays on the local account and discovers accounts', async () => {
  const s = unixScene(solarisSsh, solaris, 'as root');
  await solarisSsh.reset?.(s.target, s.admin, { username: 'ana' }, { expose: () => 'Next-Word-6' });
  expect(s.host.ran.at(-1)).toBe('env LC_ALL=C passwd -r files ana');
  expect(await solarisSsh.discover?.(s.target, s.admin)).toEqual([
    { username: 'root', privileged: true },
    { username: 'ana', privileged: false },
  ]);
});

it.each(['ana;id', '$(id)', '`id`', "ana'", '-x', 'ana|sh'])(
  'solaris-ssh never lets the name %j reach a command line, of the account or of su',
  async (username) => {
    const next = { expose: () => 'Next-Word-6' };
    for (const way of ['as root', 'by sudo, asked', 'by su'] as const) {
      const s = unixScene(solarisSsh, solaris, way);
      s.host.passwords.set(username, 'Old-Word-1');
      expect(await solarisSsh.reset?.(s.target, s.admin, { username }, next, s.elevation)).toEqual({
        is: 'refused',
        why: 'this account name cannot be given to passwd',
      });
      expect(s.host.ran.join('\n')).not.toContain(username);
    }
    const s = unixScene(solarisSsh, solaris, 'by su');
    const elevation = { username, password: next };
    expect(await solarisSsh.reset?.(s.target, s.admin, { username: 'ana' }, next, elevation)).toEqual({
      is: 'refused',
      why: 'this account name cannot be given to su',
    });
    expect(s.host.ran).toEqual([]);
  },
);
