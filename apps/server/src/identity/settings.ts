import { Settings as SettingsShape, type MailServer } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { requireAlso, type Facts, type Grant } from '../authorise/index.ts';
import { mailPassword, wakeAll } from '../mail/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';

export type Settings = z.infer<typeof SettingsShape>;

/** What an organisation starts with. The reference product's defaults where it has them. */
const defaultSettings: Settings = {
  hideSecretSeconds: 10,
  clearClipboardSeconds: 30,
  reasonToReveal: false,
  reasonToChange: false,
  ticketToReveal: false,
  changeOnTargetByDefault: false,
  inactivityMinutes: 30,
  absoluteSessionHours: 12,
  maxSessionsPerUser: 0,
  proofMaxAgeDays: 30,
  tokenInUrl: true,
  tokenRequestsPerMinute: 0,
  resetsAtOnce: 50,
  resetsPerResource: 1,
  nightlyCheck: true,
  nightlyCheckAt: '01:00',
  denySuperAdministrators: false,
  globalExplorerTree: false,
  staticGroupsOffered: true,
  fileLimitMegabytes: 100,
  policyOnCreation: false,
  noRevealWithAutoLogon: false,
  ownersNeedNoApproval: false,
  superAdministratorsNeedNoApproval: false,
  administratorsSeeCheckedOut: false,
  loginMinLength: 12,
  loginMixed: false,
  loginMaxAgeDays: 0,
  loginBlockedWords: '',
  mailPasswords: false,
  mail: null,
};

/** Reads every setting of the organisation, defaults filled in. */
export async function readSettings(db: OrganisationDb): Promise<Settings> {
  const rows = await db.selectFrom('setting').select(['name', 'value']).execute();
  return SettingsShape.parse({ ...defaultSettings, ...Object.fromEntries(rows.map((row) => [row.name, row.value])) });
}

type Changes = { [K in keyof Omit<Settings, 'mail'>]?: Settings[K] | undefined } & {
  mail?: MailServer | null | undefined;
};

/** The privacy and security settings: for roles with ‘manage-security’. */
const security: readonly (keyof Settings)[] = [
  'inactivityMinutes',
  'absoluteSessionHours',
  'maxSessionsPerUser',
  'hideSecretSeconds',
  'clearClipboardSeconds',
  'noRevealWithAutoLogon',
  'ownersNeedNoApproval',
  'superAdministratorsNeedNoApproval',
  'administratorsSeeCheckedOut',
  'loginMinLength',
  'loginMixed',
  'loginMaxAgeDays',
  'loginBlockedWords',
];

/** Throws `not-your-role` for a setting that takes more than ‘manage-settings’ to change. Sent as it stands it is no change. */
export async function requireMaySet(db: OrganisationDb, actor: Facts, changes: Changes): Promise<void> {
  const before = await readSettings(db);
  const changed = (name: keyof Settings): boolean => changes[name] !== undefined && changes[name] !== before[name];
  if (security.some(changed) && !actor.permits.includes('manage-security'))
    throw new Problem('not-your-role', { detail: 'Privacy and security settings are a privileged administrator’s.' });
  if (changed('denySuperAdministrators') && !actor.superAdministrator)
    throw new Problem('not-your-role', { detail: 'Only a super administrator says who makes super administrators.' });
}

/** Stores those settings that are given, and notes each with its old and new value. */
export async function writeSettings(
  grant: Grant<'setting.update' | 'setup.complete'>,
  vault: Vault,
  changes: Changes,
): Promise<Settings> {
  const before = await readSettings(grant.db);
  const { organisationId } = grant.actor;
  const put = async (name: string, value: unknown): Promise<void> => {
    await sql`insert into setting (organisation_id, name, value) values (${organisationId}, ${name}, ${JSON.stringify(value)}::jsonb)
      on conflict (organisation_id, name) do update set value = excluded.value`.execute(grant.db);
  };
  const { mail, ...plain } = changes;
  for (const [name, value] of Object.entries(plain)) {
    const old = before[name as keyof typeof plain];
    if (value === undefined || value === old) continue;
    await put(name, value);
    grant.note({ [`${name} was`]: old, [`${name} is`]: value });
  }
  if (mail === null) {
    await put('mail', null);
    await grant.db.deleteFrom('settingSecret').where('name', '=', mailPassword).execute();
    grant.note({ 'mail is': 'off' });
  } else if (mail !== undefined) {
    const { password, ...rest } = mail;
    // Whoever says where an account's password goes could read it there: that takes the right to reveal it, at every change.
    if (rest.accountId !== null) await requireAlso(grant, 'account.reveal', rest.accountId);
    // A stored password goes to the server and name it was stored for, as well protected, and nowhere else that somebody sets later.
    const same =
      rest.accountId === null &&
      before.mail?.host === rest.host &&
      before.mail.port === rest.port &&
      before.mail.username === rest.username &&
      before.mail.security === rest.security;
    const typed = rest.accountId === null && password !== '';
    if (typed) await writeMailPassword(grant, vault, password);
    else if (!same) await grant.db.deleteFrom('settingSecret').where('name', '=', mailPassword).execute();
    const stored = typed || (same && before.mail?.passwordStored === true);
    await put('mail', { ...rest, username: rest.accountId === null ? rest.username : '', passwordStored: stored });
    if (rest.accountId !== null) grant.note({ 'mail signs in by account': rest.accountId });
    // What waited for the server to be set right goes out.
    await grant.db.updateTable('mailOutbox').set({ nextTryAt: new Date() }).where('state', '=', 'waiting').execute();
    await wakeAll(grant.db, organisationId);
    grant.note({ 'mail is': `${rest.host}:${rest.port}` });
  }
  return readSettings(grant.db);
}

async function writeMailPassword(
  grant: Grant<'setting.update' | 'setup.complete'>,
  vault: Vault,
  password: string,
): Promise<void> {
  const { organisationId } = grant.actor;
  await grant.db.deleteFrom('settingSecret').where('name', '=', mailPassword).execute();
  const id = newId();
  const sealed = await vault.seal(grant, new Secret(password), {
    column: 'setting_secret.sealed',
    rowId: id,
    version: 1,
  });
  await grant.db.insertInto('settingSecret').values({ organisationId, id, name: mailPassword, sealed }).execute();
}
