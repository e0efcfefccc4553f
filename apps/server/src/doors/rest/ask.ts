import type { Account, Call, Policy, Resource } from '@strongroom/contract';
import { listAccounts, listPolicies, listResources, readAccount, Reason } from '@strongroom/contract';
import type { z } from 'zod';
import type { StreamReply } from '../../authorise/index.ts';
import { Problem } from '../../platform/problem.ts';
import type { Outcome, Sayings } from './envelope.ts';
import { given, type Details } from './input-data.ts';

/** What the asker is asked for before a password is opened; and, last, for which a ticketing system wants a ticket too: to request one. */
export interface PasswordRules {
  readonly reasonToReveal: boolean;
  readonly ticketToReveal: boolean;
  readonly ticketToRequest: boolean;
}

/** One request, as the operations see it. */
export interface Ask {
  /** Makes one of our own calls as the asker. Throws Problem. */
  invoke<I extends z.ZodType, R extends z.ZodType>(call: Call<string, I, R>, input: z.input<I>): Promise<z.output<R>>;
  rules(): Promise<PasswordRules>;
  /** The id of the account with this number; of one that nobody sees when there is none. Whoever uses it has it decided whether the asker sees it. */
  accountId(number: number, resourceNumber?: number): Promise<string>;
  /** Opens a stored file as the asker. Throws Problem. */
  open(action: FileAction, params: Readonly<Record<string, string>>, why: Why): Promise<StreamReply>;
  /** A part of the path by its name, decoded; empty for a name that the path has not. */
  part(name: string): string;
  readonly details: Details;
  /** Parameters of the query by name in upper case. */
  readonly params: ReadonlyMap<string, string>;
  /** True once nobody waits for the answer. */
  gone(): boolean;
  /** How long a change on a target is waited for. */
  readonly remoteWaitMs: number;
}

/** The calls that open files. */
export type FileAction = 'account.download-file' | 'account.download-field' | 'resource.download-file';
interface Why {
  readonly reason?: string;
  readonly ticket?: string;
}

/** One operation of the reference's API. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the door, with `:name` for a part that varies. */
  readonly path: string;
  /** What the reply calls it. */
  readonly name: string;
  readonly says?: Sayings;
  /** Gives what goes into the envelope, or a file that goes out as it is. */
  run(ask: Ask): Promise<Outcome | StreamReply>;
}

/** A row of our resource list. */
export type ResourceRow = Omit<Resource, 'reset' | 'hostKeys'>;

/** A number as ids are written here; undefined for anything that cannot be one. */
const idOf = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

/** The resource with this id. Throws `not-found`. */
export async function resourceById(ask: Ask, id: string): Promise<ResourceRow> {
  const number = idOf(id);
  const found = number === undefined ? undefined : (await ask.invoke(listResources, { number, limit: 1 })).items[0];
  if (!found) throw new Problem('not-found');
  return found;
}

/** The account with this id on the resource with that one. Throws `not-found`. */
export async function accountById(ask: Ask, resourceId: string, id: string): Promise<Account> {
  const number = idOf(id);
  const found = number === undefined ? undefined : (await ask.invoke(listAccounts, { number, limit: 1 })).items[0];
  if (!found || found.resourceNumber !== idOf(resourceId)) throw new Problem('not-found');
  return found;
}

/** An account by its id of ours, whether or not the asker sees it; and the account itself, which throws `not-found` where they do not. */
export interface Numbered {
  readonly accountId: string;
  read(): Promise<Account>;
}

/** The account with this id on the resource with that one, without reading it: for calls that decide for themselves. Throws `not-found`. */
export async function accountOfNumbers(ask: Ask, resourceId: string, id: string): Promise<Numbered> {
  const [resource, account] = [idOf(resourceId), idOf(id)];
  if (resource === undefined || account === undefined) throw new Problem('not-found');
  return accountNumberedOn(ask, account, resource);
}

/** The same, whatever resource it is on where none is given. */
export async function accountNumberedOn(ask: Ask, number: number, resource?: number): Promise<Numbered> {
  const accountId = await ask.accountId(number, resource);
  return { accountId, read: () => ask.invoke(readAccount, { accountId }) };
}

/** The resource of this name, in any case. Throws `not-found`. */
export async function resourceByName(ask: Ask, name: string): Promise<ResourceRow> {
  const found =
    name.trim() === '' || name.length > 120
      ? undefined
      : (await ask.invoke(listResources, { name: name.trim(), limit: 1 })).items[0];
  if (!found) throw new Problem('not-found');
  return found;
}

/** The account of exactly this log-in name on a resource. Throws `not-found`. */
export async function accountByName(ask: Ask, resource: ResourceRow, name: string): Promise<Account> {
  const found =
    name === '' || name.length > 255
      ? undefined
      : (await ask.invoke(listAccounts, { resourceId: resource.id, username: name, limit: 1 })).items[0];
  if (!found) throw new Problem('not-found');
  return found;
}

/** Most rows of one of our pages, and the furthest that our lists jump: beyond it they go on by cursor only. */
const page = 500;
const furthestJump = 10_000;

interface Part<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly totalIs: 'exact' | 'at-least';
  readonly nextCursor: string | null;
}
/** One of our lists, as a page of it is asked for. */
export type Read<T> = (at: { offset: number; limit: number } | { cursor: string; limit: number }) => Promise<Part<T>>;

/** A list of ours from row `offset` (at most 10,000) on, page by page: no more than one page is held. */
export async function* pagesOf<T>(read: Read<T>, offset = 0, limit = page): AsyncGenerator<Part<T>, void> {
  let found = await read({ offset, limit });
  for (;;) {
    yield found;
    if (found.nextCursor === null) return;
    found = await read({ cursor: found.nextCursor, limit });
  }
}

/**
 * Rows `start` to `start + count` of a list of ours, however far in they are. `total` counts all that match up to 10,000; of more it says those that are known to
 * be there, which is more than `start + count` for as long as there are more: a client that reads on while there are more reads them all.
 */
export async function rows<T>(
  read: Read<T>,
  start = 0,
  count = Number.POSITIVE_INFINITY,
): Promise<{ items: T[]; total: number }> {
  const items: T[] = [];
  let place = Math.min(start, furthestJump);
  let total = 0;
  for await (const found of pagesOf(read, place, Math.max(1, Math.min(page, start - place + count)))) {
    items.push(...found.items.slice(Math.max(0, start - place), Math.max(0, start - place) + count - items.length));
    place += found.items.length;
    const known = found.nextCursor === null ? place : place + 1;
    total = found.totalIs === 'exact' ? found.total : Math.max(found.total, known);
    if (items.length >= count && place >= start) break;
  }
  return { items, total };
}

/** Rows `start` to `start + count` of those of a list of ours that fit. `total` counts all of them. */
export async function fitting<T>(
  read: Read<T>,
  fits: (row: T) => boolean,
  start: number,
  count: number,
): Promise<{ items: T[]; total: number }> {
  const items: T[] = [];
  let total = 0;
  for await (const found of pagesOf(read))
    for (const row of found.items.filter(fits)) {
      if (total >= start && items.length < count) items.push(row);
      total++;
    }
  return { items, total };
}

/** The password policies of the organisation. */
export const policies = async (ask: Ask): Promise<readonly Policy[]> => (await ask.invoke(listPolicies, {})).items;

/** The id of the policy that a key names, in any case; undefined when none is given. Throws `input-invalid` for one that does not exist. */
export async function policyId(ask: Ask, details: Details, key: string): Promise<string | undefined> {
  const name = given(details, key);
  if (name === undefined) return undefined;
  const found = (await policies(ask)).find((policy) => policy.name.toLowerCase() === name.trim().toLowerCase());
  if (!found) throw new Problem('input-invalid', { detail: `${key} names no password policy.` });
  return found.id;
}

/** A value that may come in the Details or as a parameter of the query; undefined when it is in neither. */
export const anywhere = (ask: Ask, key: string): string | undefined =>
  given(ask.details, key) ?? (ask.params.get(key) || undefined);

/**
 * Reason and ticket, as our own calls take them. Some clients send a letter or a dash with everything: what is too short for a reason here counts as none, so
 * that it is refused where a reason is asked for and nowhere else.
 */
export function why(ask: Ask): Why {
  const text = anywhere(ask, 'REASON')?.trim();
  const reason = text === undefined || text.length < (Reason.minLength ?? 0) ? undefined : text;
  const ticket = anywhere(ask, 'TICKETID');
  return { ...(reason === undefined ? {} : { reason }), ...(ticket === undefined ? {} : { ticket }) };
}

/** `STARTINDEX` (from 0) and `LIMIT` (all) of a list. Throws `input-invalid` for what is no number. */
export function range(ask: Ask): { start: number; count: number } {
  const read = (key: string, otherwise: number): number => {
    const text = anywhere(ask, key)?.trim();
    if (text === undefined || text === '') return otherwise;
    if (!/^\d{1,7}$/.test(text)) throw new Problem('input-invalid', { detail: `${key} must be a whole number.` });
    return Number(text);
  };
  return { start: read('STARTINDEX', 0), count: read('LIMIT', Number.POSITIVE_INFINITY) };
}

const off = new Set(['', 'false', 'no', '0', 'n/a', 'na', 'none', 'null', 'disable', 'disabled']);

/**
 * Refuses what the product cannot do, by name, where a client asks for it: a recording or a group that is silently left out would be believed to be there.
 * Switched off or left empty it is what the product does anyway. Throws `input-invalid`.
 */
export function refuseUnavailable(details: Details, unavailable: readonly string[]): void {
  for (const key of unavailable) {
    const value = details[key] ?? '';
    const asked =
      typeof value === 'string' ? !off.has(value.trim().toLowerCase()) : !Array.isArray(value) || value.length > 0;
    if (asked) throw new Problem('input-invalid', { detail: `${key} is not available in this product.` });
  }
}
