import { scriptLimits, type Script } from '@strongroom/driver-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { startAlom, startIlom, startXscf } from '../peers/oracle-boards.ts';
import { targetAt } from '../peers/device.ts';
import { by, deviceContract, fewPasswords, secret, theDriver } from './devices.ts';

const driver = theDriver('own-script');
const text = (words: string) => ({ is: 'text' as const, text: words });
const step = (expect: string | null, send: string, refused: string | null = null) => ({
  expect: expect === null ? null : text(expect),
  send,
  optional: false,
  refused: refused === null ? null : text(refused),
});

/** By the manual of the device, as an administrator would write it. */
const board: Script = {
  login: { username: 'login:', password: 'password:', prompt: 'sc>', refused: 'invalid login' },
  steps: [
    step(null, 'userpassword {{account}}', 'invalid user'),
    step('New password:', '{{new}}', 'must have'),
    step('Re-enter new password:', '{{new}}', 'do not match'),
  ],
  success: null,
  refused: { is: 'pattern', text: '^(permission denied|error)' },
  verify: null,
  limits: { maxLength: 8, forbidden: '', asciiOnly: true },
};
const settings = { script: board };
const own: Script = {
  ...board,
  steps: [
    step(null, 'password'),
    {
      expect: { is: 'pattern', text: 'current password:\\s*$' },
      send: '{{current}}',
      optional: true,
      refused: text('sorry'),
    },
    ...board.steps.slice(1),
  ],
};
// What a password may be, the script says.
const narrow = { ...driver, limits: scriptLimits(board) };
deviceContract(narrow, 'Telnet', () => startAlom('Telnet'), {}, { settings });
deviceContract(narrow, 'SSH', () => startAlom('SSH'), fewPasswords, { settings });

let peer: Awaited<ReturnType<typeof startAlom>> | undefined;
afterEach(() => peer?.stop());
const admin = by('admin', 'Adm-Old1');

describe('a dialogue of one’s own', () => {
  it('lets an account change its own, and says what the device says against it', async () => {
    peer = await startAlom('SSH');
    const target = targetAt(driver, peer, { script: own });
    const ana = { username: 'ana', current: secret('Ana-Old1') };
    expect(await driver.reset?.(target, by('ana', 'Ana-Old1'), ana, secret('Nxt-Wd-6'))).toEqual({ is: 'done' });
    expect(peer.state.passwords.get('ana')).toBe('Nxt-Wd-6');
    const now = { username: 'ana', current: secret('Nxt-Wd-6') };
    expect(await driver.reset?.(target, by('ana', 'Nxt-Wd-6'), now, secret('tiny'))).toEqual({
      is: 'refused',
      why: 'Password must have at least six characters',
    });
    expect(
      await driver.reset?.(targetAt(driver, peer, settings), admin, { username: 'nobody' }, secret('Nxt-Wd-7')),
    ).toEqual({
      is: 'refused',
      why: 'Invalid user name nobody',
    });
  });

  it('goes by what the device says at the end, where the script asks for words, and by its prompt as a no', async () => {
    const script: Script = {
      ...board,
      login: { ...board.login, prompt: '->' },
      steps: [
        step(null, 'set /SP/users/{{account}} password'),
        step('new password:', '{{new}}'),
        step('again:', '{{new}}'),
      ],
      success: text('successfully set'),
      refused: null,
      limits: { ...board.limits, maxLength: 16 },
    };
    peer = await startIlom('SSH');
    const target = targetAt(driver, peer, { script });
    expect(await driver.reset?.(target, by('root', 'Adm-Old1'), { username: 'ana' }, secret('Long-Word-99'))).toEqual({
      is: 'done',
    });
    expect(await driver.reset?.(target, by('root', 'Adm-Old1'), { username: 'ana' }, secret('short'))).toEqual({
      is: 'refused',
      why: 'set: Password must be between 8 and 16 characters long',
    });
    expect(peer.state.passwords.get('ana')).toBe('Long-Word-99');
  });

  it.each(['ana x', 'ana;reboot', 'ana\nreset', '{{new}}', ''])(
    'never lets the name %j reach a line',
    async (username) => {
      peer = await startAlom('SSH');
      const target = targetAt(driver, peer, settings);
      expect(await driver.reset?.(target, admin, { username }, secret('Nxt-Wd-6'))).toMatchObject({ is: 'refused' });
      expect(await driver.rehearse?.(target, admin, { username })).toMatchObject({ ended: 'refused' });
      expect(peer.state.typed).toEqual([]);
    },
  );

  it('sends no value that would be more than a word of its line, and none that has a line break', async () => {
    peer = await startAlom('SSH');
    const inLine: Script = { ...board, steps: [step(null, 'userpassword {{account}} {{new}} {{current}}')] };
    const target = targetAt(driver, peer, { script: inLine });
    for (const next of ['a b-Word1', 'ab;word1', 'ab"word1', 'ab\nwrd1'])
      expect(
        await driver.reset?.(target, admin, { username: 'ana', current: secret('x') }, secret(next)),
      ).toMatchObject({ is: 'refused' });
    for (const current of ['two words', 'a|b', 'a\nreset'])
      expect(
        await driver.reset?.(target, admin, { username: 'ana', current: secret(current) }, secret('Nxt-Wd-6')),
      ).toMatchObject({
        is: 'refused',
        why: '{{current}} has a character that its line cannot carry',
      });
    // A value that looks like a placeholder is a value.
    expect(
      await driver.reset?.(targetAt(driver, peer, settings), admin, { username: 'ana' }, secret('{{new}}1')),
    ).toEqual({ is: 'done' });
    expect(peer.state.passwords.get('ana')).toBe('{{new}}1');
    expect(peer.state.typed).toEqual(['userpassword ana']);
  });

  it('rehearses up to the change, changes nothing, and shows no secret [RST-12]', async () => {
    peer = await startXscf('SSH');
    const script: Script = {
      ...own,
      login: { ...board.login, prompt: 'XSCF>' },
      steps: [
        step(null, 'password'),
        step('current) XSCF password:', '{{current}}'),
        step('New XSCF password:', '{{new}}'),
        step('again', '{{new}}'),
      ],
    };
    const before = new Map(peer.state.passwords);
    const ana = { username: 'ana', current: secret('Ana-Old1') };
    const said = await driver.rehearse?.(targetAt(driver, peer, { script }), by('ana', 'Ana-Old1'), ana);
    expect(said).toMatchObject({ ended: 'stopped' });
    expect(said?.lines.filter((line) => line.is === 'sent').map((line) => line.text)).toEqual([
      'password',
      '{{current}}',
    ]);
    expect(said?.lines.at(-1)?.text).toContain('New XSCF password:');
    expect(JSON.stringify(said)).not.toContain('Ana-Old1');
    expect(peer.state.passwords).toEqual(before);
    expect(await driver.verify(targetAt(driver, peer, { script }), by('ana', 'Ana-Old1'))).toBe('accepted');
    const wrong = await driver.rehearse?.(targetAt(driver, peer, { script }), by('ana', 'Wrong-1x'), ana);
    expect(wrong).toMatchObject({ ended: 'rejected', lines: [] });
    expect(await driver.rehearse?.(targetAt(driver, peer, { script, port: 9 }), by('ana', 'x'), ana)).toMatchObject({
      ended: 'unreachable',
    });
    const untrusted = targetAt(driver, peer, { script }, true);
    expect(await driver.rehearse?.(untrusted, by('ana', 'Ana-Old1'), ana)).toMatchObject({ ended: 'untrusted' });
  });

  it('proves a password by steps where the account cannot log in itself', async () => {
    peer = await startXscf('SSH');
    const script: Script = {
      ...board,
      login: { ...board.login, prompt: 'XSCF>' },
      verify: {
        steps: [step(null, 'password'), step('current) XSCF password:', '{{current}}')],
        success: text('New XSCF password:'),
        refused: text('sorry'),
      },
    };
    const target = targetAt(driver, peer, { script });
    const via = by('ana', 'Ana-Old1');
    expect(await driver.verify(target, by('ana', 'Ana-Old1'), via)).toBe('accepted');
    expect(await driver.verify(target, by('ana', 'Wrong-1x'), via)).toBe('rejected');
    expect(await driver.verify(target, by('ana', 'Ana-Old1'), by('ana', 'Wrong-1x'))).toBe('unreachable');
    expect(await driver.verify(targetAt(driver, peer, {}), by('ana', 'Ana-Old1'))).toBe('unreachable');
  });
});
