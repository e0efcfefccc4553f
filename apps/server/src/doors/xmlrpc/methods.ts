import { createResource, generatePassword, readAccount, revealAccount } from '@strongroom/contract';
import { accountNamed, changeAndWait, type Invoke, type Patience } from '../programs.ts';
import { Problem } from '../../platform/problem.ts';
import { Fault, faults, isXmlText, type MethodCall, type Struct, type Value } from './values.ts';

/** How a call of a method ended: 0 when it is done, else 1 with why. */
export interface Result extends Struct {
  readonly resultCode: 0 | 1;
  readonly message: string;
}

const success = 'SUCCESS';
const done = (more: Struct = {}): Result => ({ resultCode: 0, message: success, ...more });
export const failed = (message: string): Result => ({ resultCode: 1, message });

/** What a method was given, by name. Texts only, empty where left out, but for the one truth. */
interface Given {
  readonly resourceName: string;
  readonly accountName: string;
  readonly resourceType: string;
  readonly newPassword: string;
  readonly notes: string;
  readonly reason: string;
  readonly ticketId: string;
  readonly updateRemote: boolean;
}
type Name = keyof Given;
type Run = (given: Given, invoke: Invoke, patience: Patience) => Promise<Result>;
interface Method {
  /** What the positions mean, by how many there are. */
  positions(params: readonly Value[]): readonly Name[] | undefined;
  readonly names: readonly Name[];
  readonly required: readonly Name[];
  readonly says: string;
  readonly run: Run;
}

const saysTruth = (value: Value | undefined): boolean =>
  typeof value === 'boolean' || (typeof value === 'string' && /^(true|false)$/i.test(value.trim()));

/**
 * What the parameters of changePassword mean. Five of them are either with a new password or with a ticket: where the true or false stands tells which.
 * The new password follows the reason, as the manual prints it.
 */
function changePositions(params: readonly Value[]): readonly Name[] | undefined {
  const [first, password, truth, ticket] = [
    ['resourceName', 'accountName', 'reason'],
    ['newPassword'],
    ['updateRemote'],
    ['ticketId'],
  ] as const;
  if (params.length === 4 && saysTruth(params[3])) return [...first, ...truth];
  if (params.length === 5 && saysTruth(params[4])) return [...first, ...password, ...truth];
  if (params.length === 5 && saysTruth(params[3])) return [...first, ...truth, ...ticket];
  if (params.length === 6 && saysTruth(params[4])) return [...first, ...password, ...truth, ...ticket];
  return undefined;
}

/** Reason and ticket, as our own calls take them. An empty one is none. */
const why = ({ reason, ticketId }: Given) => ({
  ...(reason === '' ? {} : { reason }),
  ...(ticketId === '' ? {} : { ticket: ticketId }),
});

const retrieve: Run = async (given, invoke) => {
  const account = await accountNamed(invoke, given.resourceName, given.accountName);
  const { password } = await invoke(revealAccount, { accountId: account.id, purpose: 'use', ...why(given) });
  // Nothing that would be another password at the other end goes out.
  if (!isXmlText(password))
    return failed('The password holds characters that XML cannot carry. Retrieve it through /api/v1.');
  return done({ password });
};

const change: Run = async (given, invoke, patience) => {
  const account = await accountNamed(invoke, given.resourceName, given.accountName);
  const password = given.newPassword || (await drawn(invoke, account.id, given.accountName));
  const where = given.updateRemote ? 'target' : 'local';
  const unchanged = await changeAndWait(invoke, { accountId: account.id, password, where, ...why(given) }, patience);
  return unchanged === undefined ? done() : failed(unchanged.says);
};

/** A password by the policy that applies to an account. */
async function drawn(invoke: Invoke, accountId: string, username: string): Promise<string> {
  const { appliedPolicy, resourceType } = await invoke(readAccount, { accountId });
  if (!appliedPolicy) throw new Problem('not-found');
  const { passwords } = await invoke(generatePassword, { policyId: appliedPolicy.id, username, resourceType });
  const [password] = passwords;
  if (password === undefined) throw new Error('no password was drawn');
  return password;
}

const create: Run = async (given, invoke) => {
  const { resourceName, resourceType, accountName, newPassword, notes } = given;
  await invoke(createResource, {
    name: resourceName,
    type: resourceType,
    accounts: [{ username: accountName, notes, ...(newPassword === '' ? {} : { password: newPassword }) }],
  });
  return done();
};

const retrieving: Method = {
  positions: ({ length }) =>
    length >= 2 && length <= 4
      ? (['resourceName', 'accountName', 'reason', 'ticketId'] as const).slice(0, length)
      : undefined,
  names: ['resourceName', 'accountName', 'reason', 'ticketId'],
  required: ['resourceName', 'accountName'],
  says: 'resourceName, accountName, then reason, then ticketId',
  run: retrieve,
};
const changing: Method = {
  positions: changePositions,
  names: ['resourceName', 'accountName', 'reason', 'newPassword', 'updateRemote', 'ticketId'],
  required: ['resourceName', 'accountName', 'updateRemote'],
  says: 'resourceName, accountName, reason, newPassword (which may be left out), updateRemote (true or false), then ticketId',
  run: change,
};
const creating: Method = {
  positions: ({ length }) =>
    length === 4
      ? ['resourceName', 'resourceType', 'accountName', 'notes']
      : length === 5
        ? ['resourceName', 'resourceType', 'accountName', 'newPassword', 'notes']
        : undefined,
  names: ['resourceName', 'resourceType', 'accountName', 'newPassword', 'notes'],
  required: ['resourceName', 'resourceType', 'accountName'],
  says: 'resourceName, resourceType, accountName, newPassword (which may be left out), notes',
  run: create,
};

const products = ['pmp', 'pam360', 'strongroom'] as const;
/** Every name by which clients call a method: the manual's in one and many, its successor's, and the Java wrapper's. */
const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ...products.flatMap((product): [string, Method][] => [
    [`${product}.password.retrieve`, retrieving],
    [`${product}.password.change`, changing],
    [`${product}.password.reset`, changing],
    [`${product}.resource.create`, creating],
    [`${product}.resources.create`, creating],
  ]),
  ['retrievePassword', retrieving],
  ['changePassword', changing],
  ['createResource', creating],
]);

/** Which method a call is, for figures: its name when there is one. */
export const knownName = (name: string): string => (methods.has(name) ? name : 'none');

const isStruct = (value: Value | undefined): value is Struct => typeof value === 'object' && value !== null;

function read(method: Method, params: readonly Value[]): Given {
  const wrong = (): Fault =>
    new Fault(
      faults.invalidParams,
      `The parameters do not fit. They are ${method.says}; or one struct with these names.`,
    );
  const [only] = params;
  const names = params.length === 1 && isStruct(only) ? Object.keys(only) : method.positions(params);
  const values = params.length === 1 && isStruct(only) ? Object.values(only) : params;
  if (!names) throw wrong();
  const given = new Map<Name, string | boolean>();
  for (const [i, text] of names.entries()) {
    const name = method.names.find((one) => one === text);
    const value = values[i];
    if (name === undefined || isStruct(value) || value === undefined) throw wrong();
    if (value === null) continue;
    if (name === 'updateRemote') {
      if (!saysTruth(value)) throw wrong();
      given.set(name, String(value).trim().toLowerCase() === 'true');
    } else if (typeof value === 'boolean') throw wrong();
    // A ticket's id is often a number.
    else given.set(name, String(value));
  }
  if (method.required.some((name) => (given.get(name) ?? '') === '')) throw wrong();
  const text = (name: Name): string => {
    const value = given.get(name);
    return typeof value === 'string' ? value : '';
  };
  return {
    resourceName: text('resourceName'),
    accountName: text('accountName'),
    resourceType: text('resourceType'),
    newPassword: text('newPassword'),
    notes: text('notes'),
    reason: text('reason'),
    ticketId: text('ticketId'),
    updateRemote: given.get('updateRemote') === true,
  };
}

/** Makes the call as the asker that `invoke` speaks for. Throws Fault for what is no method or has other parameters, and Problem for what our own calls refuse. */
export async function callMethod(call: MethodCall, invoke: Invoke, patience: Patience): Promise<Result> {
  const method = methods.get(call.name);
  if (!method) throw new Fault(faults.noSuchMethod, 'There is no such method.');
  return method.run(read(method, call.params), invoke, patience);
}
