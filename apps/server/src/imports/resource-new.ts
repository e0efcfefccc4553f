import type { ImportMapping, ImportOptions } from '@strongroom/contract';
import { draw, requirePolicyKept } from '../passwords/index.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';
import type { AccountToMake, DriverCatalogue, ResetToSet, ResourceToMake } from '../resource/index.ts';
import { skip, type Planned } from './line.ts';
import { accountKey, type ResourceThere, type Terms } from './resource-known.ts';
import type { Wanted } from './resource-merge.ts';
import { newReset } from './resource-reset.ts';

/** A new account, with its resource where that is new too, and where the resource belongs. */
export interface NewPair {
  readonly resource: ResourceToMake | undefined;
  readonly account: AccountToMake;
  readonly resourceName: string;
  /** How the resource is logged in to, where this line is the first of it that says so. */
  readonly reset: ResetToSet | undefined;
  readonly tags: readonly string[];
  /** Names of static groups of the importer; made where there is none. */
  readonly groups: readonly string[];
}

/** A resource that this import made, or would have. */
interface Made {
  readonly id: string;
  readonly type: string;
  readonly policyId: string | null;
  /** It has reset settings. */
  reset: boolean;
  /** Whether an account of this log-in name is there. */
  has(username: string): boolean;
}

/** What this import has made so far, or, in a check, would have: lines of the same resource add accounts to it. */
export interface Book {
  /** Resources by folded name. */
  readonly resources: Map<string, Made>;
  readonly accounts: Set<string>;
  /** Ids of resources that it made and that are in the database. */
  readonly made: Set<string>;
}
export const emptyBook = (): Book => ({ resources: new Map(), accounts: new Set(), made: new Set() });

export interface ResourceImport {
  readonly mapping: ImportMapping;
  readonly options: ImportOptions;
  readonly catalogue: DriverCatalogue;
}

/** A resource of the database as the book has it: lines of one batch learn from those before them. */
export function bookOf(book: Book, key: string, there: ResourceThere, inDatabase: Made['has']): Made {
  const made = book.resources.get(key) ?? {
    id: there.id,
    type: there.type,
    policyId: there.values['policyId'] ?? there.policyOfGroups,
    reset: there.reset !== null,
    has: (username: string) => book.accounts.has(accountKey(there.id, username)) || inDatabase(username),
  };
  book.resources.set(key, made);
  return made;
}

/** A resource that is not there, with the account of the line. Throws what is wrong with it. */
export function planNew(
  wanted: Wanted,
  how: ResourceImport,
  book: Book,
  key: string,
  terms: Terms,
  name: string,
): Planned<NewPair> {
  const made = book.resources.get(key);
  if (made) return planAccount(wanted, how, book, made, undefined, terms, name);
  const type = terms.types(wanted.resource.type);
  if (!type) throw new Problem('input-invalid', { errors: [{ path: 'type', message: 'is not a resource type' }] });
  const resource: ResourceToMake = {
    ...wanted.resource,
    id: newId(),
    type: type.name,
    policyId: wanted.policyId,
    fields: terms.readers.resource(wanted.resourceFields, { path: 'field', creating: true }),
  };
  const on: Made = {
    id: resource.id,
    type: type.name,
    policyId: resource.policyId ?? strictestOf(wanted.groups, terms),
    reset: false,
    has: (username) => book.accounts.has(accountKey(resource.id, username)),
  };
  const planned = planAccount(wanted, how, book, on, resource, terms, name);
  book.resources.set(key, on);
  return planned;
}

/** The policy hardest to keep of those that static groups have, as the database orders them; null for none. */
function strictestOf(groups: readonly string[], terms: Terms): string | null {
  const ids = groups.map((name) => terms.group(name)?.policyId ?? null);
  const found = terms.policies.filter((policy) => ids.includes(policy.id));
  const rank = (policy: Terms['policies'][number]): number[] => [
    policy.minLength,
    policy.digits + policy.specials,
    Number(policy.mixedCase),
    -Number(policy.loginNameAllowed),
    policy.historyDepth,
  ];
  const [first] = found.sort((a, b) => {
    const [one, other] = [rank(a), rank(b)];
    const differs = one.findIndex((value, i) => value !== other[i]);
    return differs < 0 ? (a.id < b.id ? -1 : 1) : (other[differs] ?? 0) - (one[differs] ?? 0);
  });
  return first?.id ?? null;
}

/** Throws what is wrong with the account. Puts it into the book when nothing is. */
export function planAccount(
  wanted: Wanted,
  how: ResourceImport,
  book: Book,
  on: Made,
  resource: ResourceToMake | undefined,
  terms: Terms,
  name: string,
): Planned<NewPair> {
  const { account, line } = wanted;
  const key = accountKey(on.id, account.username);
  if (book.accounts.has(key)) return skip(line, name, 'twice', 'The file has this account before.');
  const type = terms.types(on.type);
  if (type?.holdsFiles)
    throw new Problem('not-that-state', {
      detail: 'Accounts of this type hold files, which no table has. Add it by hand.',
    });
  const policyId = wanted.accountPolicyId ?? on.policyId;
  const policy = terms.policies.find((one) => one.id === policyId) ?? terms.policies.find((one) => one.isDefault);
  if (!policy) throw new Error('the organisation has no default policy');
  const limits = type?.driver ? how.catalogue.limitsOf(type.driver, type.script) : undefined;
  const password =
    account.password === undefined ? draw(policy, account.username, limits) : new Secret(account.password);
  if (account.password !== undefined && terms.policyOnCreation)
    requirePolicyKept(policy, password, account.username, undefined);
  const fields = terms.readers.account(wanted.accountFields, { path: 'field', creating: true });
  const isThere = (username: string): boolean => username === account.username || on.has(username);
  // Read also where an earlier line has set them: what is wrong is said, whatever the order of the lines.
  const reset = wanted.reset && type ? newReset(how.catalogue, type, on.id, wanted.reset, isThere) : undefined;
  const first = reset !== undefined && !on.reset;
  if (first) on.reset = true;
  book.accounts.add(key);
  const make: AccountToMake = {
    id: newId(),
    resourceId: on.id,
    username: account.username,
    notes: account.notes,
    policyId: wanted.accountPolicyId,
    fields,
    password,
  };
  return {
    line,
    name,
    is: 'create',
    steps: [],
    make: {
      resource,
      account: make,
      resourceName: wanted.resource.name,
      reset: first ? reset : undefined,
      tags: resource ? wanted.tags : [],
      groups: resource ? wanted.groups : [],
    },
  };
}
