import {
  listAccounts,
  listPrincipals,
  listResourceGroups,
  listUsers,
  type Account,
  type Recipient,
  type ResourceGroup,
  type User,
} from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import { accountNumberedOn, fitting, type Ask, type Numbered, type Read } from './ask.ts';
import { given, type Details } from './input-data.ts';

/** An id as this API writes them: a small number. Undefined for anything that cannot be one. */
export const numberOf = (text: string): number | undefined =>
  /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : undefined;

/** The number that an id is. Throws `not-found` for what cannot be one: it names nothing. */
function numbered(id: string): number {
  const number = numberOf(id);
  if (number === undefined) throw new Problem('not-found');
  return number;
}
function one<T>(items: readonly T[]): T {
  const [found] = items;
  if (found === undefined) throw new Problem('not-found');
  return found;
}

/** The account with this id, whatever resource it is on. Throws `not-found`. */
export const accountNumbered = async (ask: Ask, id: string): Promise<Account> =>
  one((await ask.invoke(listAccounts, { number: numbered(id), limit: 1 })).items);

/** The same without reading it: for calls that decide for themselves. */
export const accountIdNumbered = (ask: Ask, id: string): Promise<Numbered> => accountNumberedOn(ask, numbered(id));

/** The resource group with this id. Throws `not-found`. */
export const groupNumbered = async (ask: Ask, id: string): Promise<ResourceGroup> =>
  one((await ask.invoke(listResourceGroups, { number: numbered(id), limit: 1 })).items);

/** The static group of this name, in any case, that the asker may add to; undefined for none. Throws `input-invalid` for several. */
export async function staticGroupNamed(ask: Ask, name: string): Promise<ResourceGroup | undefined> {
  const read: Read<ResourceGroup> = (at) => ask.invoke(listResourceGroups, { kind: 'static', sort: 'number', ...at });
  const wanted = name.trim().toLowerCase();
  const fits = (group: ResourceGroup): boolean =>
    group.name.toLowerCase() === wanted && group.can.includes('resource-group.change-members');
  const { items, total } = await fitting(read, fits, 0, 1);
  if (total > 1) throw new Problem('input-invalid', { detail: 'RESOURCEGROUPNAME names several resource groups.' });
  return items[0];
}

/** The user with this id, for whoever manages users. Throws `not-found`. */
export const userNumbered = async (ask: Ask, id: string): Promise<User> =>
  one((await ask.invoke(listUsers, { number: numbered(id), limit: 1 })).items);

/** The user of this log-in name, in any case, for whoever manages users. Throws `not-found`. */
export const userNamed = async (ask: Ask, username: string): Promise<User> =>
  one((await ask.invoke(listUsers, { username: some(username), limit: 1 })).items);

/** A name that may be looked for. Throws `not-found` for none, and for one that is too long to be one. */
function some(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > 200) throw new Problem('not-found');
  return trimmed;
}

type Kind = Recipient['kind'];
/** The id, as a number, of a user or user group by its name, for whoever may share with it. Throws `not-found`. */
export const principalNumber = async (ask: Ask, kind: Kind, name: string): Promise<number> =>
  one((await ask.invoke(listPrincipals, { kind, exactly: some(name) })).items).number;

/** Whom something is to be shared with, by the number. Throws `not-found`. */
export async function recipient(ask: Ask, kind: Kind, id: string): Promise<Recipient> {
  const found = one((await ask.invoke(listPrincipals, { kind, number: numbered(id) })).items);
  return { kind, id: found.id } as Recipient;
}

/** The ids under a key: a list of them, one alone, or several with commas between. Throws `input-invalid`. */
export function idsUnder(details: Details, key: string): readonly string[] {
  const value = details[key];
  const list = Array.isArray(value) ? (value as readonly unknown[]) : (given(details, key) ?? '').split(',');
  if (!list.every((id) => typeof id === 'string'))
    throw new Problem('input-invalid', { detail: `${key} must be a list of ids.` });
  const ids = [...new Set(list.map((id) => id.trim()).filter((id) => id !== ''))];
  if (ids.length > 500) throw new Problem('input-invalid', { detail: `${key} takes at most 500 ids.` });
  return ids;
}

/** Yes or no under a key; undefined when it is not given. Throws `input-invalid` for any other word. */
export function flagUnder(details: Details, key: string): boolean | undefined {
  const word = given(details, key)?.trim().toLowerCase();
  if (word === undefined || word === '') return undefined;
  if (['true', 'yes', '1', 'enable', 'enabled'].includes(word)) return true;
  if (['false', 'no', '0', 'disable', 'disabled'].includes(word)) return false;
  throw new Problem('input-invalid', { detail: `${key} must be true or false.` });
}

/** A value under any of these spellings, in the Details or as a parameter of the query. */
export function spelled(ask: Ask, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = given(ask.details, key) ?? (ask.params.get(key.toUpperCase()) || undefined);
    if (value !== undefined) return value;
  }
  return undefined;
}
