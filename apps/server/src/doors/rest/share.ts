import { shareAccount, shareGroup, shareResource, type Recipient } from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import { accountById, resourceById, type Ask, type Operation } from './ask.ts';
import type { Outcome } from './envelope.ts';
import { given } from './input-data.ts';
import { groupNumbered, idsUnder, recipient, spelled } from './names.ts';

const permissions = new Map([
  ['view', 'view'],
  ['modify', 'modify'],
  ['fullaccess', 'manage'],
  ['manage', 'manage'],
  ['revoke', 'revoke'],
] as const);
type Permission = 'view' | 'modify' | 'manage' | 'revoke';

function permissionAsked(ask: Ask): Permission {
  const word = (spelled(ask, 'ACCESSTYPE', 'accessType') ?? '').trim().toLowerCase().replace(/\s/g, '');
  const found = [...permissions].find(([name]) => name === word)?.[1];
  if (found === undefined)
    throw new Problem('input-invalid', { detail: 'ACCESSTYPE must be view, modify, fullaccess or revoke.' });
  return found;
}

/** With whom: the users and the user groups that two keys name. Throws `input-invalid` when neither does, `not-found`. */
async function recipients(ask: Ask, users: string, groups: string): Promise<readonly Recipient[]> {
  const found: Recipient[] = [];
  for (const id of idsUnder(ask.details, users)) found.push(await recipient(ask, 'user', id));
  for (const id of idsUnder(ask.details, groups)) found.push(await recipient(ask, 'user-group', id));
  if (found.length === 0) throw new Problem('input-invalid', { detail: `${users} or ${groups} is missing.` });
  return found;
}

/** The difference that a share makes, as our calls take it. */
const difference = <P extends Permission>(to: readonly Recipient[], permission: P | 'revoke') =>
  permission === 'revoke'
    ? { set: [], remove: [...to] }
    : { set: to.map((one) => ({ to: one, permission: permission })), remove: [] };

const done = (what: string, permission: Permission): Outcome => ({
  message: permission === 'revoke' ? `${what} is no longer shared` : `${what} shared successfully`,
});

async function ofResource(ask: Ask): Promise<Outcome> {
  const permission = permissionAsked(ask);
  const resource = await resourceById(ask, ask.part('rid'));
  const to = await recipients(ask, 'USERID', 'USERGROUPID');
  await ask.invoke(shareResource, { resourceId: resource.id, ...difference(to, permission), ...reason(ask) });
  return done('Resource', permission);
}

async function ofAccount(ask: Ask): Promise<Outcome> {
  const permission = permissionAsked(ask);
  if (permission === 'manage')
    throw new Problem('input-invalid', {
      detail: 'An account is shared with view or modify; fullaccess is for resources.',
    });
  const account = await accountById(ask, ask.part('rid'), ask.part('aid'));
  const to = await recipients(ask, 'USERID', 'USERGROUPID');
  await ask.invoke(shareAccount, { accountId: account.id, ...difference(to, permission), ...reason(ask) });
  return done('Account', permission);
}

/** Every group is looked up before the first is shared, so that a wrong id shares nothing. */
async function ofGroups(ask: Ask): Promise<Outcome> {
  const permission = permissionAsked(ask);
  const ids = idsUnder(ask.details, 'resourceGroupIds');
  if (ids.length === 0) throw new Problem('input-invalid', { detail: 'resourceGroupIds is missing.' });
  const groups = [];
  for (const id of ids) groups.push(await groupNumbered(ask, id));
  const to = await recipients(ask, 'userIds', 'userGroupIds');
  for (const group of groups)
    await ask.invoke(shareGroup, { groupId: group.id, ...difference(to, permission), ...reason(ask) });
  return done(groups.length === 1 ? 'Resource group' : 'Resource groups', permission);
}

function reason(ask: Ask): { reason?: string } {
  const text = given(ask.details, 'REASON');
  return text === undefined ? {} : { reason: text };
}

const nothing = { 'not-found': 'No such resource, user or user group found' } as const;
export const shareOperations: readonly Operation[] = [
  {
    method: 'PUT',
    path: 'resourcegroup/share',
    name: 'SHARE RESOURCE GROUP',
    says: { 'not-found': 'No such resource group, user or user group found' },
    run: ofGroups,
  },
  { method: 'PUT', path: 'resources/:rid/share', name: 'SHARE RESOURCE', says: nothing, run: ofResource },
  {
    method: 'PUT',
    path: 'resources/:rid/accounts/:aid/share',
    name: 'SHARE ACCOUNT',
    says: { 'not-found': 'No such account, user or user group found' },
    run: ofAccount,
  },
];
