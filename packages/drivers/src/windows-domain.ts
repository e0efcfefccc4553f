import {
  controlCharacters,
  defineDriver,
  DirectoryError,
  directoryRefusal,
  escapeFilterValue,
  fits,
  resetBy,
  secretsOf,
  unicodePwd,
  Unreachable,
  valuesOf,
  verifyBy,
  type Directory,
  type DirectoryAccess,
  type Limits,
  type Login,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = z.object({
  domain: z
    .string()
    .trim()
    .max(255)
    .regex(/^[^\s"/\\[\]:;|=,+*?<>@]*$/u)
    .default('')
    .meta({
      title: 'Domain',
      description: 'DNS or NetBIOS name, for accounts whose name does not say it: corp.example or CORP.',
    }),
  port: z.int().min(1).max(65535).default(636).meta({ title: 'Port', description: 'Of LDAPS.' }),
  certificate: z.enum(['verified', 'pinned']).default('verified').meta({
    title: 'Certificate',
    description:
      'Verified: from a trusted authority, for the name or address of the resource. Pinned: the one it showed at first contact.',
  }),
  certificateName: z.string().trim().max(253).default('').meta({
    title: 'Name in the certificate',
    description: 'Where it is not the name or address of the resource.',
  }),
  loginWith: z.enum(['the account itself', 'another account']).default('another account').meta({
    title: 'Log in with',
    description: 'The account whose password is set, or an administrator account that sets it.',
  }),
  timeoutSeconds: z.int().min(1).max(300).default(20).meta({
    title: 'Time limit',
    description: 'Seconds to connect and sign in, and seconds for each operation.',
  }),
});
type Settings = z.infer<typeof settings>;

/** 127 is what the log-in dialogues of all Windows versions take; the directory itself would store 256. */
const limits: Limits = { maxLength: 127, forbidden: controlCharacters };

const access = ({ certificate, certificateName }: Settings): DirectoryAccess => ({
  connection: 'LDAPS',
  certificate,
  ...(certificateName === '' ? {} : { certificateName }),
});

/** An account's name, taken apart. */
type Name =
  | { readonly is: 'principal'; readonly text: string }
  | { readonly is: 'account'; readonly account: string; readonly domain: string };

/**
 * Reads `name`, `DOMAIN\name` or `name@suffix`. Undefined for what can be no account of a domain: sAMAccountName has none
 * of these characters (MS-ADTS section 3.1.1.6; MS-SAMR section 3.1.1.6), and nameless domains cannot be signed in to.
 */
function readName(text: string, domain: string): Name | undefined {
  if (/\p{Cc}/u.test(text)) return undefined;
  if (/^[^@\\\s]+@[^@\\\s]+$/.test(text)) return { is: 'principal', text };
  const [, named = domain, account = ''] = /^(?:([^\\]+)\\)?([^\\]*)$/.exec(text) ?? [];
  if (account.trim() === '' || named === '' || /["/\\[\]:;|=,+*?<>@]/.test(account + named)) return undefined;
  return { is: 'account', account, domain: named };
}

/** What the domain signs in by: a principal, or DOMAIN\name. Source: MS-ADTS section 5.1.1.1.1. */
function bindName(name: Name): string {
  if (name.is === 'principal') return name.text;
  return name.domain.includes('.') ? `${name.account}@${name.domain}` : `${name.domain}\\${name.account}`;
}

function signIn(login: Login, { domain }: Settings): Login {
  const name = readName(login.username, domain);
  if (name === undefined) throw new Unreachable('the name does not say the domain, and the settings do not either');
  return { ...login, username: bindName(name) };
}

const person = (condition: string): string => `(&(objectCategory=person)(objectClass=user)${condition})`;
const equal = (attribute: string, value: string): string => `(${attribute}=${escapeFilterValue(value)})`;

/** Where the domain's accounts are, and where it keeps the names of all domains of its forest. */
async function contexts(directory: Directory): Promise<{ base: string; configuration: string }> {
  const attributes = ['defaultNamingContext', 'configurationNamingContext'];
  const [root] = await directory.search('', '(objectClass=*)', attributes, 'base');
  const [base = ''] = valuesOf(root, 'defaultNamingContext');
  const [configuration = ''] = valuesOf(root, 'configurationNamingContext');
  return { base, configuration };
}

/** Finds the distinguished name of an account; a sentence where it is not there, or is another domain's. */
async function find(directory: Directory, name: Name): Promise<{ dn: string } | { why: string }> {
  const { base, configuration } = await contexts(directory);
  const one = async (condition: string): Promise<string[]> =>
    (await directory.search(base, person(condition), ['sAMAccountName'])).map(({ dn }) => dn);
  /** Whether this controller's own domain goes by that DNS or NetBIOS name. */
  const ours = async (domain: string): Promise<boolean> => {
    const named = `(&(objectClass=crossRef)${equal('nCName', base)}(|${equal('nETBIOSName', domain)}${equal('dnsRoot', domain)}))`;
    return (await directory.search(`CN=Partitions,${configuration}`, named, ['nCName'], 'one')).length === 1;
  };
  let found: string[] = [];
  if (name.is === 'principal') {
    found = await one(equal('userPrincipalName', name.text));
    const [account = '', suffix = ''] = name.text.split('@');
    // Without a principal name of its own, an account has one made of its name and the domain's.
    if (found.length === 0 && (await ours(suffix))) found = await one(equal('sAMAccountName', account));
  } else {
    if (!(await ours(name.domain))) return { why: 'this controller is not of the account’s domain' };
    found = await one(equal('sAMAccountName', name.account));
  }
  const [dn, second] = found;
  if (dn === undefined) return { why: 'the domain has no such account' };
  return second === undefined ? { dn } : { why: 'the domain has more than one such account' };
}

/**
 * Accounts of an Active Directory domain, over LDAPS: named `name`, `DOMAIN\name` or `name@suffix`, and found by a search
 * whose values are escaped. An administrator replaces the password; an account changes its own and proves the old one.
 * Whether it works is asked by a bind, which tells a wrong password from an account that is locked or disabled.
 * Source: MS-ADTS sections 3.1.1.3.1.5 (unicodePwd) and 5.1.1 (authentication).
 */
export const windowsDomain = defineDriver<Settings>({
  type: 'windows-domain',
  title: 'Windows domain (LDAPS)',
  settings,
  limits,

  verify: (target, login) =>
    verifyBy(async () => {
      await target.directory(access(target.settings), signIn(login, target.settings), () => Promise.resolve());
    }),

  reset(target, admin, account, next) {
    const current = admin.username === account.username ? (account.current ?? admin.password) : undefined;
    return resetBy(secretsOf(admin, account.current, next), async () => {
      const name = readName(account.username, target.settings.domain);
      if (name === undefined)
        return { is: 'refused', why: 'this is no name of a domain account, or its domain is said nowhere' };
      if (readName(admin.username, target.settings.domain) === undefined)
        return { is: 'refused', why: 'the login account is not named as one of a domain' };
      if (!fits(limits, next.expose())) return { is: 'refused', why: 'the target cannot carry this password exactly' };
      return target.directory(access(target.settings), signIn(admin, target.settings), async (directory) => {
        try {
          const found = await find(directory, name);
          if ('why' in found) return { is: 'refused', why: found.why };
          await directory.modify(found.dn, unicodePwd(next, current));
          return { is: 'done' };
        } catch (error) {
          if (error instanceof DirectoryError) return directoryRefusal(error);
          throw error;
        }
      });
    });
  },

  /** `privileged`: in, or once in, a group whose members the domain protects (adminCount; MS-ADTS section 3.1.1.6.1). */
  discover: (target, admin) =>
    target.directory(access(target.settings), signIn(admin, target.settings), async (directory) => {
      const { base } = await contexts(directory);
      const found = await directory.search(base, person(''), ['sAMAccountName', 'adminCount']);
      return found.flatMap((entry) =>
        valuesOf(entry, 'sAMAccountName').map((username) => ({
          username,
          privileged: valuesOf(entry, 'adminCount')[0] === '1',
        })),
      );
    }),
});
