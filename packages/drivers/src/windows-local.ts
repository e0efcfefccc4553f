import { z } from 'zod';
import {
  controlCharacters,
  defineDriver,
  fits,
  loginWithField,
  MustChange,
  Rejected,
  resetBy,
  secretsOf,
  timeLimitField,
  Unreachable,
  verifyBy,
  windowsName,
  WindowsError,
  type Login,
  type Reset,
  type Target,
  type WindowsAccounts,
} from '@strongroom/driver-kit';

/** What a Windows target is told. */
interface WindowsSettings {
  readonly way: 'SMB' | 'WinRM';
  readonly port: number;
  readonly loginWith: 'the account itself' | 'another account';
  readonly encryption: 'where offered' | 'required';
  readonly certificate: 'verified' | 'pinned';
  readonly authentication: 'NTLM' | 'Basic';
  readonly timeoutSeconds: number;
}

const settings = z
  .object({
    way: z.enum(['SMB', 'WinRM']).default('SMB').meta({
      title: 'Way',
      description:
        'SMB is file sharing on port 445: the host proves itself only by knowing the password too, so that an impostor could try to guess it. WinRM goes over HTTPS, with a certificate, and needs another account that is an administrator.',
    }),
    port: z.int().min(1).max(65535).default(445).meta({
      title: 'Port',
      description: '445 for SMB. With WinRM, 445 stands for 5986.',
    }),
    loginWith: loginWithField,
    encryption: z.enum(['where offered', 'required']).default('where offered').meta({
      title: 'Encryption (SMB)',
      description: 'Everything is signed anyway. Required: hosts older than Windows 8 and Server 2012 are refused.',
    }),
    certificate: z.enum(['verified', 'pinned']).default('verified').meta({
      title: 'Certificate (WinRM)',
      description:
        'Verified: from a trusted authority, for the name or address of the resource. Pinned: the one it showed at first contact, for certificates that a host made itself.',
    }),
    authentication: z.enum(['NTLM', 'Basic']).default('NTLM').meta({
      title: 'Sign in by (WinRM)',
      description: 'Basic is for local accounts where the host allows it, and hands the password over inside HTTPS.',
    }),
    timeoutSeconds: timeLimitField,
  })
  .transform((given) => (given.way === 'WinRM' && given.port === 445 ? { ...given, port: 5986 } : given));

/** What no account name holds, and what would make it another. Source: "User Name Formats" and the remarks of NetUserAdd, Microsoft Learn. */
const oddName = /["/[\]:;|=,+*?<>@\\\p{Cc}]/u;
/** Longest account name of an older Windows domain; local ones are 20 at most. */
const longestName = 104;

/**
 * Local accounts of Windows, without an agent; on a domain controller, those of the domain.
 * Over SMB an account is proven by signing in, set by an administrator with SamrSetInformationUser2, and changed by itself with SamrUnicodeChangePasswordUser4 or, on older hosts, 2.
 * Over WinRM an administrator runs a fixed script. Source: MS-SMB2, MS-SAMR, MS-WSMV.
 */
export const windowsLocal = defineDriver<WindowsSettings>({
  type: 'windows-local',
  title: 'Windows',
  settings,
  // Longest: what Windows lets people type (LM20_PWLEN of lmcons.h is older; PWLEN is 256). Forbidden: nobody can type them at the console.
  limits: { maxLength: 127, forbidden: controlCharacters },

  verify: (target, login, via) => verifyBy(() => prove(target, login, via)),

  reset: (target, admin, account, next) =>
    resetBy(secretsOf(admin, account.current, next), async () => {
      const { name } = windowsName(account.username);
      if (name === '' || name.length > longestName || oddName.test(name))
        return { is: 'refused', why: 'Windows has no such account names' };
      if (!fits(windowsLocal.limits, next.expose()))
        return {
          is: 'refused',
          why: 'Windows cannot carry this password: 127 characters at most, none of them a control character',
        };
      return target.windows(admin, async (accounts): Promise<Reset> => {
        try {
          const own = sameAccount(admin.username, account.username);
          const current = account.current ?? admin.password;
          if (own && accounts.changePassword !== undefined && current !== undefined)
            await accounts.changePassword(windowsName(account.username), current, next);
          else await accounts.setPassword(windowsName(account.username), next);
          return { is: 'done' };
        } catch (error) {
          if (error instanceof WindowsError) return { is: 'refused', why: error.message };
          throw error;
        }
      });
    }),

  discover: (target, admin) =>
    target.windows(admin, async (accounts) => {
      const listed = await accounts.list().catch((error: unknown) => {
        throw error instanceof WindowsError ? new Unreachable(error.message) : error;
      });
      return listed.map(({ username, rid, administrator }) => ({ username, privileged: administrator || rid === 500 }));
    }),
});

/** Windows does not tell names apart by case. */
function sameAccount(one: string, other: string): boolean {
  const [a, b] = [windowsName(one), windowsName(other)];
  return a.name.toLowerCase() === b.name.toLowerCase() && a.domain?.toLowerCase() === b.domain?.toLowerCase();
}

/** Ends well if the password is the right one; throws what verdictOf() reads otherwise. */
async function prove(target: Target<WindowsSettings>, login: Login, via: Login | undefined): Promise<void> {
  if (target.settings.way === 'SMB') return target.windows(login, () => Promise.resolve());
  if (via !== undefined) return byAnother(target, via, (accounts) => checkBy(accounts, login));
  try {
    await target.windows(login, () => Promise.resolve());
  } catch (error) {
    // WinRM gives whoever may not use it the answer that it gives to a wrong password.
    if (error instanceof Rejected) throw new Unreachable('no evidence: WinRM refuses alike who may not use it');
    throw error;
  }
}

function checkBy(accounts: WindowsAccounts, { username, password }: Login): Promise<void> {
  if (accounts.check === undefined || password === undefined) throw new Unreachable('cannot be asked this way');
  return accounts.check(windowsName(username), password);
}

/** What another account's sign-in meets says nothing about the account in question. */
async function byAnother(
  target: Target<WindowsSettings>,
  via: Login,
  work: (accounts: WindowsAccounts) => Promise<void>,
): Promise<void> {
  let signedIn = false;
  try {
    await target.windows(via, (accounts) => {
      signedIn = true;
      return work(accounts);
    });
  } catch (error) {
    if (!signedIn && (error instanceof Rejected || error instanceof MustChange))
      throw new Unreachable('the other account cannot sign in');
    throw error;
  }
}
