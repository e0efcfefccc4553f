import type { Invitation } from '@strongroom/contract';
import { generate, loginRules, type Rules } from '@strongroom/password-policy';
import type { z } from 'zod';
import type { Actor, Facts, Grant, Perform } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { createLink } from './links.ts';
import type { Mailer } from './mail.ts';
import type { PasswordHasher } from './password-hash.ts';
import { requireReach } from './rank.ts';
import { openMailServer, readSettings } from './settings.ts';
import { readUserRow } from './user.queries.ts';

export interface UserParts {
  readonly vault: Vault;
  readonly hasher: PasswordHasher;
  readonly mailer: Mailer;
  /** Where the console is reached, without a slash at the end. */
  publicUrl(): string;
  /** Told when a mail could not be sent. */
  onMailFailure(error: unknown): void;
}

/** A mail made inside a transaction; sent, if it can be, after it. */
export interface Draft {
  readonly to: string;
  readonly fullName: string;
  readonly server: Awaited<ReturnType<typeof openMailServer>>;
}
type Invited = z.input<typeof Invitation>;
type LinkDraft = Draft & { readonly link: string; readonly expiresAt: Date };

const draftFor = async (grant: Grant<'user.create' | 'user.invite'>, vault: Vault, userId: string): Promise<Draft> => {
  const { email, fullName } = await readUserRow(grant.db, userId);
  return { to: email, fullName, server: await openMailServer(grant, vault) };
};

/** How people get in for the first time, or again. */
export const invitations = (parts: UserParts) => {
  const mail = async (draft: Draft, subject: string, text: string): Promise<boolean> => {
    if (!draft.server || draft.to === '') return false;
    try {
      await parts.mailer.send(draft.server, { to: draft.to, subject, text: `${draft.fullName},\n\n${text}` });
      return true;
    } catch (error) {
      parts.onMailFailure(error);
      return false;
    }
  };
  /** Makes a one-time link, and the mail it goes into. */
  const link = async (grant: Grant<'user.create' | 'user.invite'>, userId: string): Promise<LinkDraft> => {
    const { token, expiresAt } = await createLink(grant, userId);
    return { ...(await draftFor(grant, parts.vault, userId)), link: `${parts.publicUrl()}/link#${token}`, expiresAt };
  };
  /** Sends a link. Without a mail the administrator passes it on; with one nobody else sees it. */
  const sendLink = async (draft: LinkDraft): Promise<Invited> => {
    const { link: address, expiresAt } = draft;
    const mailed = await mail(
      draft,
      'Your access to Strongroom',
      `set your password for Strongroom here. The link works once, until ${expiresAt.toUTCString()}:\n\n${address}\n`,
    );
    return { what: 'link', mailed, link: mailed ? null : address, expiresAt: expiresAt.toISOString() };
  };
  return {
    link,
    sendLink,
    /** The mail that a first password goes into. */
    password: (grant: Grant<'user.create'>, userId: string): Promise<Draft> => draftFor(grant, parts.vault, userId),
    /** Sends a first password. Null when the mail could not be sent: the password is then known to nobody. */
    async sendPassword(draft: Draft, username: string, password: string): Promise<Invited> {
      const mailed = await mail(
        draft,
        'Your access to Strongroom',
        `sign in to Strongroom at ${parts.publicUrl()} as ${username} with this password. You choose your own right away.\n\n${password}\n`,
      );
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
      return sendLink(made);
    },
  };
};

/**
 * A first password to be mailed, where the settings say so and there is a mail server: by the organisation's default policy and the
 * rules of log-in passwords together. Undefined where a link is sent instead.
 */
export async function firstPassword(
  database: Database,
  organisationId: string,
  username: string,
): Promise<Secret | undefined> {
  return database.asOrganisation(organisationId, async (db) => {
    const { mail, mailPasswords } = await readSettings(db);
    if (!mailPasswords || mail === null) return undefined;
    const policy = await db
      .selectFrom('passwordPolicy')
      .select(['minLength', 'maxLength', 'mixedCase', 'digits', 'specials', 'specialCharacters', 'startsWithLetter'])
      .where('isDefault', '=', true)
      .executeTakeFirst();
    const rules: Rules = {
      ...loginRules,
      ...policy,
      minLength: Math.max(loginRules.minLength, policy?.minLength ?? 0),
      maxLength: Math.max(loginRules.minLength, policy?.maxLength ?? loginRules.maxLength),
    };
    return new Secret(generate(rules, { username }));
  });
}
