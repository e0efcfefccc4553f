import { unixContract, unixScene, type UnixModel } from '@strongroom/driver-kit/testing';
import { expect, it } from 'vitest';
import { macosSsh } from './macos-ssh.ts';

// The words of passwd(1) on macOS 14.
const macos: UnixModel = {
  passwd: 'passwd',
  words: {
    title: (user) => `Changing password for ${user}.\n`,
    current: () => 'Old Password:',
    next: () => '\nNew Password:',
    again: () => '\nRetype New Password:',
    weak: '\nPassword does not meet requirements\n',
    wrong: '\npasswd: authentication token failure\n',
    mismatch: '\nMismatch; try again, EOF to quit.\n',
    done: () => '\n',
  },
  lists: {
    'dscl . -list /Users UniqueID':
      '_www                    70\nana                     501\nnobody                  -2\nroot                    0\n',
  },
};

unixContract(macosSsh, macos, ['as root', 'its own', 'by sudo, asked', 'by sudo, not asked', 'by su']);

it('macos-ssh uses passwd on a terminal, whose arguments hold no password [RST-02]', async () => {
  const s = unixScene(macosSsh, macos, 'by sudo, not asked');
  await macosSsh.reset?.(s.target, s.admin, { username: 'ana' }, { expose: () => 'Next-Word-6' });
  expect(s.host.passwords.get('ana')).toBe('Next-Word-6');
  expect(s.host.ran).toEqual(["env LC_ALL=C sudo -k -p 'strongroom: password for sudo:' passwd ana"]);
});

it('macos-ssh discovers the accounts of the local directory', async () => {
  const s = unixScene(macosSsh, macos, 'as root');
  expect(await macosSsh.discover?.(s.target, s.admin)).toEqual([
    { username: '_www', privileged: false },
    { username: 'ana', privileged: false },
    { username: 'nobody', privileged: false },
    { username: 'root', privileged: true },
  ]);
});
