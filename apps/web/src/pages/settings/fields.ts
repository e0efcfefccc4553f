import type { Settings } from '@strongroom/contract';

type Numbers = { [K in keyof Settings]: Settings[K] extends number ? K : never }[keyof Settings];
// Who makes super administrators is asked on a page of its own.
type Switches = Exclude<
  { [K in keyof Settings]: Settings[K] extends boolean ? K : never }[keyof Settings],
  'denySuperAdministrators'
>;

/** A setting that is a whole number, with its bounds as the contract has them. */
export interface NumberField {
  readonly kind: 'number';
  readonly name: Numbers;
  readonly unit:
    'characters' | 'seconds' | 'days' | 'minutes' | 'hours' | 'sessions' | 'megabytes' | 'accounts' | 'requests';
  readonly min: number;
  readonly max: number;
  readonly standard: number;
}
/** A setting that is on or off. */
export interface SwitchField {
  readonly kind: 'switch';
  readonly name: Switches;
  readonly standard: boolean;
}
/** A setting that is a time of the day, `HH:MM`. */
export interface TimeField {
  readonly kind: 'time';
  readonly name: 'nightlyCheckAt';
  readonly standard: string;
}
/** A setting that is text. */
export interface TextField {
  readonly kind: 'text';
  readonly name: 'loginBlockedWords';
  readonly max: number;
  readonly standard: string;
}
export type Field = NumberField | SwitchField | TimeField | TextField;

/** The settings by section, each with what an organisation starts with. Mail is a section of its own kind. */
export const sections: readonly {
  readonly id: 'passwords' | 'sessions' | 'people' | 'groups' | 'resets' | 'api';
  readonly fields: readonly Field[];
}[] = [
  {
    id: 'passwords',
    fields: [
      { kind: 'number', name: 'hideSecretSeconds', unit: 'seconds', min: 0, max: 600, standard: 10 },
      { kind: 'number', name: 'clearClipboardSeconds', unit: 'seconds', min: 0, max: 600, standard: 30 },
      { kind: 'switch', name: 'reasonToReveal', standard: false },
      { kind: 'switch', name: 'ticketToReveal', standard: false },
      { kind: 'switch', name: 'reasonToChange', standard: false },
      { kind: 'switch', name: 'changeOnTargetByDefault', standard: false },
      { kind: 'switch', name: 'policyOnCreation', standard: false },
      { kind: 'switch', name: 'noRevealWithAutoLogon', standard: false },
      { kind: 'switch', name: 'ownersNeedNoApproval', standard: false },
      { kind: 'switch', name: 'superAdministratorsNeedNoApproval', standard: false },
      { kind: 'switch', name: 'administratorsSeeCheckedOut', standard: false },
      { kind: 'number', name: 'proofMaxAgeDays', unit: 'days', min: 1, max: 365, standard: 30 },
    ],
  },
  {
    id: 'sessions',
    fields: [
      { kind: 'number', name: 'inactivityMinutes', unit: 'minutes', min: 0, max: 1440, standard: 30 },
      { kind: 'number', name: 'absoluteSessionHours', unit: 'hours', min: 1, max: 720, standard: 12 },
      { kind: 'number', name: 'maxSessionsPerUser', unit: 'sessions', min: 0, max: 100, standard: 0 },
    ],
  },
  {
    id: 'people',
    fields: [
      { kind: 'switch', name: 'mailPasswords', standard: false },
      { kind: 'number', name: 'loginMinLength', unit: 'characters', min: 8, max: 64, standard: 12 },
      { kind: 'switch', name: 'loginMixed', standard: false },
      { kind: 'number', name: 'loginMaxAgeDays', unit: 'days', min: 0, max: 3650, standard: 0 },
      { kind: 'text', name: 'loginBlockedWords', max: 2000, standard: '' },
    ],
  },
  {
    id: 'groups',
    fields: [
      { kind: 'switch', name: 'globalExplorerTree', standard: false },
      { kind: 'switch', name: 'staticGroupsOffered', standard: true },
      { kind: 'number', name: 'fileLimitMegabytes', unit: 'megabytes', min: 1, max: 2048, standard: 100 },
    ],
  },
  {
    id: 'resets',
    fields: [
      { kind: 'number', name: 'resetsAtOnce', unit: 'accounts', min: 1, max: 500, standard: 50 },
      { kind: 'number', name: 'resetsPerResource', unit: 'accounts', min: 1, max: 20, standard: 1 },
      { kind: 'switch', name: 'nightlyCheck', standard: true },
      { kind: 'time', name: 'nightlyCheckAt', standard: '01:00' },
    ],
  },
  {
    id: 'api',
    fields: [
      { kind: 'switch', name: 'tokenInUrl', standard: true },
      { kind: 'number', name: 'tokenRequestsPerMinute', unit: 'requests', min: 0, max: 90_000, standard: 0 },
    ],
  },
];

/** The privacy and security settings: a privileged administrator's alone. */
export const privileged: readonly Field['name'][] = [
  'hideSecretSeconds',
  'clearClipboardSeconds',
  'inactivityMinutes',
  'absoluteSessionHours',
  'maxSessionsPerUser',
  'noRevealWithAutoLogon',
  'ownersNeedNoApproval',
  'superAdministratorsNeedNoApproval',
  'administratorsSeeCheckedOut',
  'loginMinLength',
  'loginMixed',
  'loginMaxAgeDays',
  'loginBlockedWords',
];
