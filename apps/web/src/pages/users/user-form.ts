import { looksLikeMail } from '../../lib/mail-address.ts';
import { users } from '../../lib/messages/users.ts';
import type { Errors, Profile } from './ProfileFields.tsx';

/** A log-in name as the contract takes it. */
export const isUsername = (text: string): boolean => /^[\p{L}\p{N}][\p{L}\p{N}._@+\\-]{0,79}$/u.test(text.trim());

/** What is wrong in a person's name and mail address; empty when nothing is. */
export const profileErrors = (profile: Pick<Profile, 'fullName' | 'email'>): Errors => ({
  ...(profile.fullName.trim() ? {} : { fullName: users('field.fullNameMissing') }),
  ...(looksLikeMail(profile.email) ? {} : { email: users('field.emailWrong') }),
});

/** What is wrong in a log-in name; empty when nothing is. */
export const usernameErrors = (username: string): Errors =>
  isUsername(username) ? {} : { username: users('field.usernameWrong') };

/** Only the fields that differ, for an update. */
export function differences<T extends object>(now: T, before: T): Partial<T> {
  const changed: Partial<T> = {};
  for (const key of Object.keys(now) as (keyof T)[]) if (now[key] !== before[key]) changed[key] = now[key];
  return changed;
}
