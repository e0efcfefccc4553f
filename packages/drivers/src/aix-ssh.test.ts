import { unixContract, unixScene, type UnixModel } from '@strongroom/driver-kit/testing';
import { expect, it } from 'vitest';
import { aixSsh } from './aix-ssh.ts';

// The words of passwd on AIX 7; chpasswd only with the flag that leaves no forced change behind.
const aix: UnixModel = {
  passwd: 'passwd',
  chpasswd: '/usr/bin/chpasswd -c',
  sevenBit: true,
  words: {
    title: (user) => `Changing password for "${user}"\n`,
    current: (user) => `${user}'s Old password: `,
    next: (user) => `\n${user}'s New password: `,
    again: () => '\nEnter the new password again: ',
    weak: '\n3004-602 The required password characteristics are:\n\ta minimum of 6 characters in length.\n',
    wrong: '\n3004-604 Your entry does not match the old password.\n',
    mismatch: '\n3004-640 Your new password is not entered correctly. Try again.\n',
    done: () => '',
  },
  lists: { 'cat /etc/passwd': 'root:!:0:0::/:/usr/bin/ksh\nana:!:203:1::/home/ana:/usr/bin/ksh\n' },
};

unixContract(aixSsh, aix, ['as root', 'its own', 'by sudo, asked', 'by sudo, not asked', 'by su']);

it('aix-ssh clears the flag that would force the account to change its password again [RST-02]', async () => {
  const s = unixScene(aixSsh, aix, 'as root');
  await aixSsh.reset?.(s.target, s.admin, { username: 'ana' }, { expose: () => 'Next-Word-6' });
  expect(s.host.ran.at(-1)).toBe('env LC_ALL=C /usr/bin/chpasswd -c');
  expect(s.host.passwords.get('ana')).toBe('Next-Word-6');
});

it('aix-ssh tells what passwd found wrong, and discovers accounts', async () => {
  const s = unixScene(aixSsh, aix, 'its own');
  expect(await aixSsh.reset?.(s.target, s.admin, { username: 'ana' }, { expose: () => 'weak' })).toEqual({
    is: 'refused',
    why: 'a minimum of 6 characters in length.',
  });
  expect(await aixSsh.discover?.(s.target, s.admin)).toHaveLength(2);
});
