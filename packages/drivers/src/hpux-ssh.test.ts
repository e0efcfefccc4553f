import { unixContract, unixScene, type UnixModel } from '@strongroom/driver-kit/testing';
import { expect, it } from 'vitest';
import { hpuxSsh } from './hpux-ssh.ts';

// The words of passwd(1) on HP-UX 11i, and a terminal that kept its System V erase and kill characters.
const hpux: UnixModel = {
  passwd: 'passwd -r files',
  sevenBit: true,
  erase: ['#', '@'],
  words: {
    title: (user) => `Changing password for ${user}\n`,
    current: () => 'Old password: ',
    next: () => '\nNew password: ',
    again: () => '\nRe-enter new password: ',
    weak: '\nPassword is too short - must be at least 6 characters.\n',
    wrong: '\nSorry.\n',
    mismatch: '\nThey do not match; try again.\n',
    done: () => '\nPasswd successfully changed\n',
  },
  lists: { 'cat /etc/passwd': 'root:x:0:3::/:/sbin/sh\nana:x:101:20::/home/ana:/usr/bin/sh\n' },
};
const trusted: UnixModel = { ...hpux, words: { ...hpux.words, asksRoot: true } };

unixContract(hpuxSsh, hpux, ['as root', 'its own', 'by sudo, asked', 'by sudo, not asked', 'by su']);

it.each(['#', '@', '\\'])('hpux-ssh refuses %s, which its terminals act on', async (character) => {
  const s = unixScene(hpuxSsh, hpux, 'as root');
  const next = { expose: () => `Next-${character}Word-6` };
  expect(await hpuxSsh.reset?.(s.target, s.admin, { username: 'ana' }, next)).toMatchObject({ is: 'refused' });
  expect(s.host.ran).toEqual([]);
});

it('hpux-ssh gives the old password where a trusted system asks root for it [RST-02]', async () => {
  const s = unixScene(hpuxSsh, trusted, 'as root');
  const account = { username: 'ana', current: { expose: () => 'ana-Old-1' } };
  expect(await hpuxSsh.reset?.(s.target, s.admin, account, { expose: () => 'Next-Word-6' })).toEqual({ is: 'done' });
  expect(s.host.passwords.get('ana')).toBe('Next-Word-6');
});

it('hpux-ssh discovers accounts', async () => {
  const s = unixScene(hpuxSsh, hpux, 'as root');
  expect(await hpuxSsh.discover?.(s.target, s.admin)).toHaveLength(2);
});
