import {
  createApiUser,
  createUser,
  deleteUser,
  enableUser,
  listRoles,
  lockUser,
  renewMyToken,
  type Role,
} from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import { anywhere, refuseUnavailable, type Ask, type Operation } from './ask.ts';
import type { Outcome, Sayings } from './envelope.ts';
import { given, required, type Details } from './input-data.ts';
import { dateOf } from './dates.ts';
import { flagUnder, principalNumber, userNamed, userNumbered } from './names.ts';

const says: Sayings = { 'not-found': 'No such user found', 'name-taken': 'User already exists' };

/** What would make a sign-in safer than it is here, and programs able to do what they are not: refused where it is asked for. */
const unavailable = [
  'ENABLETWOFACTOR',
  'SECONDARYEMAILID',
  'USERGROUPNAME',
  'SDKACCESS',
  'OWNERNAMEOPTION',
  'ROLEID',
] as const;

/** The role of this name, in any case: a built-in one or one of the organisation's own. Throws `input-invalid`. */
async function roleNamed(ask: Ask, name: string): Promise<Role> {
  const wanted = name.trim().toLowerCase();
  const { items } = await ask.invoke(listRoles, {});
  const found = items.find(
    (role) => role.name.toLowerCase() === wanted || String(role.id).replaceAll('-', ' ') === wanted,
  );
  if (!found) throw new Problem('input-invalid', { detail: 'ROLE names no role.' });
  return found.id;
}

function fullName(details: Details): string {
  const parts = [given(details, 'FIRSTNAME'), given(details, 'LASTNAME')].filter((part) => part !== undefined);
  return given(details, 'FULLNAME') ?? (parts.length > 0 ? parts.join(' ') : required(details, 'USERNAME'));
}

/** A telephone number of its parts, as they stand. */
const telephone = (details: Details, ...keys: readonly string[]): string =>
  keys
    .map((key) => given(details, key)?.trim() ?? '')
    .filter((part) => part !== '')
    .join(' ');

/** When the token of an API user ends: a date, a number of days, or never. Throws `input-invalid`. */
function tokenEnd(details: Details, now: Date): string | null {
  const days = given(details, 'TOKENVALIDITYDAYS')?.trim();
  if (days !== undefined && /^\d{1,4}$/.test(days) && Number(days) > 0)
    return new Date(now.getTime() + Number(days) * 86_400_000).toISOString();
  const date = given(details, 'EXPIRYDATE')?.trim();
  if (date === undefined || /^never\s*expires?$/i.test(date)) return null;
  return dateOf(date, 'EXPIRYDATE').toISOString();
}

async function create(ask: Ask): Promise<Outcome> {
  const { details } = ask;
  refuseUnavailable(details, unavailable);
  const username = required(details, 'USERNAME');
  const superAdministrator = flagUnder(details, 'ISSUPERADMIN') ?? false;
  const role = await roleNamed(ask, given(details, 'ROLE') ?? 'Password User');
  if (flagUnder(details, 'ISAPIUSER') ?? false) {
    const made = await ask.invoke(createApiUser, {
      username,
      fullName: fullName(details),
      host: given(details, 'HOSTNAME')?.trim() ?? '',
      role,
      superAdministrator,
      expiresAt: tokenEnd(details, new Date()),
    });
    return {
      message: 'User Created Successfully',
      details: { USERID: String(made.user.number), AUTHTOKEN: made.token },
    };
  }
  const password = given(details, 'PASSWORD');
  const { invitation } = await ask.invoke(createUser, {
    username,
    fullName: fullName(details),
    email: required(details, 'EMAIL'),
    department: given(details, 'DEPARTMENT') ?? '',
    location: given(details, 'LOCATION') ?? '',
    phone: telephone(details, 'LANDLINE_COUNTRYCODE', 'LANDLINE', 'LANDLINE_EXT'),
    mobile: telephone(details, 'MOBILE_COUNTRYCODE', 'MOBILE'),
    role,
    superAdministrator,
    ...(password === undefined ? {} : { password }),
  });
  const message = 'User Created Successfully';
  // Without mail somebody must hand the link on: nobody else is told of it.
  return invitation?.link === undefined || invitation.link === null
    ? { message }
    : { message, details: { SETUPLINK: invitation.link } };
}

const byName = (ask: Ask): Promise<{ id: string }> => userNamed(ask, anywhere(ask, 'USERNAME') ?? '');

export const userOperations: readonly Operation[] = [
  { method: 'POST', path: 'user', name: 'CREATE_USER', says, run: create },
  {
    method: 'GET',
    path: 'user/getUserId',
    name: 'GET_USERID',
    says,
    run: async (ask) => ({
      message: 'User ID fetched successfully for the given user name',
      details: { USERID: String(await principalNumber(ask, 'user', anywhere(ask, 'USERNAME') ?? '')) },
    }),
  },
  {
    method: 'GET',
    path: 'user/getUserGroupId',
    name: 'GET_USERGROUPID',
    says: { 'not-found': 'No such user group found' },
    run: async (ask) => ({
      message: 'User group ID fetched successfully for the given user group name',
      details: {
        USERGROUPID: String(await principalNumber(ask, 'user-group', anywhere(ask, 'USERGROUPNAME') ?? '')),
      },
    }),
  },
  {
    method: 'PUT',
    path: 'user/lock',
    name: 'LOCK_USER',
    says,
    async run(ask) {
      await ask.invoke(lockUser, { userId: (await byName(ask)).id });
      return { message: 'User locked successfully' };
    },
  },
  {
    method: 'PUT',
    path: 'user/unlock',
    name: 'UNLOCK_USER',
    says,
    async run(ask) {
      await ask.invoke(enableUser, { userId: (await byName(ask)).id });
      return { message: 'User unlocked successfully' };
    },
  },
  {
    method: 'PUT',
    path: 'user/regenerateAuthtoken',
    name: 'REGENERATE_AUTHTOKEN',
    async run(ask) {
      const { token, expiresAt } = await ask.invoke(renewMyToken, {});
      return {
        message: 'Auth token regenerated successfully',
        details: { AUTHTOKEN: token, EXPIRYDATE: expiresAt ?? 'NeverExpires' },
      };
    },
  },
  {
    method: 'DELETE',
    path: 'user/:uid',
    name: 'DELETE_USER',
    says,
    async run(ask) {
      await ask.invoke(deleteUser, { userId: (await userNumbered(ask, ask.part('uid'))).id });
      return { message: 'User deleted successfully' };
    },
  },
];
