import { unixContract, unixScene, type UnixModel } from '@strongroom/driver-kit/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { esxiSsh } from './esxi-ssh.ts';

// The words of pam_passwdqc on ESXi 7 and 8, which offers a password of its own between its questions.
const esxi: UnixModel = {
  passwd: 'passwd',
  words: {
    title: (user) =>
      `Changing password for ${user}\n\nYou can now choose the new password.\n\nA valid password should be a mix of upper and lower case letters,\ndigits, and other characters.\n\nAlternatively, if no one else can see your terminal now, you can\npick this as your password: "mosaic&Quiet5harp".\n\n`,
    current: () => 'Enter current password: ',
    next: () => 'Enter new password: ',
    again: () => '\nRe-type new password: ',
    weak: '\nWeak password: too short.\n\nTry again.\n\n',
    wrong: '\npasswd: Authentication failure\n',
    mismatch: '\nSorry, passwords do not match.\n',
    done: () => '\npasswd: password updated successfully\n',
  },
  lists: { 'cat /etc/passwd': 'root:x:0:0:Administrator:/:/bin/sh\nana:x:1001:1001::/:/bin/sh\n' },
};

unixContract(esxiSsh, esxi, ['as root', 'its own', 'by su']);

it('esxi-ssh tells why a password is weak, and does not take the one it is offered [RST-02]', async () => {
  const s = unixScene(esxiSsh, esxi, 'as root');
  expect(await esxiSsh.reset?.(s.target, s.admin, { username: 'ana' }, { expose: () => 'weak' })).toEqual({
    is: 'refused',
    why: 'Weak password: too short. Try again.',
  });
  expect(s.host.passwords.get('ana')).toBe('ana-Old-1');
});

it('esxi-ssh offers no sudo, and discovers accounts', async () => {
  expect(z.safeParse(esxiSsh.settings, { elevation: 'sudo' }).success).toBe(false);
  const s = unixScene(esxiSsh, esxi, 'as root');
  expect(await esxiSsh.discover?.(s.target, s.admin)).toHaveLength(2);
});
