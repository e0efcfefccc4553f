import { createAccounts, createResource } from '@strongroom/contract';
import type { Row } from '@strongroom/tabular';
import type { Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { requireUrl } from '../resource/index.ts';
import { cellsOf, given, parsed, skip, skipFor, unreadable, type Cells, type Planned } from './line.ts';
import { accountKey, accountsOn, readTerms, resourcesNamed, type Terms } from './resource-known.ts';
import { mergeSteps, type Wanted } from './resource-merge.ts';
import { bookOf, planAccount, planNew, type Book, type NewPair, type ResourceImport } from './resource-new.ts';

const detailKeys = ['dnsName', 'description', 'department', 'location', 'domain', 'url'] as const;
/** Cells that name an account of the line's resource. */
const accountKeys = ['username', 'reset.adminUsername', 'reset.elevationUsername'] as const;
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
    cells.flatMap((one) => accountKeys.map((key) => one.get(key))),
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
      const idOf = (username: string): string | undefined => accounts.get(accountKey(there.id, username))?.id;
      const help = { catalogue: how.catalogue, idOf };
      const merge = byUs ? { steps: [] } : mergeSteps(wanted, there, terms, help);
      if (account) {
        if (!account.managed) return skip(one.line, name, 'not-found', 'You do not manage this account.');
        const { steps, detail } = mergeSteps(wanted, there, terms, help, account);
        return { line: one.line, name, is: 'merge', objectId: account.id, steps, ...(detail && { detail }) };
      }
      const made = bookOf(book, key, there, (username) => idOf(username) !== undefined);
      const planned = planAccount(
        byUs ? wanted : { ...wanted, reset: undefined },
        how,
        book,
        made,
        undefined,
        terms,
        name,
      );
      return planned.is === 'create' ? { ...planned, ...merge } : planned;
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
    reset: one.reset(),
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
