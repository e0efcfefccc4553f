import { describe, expect, it } from 'vitest';
import { formOf, serverErrors, serverOf } from './server-form.ts';

const stored = {
  mail: {
    host: 'mail.example.com',
    port: 587,
    security: 'starttls' as const,
    username: 'sr',
    from: 'sr@example.com',
    passwordStored: true,
    accountId: null,
    accessUrl: 'https://vault.example.com',
  },
};
const sent = {
  host: 'mail.example.com',
  port: 587,
  security: 'starttls',
  username: 'sr',
  password: '',
  from: 'sr@example.com',
  accountId: null,
  accessUrl: 'https://vault.example.com',
};

describe('the form of the mail server', () => {
  it('sends what is stored as it stands, with an empty password to keep the stored one', () => {
    expect(serverOf(formOf(stored))).toEqual(sent);
    expect(formOf({ mail: null }).use).toBe(false);
    expect(serverOf({ ...formOf(stored), use: false })).toBeNull();
  });
  it('sends one way to sign in and nothing of the others', () => {
    const form = { ...formOf(stored), mail: { ...formOf(stored).mail, password: 'typed' } };
    expect(serverOf({ ...form, how: 'none' })).toEqual({ ...sent, username: '' });
    const accountId = '01990000-0000-7000-8000-000000000001' as never;
    expect(serverOf({ ...form, how: 'account', accountId })).toEqual({ ...sent, username: '', accountId });
  });
  it('names what is missing or wrong', () => {
    const form = formOf(stored);
    expect(Object.keys(serverErrors({ ...form, how: 'account' }))).toEqual(['accountId']);
    expect(Object.keys(serverErrors({ ...form, mail: { ...form.mail, username: ' ' } }))).toEqual(['username']);
    for (const accessUrl of ['http://vault.example.com', 'https://vault.example.com/path', 'vault'])
      expect(Object.keys(serverErrors({ ...form, accessUrl }))).toEqual(['accessUrl']);
    expect(serverErrors({ ...form, accessUrl: 'https://vault.example.com:7272/' })).toEqual({});
    expect(serverErrors({ ...formOf({ mail: null }) })).toEqual({});
  });
});
