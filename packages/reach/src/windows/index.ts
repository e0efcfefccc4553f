import {
  Untrusted,
  windowsName,
  type HostKey,
  type Login,
  type Ways,
  type WindowsAccounts,
} from '@strongroom/driver-kit';
import type { TlsReach } from '../tls.ts';
import { accountsOver, beforeChange } from './accounts.ts';
import type { NtlmLogin } from './ntlm-response.ts';
import { signIn, type SmbSession } from './smb-session.ts';

/** What the settings of a Windows target say about the way to it. */
interface WindowsSettings {
  readonly way?: 'SMB' | 'WinRM';
  readonly encryption?: 'where offered' | 'required';
  readonly certificate?: 'verified' | 'pinned';
  readonly authentication?: 'NTLM' | 'Basic';
}

/** Where to, whom to trust, and the settings that say how. */
export interface WindowsReach extends TlsReach {
  readonly settings: unknown;
  /** Called with a certificate that is not the pinned one, before Untrusted is thrown. */
  readonly onUntrusted?: (key: HostKey) => void;
}

/** The way to a Windows host's accounts, as the settings say. */
export function windowsWay(options: WindowsReach): Ways['windows'] {
  const settings = (options.settings ?? {}) as WindowsSettings;
  return (login, work) => {
    if (login.password === undefined) throw new TypeError('a log-in to Windows needs a password');
    return settings.way === 'WinRM'
      ? overHttps(options, settings, login, work)
      : overSmb(options, settings.encryption === 'required', login, work);
  };
}

type Work<T> = (accounts: WindowsAccounts) => Promise<T>;

async function overSmb<T>(options: WindowsReach, encrypted: boolean, login: Login, work: Work<T>): Promise<T> {
  let session: SmbSession;
  try {
    session = await signIn({ ...options, encrypted }, (computer) => ntlmLogin(login, computer));
  } catch (error) {
    throw beforeChange(error);
  }
  try {
    return await work(accountsOver(session, options.host, options.timeoutMs));
  } finally {
    session.close();
  }
}

async function overHttps<T>(
  options: WindowsReach,
  { certificate = 'verified', authentication = 'NTLM' }: WindowsSettings,
  login: Login,
  work: Work<T>,
): Promise<T> {
  const { overWinrm } = await import('./winrm.ts');
  const way = { by: authentication, login, ntlm: (computer: string) => ntlmLogin(login, computer) };
  try {
    return await overWinrm(options, certificate, way, work);
  } catch (error) {
    // Only a pin can be renewed by a person; whom the authorities do not vouch for stays a stranger.
    if (error instanceof Untrusted && certificate === 'pinned') options.onUntrusted?.(error.offered);
    throw error;
  }
}

/** A name without a domain is the host's own; `name@domain` is for the host to find out. */
function ntlmLogin(login: Login, computer: string): NtlmLogin {
  const { domain, name } = windowsName(login.username);
  const password = login.password?.expose() ?? '';
  return { domain: domain ?? (name.includes('@') ? '' : computer), username: name, password };
}
