import { z } from 'zod';
import { call, Empty, Line } from './call.ts';
import { AccountId } from './ids.ts';

/** Where links in mails lead: https, without anything behind the host and port. */
const AccessUrl = z
  .string()
  .max(255)
  .regex(/^https:\/\/[^/?#@\s]+$/, 'must be https://host or https://host:port');

/**
 * Mail server of an organisation. The password is write-only. `accountId` names an account of the vault that signs in with its own name and
 * password instead; whoever sets it must be allowed to reveal that.
 */
export const MailServer = z.object({
  host: Line(255).min(1),
  port: z.int().min(1).max(65535),
  security: z.enum(['starttls', 'tls', 'none']),
  username: Line(255).default(''),
  password: z.string().max(1024).default(''),
  accountId: AccountId.nullable().default(null),
  from: z.email(),
  /** What links in mails begin with; null for the server’s own address. */
  accessUrl: AccessUrl.nullable().default(null),
});
export type MailServer = z.infer<typeof MailServer>;

export const Settings = z
  .object({
    hideSecretSeconds: z.int().min(0).max(600),
    clearClipboardSeconds: z.int().min(0).max(600),
    reasonToReveal: z.boolean(),
    reasonToChange: z.boolean(),
    ticketToReveal: z.boolean(),
    changeOnTargetByDefault: z.boolean(),
    inactivityMinutes: z.int().min(0).max(1440),
    absoluteSessionHours: z.int().min(1).max(720),
    maxSessionsPerUser: z.int().min(0).max(100),
    proofMaxAgeDays: z.int().min(1).max(365),
    tokenInUrl: z.boolean(),
    /** Requests a minute that each token may make on average, and at once after a quiet minute; 0 for no limit but the server's own. */
    tokenRequestsPerMinute: z.int().min(0).max(90_000),
    /** Accounts that are reset or verified at a time in runs, on all nodes together; and of them on one resource. */
    resetsAtOnce: z.int().min(1).max(500),
    resetsPerResource: z.int().min(1).max(20),
    /** Every password is tried each night, at this time of the organisation’s time zone. */
    nightlyCheck: z.boolean(),
    nightlyCheckAt: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 01:00'),
    /** Only super administrators make super administrators; set by one of them alone. */
    denySuperAdministrators: z.boolean(),
    /** One explorer tree for the whole organisation, beside each owner's own. */
    globalExplorerTree: z.boolean(),
    /** Whether people are offered to make resource groups without criteria. */
    staticGroupsOffered: z.boolean(),
    /** The largest file that may be stored, in megabytes. */
    fileLimitMegabytes: z.int().min(1).max(2048),
    /** New passwords must meet the policy when an account is added, too. */
    policyOnCreation: z.boolean(),
    /** Password users and auditors may not open passwords where the resource has a URL that logs in by itself. */
    noRevealWithAutoLogon: z.boolean(),
    /** Where access is controlled: whether owners, and super administrators, open passwords without asking. */
    ownersNeedNoApproval: z.boolean(),
    superAdministratorsNeedNoApproval: z.boolean(),
    /** Whether administrators may open a password while somebody has it checked out. */
    administratorsSeeCheckedOut: z.boolean(),
    /** People's own log-in passwords: their length, whether they need small and capital letters and a digit, and after how many days they are to be changed (0: never). */
    loginMinLength: z.int().min(8).max(64),
    loginMixed: z.boolean(),
    loginMaxAgeDays: z
      .int()
      .min(0)
      .max(3650)
      .refine((days) => days === 0 || days >= 30, 'never (0), or at least 30 days'),
    /** Words that no log-in password may have in it, such as the organisation's name: parted by spaces or line ends. */
    loginBlockedWords: z.string().max(2000),
    /** A new person gets a first password by mail, to be changed at once, instead of a one-time link. */
    mailPasswords: z.boolean(),
    mail: MailServer.omit({ password: true }).extend({ passwordStored: z.boolean() }).nullable(),
  })
  .meta({ id: 'Settings' });
export type Settings = z.infer<typeof Settings>;
export const readSettings = call({
  name: 'setting.read',
  method: 'GET',
  path: '/settings',
  scope: 'read',
  summary: 'The organisation’s settings.',
  input: Empty,
  reply: Settings,
});
export const updateSettings = call({
  name: 'setting.update',
  method: 'PATCH',
  path: '/settings',
  scope: 'administer',
  summary: 'Changes settings; each change is audited with old and new value.',
  input: Settings.omit({ mail: true }).partial().extend({ mail: MailServer.nullable().optional() }),
  reply: Settings,
});
