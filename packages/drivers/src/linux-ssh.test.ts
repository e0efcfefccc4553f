import { unixContract, unixHost, unixScene, type UnixModel, type UnixWay } from '@strongroom/driver-kit/testing';
import { describe, expect, it } from 'vitest';
import { linuxSsh } from './linux-ssh.ts';

// The words of Linux-PAM 1.5 and shadow-utils 4.13, as Debian 12 writes them.
const debian: UnixModel = {
  passwd: 'passwd',
  chpasswd: '/usr/sbin/chpasswd',
  words: {
    title: (user) => `Changing password for ${user}.\n`,
    current: () => 'Current password: ',
    next: () => 'New password: ',
    again: () => '\nRetype new password: ',
    weak: '\nYou must choose a longer password.\n',
    wrong: '\npasswd: Authentication token manipulation error\npasswd: password unchanged\n',
    mismatch: '\nSorry, passwords do not match.\n',
    done: () => '\npasswd: password updated successfully\n',
  },
  lists: {
    'getent passwd': 'root:x:0:0:root:/root:/bin/sh\n+@nis\nana:x:1000:1000::/home/ana:/bin/sh\n\n#x:x:1:1:::\n',
  },
};

unixContract(linuxSsh, debian, ['as root', 'its own', 'by sudo, asked', 'by sudo, not asked', 'by su']);

const secret = (text: string) => ({ expose: () => text });

describe('linux-ssh', () => {
  const ways: UnixWay[] = ['as root', 'its own', 'by sudo, asked', 'by sudo, not asked', 'by su'];
  it.each(ways)('keeps every password off the command line: %s', async (way) => {
    const s = unixScene(linuxSsh, debian, way);
    await linuxSsh.reset?.(s.target, s.admin, { username: 'ana' }, secret('Next-Word-6'), s.elevation);
    expect(s.host.passwords.get('ana')).toBe('Next-Word-6');
    expect(s.host.ran.length).toBeGreaterThan(0);
    expect(s.host.ran.join('\n')).not.toMatch(/Next-Word-6|-Old-1/);
  });

  it('never lets the password for sudo become a line of chpasswd, even one with a colon', async () => {
    const s = unixScene(linuxSsh, debian, 'by sudo, not asked');
    s.host.passwords.set('sam', 'root:hijacked');
    const admin = { username: 'sam', password: secret('root:hijacked') };
    expect(await linuxSsh.reset?.(s.target, admin, { username: 'ana' }, secret('Next-Word-6'))).toEqual({ is: 'done' });
    expect(s.host.passwords.get('root')).toBe('root-Old-1');
    expect(s.host.passwords.get('ana')).toBe('Next-Word-6');
  });

  it('tries a wrong password for sudo once, so that it locks no account', async () => {
    const s = unixScene(linuxSsh, debian, 'by sudo, asked');
    const elevation = { username: 'bob', password: secret('Wrong-Word-0') };
    const said = await linuxSsh.reset?.(s.target, s.admin, { username: 'ana' }, secret('Next-Word-6'), elevation);
    expect(said).toMatchObject({ is: 'refused' });
    expect(s.host.failures.get('bob')).toBe(1);
  });

  it('says what the target said when it finds a password weak, and leaves the old one', async () => {
    const s = unixScene(linuxSsh, debian, 'its own');
    const said = await linuxSsh.reset?.(s.target, s.admin, { username: 'ana' }, secret('weak'));
    expect(said).toEqual({ is: 'refused', why: 'You must choose a longer password.' });
    expect(s.host.passwords.get('ana')).toBe('ana-Old-1');
  });

  it('refuses another account without a way to root, and su without the password of root', async () => {
    const own = unixScene(linuxSsh, debian, 'its own');
    expect(await linuxSsh.reset?.(own.target, own.admin, { username: 'eve' }, secret('Next-Word-6'))).toEqual({
      is: 'refused',
      why: 'the login account is not root: let it become root by sudo or su',
    });
    const su = unixScene(linuxSsh, debian, 'by su');
    expect(await linuxSsh.reset?.(su.target, su.admin, { username: 'ana' }, secret('Next-Word-6'))).toEqual({
      is: 'refused',
      why: 'su needs the password of a second account, usually root',
    });
  });

  it.each(['ana:x', 'ana\nroot', 'ana;id', '$(id)', '-x', ''])(
    'never lets the name %j reach a shell',
    async (username) => {
      for (const way of ways) {
        const s = unixScene(linuxSsh, debian, way);
        const said = await linuxSsh.reset?.(s.target, s.admin, { username }, secret('Next-Word-6'), s.elevation);
        expect(said).toMatchObject({ is: 'refused' });
        expect(s.host.ran.filter((command) => username !== '' && command.includes(username))).toEqual([]);
      }
    },
  );

  it('verifies by su where the account may not log in itself: right, wrong once, and no evidence', async () => {
    const host = unixHost(debian);
    const target = host.target(linuxSsh.settings.parse({ loginWith: 'another account', proveBy: 'su' }));
    const eve = { username: 'eve', password: secret('eve-Old-1') };
    const root = (password: string) => linuxSsh.verify(target, { username: 'root', password: secret(password) }, eve);
    expect(await root('root-Old-1')).toBe('accepted');
    expect(await root('Wrong-Word-0')).toBe('rejected');
    expect(host.failures.get('root')).toBe(1);
    host.passwords.set('eve', 'changed behind our back');
    expect(await root('root-Old-1')).toBe('unreachable');
    // Root is not asked by su: that proves nothing.
    const byRoot = { username: 'root', password: secret('root-Old-1') };
    expect(await linuxSsh.verify(target, { username: 'ana', password: secret('nonsense') }, byRoot)).toBe(
      'unreachable',
    );
  });

  it('finds prompts in the words of the settings, and says unknown where no prompt is found', async () => {
    const words = {
      ...debian.words,
      current: () => 'Geben Sie das alte Kennwort ein: ',
      next: () => 'Neues Kennwort: ',
    };
    const host = unixHost({ ...debian, words: { ...words, again: () => 'Noch einmal> ' } });
    const prompts = { current: 'alte Kennwort:', next: 'Neues Geheimnis | neues kennwort', again: 'noch einmal' };
    const reset = (settings: object) =>
      linuxSsh.reset?.(
        host.target(linuxSsh.settings.parse(settings)),
        { username: 'ana', password: secret('ana-Old-1') },
        { username: 'ana' },
        secret('Next-Word-6'),
      );
    expect(await reset({})).toEqual({ is: 'unknown' });
    expect(host.passwords.get('ana')).toBe('ana-Old-1');
    expect(await reset({ prompts })).toEqual({ is: 'done' });
    expect(host.passwords.get('ana')).toBe('Next-Word-6');
  });

  it('discovers accounts, marks user id 0 as privileged and skips lines of another shape', async () => {
    const s = unixScene(linuxSsh, debian, 'as root');
    expect(await linuxSsh.discover?.(s.target, s.admin)).toEqual([
      { username: 'root', privileged: true },
      { username: 'ana', privileged: false },
    ]);
  });
});
