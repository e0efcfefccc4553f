// needs: root openssh-server
import type { Script } from '@strongroom/driver-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { passwords, startFleet, type Fleet } from '../lab/fleet.ts';
import { by, reaching } from '../reach/reaching.ts';
import { secret, theDriver } from './devices.ts';

const driver = theDriver('own-script');
let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(1);
});
afterAll(() => fleet.stop());

const text = (words: string) => ({ is: 'text' as const, text: words });
const limits = { maxLength: 64, forbidden: '', asciiOnly: true };
const login = { username: 'login:', password: 'password:', prompt: '$ | #', refused: 'incorrect' };
/** As somebody would write it who watched passwd(1) at work. */
const own: Script = {
  login,
  steps: [
    { expect: null, send: 'LC_ALL=C passwd', optional: false, refused: null },
    {
      expect: text('Current password:'),
      send: '{{current}}',
      optional: true,
      refused: text('Authentication token manipulation error'),
    },
    {
      expect: { is: 'pattern', text: '(^|\\n)new password: ?$' },
      send: '{{new}}',
      optional: false,
      refused: null,
    },
    {
      expect: text('Retype'),
      send: '{{new}}',
      optional: false,
      refused: { is: 'pattern', text: 'do not match|bad password|too simple|must choose' },
    },
  ],
  success: text('updated successfully'),
  refused: text('unchanged'),
  verify: null,
  limits,
};
const byRoot: Script = {
  ...own,
  steps: [
    { expect: null, send: 'LC_ALL=C passwd {{account}}', optional: false, refused: text('does not exist') },
    ...own.steps.slice(2),
  ],
};
const target = (script: Script) => reaching<unknown>(fleet, 1, driver.settings.parse({ script }));

it('sets a password on a real host, by the account itself and by root, and says what passwd says against it [RST-12]', async () => {
  const svcapp = { username: 'svcapp', current: secret(passwords.svcapp) };
  expect(await driver.rehearse?.(target(own), by('svcapp', passwords.svcapp), svcapp)).toMatchObject({
    ended: 'stopped',
  });
  expect(await fleet.canLogIn(1, 'svcapp', passwords.svcapp)).toBe(true);
  const next = 'Quote"\'s & $HOME `id` 9!';
  expect(await driver.reset?.(target(own), by('svcapp', passwords.svcapp), svcapp, secret(next))).toEqual({
    is: 'done',
  });
  expect(await fleet.canLogIn(1, 'svcapp', next)).toBe(true);
  expect(await driver.verify(target(own), by('svcapp', next))).toBe('accepted');
  expect(await driver.verify(target(own), by('svcapp', 'Wrong-Word-1'))).toBe('rejected');
  const now = { username: 'svcapp', current: secret(next) };
  expect(await driver.reset?.(target(own), by('svcapp', next), now, secret('weak'))).toMatchObject({ is: 'refused' });
  expect(await fleet.canLogIn(1, 'svcapp', next)).toBe(true);
  expect(
    await driver.reset?.(target(byRoot), by('root', passwords.root), { username: 'svcapp' }, secret('Set-By-Root-9')),
  ).toEqual({ is: 'done' });
  expect(await fleet.canLogIn(1, 'svcapp', 'Set-By-Root-9')).toBe(true);
  expect(
    await driver.reset?.(target(byRoot), by('root', passwords.root), { username: 'nobody9' }, secret('Set-By-Root-9')),
  ).toMatchObject({
    is: 'refused',
    why: expect.stringContaining('does not exist') as string,
  });
});
