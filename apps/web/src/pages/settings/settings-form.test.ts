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
  tokenRequestsPerMinute: 0,
  denySuperAdministrators: false,
  globalExplorerTree: false,
  staticGroupsOffered: true,
  fileLimitMegabytes: 100,
  policyOnCreation: false,
  mailPasswords: false,
  noRevealWithAutoLogon: false,
  ownersNeedNoApproval: false,
  superAdministratorsNeedNoApproval: false,
  administratorsSeeCheckedOut: false,
  loginMinLength: 12,
  loginMixed: false,
  loginMaxAgeDays: 0,
  loginBlockedWords: '',
  resetsAtOnce: 50,
  resetsPerResource: 1,
  nightlyCheck: true,
  nightlyCheckAt: '01:00',
  mail: null,
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
  it('names each field that is out of its bounds', () => {
    const form = formOf(stored);
    const wrong = {
      ...form,
      numbers: { ...form.numbers, absoluteSessionHours: '0', inactivityMinutes: '1.5' },
    };
    expect(Object.keys(settingsErrors(wrong)).sort()).toEqual(['absoluteSessionHours', 'inactivityMinutes']);
    expect(settingsErrors(form)).toEqual({});
  });
});
