import { describe, expect, it } from 'vitest';
import { emptySetup, setupBody, stepErrors, stepOf, steps, type SetupForm } from './setup-form.ts';

const good: SetupForm = {
  ...emptySetup(),
  organisation: ' Northwind IT ',
  fullName: 'Ada Lindqvist',
  email: 'ada@northwind.example',
  username: 'ada',
  timeZone: 'Europe/Berlin',
  password: 'a sentence only she knows',
  keyCopied: true,
  useMail: false,
};

describe('the set-up form', () => {
  it('names every field that is missing on the first step', () => {
    expect(Object.keys(stepErrors('administrator', emptySetup())).sort()).toEqual([
      'email',
      'fullName',
      'organisation',
      'password',
      'username',
    ]);
    expect(steps.flatMap((step) => Object.keys(stepErrors(step, good)))).toEqual([]);
  });
  it('does not go on without a copy of the key, nor with a place that is no full path', () => {
    expect(Object.keys(stepErrors('key', { ...good, keyCopied: false }))).toEqual(['keyCopied']);
    expect(Object.keys(stepErrors('key', { ...good, moveKey: true, keyFile: 'key/master.key' }))).toEqual(['keyFile']);
    expect(stepErrors('key', { ...good, moveKey: true, keyFile: '/mnt/key/master.key' })).toEqual({});
  });
  it('asks for a mail server only when one is wanted', () => {
    expect(Object.keys(stepErrors('mail', { ...good, useMail: true })).sort()).toEqual(['mail.from', 'mail.host']);
  });
  it('sends no mail server and no place of the key unless they were asked for', () => {
    const token = 'x'.repeat(43);
    expect(setupBody({ ...good, keyFile: '/left/over', mail: { ...good.mail, host: 'left.over' } }, token)).toEqual({
      token,
      organisation: 'Northwind IT',
      username: 'ada',
      fullName: 'Ada Lindqvist',
      email: 'ada@northwind.example',
      timeZone: 'Europe/Berlin',
      password: 'a sentence only she knows',
      mail: null,
      keyFile: null,
    });
  });
  it('leads back to the step that shows what the server complains about', () => {
    expect(['password', 'keyFile', 'mail.host', 'token'].map(stepOf)).toEqual([
      'administrator',
      'key',
      'mail',
      'review',
    ]);
  });
});
