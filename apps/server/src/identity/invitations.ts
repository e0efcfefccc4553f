import type { Invitation } from '@strongroom/contract';
import type { z } from 'zod';
import type { Actor, Facts, Grant, Perform } from '../authorise/index.ts';
import { linksBegin, queueSealedMail, readMailServer, sendNow, takeBack, type MailParts } from '../mail/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { createLink } from './links.ts';
import type { PasswordHasher } from './password-hash.ts';
import { requireReach } from './rank.ts';
import { drawLoginPassword, readLoginRules } from './login-password.ts';
import { readSettings } from './settings.ts';
import { readUserRow } from './user.queries.ts';

export interface UserParts {
  readonly vault: Vault;
  readonly hasher: PasswordHasher;
  readonly mail: MailParts;
  /** Where the console is reached, without a slash at the end. */
  publicUrl(): string;
}

type Invited = z.input<typeof Invitation>;
/** A link, and its mail in the queue; null where it cannot be mailed. */
interface LinkDraft {
  readonly mailId: string | null;
  readonly link: string;
  readonly expiresAt: Date;
}

/** How people get in for the first time, or again. */
export const invitations = (parts: UserParts) => {
  /** Puts the mail in line with what it is about. Null where no mail server is set, or the user has no address. */
  const queue = async (
    grant: Grant<'user.create' | 'user.invite'>,
    userId: string,
    text: string,
  ): Promise<string | null> => {
    const { email, fullName } = await readUserRow(grant.db, userId);
    if (email === '' || (await readMailServer(grant.db)) === null) return null;
    const mail = {
      to: email,
      subject: 'Your access to Strongroom',
      text: `${fullName},\n\n${text}`,
      about: 'invitation',
    };
    return queueSealedMail(grant, parts.vault, mail);
  };
  /**
   * Sends the mail now. When the server does not take it, it is taken back, so that an administrator can pass on what is in it; a task has
   * nobody to pass it on, and leaves it to the queue. True when it went out, or will.
   */
  const send = async ({ organisationId, task }: Actor, mailId: string): Promise<boolean> => {
    try {
      if (await sendNow(parts.mail, organisationId, mailId)) return true;
    } catch (error) {
      parts.mail.onMailFailure(error);
    }
    return task !== undefined || !(await takeBack(parts.mail, organisationId, mailId));
  };
  /** Makes a one-time link, and the mail it goes into. */
  const link = async (grant: Grant<'user.create' | 'user.invite'>, userId: string): Promise<LinkDraft> => {
    const { token, expiresAt } = await createLink(grant, userId);
    const address = `${await linksBegin(grant.db, parts.publicUrl)}/link#${token}`;
    const text = `set your password for Strongroom here. The link works once, until ${expiresAt.toUTCString()}:\n\n${address}\n`;
    return { mailId: await queue(grant, userId, text), link: address, expiresAt };
  };
  /** Sends a link. Without a mail the administrator passes it on; with one nobody else sees it. */
  const sendLink = async (actor: Actor, { mailId, link: address, expiresAt }: LinkDraft): Promise<Invited> => {
    const mailed = mailId !== null && (await send(actor, mailId));
    return { what: 'link', mailed, link: mailed ? null : address, expiresAt: expiresAt.toISOString() };
  };
  return {
    link,
    sendLink,
    /** The mail that a first password goes into; null where it cannot be mailed. */
    async password(
      grant: Grant<'user.create'>,
      userId: string,
      username: string,
      password: string,
    ): Promise<string | null> {
      const address = await linksBegin(grant.db, parts.publicUrl);
      const text = `sign in to Strongroom at ${address} as ${username} with this password. You choose your own right away.\n\n${password}\n`;
      return queue(grant, userId, text);
    },
    /** Sends a first password. Null when the mail could not be sent: the password is then known to nobody. */
    async sendPassword(actor: Actor, mailId: string | null): Promise<Invited> {
      const mailed = mailId !== null && (await send(actor, mailId));
      return mailed ? { what: 'password', mailed, link: null, expiresAt: null } : null;
    },
    /** Makes and sends a new link for a user. Throws `not-that-state` for programs, and for who is disabled or locked. */
    async invite(perform: Perform, actor: Actor, userId: string): Promise<Invited> {
      const made = await perform({ actor, action: 'user.invite', objectId: userId }, async (grant, facts: Facts) => {
        // Whoever holds the link becomes that user.
        const user = await requireReach(grant, facts, userId, 'way-in');
        if (user.kind !== 'person' || user.state === 'disabled' || user.state === 'locked')
          throw new Problem('not-that-state', {
            detail: 'Only people who are neither disabled nor locked get a link.',
          });
        return link(grant, userId);
      });
      return sendLink(actor, made);
    },
  };
};

/**
 * A first password to be mailed, where the settings say so and there is a mail server: by the
 * organisation's rules of log-in passwords. Undefined where a link is sent instead.
 */
export async function firstPassword(
  database: Database,
  organisationId: string,
  username: string,
): Promise<Secret | undefined> {
  return database.asOrganisation(organisationId, async (db) => {
    const { mail, mailPasswords } = await readSettings(db);
    if (!mailPasswords || mail === null) return undefined;
    return drawLoginPassword(await readLoginRules(db), username);
  });
}
