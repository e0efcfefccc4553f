import { noteOfflineUse, signOut } from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import {
  accountIdNumbered,
  accountNumbered,
  anywhere,
  dateOf,
  given,
  level,
  operationNamed,
  required,
  revealed,
  type Ask,
  type Details,
  type Operation,
  type Outcome,
} from '../rest/index.ts';

/** An operation of the REST door under its name here, with the keys that stand for the varying parts of its path. */
export interface Named {
  readonly operation: Pick<Operation, 'name' | 'says' | 'run'>;
  readonly parts: Readonly<Record<string, string>>;
}
/** Of the REST door's, by the name in its reply. */
const same = (name: string, parts: Readonly<Record<string, string>> = {}): Named => ({
  operation: operationNamed(name),
  parts,
});
const ofAccount = { aid: 'PASSWDID' };
const ofRequest = { aid: 'PASSWDID', uid: 'REQUESTEDID' };
const noAccount = { 'not-found': 'No such account found' } as const;

/** What `OPERATION_NAME` may say, but for what is asked before anybody signed in and for the list of offline uses. */
export const operations: ReadonlyMap<string, Named> = new Map([
  ['GET_RESOURCES', same('GET RESOURCES')],
  ['GET_RESOURCEACCOUNTLIST', same('GET RESOURCE ACCOUNTLIST', { rid: 'RESOURCEID' })],
  ['GET_RESOURCETYPES', same('GET RESOURCE TYPES')],
  ['GET_RESOURCEGROUPS', { operation: { name: 'GET_RESOURCEGROUPS', run: level }, parts: {} }],
  [
    'GET_PASSWORD',
    {
      operation: {
        name: 'GET PASSWORD',
        says: noAccount,
        run: async (ask: Ask) => revealed(ask, await accountIdNumbered(ask, anywhere(ask, 'PASSWDID') ?? '')),
      },
      parts: {},
    },
  ],
  ['REQUEST_PASSWORD', same('REQUEST_PASSWORD', ofAccount)],
  ['REQUEST_CHECKOUT', same('REQUEST_CHECKOUT', ofAccount)],
  ['REQUEST_CHECKIN', same('REQUEST_CHECKIN', ofAccount)],
  ['GET_PASSWORDREQUEST', same('GET_PASSWORDREQUEST')],
  ['ADMIN_REQUEST_APPROVE', same('ADMIN_REQUEST_APPROVE', ofRequest)],
  ['ADMIN_REQUEST_REJECT', same('ADMIN_REQUEST_REJECT', ofRequest)],
  ['ADMIN_REQUEST_CHECKIN', same('ADMIN_REQUEST_CHECKIN', ofRequest)],
  [
    'LOGOUT_USER',
    {
      operation: {
        name: 'LOGOUT_USER',
        run: async (ask: Ask) => {
          await ask.invoke(signOut, {});
          return { message: 'Logged out successfully' };
        },
      },
      parts: {},
    },
  ],
]);

/** When a client says it was: the milliseconds of its clock, or a date. Throws `input-invalid`. */
function toldTime(row: Details): Date {
  const text = required(row, 'TIME').trim();
  return /^\d{12,14}$/.test(text) ? new Date(Number(text)) : dateOf(text, 'TIME');
}

/**
 * Takes down what a client says that was done with passwords while it was offline. Each becomes an event of its own that says so: nobody here saw it. Those that
 * cannot be taken down are counted in the reply, and the others are.
 */
export async function addOfflineAudit(ask: Ask, told: readonly Details[]): Promise<Outcome> {
  if (told.length === 0)
    throw new Problem('input-invalid', { detail: 'Details must be a list with an entry for each use.' });
  if (told.length > 500) throw new Problem('input-invalid', { detail: 'Details takes at most 500 entries.' });
  let taken = 0;
  for (const row of told) {
    try {
      const account = await accountNumbered(ask, given(row, 'PASSWDID') ?? given(row, 'ACCOUNTID') ?? '');
      const reason = given(row, 'REASON');
      await ask.invoke(noteOfflineUse, {
        accountId: account.id,
        what: given(row, 'OPERATIONTYPE') ?? 'Password retrieved',
        at: toldTime(row).toISOString(),
        ...(reason === undefined ? {} : { reason }),
      });
      taken++;
    } catch (error) {
      if (!(error instanceof Problem) || !['not-found', 'input-invalid'].includes(error.code)) throw error;
    }
  }
  const left = told.length - taken;
  if (left === 0) return { message: 'Offline audit added successfully' };
  return { message: `${left} of ${told.length} entries name no account or no time and were left out`, failed: true };
}
