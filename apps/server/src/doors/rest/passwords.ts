import { checkTicket, generatePassword, revealAccount } from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import { changeAndWait } from '../programs.ts';
import {
  accountById,
  accountOfNumbers,
  anywhere,
  policies,
  policyId,
  resourceById,
  why,
  type Ask,
  type Numbered,
  type Operation,
} from './ask.ts';
import { sentence, type Outcome } from './envelope.ts';
import { given, required } from './input-data.ts';
import { accountIdNumbered } from './names.ts';
import { placeholder, resourceObject } from './shapes.ts';

const says = { 'not-found': 'No such account found' } as const;

/**
 * Changes a password: `LOCAL` in the vault alone, `REMOTE` on the target too. The latter is asked for as an attempt and waited for, because clients take the answer for
 * the end of it; whoever hangs up is not waited for, and the attempt goes on.
 */
async function change(ask: Ask): Promise<Outcome> {
  const account = await accountById(ask, ask.part('rid'), ask.part('aid'));
  const password = required(ask.details, 'NEWPASSWORD');
  const type = (given(ask.details, 'RESETTYPE') ?? 'LOCAL').trim().toUpperCase();
  if (type !== 'LOCAL' && type !== 'REMOTE')
    throw new Problem('input-invalid', { detail: 'RESETTYPE must be LOCAL or REMOTE.' });
  const change = {
    accountId: account.id,
    password,
    where: type === 'LOCAL' ? 'local' : 'target',
    ...why(ask),
  } as const;
  const unchanged = await changeAndWait(ask.invoke, change, { waitMs: ask.remoteWaitMs, gone: ask.gone });
  return unchanged === undefined
    ? { message: 'Password changed successfully' }
    : { message: unchanged.says, failed: true };
}

/**
 * The password of an account, or the word of the workflow that stands in its place: clients look at the word, and ask or check out. Most of what
 * programs ask is this call: the account itself is read only where the word turns on it.
 */
export async function revealed(ask: Ask, { accountId, read }: Numbered): Promise<Outcome> {
  const message = 'Password fetched successfully';
  try {
    const { password } = await ask.invoke(revealAccount, { accountId, purpose: 'use', ...why(ask) });
    return { message, details: { PASSWORD: password } };
  } catch (error) {
    if (!(error instanceof Problem) || (error.code !== 'approval-required' && error.code !== 'checked-out'))
      throw error;
    return { message, details: { PASSWORD: placeholder(await read(), error.code) } };
  }
}

/** Whether a ticket would do to open a password. One that would not is a failure with the reason why, which clients show as it is. */
async function validateTicket(ask: Ask): Promise<Outcome> {
  const { accountId } = await accountIdNumbered(ask, ask.part('aid'));
  const { reason, ticket } = why(ask);
  if (ticket === undefined) throw new Problem('input-invalid', { detail: 'TICKETID is missing.' });
  const found = await ask.invoke(checkTicket, { accountId, ticket, ...(reason === undefined ? {} : { reason }) });
  return found.good
    ? { message: 'Ticket ID validated successfully' }
    : { message: found.why ?? 'The ticket does not allow this.', failed: true };
}

export const passwordOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: 'resources/:rid/accounts/:aid/password',
    name: 'GET PASSWORD',
    says,
    run: async (ask) => revealed(ask, await accountOfNumbers(ask, ask.part('rid'), ask.part('aid'))),
  },
  { method: 'PUT', path: 'resources/:rid/accounts/:aid/password', name: 'CHANGE PASSWORD', says, run: change },
  {
    // Not in the manual: plug-ins fetch a resource and an account's password in one call, each as JSON in a text.
    method: 'GET',
    path: 'resources/getResourceAccountDetails',
    name: 'GET_RESOURCEACCOUNTDETAILS',
    says,
    async run(ask) {
      const resourceId = anywhere(ask, 'RESOURCEID') ?? '';
      const account = await accountById(ask, resourceId, anywhere(ask, 'ACCOUNTID') ?? '');
      const resource = await resourceById(ask, resourceId);
      const details = await password(ask, account.id);
      return {
        message: 'Resource and account details fetched successfully',
        details: {
          RESOURCEDETAILS: JSON.stringify(resourceObject(resource, await policies(ask), await ask.rules())),
          ACCOUNTDETAILS: JSON.stringify(details),
        },
      };
    },
  },
  {
    // Not in the manual: clients in the field ask before they open something.
    method: 'GET',
    path: 'accounts/:aid/validateHelpDeskID',
    name: 'VALIDATE_HELPDESKID',
    says,
    run: validateTicket,
  },
  {
    method: 'GET',
    path: 'passwords/generate',
    name: 'GENERATE PASSWORD',
    async run(ask) {
      const wanted = anywhere(ask, 'POLICY');
      const policy =
        wanted === undefined
          ? (await policies(ask)).find((candidate) => candidate.isDefault)?.id
          : await policyId(ask, { POLICY: wanted }, 'POLICY');
      if (policy === undefined) throw new Problem('input-invalid', { detail: 'POLICY is missing.' });
      const { passwords } = await ask.invoke(generatePassword, { policyId: policy });
      return { message: 'Password generated successfully', details: { PASSWORD: passwords[0] ?? '' } };
    },
  },
];

const refusals: readonly string[] = [
  'reason-required',
  'ticket-required',
  'ticket-refused',
  'ticket-unchecked',
  'approval-required',
  'checked-out',
  'auto-logon-only',
  'scope-missing',
  'not-your-role',
  'input-invalid',
];
/** The password, or why it may not be read: the reference puts the reason where the password would be. */
async function password(ask: Ask, accountId: string): Promise<{ PASSWORD: string } | { PASSWORD_REASON: string }> {
  try {
    return { PASSWORD: (await ask.invoke(revealAccount, { accountId, purpose: 'use', ...why(ask) })).password };
  } catch (error) {
    const refused = error instanceof Problem && refusals.includes(error.code);
    if (!refused) throw error;
    return { PASSWORD_REASON: sentence(error) };
  }
}
