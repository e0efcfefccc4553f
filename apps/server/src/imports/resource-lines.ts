import { createAccounts, createResource, type ImportMapping, type ImportOptions } from '@strongroom/contract';
import type { Row } from '@strongroom/tabular';
import type { Facts } from '../authorise/index.ts';
import { draw, requirePolicyKept } from '../passwords/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';
import { requireUrl, type AccountToMake, type DriverCatalogue, type ResourceToMake } from '../resource/index.ts';
import { cellsOf, given, parsed, skip, skipFor, unreadable, type Cells, type Planned } from './line.ts';
import { accountKey, accountsOn, readTerms, resourcesNamed, type Terms } from './resource-known.ts';
import { mergeSteps, type Wanted } from './resource-merge.ts';

const detailKeys = ['dnsName', 'description', 'department', 'location', 'domain', 'url'] as const;
const resourceShape = createResource.input.pick({
  name: true,
  type: true,
  dnsName: true,
  description: true,
  department: true,
  location: true,
  domain: true,
  url: true,
});
const accountShape = createAccounts.input.shape.accounts.element.pick({ username: true, password: true, notes: true });

/** A new account, with its resource where that is new too, and where the resource belongs. */
export interface NewPair {
  readonly resource: ResourceToMake | undefined;
  readonly account: AccountToMake;
  readonly resourceName: string;
  readonly tags: readonly string[];
  /** Names of static groups of the importer; made where there is none. */
  readonly groups: readonly string[];
}

/** What this import has made so far, or, in a check, would have: lines of the same resource add accounts to it. */
export interface Book {
  /** Resources by folded name. */
  readonly resources: Map<string, { id: string; type: string; policyId: string | null }>;
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

/**
 * Decides what is to be done for each row: made, merged or skipped, and why. Changes nothing but the book. One bad row is
 * one skip. A constant number of statements, however many rows.
 */
export async function planResources(
  db: OrganisationDb,
  facts: Facts,
  userId: string,
  how: ResourceImport,
  book: Book,
  rows: readonly Row[],
): Promise<Planned<NewPair>[]> {
  const cells = rows.map((row) => cellsOf(row, how.mapping));
  const resources = await resourcesNamed(
    db,
    facts,
    userId,
    cells.map((one) => one.get('resourceName')),
  );
  const ids = cells.flatMap((one) => resources.there(one.get('resourceName'))?.id ?? []);
  const accounts = await accountsOn(
    db,
    facts,
    userId,
    ids,
    cells.map((one) => one.get('username')),
  );
  const terms = await readTerms(db, userId);
  return rows.map((row, i) => {
    const one = cells[i] ?? cellsOf(row, how.mapping);
    const resourceName = one.get('resourceName');
    const name = nameOf(one);
    const bad = unreadable(row, name);
    if (bad) return bad;
    try {
      const wanted = readLine(one, how, terms);
      const key = resources.key(resourceName);
      const there = resources.there(resourceName);
      if (!there) return planNew(wanted, how, book, key, terms, name);
      const byUs = book.made.has(there.id);
      const account = accounts.get(accountKey(there.id, wanted.account.username));
      if (!there.managed)
        return skip(
          one.line,
          name,
          'name-taken',
          'A resource of this name is there already, and you do not manage it.',
        );
      if (byUs && account) return skip(one.line, name, 'twice', 'The file has this account before.');
      if (!byUs && !how.options.overwrite)
        return skip(one.line, name, 'exists', 'A resource of this name is there already. Overwriting is off.');
      const merge = byUs ? { steps: [] } : mergeSteps(wanted, there, terms);
      if (account) {
        if (!account.managed) return skip(one.line, name, 'not-found', 'You do not manage this account.');
        const { steps, detail } = mergeSteps(wanted, there, terms, account);
        return { line: one.line, name, is: 'merge', objectId: account.id, steps, ...(detail && { detail }) };
      }
      const made = { id: there.id, type: there.type, policyId: there.values['policyId'] ?? there.policyOfGroups };
      return {
        ...planAccount(wanted, how, book, made, undefined, terms, name),
        steps: merge.steps,
      } as Planned<NewPair>;
    } catch (error) {
      return skipFor(one.line, name, error);
    }
  });
}

const nameOf = (one: Cells): string => {
  const [username, resource] = [one.get('username').slice(0, 255), one.get('resourceName').slice(0, 120)];
  return [username, resource].filter((part) => part !== '').join(' on ');
};

/** A line's values, each checked by the rules that hold for everybody. Throws `input-invalid`. */
function readLine(one: Cells, { options }: ResourceImport, terms: Terms): Wanted {
  if (one.get('resourceName') === '') throw missing('resource name');
  if (one.get('username') === '') throw missing('account name');
  const type = one.get('type');
  const details = given(one, detailKeys);
  const resource = parsed(resourceShape, {
    name: one.get('resourceName'),
    type: type === '' ? options.type : type,
    ...details,
  });
  requireUrl(resource.url);
  const password = one.raw('password');
  const account = parsed(accountShape, {
    username: one.get('username'),
    notes: one.get('notes'),
    ...(password === '' ? {} : { password }),
  });
  const policy = policyOf(one.get('policy'), terms);
  return {
    line: one.line,
    resource,
    given: { ...details, ...(type === '' ? {} : { type }), ...(policy === null ? {} : { policyId: policy }) },
    policyId: policy ?? options.policyId,
    account,
    notesGiven: one.get('notes') !== '',
    accountPolicyId: policyOf(one.get('accountPolicy'), terms),
    resourceFields: one.fields('resource'),
    accountFields: one.fields('account'),
    tags: list(one.get('tags')).map((text) => tagOf(text, terms)),
    groups: list(one.get('groups')).map((text) => groupOf(text, terms)),
  };
}

const missing = (what: string): Problem =>
  new Problem('input-invalid', { errors: [{ path: '', message: `The ${what} is missing.` }] });
const list = (text: string): string[] => [
  ...new Set(
    text
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
];

function policyOf(name: string, terms: Terms): string | null {
  if (name === '') return null;
  const policy = terms.policyNamed(name);
  if (!policy) throw new Problem('input-invalid', { errors: [{ path: 'policy', message: 'is no password policy' }] });
  return policy.id;
}
function tagOf(text: string, terms: Terms): string {
  const id = terms.tag(text.replace(/\s*=\s*/, '='));
  if (id === undefined)
    throw new Problem('input-invalid', {
      errors: [{ path: 'tags', message: 'are not known: write name=value; of tags that exist' }],
    });
  return id;
}
function groupOf(name: string, terms: Terms): string {
  if (name.length > 120) throw new Problem('input-invalid', { errors: [{ path: 'groups', message: 'is too long' }] });
  if (terms.group(name)?.kind === 'criteria') throw new Problem('by-criteria');
  return name;
}

function planNew(
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
  const on = { id: resource.id, type: type.name, policyId: resource.policyId ?? strictestOf(wanted.groups, terms) };
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
function planAccount(
  wanted: Wanted,
  how: ResourceImport,
  book: Book,
  on: { id: string; type: string; policyId: string | null },
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
      tags: resource ? wanted.tags : [],
      groups: resource ? wanted.groups : [],
    },
  };
}
