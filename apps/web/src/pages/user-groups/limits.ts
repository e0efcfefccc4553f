import type { Restrictions, UserGroup } from '@strongroom/contract';
import { people } from '../../lib/messages/people.ts';

/** The settings of a group in the order they are shown: those that are taken away first, then those that are given. */
const taken = [
  'exportPasswords',
  'exportPlain',
  'exportOffline',
  'personalPasswords',
  'exportPersonal',
] as const satisfies readonly (keyof Restrictions)[];
const given = ['manageCriteriaShares', 'ticketExempt'] as const satisfies readonly (keyof Restrictions)[];
export const settingNames = [...taken, ...given] as const;

/** What differs from a group that limits nothing and gives nothing, in words. */
export const limitsOf = (group: Pick<UserGroup, keyof Restrictions>): string[] => [
  ...taken.filter((name) => !group[name]).map((name) => people(`${name}.off`)),
  ...given.filter((name) => group[name]).map((name) => people(`${name}.on`)),
];
