import {
  controlCharacters,
  defineDriver,
  DirectoryError,
  directoryRefusal,
  fits,
  resetBy,
  secretsOf,
  unicodePwd,
  verifyBy,
  type Directory,
  type DirectoryAccess,
  type EntryChange,
  type Exposable,
  type Limits,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const servers = ['OpenLDAP', 'Active Directory', 'eDirectory', 'Oracle Internet Directory', 'other'] as const;

const settings = z
  .object({
    server: z.enum(servers).default('OpenLDAP').meta({
      title: 'Kind of server',
      description: 'Decides how a password is set. Active Directory takes passwords over LDAPS only.',
    }),
    connection: z.enum(['LDAPS', 'StartTLS', 'clear text']).default('LDAPS').meta({
      title: 'Connection',
      description: 'In clear text, whoever is on the way can read what is sent, passwords too.',
    }),
    port: z.int().min(1).max(65535).default(636).meta({
      title: 'Port',
      description: 'Usually 636 with LDAPS, 389 with StartTLS and in clear text.',
    }),
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
    setBy: z.enum(['password modify', 'userPassword']).default('password modify').meta({
      title: 'Set the password by',
      description:
        'For other kinds of server: the password modify operation (RFC 3062), or the attribute userPassword, which some servers store as it comes.',
    }),
    timeoutSeconds: z.int().min(1).max(300).default(20).meta({
      title: 'Time limit',
      description: 'Seconds to connect and sign in, and seconds for each operation.',
    }),
  })
  .refine(({ server, connection }) => server !== 'Active Directory' || connection === 'LDAPS', {
    message: 'Active Directory takes passwords over LDAPS only.',
    path: ['connection'],
  });
type Settings = z.infer<typeof settings>;

/** 128 is what the log-in forms of eDirectory and Active Directory take; control characters no log-in form does. */
const limits: Limits = { maxLength: 128, forbidden: controlCharacters };

const access = ({ connection, certificate, certificateName }: Settings): DirectoryAccess => ({
  connection,
  certificate,
  ...(certificateName === '' ? {} : { certificateName }),
});

interface Wanted {
  readonly dn: string;
  readonly next: Exposable;
  /** The password before; given when the account changes its own, and then proved to the server again. */
  readonly current: Exposable | undefined;
}

async function set(directory: Directory, { server, setBy }: Settings, { dn, next, current }: Wanted): Promise<void> {
  const attribute = 'userPassword';
  const byUserPassword: readonly EntryChange[] =
    current === undefined
      ? [{ operation: 'replace', attribute, values: [next.expose()] }]
      : [
          { operation: 'delete', attribute, values: [current.expose()] },
          { operation: 'add', attribute, values: [next.expose()] },
        ];
  switch (server) {
    case 'Active Directory':
      return directory.modify(dn, unicodePwd(next, current));
    case 'eDirectory':
    case 'Oracle Internet Directory':
      return directory.modify(dn, byUserPassword);
    case 'OpenLDAP':
      return directory.setPassword(dn, next, current);
    case 'other':
      return setBy === 'password modify'
        ? directory.setPassword(dn, next, current)
        : directory.modify(dn, byUserPassword);
  }
}

/**
 * Accounts of an LDAP server, each named by its distinguished name.
 * OpenLDAP hashes what the password modify operation gives it (RFC 3062; slapd.conf(5), password-hash). Active Directory
 * has unicodePwd, which an administrator replaces and an account changes by deleting the old and adding the new value
 * (MS-ADTS 3.1.1.3.1.5). eDirectory and Oracle Internet Directory hash what is written to userPassword; an account
 * changes its own in the same way as with unicodePwd (draft-behera-ldap-password-policy-11, section 7.2, pwdSafeModify).
 * The name is a value of the protocol, not part of a text, and so needs no quoting; it must look like a name all the same.
 */
export const ldap = defineDriver<Settings>({
  type: 'ldap',
  title: 'LDAP server',
  settings,
  limits,

  verify: (target, login) => verifyBy(() => target.directory(access(target.settings), login, () => Promise.resolve())),

  reset(target, admin, account, next) {
    const { username: dn } = account;
    const itself = admin.username === dn;
    const current = itself ? (account.current ?? admin.password) : undefined;
    return resetBy(secretsOf(admin, account.current, next), async () => {
      if (!/^[^=\p{Cc}]+=[^\p{Cc}]+$/u.test(dn))
        return { is: 'refused', why: 'the account is not named by a distinguished name' };
      if (!fits(limits, next.expose())) return { is: 'refused', why: 'the target cannot carry this password exactly' };
      return target.directory(access(target.settings), admin, async (directory) => {
        try {
          await set(directory, target.settings, { dn, next, current });
          return { is: 'done' };
        } catch (error) {
          if (error instanceof DirectoryError) return directoryRefusal(error);
          throw error;
        }
      });
    });
  },
});
