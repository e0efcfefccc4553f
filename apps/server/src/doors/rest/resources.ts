import {
  createResource,
  deleteResource,
  listResources,
  listResourceTypes,
  updateResource,
  type NewAccount,
} from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import {
  accountByName,
  anywhere,
  fitting,
  policyId,
  refuseUnavailable,
  resourceById,
  resourceByName,
  type Ask,
  type Operation,
  type Read,
  type ResourceRow,
} from './ask.ts';
import { customFields, knownFields, withFields } from './custom-fields.ts';
import type { Sayings } from './envelope.ts';
import { given, objects, required, type Details } from './input-data.ts';
import { staticGroupNamed } from './names.ts';
import { newAccount } from './new-account.ts';
import { giveNewTo, giveTo, ownerNamed } from './owner.ts';
import { listed } from './resource-list.ts';
import { resourceRow } from './shapes.ts';

/** Keys of a resource that ask for what the product has not. */
const unavailable = [
  'ENABLEPRIVATEKEY',
  'RECORD_CONFIGURED_RESOURCE_URL',
  'DISABLE_TAB_DUPLICATION',
  'WEBSITE_SESSION_RECORDING',
  'GATEWAY_SESSION_RECORDING',
  'SAP_USER_TYPE',
] as const;
const says: Sayings = { 'not-found': 'No such resource found', 'name-taken': 'Resource already exists' };

const texts = [
  ['RESOURCETYPE', 'type'],
  ['DNSNAME', 'dnsName'],
  ['DEPARTMENT', 'department'],
  ['LOCATION', 'location'],
  ['DOMAINNAME', 'domain'],
  ['RESOURCEURL', 'url'],
  ['RESOURCEDESCRIPTION', 'description'],
] as const;

/** Clients give a host or an address alone as the URL, as people type it: it is one of https. Anything else stays as it is, to be judged as a URL. */
const webAddress = (text: string): string =>
  /^([a-z\d]([a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])(:\d{1,5})?([/?#]|$)/i.test(text.trim())
    ? `https://${text.trim()}`
    : text;

/** What create and edit share. What is not given is left out. */
async function attributes(
  ask: Ask,
  details: Details,
): Promise<Partial<Record<(typeof texts)[number][1] | 'policyId', string>>> {
  refuseUnavailable(details, unavailable);
  const found: Partial<Record<(typeof texts)[number][1] | 'policyId', string>> = {};
  for (const [key, ours] of texts) {
    const value = given(details, key);
    if (value !== undefined) found[ours] = key === 'RESOURCEURL' ? webAddress(value) : value;
  }
  const policy = await policyId(ask, details, 'RESOURCEPASSWORDPOLICY');
  return policy === undefined ? found : { ...found, policyId: policy };
}

/** The accounts that a new resource comes with: the one that the keys beside its own name, and those of a list. */
async function accountsOf(ask: Ask): Promise<NewAccount[]> {
  const { details } = ask;
  const username = given(details, 'ACCOUNTNAME');
  const ofOne = ['PASSWORD', 'NOTES', 'ACCOUNTCUSTOMFIELD', 'ACCOUNTPASSWORDPOLICY'] as const;
  if (username === undefined && ofOne.some((key) => (details[key] ?? '') !== ''))
    throw new Problem('input-invalid', { detail: 'ACCOUNTNAME is missing.' });
  const accounts = username === undefined ? [] : [await newAccount(ask, username, details)];
  // Not documented for new resources. Whoever sends it believes that the passwords are kept.
  const list = objects(details, 'ACCOUNTLIST');
  if (list.length > 200) throw new Problem('input-invalid', { detail: 'ACCOUNTLIST takes at most 200 accounts.' });
  for (const account of list) accounts.push(await newAccount(ask, required(account, 'ACCOUNTNAME'), account));
  if (new Set(accounts.map((account) => account.username)).size < accounts.length)
    throw new Problem('input-invalid', { detail: 'ACCOUNTLIST names an account twice.' });
  return accounts;
}

/** The ids of the groups that RESOURCEGROUPNAME means. The reference's default group holds whatever is in no other: clients name it for none in particular. */
async function groupsNamed(ask: Ask, name: string): Promise<string[]> {
  const found = await staticGroupNamed(ask, name);
  if (found) return [found.id];
  if (/^default( group)?$/i.test(name.trim())) return [];
  throw new Problem('input-invalid', {
    detail: 'RESOURCEGROUPNAME names no static resource group that you may add to.',
  });
}

async function create(ask: Ask): Promise<string> {
  const { details } = ask;
  const name = required(details, 'RESOURCENAME');
  const type = given(details, 'RESOURCETYPE') ?? 'Linux';
  const described = await attributes(ask, details);
  const owner = await ownerNamed(ask);
  const accounts = await accountsOf(ask);
  const group = given(details, 'RESOURCEGROUPNAME');
  const { values, rest } = await knownFields(ask, 'resource', customFields(details, 'RESOURCECUSTOMFIELD'));
  const made = await ask.invoke(createResource, {
    ...described,
    name,
    type,
    description: withFields(described.description ?? '', rest),
    fields: values,
    accounts,
    groupIds: group === undefined ? [] : await groupsNamed(ask, group),
  });
  if (owner !== undefined && owner !== made.ownerId) await giveNewTo(ask, made.id, owner);
  return made.name;
}

async function edit(ask: Ask): Promise<void> {
  const { details } = ask;
  const resource = await resourceById(ask, ask.part('rid'));
  const described = await attributes(ask, details);
  // We show neither number, so whoever gives one means the numbers of another installation. Groups have calls of their own.
  refuseUnavailable(details, ['RESOURCETYPEID', 'RESOURCEPASSWORDPOLICYID', 'RESOURCEGROUPNAME']);
  const owner = ownedBy(details, resource.ownerName) ? undefined : await ownerNamed(ask);
  const { values, rest } = await knownFields(ask, 'resource', customFields(details, 'RESOURCECUSTOMFIELD'));
  const name = given(details, 'RESOURCENAME');
  await ask.invoke(updateResource, {
    resourceId: resource.id,
    ...described,
    ...(name === undefined ? {} : { name }),
    ...(Object.keys(values).length === 0 ? {} : { fields: values }),
    ...(rest.length === 0
      ? {}
      : { description: withFields(described.description ?? resource.description, rest), version: resource.version }),
  });
  if (owner !== undefined && owner !== resource.ownerId) await giveTo(ask, resource.id, owner);
}

const ownedBy = (details: Details, ownerName: string): boolean =>
  given(details, 'OWNERNAME')?.trim().toLowerCase() === ownerName.toLowerCase();

/** Lets an edit of an account name the owner of its resource; an account has no owner of its own that could be another. Throws `input-invalid`. */
export function requireOwner(details: Details, ownerName: string): void {
  if (!ownedBy(details, ownerName)) refuseUnavailable(details, ['OWNERNAME']);
}

async function ids(
  ask: Ask,
  resourceName: string,
  accountName: string,
): Promise<{ RESOURCEID: string; ACCOUNTID: string }> {
  const resource = await resourceByName(ask, resourceName);
  const account = await accountByName(ask, resource, accountName);
  return { RESOURCEID: String(resource.number), ACCOUNTID: String(account.number) };
}

const remove: Operation['run'] = async (ask) => {
  const resource = await resourceById(ask, ask.part('rid'));
  await ask.invoke(deleteResource, { resourceId: resource.id });
  return { message: 'Resources deleted successfully.' };
};

export const resourceOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: 'resources',
    name: 'GET RESOURCES',
    async run(ask) {
      const { items, total } = await listed(ask);
      return { message: 'Resources fetched successfully', details: items.map(resourceRow), totalRows: total };
    },
  },
  {
    method: 'POST',
    path: 'resources',
    name: 'CREATE RESOURCE',
    says,
    run: async (ask) => ({ message: `Resource ${await create(ask)} has been added successfully` }),
  },
  {
    method: 'GET',
    path: 'resources/resourcename/:resource',
    name: 'GET_RESOURCEID',
    says,
    async run(ask) {
      const resource = await resourceByName(ask, ask.part('resource'));
      return {
        message: 'Resource id fetched successfully for the given resource name',
        // Clients in the field read either spelling.
        details: { RESOURCEID: String(resource.number), 'RESOURCE ID': String(resource.number) },
      };
    },
  },
  {
    method: 'GET',
    path: 'resources/resourcename/:resource/accounts/accountname/:account',
    name: 'GET_RESOURCEACCOUNTNAME',
    says: { 'not-found': 'No such account found' },
    run: async (ask) => ({
      message: 'Resource id and account id fetched successfully for the given resource name',
      details: await ids(ask, ask.part('resource'), ask.part('account')),
    }),
  },
  {
    method: 'GET',
    path: 'resources/getResourceIdAccountId',
    name: 'GET_RESOURCEACCOUNTID',
    says: { 'not-found': 'No such account found' },
    run: async (ask) => ({
      message: 'Resource ID and account ID fetched successfully for the given resource name and account name.',
      details: await ids(ask, anywhere(ask, 'RESOURCENAME') ?? '', anywhere(ask, 'ACCOUNTNAME') ?? ''),
    }),
  },
  {
    method: 'GET',
    path: 'resources/resourcetypes',
    name: 'GET RESOURCE TYPES',
    async run(ask) {
      const { items } = await ask.invoke(listResourceTypes, {});
      return {
        message: 'Resource types fetched successfully',
        details: items.map((type) => ({ 'RESOURCE TYPE': type.name })),
        totalRows: items.length,
      };
    },
  },
  {
    method: 'GET',
    path: 'resources/websiteurls',
    name: 'GET WEBSITE URLS',
    async run(ask) {
      const read: Read<ResourceRow> = (at) => ask.invoke(listResources, { sort: 'number', ...at });
      const { items, total } = await fitting(read, ({ url }) => url !== '', 0, Number.POSITIVE_INFINITY);
      return {
        message: 'Website URLs fetched successfully',
        details: items.map(({ number, url }) => ({ 'RESOURCE ID': String(number), 'RESOURCE URL': url })),
        totalRows: total,
      };
    },
  },
  {
    method: 'PUT',
    path: 'resources/:rid',
    name: 'EDIT RESOURCE',
    says,
    async run(ask) {
      await edit(ask);
      return { message: 'Resource  modified successfully.' };
    },
  },
  { method: 'DELETE', path: 'resources/:rid', name: 'DELETE RESOURCE', says, run: remove },
  {
    // The manual names the method DELETE, and its sample sends POST without input. With input it means something else, and nothing is deleted.
    method: 'POST',
    path: 'resources/:rid',
    name: 'DELETE RESOURCE',
    says,
    async run(ask) {
      if (Object.keys(ask.details).length > 0)
        throw new Problem('input-invalid', {
          detail: 'A POST to a resource deletes it and takes no input. Use PUT to edit it.',
        });
      return remove(ask);
    },
  },
];
