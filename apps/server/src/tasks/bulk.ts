import type { BulkCall, BulkList } from '@strongroom/contract';

/** How one call is made for many. */
interface Bulk {
  readonly list: BulkList;
  /** The field of the call's input that names the object. */
  readonly of: 'resourceId' | 'accountId' | 'userId' | 'add';
  /** That field is a list, which each call gets with the one object in it. */
  readonly asList?: true;
  /** What else of its input may be given. Nothing that can hold a secret is here. */
  readonly takes: readonly string[];
  /** The beginning of the task's title. */
  readonly words: string;
  /** Talks to targets, so that it is more than one transaction and several are made at a time. */
  readonly long?: true;
}

const resource = { list: 'resources', of: 'resourceId' } as const;
const account = { list: 'accounts', of: 'accountId' } as const;
const user = { list: 'users', of: 'userId' } as const;

/** Every call that a task can make. The name, which is unique, and the password are not among what is set for many. */
export const bulkCalls: Readonly<Record<BulkCall, Bulk>> = {
  'resource.update': {
    ...resource,
    takes: ['description', 'department', 'location', 'domain', 'policyId', 'fields'],
    words: 'Change',
  },
  'resource.tag': { ...resource, takes: ['add', 'remove'], words: 'Tag' },
  'resource.configure-reset': { ...resource, takes: ['reset'], words: 'Configure the reset of' },
  'resource.share': { ...resource, takes: ['set', 'remove'], words: 'Share' },
  'resource.transfer': { ...resource, takes: ['toUserId'], words: 'Transfer' },
  'resource-group.change-members': {
    ...resource,
    of: 'add',
    asList: true,
    takes: ['groupId'],
    words: 'Add to a group:',
  },
  'resource.delete': { ...resource, takes: [], words: 'Delete' },
  'account.update': { ...account, takes: ['notes', 'policyId', 'fields'], words: 'Change' },
  'account.move': { ...account, takes: ['resourceId', 'keepShares'], words: 'Move' },
  'account.share': { ...account, takes: ['set', 'remove'], words: 'Share' },
  'account.rotate': { ...account, takes: [], words: 'Rotate' },
  'account.verify': { ...account, takes: [], words: 'Verify', long: true },
  'account.delete': { ...account, takes: [], words: 'Delete' },
  'resource.control-access': { ...resource, takes: ['control'], words: 'Control access to' },
  'account.control-access': { ...account, takes: ['control'], words: 'Control access to' },
  'user.update': {
    ...user,
    takes: ['role', 'superAdministrator', 'department', 'location', 'language', 'timeZone'],
    words: 'Change',
  },
  'user.invite': { ...user, takes: [], words: 'Invite', long: true },
  'user.lock': { ...user, takes: [], words: 'Lock' },
  'user.enable': { ...user, takes: [], words: 'Enable' },
  'user.disable': { ...user, takes: [], words: 'Disable' },
  'user.delete': { ...user, takes: [], words: 'Delete' },
};

const nouns: Readonly<Record<BulkList, readonly [string, string]>> = {
  resources: ['resource', 'resources'],
  accounts: ['account', 'accounts'],
  users: ['user', 'users'],
};

/** The field that names the object, with its value. */
export const objectFor = (call: BulkCall, id: string): Record<string, unknown> => {
  const { of, asList } = bulkCalls[call];
  return { [of]: asList ? [id] : id };
};

/** The task in words: ‘Delete 12 resources’. */
export const titleOf = (call: BulkCall, count: number): string => {
  const { words, list } = bulkCalls[call];
  return `${words} ${count} ${nouns[list][count === 1 ? 0 : 1]}`;
};
