import { windowsName, type Login, type Ways } from '@strongroom/driver-kit';
import { accountsOver, beforeChange } from './accounts.ts';
import type { NtlmLogin } from './ntlm-response.ts';
import { signIn, type SmbSession } from './smb-session.ts';
import type { ReachOptions } from '../target.ts';

/** What the settings of a Windows target say about the way to it. */
interface WindowsSettings {
  readonly encryption?: 'where offered' | 'required';
}

/** The way to a Windows host's accounts, as the settings say. */
export function windowsWay(options: ReachOptions<unknown>): Ways['windows'] {
  const settings = (options.settings ?? {}) as WindowsSettings;
  return overSmb(options, settings.encryption === 'required');
}

function overSmb(options: ReachOptions<unknown>, encrypted: boolean): Ways['windows'] {
  return async (login, work) => {
    if (login.password === undefined) throw new TypeError('a log-in to Windows needs a password');
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
  };
}

/** A name without a domain is the host's own; `name@domain` is for the host to find out. */
export function ntlmLogin(login: Login, computer: string): NtlmLogin {
  const { domain, name } = windowsName(login.username);
  const password = login.password?.expose() ?? '';
  return { domain: domain ?? (name.includes('@') ? '' : computer), username: name, password };
}
