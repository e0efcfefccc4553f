import { describe, expect, it } from 'vitest';
import { controlCharacters, fits } from './driver.ts';
import { reason, resetByShell, secretsOf, verifyByShell } from './outcome.ts';
import { Cut, MustChange, Rejected, Unreachable, Untrusted, type Login } from './target.ts';
import { targetOf } from './testing-ways-of.ts';
import type { Target } from './ways.ts';

const secret = (text: string) => ({ expose: () => text });
const untrusted = new Untrusted({ algorithm: 'ssh-ed25519', fingerprint: 'SHA256:x', publicKey: 'AAAA' });
const failing = (error: Error): Target<object> => targetOf({}, { shell: () => Promise.reject(error) });
const ana = { username: 'ana', password: secret('old-1') };

describe('what signing in throws', () => {
  it.each([
    [new Rejected(), 'rejected', { is: 'refused', why: 'the target rejected the login that was to set the password' }],
    [new Unreachable(), 'unreachable', { is: 'unreachable' }],
    [untrusted, 'untrusted', { is: 'untrusted' }],
    [new Cut(), 'unreachable', { is: 'unknown' }],
    [
      new MustChange(),
      'accepted',
      { is: 'refused', why: 'the target wants the password of the login account changed first' },
    ],
  ])('%s becomes %s', async (error, verified, said) => {
    expect(await verifyByShell(failing(error), ana)).toBe(verified);
    expect(
      await resetByShell(failing(error), { admin: ana, secrets: [] }, () => Promise.resolve({ is: 'done' })),
    ).toEqual(said);
  });

  it('is thrown on when it is a fault of ours', async () => {
    await expect(verifyByShell(failing(new TypeError('ours')), ana)).rejects.toThrow('ours');
    await expect(
      resetByShell(failing(new TypeError('ours')), { admin: ana, secrets: [] }, () => Promise.resolve({ is: 'done' })),
    ).rejects.toThrow('ours');
  });
});

it('judges a password without the key that would sign in whatever the password is', async () => {
  const given: Login[] = [];
  const target = targetOf(
    {},
    {
      shell: (login) => {
        given.push(login);
        return Promise.reject(new Rejected());
      },
    },
  );
  await verifyByShell(target, { ...ana, privateKey: secret('KEY') });
  await verifyByShell(target, { username: 'ana', privateKey: secret('KEY') });
  expect(given.map((login) => Object.keys(login))).toEqual([
    ['username', 'password'],
    ['username', 'privateKey'],
  ]);
});

it('gives one clean line as a reason', () => {
  expect(reason('\n \u001b[31mno: s3cret and s3cret-2\nmore', ['s3cret', 's3cret-2'], 'x')).toBe(
    '[31mno: [secret] and [secret]',
  );
  expect(reason('', [], 'otherwise')).toBe('otherwise');
  expect(reason('y'.repeat(999), [], 'x')).toHaveLength(200);
  expect(secretsOf({ ...ana, privateKey: secret('K'), passphrase: secret('P') }, undefined, secret('n'))).toEqual([
    'old-1',
    'K',
    'P',
    'n',
  ]);
});

it('knows which passwords a target can carry exactly', () => {
  const limits = { maxLength: 5, forbidden: controlCharacters };
  expect(['', 'abcdef', 'a\tb', 'a\u007f', 'a\ud800'].filter((one) => fits(limits, one))).toEqual([]);
  expect(['abcde', 'ü✓', ' a '].every((one) => fits(limits, one))).toBe(true);
  expect(fits({ ...limits, asciiOnly: true }, 'ü')).toBe(false);
  expect(fits({ ...limits, asciiOnly: true }, ' ~')).toBe(true);
});
