import { MailServer } from '@strongroom/contract';
import { z } from 'zod';
import type { Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import type { Secret } from '../platform/secret.ts';
import { trustOf } from '../trust/index.ts';
import type { Vault } from '../vault/index.ts';
import type { SmtpServer } from './smtp.ts';

/** Where the password of the mail server lies in `setting_secret`. */
export const mailPassword = 'mail.password';

const Stored = MailServer.omit({ password: true }).extend({ passwordStored: z.boolean() }).nullable();
export type StoredMail = NonNullable<z.output<typeof Stored>>;

/** The mail server as it is set; null when none is. */
export async function readMailServer(db: OrganisationDb): Promise<StoredMail | null> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', 'mail').executeTakeFirst();
  return Stored.parse(row?.value ?? null);
}

/** What links in mails begin with, without a slash at the end: as it is set, or else `publicUrl`. */
export async function linksBegin(db: OrganisationDb, publicUrl: () => string): Promise<string> {
  return (await readMailServer(db))?.accessUrl ?? publicUrl();
}

/** Why nothing can be sent as things are set, for an administrator. */
export class NoMailServer extends Error {}

/**
 * The mail server with what signs in to it and whom a connection trusts. The password is a typed one, or that of an account of the vault,
 * which gets an event of its own in the trail. Throws `NoMailServer` when there is none, or its account is gone.
 */
export async function openMailServer(grant: Grant<'mail.deliver' | 'mail.test'>, vault: Vault): Promise<SmtpServer> {
  const mail = await readMailServer(grant.db);
  if (mail === null) throw new NoMailServer('No mail server is set.');
  const signsIn =
    mail.accountId === null ? await typed(grant, vault, mail) : await ofAccount(grant, vault, mail.accountId);
  const { host, port, security, from } = mail;
  return { host, port, security, from, ...signsIn, trust: await trustOf(grant.db) };
}

interface SignsIn {
  readonly username: string;
  readonly password: Secret | null;
}

async function typed(grant: Grant<'mail.deliver' | 'mail.test'>, vault: Vault, mail: StoredMail): Promise<SignsIn> {
  const row = await grant.db
    .selectFrom('settingSecret')
    .select(['id', 'sealed'])
    .where('name', '=', mailPassword)
    .executeTakeFirst();
  const password = row
    ? await vault.open(grant, row.sealed, { column: 'setting_secret.sealed', rowId: row.id, version: 1 })
    : null;
  return { username: mail.username, password };
}

async function ofAccount(
  grant: Grant<'mail.deliver' | 'mail.test'>,
  vault: Vault,
  accountId: string,
): Promise<SignsIn> {
  const row = await grant.db
    .selectFrom('secret as s')
    .innerJoin('account as a', 'a.id', 's.accountId')
    .innerJoin('resource as r', 'r.id', 'a.resourceId')
    .select(['a.username', 'r.name', 's.version', 's.sealed', 's.fileId'])
    .where('s.accountId', '=', accountId)
    .where('s.state', '=', 'current')
    .executeTakeFirst();
  if (!row || row.fileId !== null)
    throw new NoMailServer('The account that signs in to the mail server is gone, or has no password.');
  const name = `${row.username} on ${row.name}`;
  grant.each({ kind: 'account', id: accountId, name }, { purpose: 'sign in to the mail server', version: row.version });
  const place = { column: 'secret.sealed', rowId: accountId, version: row.version } as const;
  return { username: row.username, password: await vault.open(grant, row.sealed, place) };
}
