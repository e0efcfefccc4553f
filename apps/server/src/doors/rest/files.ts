import { listFields } from '@strongroom/contract';
import type { StreamReply } from '../../authorise/index.ts';
import { Problem } from '../../platform/problem.ts';
import { accountById, anywhere, why, type Ask, type Operation } from './ask.ts';

/** The id of a file field by the name that people know it under, in any case. Throws `not-found`. */
async function fieldNamed(ask: Ask, belongsTo: 'account' | 'resource', name: string): Promise<string> {
  const { items } = await ask.invoke(listFields, { belongsTo });
  const found = items.find((field) => field.kind === 'file' && field.name.toLowerCase() === name.trim().toLowerCase());
  if (!found) throw new Problem('not-found', { detail: 'CUSTOMFIELDLABEL names no file field.' });
  return found.id;
}

/** The file of an account; with ISCUSTOMFIELD the one in a field of it, or of its resource. */
async function download(ask: Ask): Promise<StreamReply> {
  const account = await accountById(ask, ask.part('rid'), ask.part('aid'));
  if (anywhere(ask, 'ISCUSTOMFIELD')?.trim().toLowerCase() !== 'true')
    return ask.open('account.download-file', { accountId: account.id }, why(ask));
  const name = anywhere(ask, 'CUSTOMFIELDLABEL');
  if (name === undefined) throw new Problem('input-invalid', { detail: 'CUSTOMFIELDLABEL is missing.' });
  if ((anywhere(ask, 'CUSTOMFIELDTYPE') ?? 'ACCOUNT').trim().toUpperCase() === 'RESOURCE') {
    const fieldId = await fieldNamed(ask, 'resource', name);
    return ask.open('resource.download-file', { resourceId: account.resourceId, fieldId }, why(ask));
  }
  const fieldId = await fieldNamed(ask, 'account', name);
  return ask.open('account.download-field', { accountId: account.id, fieldId }, why(ask));
}

export const fileOperations: readonly Operation[] = [
  {
    // The one answer that is no envelope: the bytes of the file, where all goes well.
    method: 'GET',
    path: 'resources/:rid/accounts/:aid/downloadfile',
    name: 'DOWNLOAD FILE',
    says: { 'not-found': 'No such account found' },
    run: download,
  },
];
