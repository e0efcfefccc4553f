import { changeGroupMembers, listResourceGroups, type ResourceGroup } from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import { fitting, resourceById, rows, type Ask, type Operation, type Read } from './ask.ts';
import type { Outcome } from './envelope.ts';
import { groupNumbered, idsUnder, spelled } from './names.ts';

const kinds = new Map([
  ['static', 'static'],
  ['dynamic', 'criteria'],
  ['all', undefined],
] as const);
const columns = new Map<string, (group: ResourceGroup) => readonly string[]>([
  ['all', (group) => [group.name, group.description, group.ownerName]],
  ['resourcegroupname', (group) => [group.name]],
  ['resourcegroupdescription', (group) => [group.description]],
  ['ownerid', (group) => [group.ownerName]],
]);

function whole(ask: Ask, otherwise: number, ...keys: readonly string[]): number {
  const text = spelled(ask, ...keys)?.trim();
  if (text === undefined || text === '') return otherwise;
  if (!/^\d{1,7}$/.test(text))
    throw new Problem('input-invalid', { detail: `${keys[0] ?? ''} must be a whole number.` });
  return Number(text);
}

/** The groups that the asker may see, in the order of their ids. Keys are in camel case here, as in the reply. */
async function list(ask: Ask): Promise<Outcome> {
  const start = whole(ask, 0, 'startIndex', 'STARTINDEX');
  const count = whole(ask, Number.POSITIVE_INFINITY, 'limit', 'LIMIT');
  const wanted = (spelled(ask, 'searchType', 'SEARCHTYPE') ?? 'all').trim().toLowerCase();
  const asked = [...kinds].find(([name]) => name === wanted);
  if (!asked) throw new Problem('input-invalid', { detail: 'searchType must be static, dynamic or all.' });
  const kind = asked[1];
  const texts = columns.get((spelled(ask, 'searchColumn', 'SEARCHCOLUMN') ?? 'all').trim().toLowerCase());
  if (!texts) throw new Problem('input-invalid', { detail: 'searchColumn names no column.' });
  const text = (spelled(ask, 'searchValue', 'SEARCHVALUE') ?? '').trim().toLowerCase();
  const read: Read<ResourceGroup> = (at) =>
    ask.invoke(listResourceGroups, { sort: 'number', ...(kind === undefined ? {} : { kind }), ...at });
  const found =
    text === ''
      ? await rows(read, start, count)
      : await fitting(read, (group) => texts(group).some((part) => part.toLowerCase().includes(text)), start, count);
  return {
    message: 'Resource groups fetched successfully',
    details: found.items.map((group) => ({
      resourceGroupId: String(group.number),
      resourceGroupName: group.name,
      resourceGroupDescription: group.description,
      resourceGroupType: group.kind === 'static' ? 'static' : 'dynamic',
      ownerName: group.ownerName,
      noOfResources: String(group.members),
    })),
    totalRows: found.total,
  };
}

/** Takes resources into a group by hand. Those that are in it already stay. */
async function associate(ask: Ask): Promise<Outcome> {
  const group = await groupNumbered(ask, ask.part('gid'));
  const ids = idsUnder(ask.details, 'RESOURCEIDS');
  if (ids.length === 0) throw new Problem('input-invalid', { detail: 'RESOURCEIDS is missing.' });
  const add = [];
  for (const id of ids) add.push((await resourceById(ask, id)).id);
  await ask.invoke(changeGroupMembers, { groupId: group.id, add });
  return { message: 'Resources associated to the resource group successfully' };
}

/** The groups of a resource that the asker may see. One object, as the field's client reads it. */
async function ofResource(ask: Ask): Promise<Outcome> {
  const resource = await resourceById(ask, ask.part('rid'));
  const read: Read<ResourceGroup> = (at) =>
    ask.invoke(listResourceGroups, { resourceId: resource.id, sort: 'number', ...at });
  const { items, total } = await rows(read);
  return {
    message: 'Associated groups fetched successfully',
    details: {
      'ASSOCIATED GROUPS': items.map((group) => ({ 'GROUP ID': String(group.number), 'GROUP NAME': group.name })),
    },
    totalRows: total,
  };
}

/** A row of the tree of groups, for the second API. */
const node = (group: ResourceGroup, parents: ReadonlySet<string>): Record<string, string> => ({
  'GROUP NAME': group.name,
  'GROUP ID': String(group.number),
  'GROUP OWNERID': group.ownerId,
  ISSUBGROUPAVAILABLE: parents.has(group.id) ? 'true' : 'false',
  ISNODENAME: 'false',
});

/** One level of the tree: the groups right below the one that GROUPID names, or those at the top. GROUPOWNERID narrows to an owner's. */
export async function level(ask: Ask): Promise<Outcome> {
  const below = spelled(ask, 'GROUPID');
  const owner = spelled(ask, 'GROUPOWNERID')?.trim();
  const parent = below === undefined || below.trim() === '-1' ? null : (await groupNumbered(ask, below)).id;
  const read: Read<ResourceGroup> = (at) => ask.invoke(listResourceGroups, { sort: 'number', ...at });
  const { items } = await rows(read);
  const parents = new Set(items.flatMap((group) => (group.parentId === null ? [] : [group.parentId as string])));
  const fits = items.filter((group) => group.parentId === parent && (owner === undefined || group.ownerId === owner));
  return {
    message: 'Resource groups fetched successfully',
    details: fits.map((group) => node(group, parents)),
    totalRows: fits.length,
  };
}

export const groupOperations: readonly Operation[] = [
  { method: 'GET', path: 'resourcegroup', name: 'GET RESOURCE GROUPS', run: list },
  {
    method: 'POST',
    path: 'resourcegroup/:gid/associateResources',
    name: 'ASSOCIATE RESOURCES',
    says: { 'not-found': 'No such resource group or resource found' },
    run: associate,
  },
  {
    method: 'GET',
    path: 'resources/:rid/associatedGroups',
    name: 'GET ASSOCIATED GROUPS',
    says: { 'not-found': 'No such resource found' },
    run: ofResource,
  },
];
