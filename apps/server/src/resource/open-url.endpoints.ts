import { Reason, Ticket } from '@strongroom/contract';
import type { z } from 'zod';
import type { Grant, StreamEndpoint } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { newToken } from '../platform/random.ts';
import type { Vault } from '../vault/index.ts';
import { failurePage, leadingPage, sendingPage } from './opening-page.ts';
import { fillUrl, readUrl, takesPassword, type Opened } from './url.ts';

/** The URL of the grant's account with everything filled in. The trail says where it leads, and whether the password went along. */
async function openUrl(grant: Grant<'account.open-url'>, vault: Vault): Promise<Opened> {
  const row = await grant.db
    .selectFrom('account as a')
    .innerJoin('resource as r', 'r.id', 'a.resourceId')
    .leftJoin('secret as s', (join) => join.onRef('s.accountId', '=', 'a.id').on('s.state', '=', 'current'))
    .select(['a.username', 'r.name', 'r.dnsName', 'r.url', 's.sealed', 's.version', 's.fileId'])
    .where('a.id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  if (row.url === '') throw new Problem('not-that-state', { detail: 'The resource has no URL.' });
  const url = readUrl(row.url);
  const names = { resourceName: row.name, dnsName: row.dnsName, accountName: row.username };
  let password = '';
  if (takesPassword(url)) {
    if (row.sealed === null || row.version === null || row.fileId !== null)
      throw new Problem('not-that-state', { detail: 'The account holds no password.' });
    const place = { column: 'secret.sealed', rowId: grant.objectId, version: row.version } as const;
    password = (await vault.open(grant, row.sealed, place)).expose();
    grant.note({ version: row.version });
  }
  const opened = fillUrl(url, names, password);
  grant.note({ target: opened.origin, password: password === '' ? 'not sent' : 'sent' });
  return opened;
}

/**
 * Opens the URL of an account's resource in a tab of its own. A log-in name or password goes there as a form, from a page
 * that lives as long as the sending takes: neither is ever in an address, and so in no history, log or Referer.
 */
export const openUrlStream = (vault: Vault): StreamEndpoint => ({
  name: 'account.open-url',
  method: 'POST',
  path: '/accounts/:accountId/open-url',
  summary:
    'Opens the URL of the account’s resource, logging in where the URL says so. For a browser’s form; answers a page.',
  takes: 'fields',
  form: true,
  async handle({ perform, actor, params, fields }) {
    try {
      const ask = {
        actor,
        action: 'account.open-url',
        objectId: params['accountId'] ?? '',
        reason: given(Reason, fields, 'reason'),
        ticket: given(Ticket, fields, 'ticket'),
      } as const;
      const opened = await perform(ask, (grant) => openUrl(grant, vault));
      if (opened.form === null) return { type: 'text/html; charset=utf-8', ...leadingPage(opened.address) };
      const nonce = newToken();
      return { type: 'text/html; charset=utf-8', ...sendingPage({ ...opened, form: opened.form }, nonce) };
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      const says = [error.message, error.detail, ...(error.errors ?? []).map((one) => `${one.path} ${one.message}`)];
      return {
        status: error.status,
        type: 'text/html; charset=utf-8',
        ...failurePage(says.filter((text) => text !== undefined).join(' ')),
      };
    }
  },
});

/** A text of the form, or undefined where it was left empty. Throws `input-invalid`. */
function given(shape: z.ZodType<string>, fields: Readonly<Record<string, string>>, name: string): string | undefined {
  const text = fields[name];
  if (text === undefined || text.trim() === '') return undefined;
  const read = shape.safeParse(text);
  if (read.success && !read.data.includes('\0')) return read.data;
  throw new Problem('input-invalid', { errors: [{ path: name, message: 'is too short or too long' }] });
}
