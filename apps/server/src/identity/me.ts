import type { Me, TicketUse } from '@strongroom/contract';
import type { z } from 'zod';
import { abilities, permitsOfRole, policy, type Action, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { readSettings } from './settings.ts';
import type { KnownSession } from './sessions.ts';
import { restrictionsOf } from './restrictions.ts';
import { readUserRow } from './user.queries.ts';
import { userReply } from './user.reply.ts';

const onOrganisation = (Object.keys(policy) as Action[]).filter((action) => policy[action].on === 'organisation');

/** Everything the console needs to know about who is signed in. */
export async function describeMe(
  db: OrganisationDb,
  session: Pick<KnownSession, 'id' | 'userId' | 'organisationId' | 'csrfToken'>,
): Promise<z.input<typeof Me>> {
  const [user, organisation, settings, restrictions] = [
    await readUserRow(db, session.userId),
    await db.selectFrom('organisation').select(['id', 'name']).executeTakeFirstOrThrow(),
    await readSettings(db),
    await restrictionsOf(db, session.userId),
  ];
  const ticketing = await db.selectFrom('ticketing').select('asks').where('isOn', '=', true).executeTakeFirst();
  const asks = (use: TicketUse): boolean => ticketing?.asks.includes(use) === true;
  const exempt = user.superAdministrator || restrictions.ticketExempt;
  const facts: Facts = {
    actorKind: 'user',
    live: true,
    mustChangePassword: user.mustChangePassword,
    role: user.role,
    permits: permitsOfRole(user.role, user.customPermissions),
    superAdministrator: user.superAdministrator,
    scopes: null,
    relation: 'view',
    self: false,
    reasonGiven: true,
    ticketGiven: true,
    reasonToReveal: false,
    reasonToChange: false,
    ticketToReveal: false,
    ticketAsked: [],
    ticketVerdict: 'unneeded',
    attemptOpen: false,
    autoLogonHides: false,
    autoLogon: false,
    byCriteria: false,
    controlled: false,
    excused: false,
    lease: 'none',
    seesCheckedOut: false,
    requester: false,
    approver: false,
    mayShareCriteria: false,
  };
  const {
    hideSecretSeconds,
    clearClipboardSeconds,
    reasonToReveal,
    reasonToChange,
    ticketToReveal,
    changeOnTargetByDefault,
    inactivityMinutes,
    globalExplorerTree,
    staticGroupsOffered,
    fileLimitMegabytes,
    mailPasswords,
    denySuperAdministrators,
    loginMinLength,
    loginMixed,
  } = settings;
  return {
    user: userReply(user, { facts, userId: session.userId }),
    organisation,
    sessionId: session.id,
    csrfToken: session.csrfToken,
    mustChangePassword: user.mustChangePassword,
    can: abilities(onOrganisation, facts),
    preferences: {
      hideSecretSeconds,
      clearClipboardSeconds,
      reasonToReveal,
      reasonToChange,
      // Asked for at once, rather than after a refusal.
      ticketToReveal: (ticketToReveal || asks('retrieval')) && !exempt,
      ticketToRequest: asks('request') && !exempt,
      changeOnTargetByDefault,
      inactivityMinutes,
      globalExplorerTree,
      staticGroupsOffered,
      fileLimitMegabytes,
      mailPasswords,
      denySuperAdministrators,
      loginRules: { minLength: loginMinLength, mixed: loginMixed },
    },
    permissions: [...facts.permits],
    permits: restrictions,
  };
}
