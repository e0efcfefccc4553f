import { listAccounts, listResources, type Account } from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import { anywhere, fitting, pagesOf, range, rows, type Ask, type Read, type ResourceRow } from './ask.ts';

const columns = new Map<string, readonly (keyof ResourceRow)[]>([
  ['ALL', ['name', 'type', 'dnsName', 'description', 'department', 'location', 'domain', 'url']],
  ['RESOURCE_TYPE', ['type']],
  ['RESOURCENAME', ['name']],
  ['RESOURCEDESC', ['description']],
  ['IPADDRESS', ['dnsName']],
  ['DEPARTMENT', ['department']],
  ['LOCATION', ['location']],
  ['DOMAINNAME', ['domain']],
  ['RESOURCEURL', ['url']],
]);
const typesOfView = new Map<string, readonly string[]>([
  ['LINUXSSHPASSWORD', ['Linux']],
  ['WINDOWSRDPPASSWORD', ['Windows', 'Windows Domain']],
]);

/** What a list is narrowed to; undefined when it is not. */
async function narrowing(ask: Ask): Promise<((row: ResourceRow) => boolean) | undefined> {
  const tests: ((row: ResourceRow) => boolean)[] = [];
  const ofAccounts = async (
    view: 'all' | 'favourite' | 'recent',
    fits: (account: Account) => boolean,
  ): Promise<void> => {
    const numbers = new Set<number>();
    for await (const { items } of pagesOf((at) => ask.invoke(listAccounts, { view, ...at })))
      for (const account of items) if (fits(account)) numbers.add(account.resourceNumber);
    tests.push((row) => numbers.has(row.number));
  };
  const view = (anywhere(ask, 'VIEWTYPE') ?? 'ALLMYPASSWORD').trim().toUpperCase();
  const types = typesOfView.get(view);
  if (types) tests.push((row) => types.includes(row.type));
  else if (view === 'FAVOURITEPASSWORD') await ofAccounts('favourite', () => true);
  else if (view === 'RECENTLYACCESSEDPASSWORD') await ofAccounts('recent', () => true);
  else if (view !== 'ALLMYPASSWORD') throw new Problem('input-invalid', { detail: 'VIEWTYPE names no view.' });

  const text = anywhere(ask, 'SEARCHVALUE')?.trim().toLowerCase() ?? '';
  if (text !== '') {
    const column = (anywhere(ask, 'SEARCHCOLUMN') ?? 'ALL').trim().toUpperCase();
    const byAccount = (anywhere(ask, 'SEARCHTYPE') ?? 'RESOURCE').trim().toUpperCase() === 'ACCOUNT';
    const searched = columns.get(column);
    if (column === 'LOGINNAME' || (byAccount && column === 'ALL'))
      await ofAccounts('all', (account) => account.username.toLowerCase().includes(text));
    else if (searched) tests.push((row) => searched.some((key) => String(row[key]).toLowerCase().includes(text)));
    else throw new Problem('input-invalid', { detail: 'SEARCHCOLUMN names no column.' });
  }
  return tests.length === 0 ? undefined : (row) => tests.every((test) => test(row));
}

/**
 * The resources that the asker may see, in the order of their ids, narrowed as VIEWTYPE and the SEARCH keys say. `total` counts all that fit; STARTINDEX and LIMIT cut.
 * Throws `input-invalid` for a view or a column that does not exist.
 */
export async function listed(ask: Ask): Promise<{ items: ResourceRow[]; total: number }> {
  const { start, count } = range(ask);
  const read: Read<ResourceRow> = (at) => ask.invoke(listResources, { sort: 'number', ...at });
  const fits = await narrowing(ask);
  return fits ? fitting(read, fits, start, count) : rows(read, start, count);
}
