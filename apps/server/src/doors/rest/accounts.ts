import { createAccounts, deleteAccount, listAccounts, updateAccount, type Account } from '@strongroom/contract';
import { Problem, type ProblemCode } from '../../platform/problem.ts';
import {
  accountById,
  anywhere,
  fitting,
  policies,
  policyId,
  range,
  refuseUnavailable,
  resourceById,
  rows,
  type Ask,
  type Operation,
  type Read,
} from './ask.ts';
import { customFields, knownFields, withFields } from './custom-fields.ts';
import { sentence, type Outcome } from './envelope.ts';
import { given, objects, required } from './input-data.ts';
import { newAccount, unavailableOfAccount } from './new-account.ts';
import { requireOwner } from './resources.ts';
import { accountDetails, accountRow, resourceObject } from './shapes.ts';

const says = { 'not-found': 'No such account found', 'name-taken': 'Account already exists' } as const;
const ofResource = { 'not-found': 'No such resource found' } as const;

const views = new Map([
  ['ALLMYPASSWORD', 'all'],
  ['LINUXSSHPASSWORD', 'all'],
  ['WINDOWSRDPPASSWORD', 'all'],
  ['FAVOURITEPASSWORD', 'favourite'],
  ['RECENTLYACCESSEDPASSWORD', 'recent'],
] as const);

/** The resource with its accounts, in the order of their ids. */
async function list(ask: Ask): Promise<Outcome> {
  const resource = await resourceById(ask, ask.part('rid'));
  refuseUnavailable(ask.details, ['GROUPID']);
  const wanted = (anywhere(ask, 'VIEWTYPE') ?? 'ALLMYPASSWORD').trim().toUpperCase();
  const view = [...views].find(([name]) => name === wanted)?.[1];
  if (view === undefined) throw new Problem('input-invalid', { detail: 'VIEWTYPE names no view.' });
  const { start, count } = range(ask);
  const read: Read<Account> = (at) =>
    ask.invoke(listAccounts, {
      resourceId: resource.id,
      view,
      ...(view === 'recent' ? {} : { sort: 'number' as const }),
      ...at,
    });
  // Our own search looks at the resource's name too, and here every account has that.
  const text = anywhere(ask, 'SEARCHVALUE')?.trim().toLowerCase() ?? '';
  const found =
    text === ''
      ? await rows(read, start, count)
      : await fitting(read, (account) => account.username.toLowerCase().includes(text), start, count);
  const [known, rules] = [await policies(ask), await ask.rules()];
  return {
    message: 'Resource details with account list fetched successfully',
    details: {
      ...resourceObject(resource, known, rules),
      'ACCOUNT LIST': found.items.map((account) => accountRow(account, resource, known, rules)),
    },
    totalRows: found.total,
  };
}

/** What is wrong with the one account, and says nothing of the next. */
const ofTheAccount: readonly ProblemCode[] = ['name-taken', 'input-invalid', 'password-weak'];

/**
 * Adds each account for itself, as the reference does: one that exists does not keep the others out. Whatever is wrong with more than the account ends the
 * call, unless accounts were added before: then the reply must say which.
 */
async function add(ask: Ask): Promise<Outcome> {
  const resource = await resourceById(ask, ask.part('rid'));
  const wanted = objects(ask.details, 'ACCOUNTLIST');
  if (wanted.length === 0) throw new Problem('input-invalid', { detail: 'ACCOUNTLIST is missing.' });
  if (wanted.length > 200) throw new Problem('input-invalid', { detail: 'ACCOUNTLIST takes at most 200 accounts.' });
  const details: Record<string, { STATUS: string }>[] = [];
  let added = 0;
  for (const account of wanted) {
    const name = required(account, 'ACCOUNTNAME');
    try {
      await ask.invoke(createAccounts, { resourceId: resource.id, accounts: [await newAccount(ask, name, account)] });
      added++;
      details.push({ [name]: { STATUS: 'Account added successfully' } });
    } catch (error) {
      if (!(error instanceof Problem) || (added === 0 && !ofTheAccount.includes(error.code))) throw error;
      const status =
        error.code === 'name-taken'
          ? 'Account is not added  as it already exists'
          : `Account is not added. ${sentence(error)}`;
      details.push({ [name]: { STATUS: status } });
    }
  }
  return added === 0
    ? { message: 'No account was added', details, failed: true }
    : { message: 'Account(s) added successfully', details };
}

async function edit(ask: Ask): Promise<string> {
  const { details } = ask;
  const account = await accountById(ask, ask.part('rid'), ask.part('aid'));
  refuseUnavailable(details, [...unavailableOfAccount, 'DOMAINNAME']);
  if (given(details, 'OWNERNAME') !== undefined)
    requireOwner(details, (await resourceById(ask, ask.part('rid'))).ownerName);
  const username = given(details, 'ACCOUNTNAME');
  const notes = given(details, 'NOTES') ?? given(details, 'DESCRIPTION');
  const { values, rest } = await knownFields(ask, 'account', customFields(details, 'ACCOUNTCUSTOMFIELD'));
  const policy = await policyId(ask, details, 'ACCOUNTPASSWORDPOLICY');
  const changed = await ask.invoke(updateAccount, {
    accountId: account.id,
    ...(username === undefined ? {} : { username }),
    ...(Object.keys(values).length === 0 ? {} : { fields: values }),
    ...(rest.length > 0
      ? { notes: withFields(notes ?? account.notes, rest), version: account.version }
      : notes === undefined
        ? {}
        : { notes }),
    ...(policy === undefined ? {} : { policyId: policy }),
  });
  return changed.username;
}

export const accountOperations: readonly Operation[] = [
  { method: 'GET', path: 'resources/:rid/accounts', name: 'GET RESOURCE ACCOUNTLIST', says: ofResource, run: list },
  { method: 'POST', path: 'resources/:rid/accounts', name: 'ADD ACCOUNTS', says: ofResource, run: add },
  {
    method: 'GET',
    path: 'resources/:rid/accounts/:aid',
    name: 'GET RESOURCE ACCOUNT DETAILS',
    says,
    async run(ask) {
      const account = await accountById(ask, ask.part('rid'), ask.part('aid'));
      const resource = await resourceById(ask, ask.part('rid'));
      return {
        message: 'Account details fetched successfully',
        details: accountDetails(account, resource, await policies(ask), await ask.rules(), new Date()),
      };
    },
  },
  {
    method: 'PUT',
    path: 'resources/:rid/accounts/:aid',
    name: 'EDIT ACCOUNT',
    says,
    run: async (ask) => ({ message: `Account ${await edit(ask)} modified successfully` }),
  },
  {
    method: 'DELETE',
    path: 'resources/:rid/accounts/:aid',
    name: 'DELETE ACCOUNT',
    says,
    async run(ask) {
      const account = await accountById(ask, ask.part('rid'), ask.part('aid'));
      await ask.invoke(deleteAccount, { accountId: account.id });
      return { message: 'Account deleted successfully' };
    },
  },
];
