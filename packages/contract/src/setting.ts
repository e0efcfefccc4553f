import { z } from 'zod';
import { call, Empty, Line } from './call.ts';

/** Mail server of an organisation. The password is write-only. */
export const MailServer = z.object({
  host: Line(255).min(1),
  port: z.int().min(1).max(65535),
  security: z.enum(['starttls', 'tls', 'none']),
  username: Line(255).default(''),
  password: z.string().max(1024).default(''),
  from: z.email(),
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
