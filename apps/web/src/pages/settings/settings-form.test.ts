import type { Settings } from '@strongroom/contract';
import { describe, expect, it } from 'vitest';
import { changesOf, formOf, settingsErrors } from './settings-form.ts';

const stored: Settings = {
  hideSecretSeconds: 10,
  clearClipboardSeconds: 30,
  reasonToReveal: false,
  reasonToChange: false,
  ticketToReveal: false,
  changeOnTargetByDefault: false,
  inactivityMinutes: 30,
  absoluteSessionHours: 12,
  maxSessionsPerUser: 0,
  proofMaxAgeDays: 30,
  tokenInUrl: true,
  denySuperAdministrators: false,
  globalExplorerTree: false,
  staticGroupsOffered: true,
  fileLimitMegabytes: 100,
  policyOnCreation: false,
  mailPasswords: false,
  mail: {
    host: 'mail.example.com',
    port: 587,
    security: 'starttls',
    username: 'sr',
    from: 'sr@example.com',
    passwordStored: true,
  },
};

describe('the settings form', () => {
  it('sends nothing while nothing is changed', () => {
    expect(changesOf(formOf(stored), stored)).toEqual({});
  });
  it('sends what is changed and nothing else', () => {
    const form = formOf(stored);
    const changed = {
      ...form,
      numbers: { ...form.numbers, hideSecretSeconds: '0' },
      switches: { ...form.switches, reasonToReveal: true },
    };
    expect(changesOf(changed, stored)).toEqual({ hideSecretSeconds: 0, reasonToReveal: true });
  });
  it('sends the mail server whole, with an empty password to keep the stored one', () => {
    const form = formOf(stored);
    expect(changesOf({ ...form, mail: { ...form.mail, host: ' smtp.example.com ' } }, stored)).toEqual({
      mail: {
        host: 'smtp.example.com',
        port: 587,
        security: 'starttls',
        username: 'sr',
        password: '',
        from: 'sr@example.com',
      },
    });
    expect(changesOf({ ...form, useMail: false }, stored)).toEqual({ mail: null });
  });
  it('names each field that is out of its bounds', () => {
    const form = formOf(stored);
    const wrong = {
      ...form,
      numbers: { ...form.numbers, absoluteSessionHours: '0', inactivityMinutes: '1.5' },
      mail: { ...form.mail, port: '70000', from: 'nobody' },
    };
    expect(Object.keys(settingsErrors(wrong)).sort()).toEqual([
      'absoluteSessionHours',
      'inactivityMinutes',
      'mail.from',
      'mail.port',
    ]);
    expect(settingsErrors(form)).toEqual({});
  });
});
