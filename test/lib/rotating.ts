import { passwords } from '../lab/fleet.ts';
import type { Caller } from './client.ts';

/** A way of setting a password on a Linux host of the fleet, as a person sets it up. */
export interface Mode {
  readonly name: string;
  /** Whose password is set. */
  readonly username: keyof typeof passwords;
  /** The accounts of the resource. */
  readonly accounts: readonly (keyof typeof passwords)[];
  readonly settings: Readonly<Record<string, string>>;
  readonly admin?: keyof typeof passwords;
  readonly elevation?: keyof typeof passwords;
}

const another = 'another account';

/** Every way there is, each with a user of its own where it can. */
export const modes: readonly Mode[] = [
  { name: 'root itself', username: 'root', accounts: ['root'], settings: {} },
  { name: 'own password by passwd', username: 'alice', accounts: ['alice'], settings: {} },
  {
    name: 'by another with sudo',
    username: 'svcapp',
    accounts: ['svcapp', 'bob'],
    settings: { loginWith: another, elevation: 'sudo' },
    admin: 'bob',
  },
  {
    name: 'by another with su',
    username: 'pamsvc',
    accounts: ['pamsvc', 'alice', 'root'],
    settings: { loginWith: another, elevation: 'su' },
    admin: 'alice',
    elevation: 'root',
  },
  {
    name: 'root by su of another',
    username: 'root',
    accounts: ['root', 'alice'],
    settings: { loginWith: another, elevation: 'su' },
    admin: 'alice',
    elevation: 'root',
  },
];

/** The mode for the n-th of many hosts. */
export const modeFor = (n: number): Mode => modes[n % modes.length] as Mode;

/** What the tests look at of a rotation. */
export interface Attempt {
  readonly id: string;
  readonly state: string;
  readonly why: string | null;
  readonly tries: number;
  readonly nextTryAt: string | null;
}

/** Adds a host as a resource with the accounts of a mode, and gives the resource's id and the account that is rotated. */
export async function addHost(
  api: Caller,
  name: string,
  at: { host: string; port: number },
  mode: Mode,
): Promise<{ resourceId: string; accountId: string }> {
  const { id } = await api.call<{ id: string }>('POST', '/resources', {
    name,
    type: 'Linux',
    dnsName: at.host,
    accounts: mode.accounts.map((username) => ({ username, password: passwords[username] })),
    reset: {
      settings: { port: at.port, timeoutSeconds: 60, ...mode.settings },
      adminUsername: mode.admin ?? null,
      elevationUsername: mode.elevation ?? null,
    },
  });
  const { items } = await api.call<{ items: { id: string }[] }>(
    'GET',
    `/accounts?resourceId=${id}&username=${mode.username}`,
  );
  const [account] = items;
  if (account === undefined) throw new Error(`no account ${mode.username} on ${name}`);
  return { resourceId: id, accountId: account.id };
}

/** True of an attempt that nothing more happens to by itself. */
export const hasEnded = ({ state }: Attempt): boolean => ['promoted', 'rolled-back', 'needs-person'].includes(state);

/** The password the vault calls current, and the candidate while there is one. */
export async function reveal(
  api: Caller,
  accountId: string,
): Promise<{ password: string; candidate: string | null; version: number }> {
  return api.call('POST', `/accounts/${accountId}/reveal`, { reason: 'to see that it signs in' });
}
