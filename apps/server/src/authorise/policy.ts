import type { TicketUse } from '@strongroom/contract';
import type { ProblemCode } from '../platform/problem.ts';
import { ladder, type Relation } from './hold.ts';
import type { Permit, Role } from './permissions.ts';

export type Scope = 'read' | 'passwords' | 'manage' | 'administer';

/** Everything a decision may depend on. facts.ts reads it; nothing here touches the database. */
export interface Facts {
  readonly actorKind: 'user' | 'system' | 'anonymous';
  /** The actor's session or token is still good at this moment, and the user is active. */
  readonly live: boolean;
  readonly mustChangePassword: boolean;
  readonly role: Role | null;
  /** What the role allows. */
  readonly permits: readonly Permit[];
  readonly superAdministrator: boolean;
  /** What a token carries; null for a signed-in person, who has all. */
  readonly scopes: readonly Scope[] | null;
  readonly relation: Relation;
  /** True when the object is the actor. */
  readonly self: boolean;
  readonly reasonGiven: boolean;
  readonly ticketGiven: boolean;
  readonly reasonToReveal: boolean;
  readonly reasonToChange: boolean;
  readonly ticketToReveal: boolean;
  /** For what a ticketing system that is connected wants a ticket of the actor; and what it said of the one that was given. */
  readonly ticketAsked: readonly TicketUse[];
  readonly ticketVerdict: TicketVerdict;
  /** True while a rotation of the account is not finished. */
  readonly attemptOpen: boolean;
  /** The organisation keeps password users and auditors from passwords where a log-in goes by itself; and the resource has such a URL. */
  readonly autoLogonHides: boolean;
  readonly autoLogon: boolean;
  /** Access to it is controlled; the actor need not ask all the same. */
  readonly controlled: boolean;
  readonly excused: boolean;
  /** Who has the password checked out at this moment; of a resource, whether the actor has one of its passwords. */
  readonly lease: 'none' | 'mine' | 'another';
  /** The organisation lets administrators open passwords that somebody has checked out. */
  readonly seesCheckedOut: boolean;
  /** Of a request for access: the actor made it; the actor is one of those who approve, or the deputy of one. */
  readonly requester: boolean;
  readonly approver: boolean;
  /** The resource group gathers by criteria. */
  readonly byCriteria: boolean;
  /** Every user group of the actor lets its members give ‘manage’ on groups by criteria, and there is one. */
  readonly mayShareCriteria: boolean;
}

/**
 * What is known of a ticket. `unneeded`: no system is connected, or none was given. `unchecked`: it was not looked at, or too long ago.
 * `allowed-unchecked`: the system did not answer, and the organisation lets people go on then.
 */
export type TicketVerdict = 'unneeded' | 'unchecked' | 'allowed' | 'refused' | 'allowed-unchecked';

/** One condition, in words for people and in code for the machine. */
export interface Rule {
  readonly says: string;
  /** Returns why not, or undefined when content. */
  check(facts: Facts): ProblemCode | undefined;
}

const signedIn: Rule = {
  says: 'is signed in, with a live session or token',
  check: (f) => (f.actorKind === 'user' && f.live && f.role !== null ? undefined : 'signed-out'),
};
const passwordSettled: Rule = {
  says: 'has no log-in password to change first',
  check: (f) => (f.mustChangePassword ? 'must-change-password' : undefined),
};
const scoped = (scope: Scope): Rule => ({
  says: `carries the scope ‘${scope}’, if a program`,
  check: (f) => (f.scopes === null || f.scopes.includes(scope) ? undefined : 'scope-missing'),
});
const personOnly: Rule = {
  says: 'is a person, not a program',
  check: (f) => (f.scopes === null ? undefined : 'scope-missing'),
};
const programOnly: Rule = {
  says: 'is a program, and shows its token',
  check: (f) => (f.scopes === null ? 'not-that-state' : undefined),
};
// A missing hold answers not-found, so that ids cannot be probed.
const holds = (needed: Relation): Rule => ({
  says: needed === 'owner' ? 'owns it, or is super administrator' : `has at least ‘${needed}’ on it`,
  check: (f) => (ladder.indexOf(f.relation) >= ladder.indexOf(needed) ? undefined : 'not-found'),
});
const may = (permit: Permit): Rule => ({
  says: `has a role that may ‘${permit}’`,
  check: (f) => (f.permits.includes(permit) ? undefined : 'not-your-role'),
});
const found: Rule = {
  says: 'names one of the organisation’s',
  check: (f) => (f.relation === 'none' ? 'not-found' : undefined),
};
const notSelf: Rule = { says: 'does not do it to themselves', check: (f) => (f.self ? 'not-yourself' : undefined) };
const bySystem: Rule = {
  says: 'is the product itself',
  check: (f) => (f.actorKind === 'system' ? undefined : 'not-your-role'),
};
const byStranger: Rule = {
  says: 'may be anybody: the work itself checks a password, link or token',
  check: () => undefined,
};
const reasonToReveal: Rule = {
  says: 'gives a reason, where the organisation asks for one',
  check: (f) => (f.reasonToReveal && !f.reasonGiven ? 'reason-required' : undefined),
};
const reasonToChange: Rule = {
  says: 'gives a reason to change, where the organisation asks for one',
  check: (f) => (f.reasonToChange && !f.reasonGiven ? 'reason-required' : undefined),
};
interface TicketRule extends Rule {
  readonly ticketFor: TicketUse;
}
/** The setting asks for any ticket to open a secret; a ticketing system for a good one. */
const ticketFor = (use: TicketUse, bySetting = false): TicketRule => ({
  ticketFor: use,
  says: `gives a ticket id for ‘${use}’, where the organisation asks for one; where a ticketing system is connected, one that it finds good`,
  check: (f) => {
    const checked = f.ticketAsked.includes(use);
    if ((checked || (bySetting && f.ticketToReveal)) && !f.ticketGiven) return 'ticket-required';
    if (!checked) return undefined;
    if (f.ticketVerdict === 'refused') return 'ticket-refused';
    return f.ticketVerdict === 'unchecked' ? 'ticket-unchecked' : undefined;
  },
});
const ticketToReveal = ticketFor('retrieval', true);
const ticketToCheckOut = ticketFor('check-out', true);
const ticketToLogOn = ticketFor('auto-logon', true);
const ticketToRequest = ticketFor('request');
const ticketToReset = ticketFor('reset');
// A click logs in there, so the password need not be seen. Whoever looks after resources must see it all the same.
const notBesideAutoLogon: Rule = {
  says: 'is no password user or auditor where the organisation keeps them from passwords of resources that log in by themselves',
  check: (f) =>
    f.autoLogonHides && f.autoLogon && !f.superAdministrator && !f.permits.includes('manage-resources')
      ? 'auto-logon-only'
      : undefined,
};
/** Exclusive use binds everybody, owners and super administrators included; the organisation may let its administrators look all the same. */
const looksOn = (f: Facts): boolean =>
  f.lease === 'another' && f.seesCheckedOut && f.permits.includes('manage-passwords');
const notCheckedOut: Rule = {
  says: 'nobody else has it checked out',
  check: (f) => (f.lease === 'another' ? 'checked-out' : undefined),
};
const released: Rule = {
  says: 'has it checked out, where access to it is controlled; and nobody else has',
  check: (f) => {
    if (looksOn(f)) return undefined;
    if (f.lease === 'another') return 'checked-out';
    return f.controlled && !f.excused && f.lease !== 'mine' ? 'approval-required' : undefined;
  },
};
const requester: Rule = { says: 'made the request', check: (f) => (f.requester ? undefined : 'not-your-role') };
const notRequester: Rule = {
  says: 'did not make the request',
  check: (f) => (f.requester ? 'not-yourself' : undefined),
};
const approver: Rule = {
  says: 'is one of its approvers or the deputy of one, still with a role that may ‘manage-passwords’',
  check: (f) => (f.approver && f.permits.includes('manage-passwords') ? undefined : 'not-your-role'),
};
const approverOrKeeper: Rule = {
  says: 'is one of its approvers, the deputy of one, or manages the password with a role that may ‘manage-passwords’',
  check: (f) =>
    f.permits.includes('manage-passwords') && (f.approver || ladder.indexOf(f.relation) >= ladder.indexOf('manage'))
      ? undefined
      : 'not-your-role',
};
const notByCriteria: Rule = {
  says: 'is not a group by criteria',
  check: (f) => (f.byCriteria ? 'by-criteria' : undefined),
};
const noAttempt: Rule = {
  says: 'no rotation of it is unfinished',
  check: (f) => (f.attemptOpen ? 'in-use' : undefined),
};

const person = (scope: Scope): readonly Rule[] => [signedIn, passwordSettled, scoped(scope)];
const themselves: readonly Rule[] = [signedIn, personOnly];

export type On =
  | 'organisation'
  | 'self'
  | 'user'
  | 'user-group'
  | 'role'
  | 'resource'
  | 'account'
  | 'attempt'
  | 'resource-group'
  | 'policy'
  | 'field'
  | 'tag'
  | 'tag-value'
  | 'resource-type'
  | 'task'
  | 'import'
  | 'view'
  | 'mail'
  | 'run'
  | 'schedule-template'
  | 'listener'
  | 'listener-run'
  | 'access-request'
  | 'webhook'
  | 'webhook-delivery';
type Trail = 'resource' | 'user' | 'task';
interface Line {
  readonly on: On;
  readonly trail: Trail;
  readonly rules: readonly Rule[];
  /** `refusals`: a cheap read, recorded only when it was refused. */
  readonly audit?: 'refusals';
  /** `sealed`: the account's sealed password is read in the same statement as the facts; it stays sealed until they allow. */
  readonly also?: 'sealed';
}

/** Who may do what. Every action in the product has one line here; an action without a line does not compile. */
// prettier-ignore
export const policy = {
  'setup.read': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [byStranger] },
  'setup.inspect': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [byStranger] },
  'setup.complete': { on: 'organisation', trail: 'user', rules: [byStranger] },
  'identity.sign-in': { on: 'organisation', trail: 'user', rules: [byStranger] },
  'identity.sign-out': { on: 'self', trail: 'user', rules: themselves },
  'identity.read-link': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [byStranger] },
  'identity.accept-link': { on: 'organisation', trail: 'user', rules: [byStranger] },
  'me.read': { on: 'self', trail: 'user', audit: 'refusals', rules: themselves },
  'me.update': { on: 'self', trail: 'user', rules: [...themselves, passwordSettled] },
  'me.change-password': { on: 'self', trail: 'user', rules: themselves },
  'me.list-sessions': { on: 'self', trail: 'user', audit: 'refusals', rules: themselves },
  'me.revoke-session': { on: 'self', trail: 'user', rules: themselves },
  'me.list-tokens': { on: 'self', trail: 'user', audit: 'refusals', rules: [...themselves, passwordSettled] },
  'me.create-token': { on: 'self', trail: 'user', rules: [...themselves, passwordSettled] },
  'me.revoke-token': { on: 'self', trail: 'user', rules: themselves },
  'me.renew-token': { on: 'self', trail: 'user', rules: [...person('read'), programOnly] },
  'user.list': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-users')] },
  'user.read': { on: 'user', trail: 'user', audit: 'refusals', rules: [...person('read'), found, may('manage-users')] },
  'user.create': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-users')] },
  'user.create-api': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-users')] },
  'user.regenerate-token': { on: 'user', trail: 'user', rules: [...person('administer'), found, may('manage-users')] },
  'user.update': { on: 'user', trail: 'user', rules: [...person('administer'), found, may('manage-users')] },
  'user.disable': { on: 'user', trail: 'user', rules: [...person('administer'), found, may('manage-users'), notSelf] },
  'user.enable': { on: 'user', trail: 'user', rules: [...person('administer'), found, may('manage-users'), notSelf] },
  'user.invite': { on: 'user', trail: 'user', rules: [...person('administer'), found, may('manage-users'), notSelf] },
  'user.delete': { on: 'user', trail: 'user', rules: [...person('administer'), found, may('manage-users'), notSelf] },
  'user.transfer': { on: 'user', trail: 'user', rules: [...person('administer'), found, may('manage-users')] },
  'user.lock': { on: 'user', trail: 'user', rules: [...person('administer'), found, may('manage-users'), notSelf] },
  'user.sign-out': { on: 'user', trail: 'user', rules: [...person('administer'), found, may('manage-users')] },
  'user.force-password-change': { on: 'user', trail: 'user', rules: [...person('administer'), found, may('manage-users'), notSelf] },
  'user.import': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-users')] },
  'role.list': { on: 'organisation', trail: 'user', audit: 'refusals', rules: person('read') },
  'role.create': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-roles')] },
  'role.update': { on: 'role', trail: 'user', rules: [...person('administer'), found, may('manage-roles')] },
  'role.delete': { on: 'role', trail: 'user', rules: [...person('administer'), found, may('manage-roles')] },
  'user-group.list': { on: 'organisation', trail: 'user', audit: 'refusals', rules: person('read') },
  'user-group.read': { on: 'user-group', trail: 'user', audit: 'refusals', rules: [...person('read'), found, may('manage-users')] },
  'user-group.members': { on: 'user-group', trail: 'user', audit: 'refusals', rules: [...person('read'), found, may('manage-users')] },
  'user-group.create': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-users')] },
  'user-group.update': { on: 'user-group', trail: 'user', rules: [...person('administer'), found, may('manage-users')] },
  'user-group.change-members': { on: 'user-group', trail: 'user', rules: [...person('administer'), found, may('manage-users')] },
  'user-group.delete': { on: 'user-group', trail: 'user', rules: [...person('administer'), found, may('manage-users')] },
  'principal.list': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('share-resources')] },
  'setting.read': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-settings')] },
  'setting.update': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-settings')] },
  'mail.list': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-settings')] },
  'mail.status': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-settings')] },
  'mail.retry': { on: 'mail', trail: 'user', rules: [...person('administer'), found, may('manage-settings')] },
  'mail.retry-failed': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-settings')] },
  'mail.delete': { on: 'mail', trail: 'user', rules: [...person('administer'), found, may('manage-settings')] },
  'mail.test': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-settings')] },
  'mail.deliver': { on: 'organisation', trail: 'task', rules: [bySystem] },
  'mail.settle': { on: 'organisation', trail: 'task', audit: 'refusals', rules: [bySystem] },
  'certificate.read': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-settings')] },
  'certificate.install': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-settings')] },
  'certificate.install-by-command': { on: 'organisation', trail: 'user', rules: [bySystem] },
  'xml-rpc.read': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-settings')] },
  'ssh-command-line.read': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-settings')] },
  'trusted-certificate.list': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-settings')] },
  'trusted-certificate.add': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-settings')] },
  'trusted-certificate.remove': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-settings')] },
  'trusted-certificate.add-by-command': { on: 'organisation', trail: 'user', rules: [bySystem] },
  'resource-type.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'policy.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'policy.usage': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [...person('read'), may('manage-policies')] },
  'policy.evaluations': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [...person('read'), may('manage-policies')] },
  'policy.sample': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [...person('administer'), may('manage-policies')] },
  'policy.create': { on: 'organisation', trail: 'resource', rules: [...person('administer'), may('manage-policies')] },
  'policy.copy': { on: 'policy', trail: 'resource', rules: [...person('administer'), found, may('manage-policies')] },
  'policy.update': { on: 'policy', trail: 'resource', rules: [...person('administer'), found, may('manage-policies')] },
  'policy.set-default': { on: 'policy', trail: 'resource', rules: [...person('administer'), found, may('manage-policies')] },
  'policy.delete': { on: 'policy', trail: 'resource', rules: [...person('administer'), found, may('manage-policies')] },
  'policy.evaluate': { on: 'organisation', trail: 'task', rules: [bySystem] },
  'policy.generate': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('passwords') },
  'resource.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'resource.read': { on: 'resource', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('part')] },
  'resource.create': { on: 'organisation', trail: 'resource', rules: [...person('manage'), may('manage-resources')] },
  'resource.update': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'resource.delete': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'resource.configure-reset': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'resource.preview-reset': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'resource.trust-host-key': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'resource.pin-host-key': { on: 'resource', trail: 'task', rules: [bySystem] },
  'resource.alarm-host-key': { on: 'resource', trail: 'task', rules: [bySystem] },
  'account.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'account.read': { on: 'account', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('view')] },
  'account.create': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'account.update': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'account.delete': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources'), notCheckedOut, noAttempt] },
  'account.copy': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('owner'), may('manage-resources'), released, reasonToReveal] },
  'account.move': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources'), notCheckedOut, released, noAttempt] },
  'account.favourite': { on: 'account', trail: 'resource', audit: 'refusals', rules: [...person('manage'), holds('view')] },
  'account.exclude-proof': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'account.history': { on: 'account', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('view')] },
  'account.reveal': { on: 'account', trail: 'resource', also: 'sealed', rules: [...person('passwords'), holds('view'), may('view-passwords'), notBesideAutoLogon, released, reasonToReveal, ticketToReveal] },
  'account.note-offline-use': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view')] },
  'account.reveal-former': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view'), may('view-passwords'), notBesideAutoLogon, released, reasonToReveal, ticketToReveal] },
  'account.change-password': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify'), notCheckedOut, released, reasonToChange, noAttempt, ticketToReset] },
  'account.restore': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify'), notCheckedOut, released, reasonToChange, noAttempt, ticketToReset] },
  'account.rotate': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify'), notCheckedOut, reasonToChange, noAttempt, ticketToReset] },
  'account.verify': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view')] },
  'account.try-script': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify'), released] },
  'resource-type.rehearse': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [...person('administer'), may('customise')] },
  'key.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'key.read': { on: 'account', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('view')] },
  'key.make': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify'), notCheckedOut, reasonToChange] },
  'key.import': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify'), notCheckedOut, reasonToChange] },
  'key.reveal': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view'), may('view-passwords'), notBesideAutoLogon, released, reasonToReveal, ticketToReveal] },
  'key.place': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify')] },
  'key.place-on': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('manage')] },
  'key.withdraw': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify')] },
  'key.rotate': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify'), notCheckedOut, reasonToChange] },
  'key.stop-rotation': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify')] },
  'key.verify': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view')] },
  'key.delete': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify'), notCheckedOut, reasonToChange] },
  'key.work': { on: 'account', trail: 'task', rules: [bySystem] },
  'account.record-proof': { on: 'account', trail: 'task', rules: [bySystem] },
  'attempt.read': { on: 'account', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('view')] },
  'attempt.list': { on: 'account', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('view')] },
  'attempt.resolve': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('manage'), may('manage-passwords')] },
  'account.check': { on: 'account', trail: 'task', rules: [bySystem] },
  'account.rotate-due': { on: 'account', trail: 'task', rules: [bySystem, notCheckedOut, noAttempt] },
  'rotation.apply': { on: 'attempt', trail: 'task', rules: [bySystem] },
  'rotation.settle': { on: 'attempt', trail: 'task', rules: [bySystem] },
  'field.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'field.create': { on: 'organisation', trail: 'resource', rules: [...person('administer'), may('customise')] },
  'field.update': { on: 'field', trail: 'resource', rules: [...person('administer'), found, may('customise')] },
  'field.delete': { on: 'field', trail: 'resource', rules: [...person('administer'), found, may('customise')] },
  'tag.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'tag.create': { on: 'organisation', trail: 'resource', rules: [...person('administer'), may('customise')] },
  'tag.update': { on: 'tag', trail: 'resource', rules: [...person('administer'), found, may('customise')] },
  'tag.delete': { on: 'tag', trail: 'resource', rules: [...person('administer'), found, may('customise')] },
  'resource-type.create': { on: 'organisation', trail: 'resource', rules: [...person('administer'), may('customise')] },
  'resource-type.update': { on: 'resource-type', trail: 'resource', rules: [...person('administer'), found, may('customise')] },
  'resource-type.delete': { on: 'resource-type', trail: 'resource', rules: [...person('administer'), found, may('customise')] },
  'resource-type.set-icon': { on: 'resource-type', trail: 'resource', rules: [...person('administer'), found, may('customise')] },
  'resource-type.read-icon': { on: 'resource-type', trail: 'resource', audit: 'refusals', rules: [...person('read'), found] },
  'tag.create-value': { on: 'tag', trail: 'resource', rules: [...person('administer'), found, may('customise')] },
  'tag.update-value': { on: 'tag-value', trail: 'resource', rules: [...person('administer'), found, may('customise')] },
  'tag.delete-value': { on: 'tag-value', trail: 'resource', rules: [...person('administer'), found, may('customise')] },
  'resource.tag': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'resource.copy': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('owner'), may('manage-resources'), released, reasonToReveal] },
  'resource.transfer': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('owner'), may('share-resources')] },
  'resource.reveal-field': { on: 'resource', trail: 'resource', rules: [...person('passwords'), holds('view'), may('view-passwords'), released, reasonToReveal, ticketToReveal] },
  'account.reveal-field': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view'), may('view-passwords'), released, reasonToReveal, ticketToReveal] },
  'account.open-url': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view'), may('view-passwords'), released, reasonToReveal, ticketToLogOn] },
  'account.download-file': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view'), may('view-passwords'), released, reasonToReveal, ticketToReveal] },
  'account.upload-file': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('modify'), notCheckedOut, reasonToChange, noAttempt] },
  'resource.download-file': { on: 'resource', trail: 'resource', rules: [...person('passwords'), holds('view'), may('view-passwords'), released, reasonToReveal, ticketToReveal] },
  'resource.upload-file': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'resource.remove-file': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'account.download-field': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view'), may('view-passwords'), released, reasonToReveal, ticketToReveal] },
  'account.upload-field': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'account.remove-field': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'resource.export': { on: 'organisation', trail: 'resource', rules: person('read') },
  'account.export': { on: 'organisation', trail: 'resource', rules: person('read') },
  'account.list-shares': { on: 'account', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('manage'), may('share-resources')] },
  'account.share': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('manage'), may('share-resources')] },
  'account.preview-shares': { on: 'account', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('manage'), may('share-resources')] },
  'resource.list-shares': { on: 'resource', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('manage'), may('share-resources')] },
  'resource.share': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('manage'), may('share-resources')] },
  'resource.preview-shares': { on: 'resource', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('manage'), may('share-resources')] },
  'resource-group.list-shares': { on: 'resource-group', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('manage'), may('share-resources')] },
  'resource-group.share': { on: 'resource-group', trail: 'resource', rules: [...person('manage'), holds('manage'), may('share-resources')] },
  'resource-group.preview-shares': { on: 'resource-group', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('manage'), may('share-resources')] },
  'resource-group.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'resource-group.read': { on: 'resource-group', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('view')] },
  'resource-group.members': { on: 'resource-group', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('view')] },
  'resource-group.preview': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [...person('read'), may('manage-resources')] },
  'resource-group.create': { on: 'organisation', trail: 'resource', rules: [...person('manage'), may('manage-resources')] },
  'resource-group.update': { on: 'resource-group', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'resource-group.change-criteria': { on: 'resource-group', trail: 'resource', rules: [...person('manage'), holds('owner'), may('manage-resources')] },
  'resource-group.change-members': { on: 'resource-group', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources'), notByCriteria] },
  'resource-group.move': { on: 'resource-group', trail: 'resource', rules: [...person('manage'), holds('owner'), may('manage-resources')] },
  'resource-group.transfer': { on: 'resource-group', trail: 'resource', rules: [...person('manage'), holds('owner'), may('share-resources'), notByCriteria] },
  'resource-group.delete': { on: 'resource-group', trail: 'resource', rules: [...person('manage'), holds('owner'), may('manage-resources')] },
  'resource-group.read-notices': { on: 'resource-group', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('manage'), may('manage-resources')] },
  'resource-group.set-notices': { on: 'resource-group', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'notice.send': { on: 'organisation', trail: 'task', rules: [bySystem] },
  'explorer.read': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'explorer.rename-root': { on: 'organisation', trail: 'resource', rules: [...person('manage'), may('manage-resources')] },
  'explorer.change': { on: 'organisation', trail: 'resource', rules: [...person('manage'), may('arrange-explorer')] },
  'explorer.history': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [...person('read'), may('arrange-explorer')] },
  'explorer.revert': { on: 'organisation', trail: 'resource', rules: [...person('manage'), may('arrange-explorer')] },
  'run.start': { on: 'organisation', trail: 'task', rules: person('passwords') },
  'run.start-nightly': { on: 'organisation', trail: 'task', rules: [bySystem] },
  'run.preview': { on: 'organisation', trail: 'task', audit: 'refusals', rules: person('read') },
  'run.list': { on: 'organisation', trail: 'task', audit: 'refusals', rules: person('read') },
  'run.read': { on: 'run', trail: 'task', audit: 'refusals', rules: [...person('read'), holds('owner')] },
  'run.items': { on: 'run', trail: 'task', audit: 'refusals', rules: [...person('read'), holds('owner')] },
  'run.stop': { on: 'run', trail: 'task', rules: [...person('passwords'), holds('owner')] },
  'run.export': { on: 'run', trail: 'task', rules: [...person('read'), holds('owner')] },
  'run.settle': { on: 'organisation', trail: 'task', audit: 'refusals', rules: [bySystem] },
  'run.end': { on: 'run', trail: 'task', rules: [bySystem] },
  'account.list-consumers': { on: 'account', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('view')] },
  'account.count-consumers': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'account.add-consumer': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'account.change-consumer': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'account.remove-consumer': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'schedule.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'schedule.calendar': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'schedule.preview': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'schedule.read': { on: 'resource-group', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('manage')] },
  'schedule.set': { on: 'resource-group', trail: 'resource', rules: [...person('passwords'), holds('manage'), may('manage-resources')] },
  'schedule.pause': { on: 'resource-group', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'schedule.resume': { on: 'resource-group', trail: 'resource', rules: [...person('passwords'), holds('manage'), may('manage-resources')] },
  'schedule.run': { on: 'resource-group', trail: 'resource', rules: [...person('passwords'), holds('manage'), may('manage-resources'), reasonToChange] },
  'schedule.delete': { on: 'resource-group', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-resources')] },
  'schedule.runs': { on: 'resource-group', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('manage')] },
  'schedule.report': { on: 'resource-group', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('manage')] },
  'schedule.settle': { on: 'organisation', trail: 'task', audit: 'refusals', rules: [bySystem] },
  'schedule.stop': { on: 'resource-group', trail: 'task', rules: [bySystem] },
  'schedule.tell': { on: 'resource-group', trail: 'task', rules: [bySystem] },
  'schedule.finish': { on: 'resource-group', trail: 'task', rules: [bySystem] },
  'listener.list': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-listeners')] },
  'listener.read': { on: 'listener', trail: 'user', audit: 'refusals', rules: [...person('read'), found, may('manage-listeners')] },
  'listener.read-file': { on: 'listener', trail: 'user', rules: [...person('administer'), found, may('manage-listeners')] },
  'listener.create': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-listeners')] },
  'listener.update': { on: 'listener', trail: 'user', rules: [...person('administer'), found, may('manage-listeners')] },
  'listener.approve': { on: 'listener', trail: 'user', rules: [...themselves, passwordSettled, found, may('manage-listeners')] },
  'listener.refuse': { on: 'listener', trail: 'user', rules: [...themselves, passwordSettled, found, may('manage-listeners')] },
  'listener.switch': { on: 'listener', trail: 'user', rules: [...person('administer'), found, may('manage-listeners')] },
  'listener.renew-secret': { on: 'listener', trail: 'user', rules: [...person('administer'), found, may('manage-listeners')] },
  'listener.delete': { on: 'listener', trail: 'user', rules: [...person('administer'), found, may('manage-listeners')] },
  'listener.test': { on: 'listener', trail: 'user', rules: [...person('administer'), found, may('manage-listeners')] },
  'listener.runs': { on: 'organisation', trail: 'task', audit: 'refusals', rules: [...person('read'), may('manage-listeners')] },
  'listener.read-run': { on: 'listener-run', trail: 'task', audit: 'refusals', rules: [...person('read'), found, may('manage-listeners')] },
  'listener.retry': { on: 'listener-run', trail: 'task', rules: [...person('administer'), found, may('manage-listeners')] },
  'listener.plan': { on: 'organisation', trail: 'task', rules: [bySystem] },
  'listener.run': { on: 'listener-run', trail: 'task', rules: [bySystem] },
  'listener.settle': { on: 'listener-run', trail: 'task', rules: [bySystem] },
  'webhook.list': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-settings'), may('read-audit')] },
  'webhook.read': { on: 'webhook', trail: 'user', audit: 'refusals', rules: [...person('read'), found, may('manage-settings'), may('read-audit')] },
  'webhook.create': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-settings'), may('read-audit')] },
  'webhook.update': { on: 'webhook', trail: 'user', rules: [...person('administer'), found, may('manage-settings'), may('read-audit')] },
  'webhook.switch': { on: 'webhook', trail: 'user', rules: [...person('administer'), found, may('manage-settings'), may('read-audit')] },
  'webhook.renew-secret': { on: 'webhook', trail: 'user', rules: [...person('administer'), found, may('manage-settings'), may('read-audit')] },
  'webhook.delete': { on: 'webhook', trail: 'user', rules: [...person('administer'), found, may('manage-settings'), may('read-audit')] },
  'webhook.test': { on: 'webhook', trail: 'user', rules: [...person('administer'), found, may('manage-settings'), may('read-audit')] },
  'webhook.deliveries': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-settings'), may('read-audit')] },
  'webhook.send-again': { on: 'webhook-delivery', trail: 'user', rules: [...person('administer'), found, may('manage-settings'), may('read-audit')] },
  'webhook.plan': { on: 'organisation', trail: 'task', audit: 'refusals', rules: [bySystem] },
  'webhook.deliver': { on: 'webhook', trail: 'task', audit: 'refusals', rules: [bySystem] },
  'webhook.settle': { on: 'webhook', trail: 'task', rules: [bySystem] },
  'event.tail': { on: 'organisation', trail: 'task', audit: 'refusals', rules: [bySystem] },
  'event.follow': { on: 'organisation', trail: 'user', audit: 'refusals', rules: person('read') },
  'ticketing.read': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-settings')] },
  'ticketing.update': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-settings')] },
  'ticketing.remove': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-settings')] },
  'ticketing.test': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-settings')] },
  'ticketing.modules': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-listeners')] },
  'ticketing.read-module-file': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-listeners')] },
  'ticketing.add-module': { on: 'organisation', trail: 'user', rules: [...person('administer'), may('manage-listeners')] },
  'ticketing.approve-module': { on: 'organisation', trail: 'user', rules: [...themselves, passwordSettled, may('manage-listeners')] },
  'ticketing.refuse-module': { on: 'organisation', trail: 'user', rules: [...themselves, passwordSettled, may('manage-listeners')] },
  'account.check-ticket': { on: 'account', trail: 'resource', rules: [...person('read'), holds('view'), may('view-passwords'), ticketToReveal] },
  'ticket.check': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [bySystem] },
  'ticket.settle': { on: 'organisation', trail: 'resource', rules: [bySystem] },
  'approval.list': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('manage-listeners')] },
  'access-control.read': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [...person('read'), may('manage-passwords')] },
  'access-control.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [...person('read'), may('manage-passwords')] },
  'access-control.approvers': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [...person('read'), may('manage-passwords')] },
  'deputy.read': { on: 'self', trail: 'user', audit: 'refusals', rules: [...themselves, passwordSettled] },
  'deputy.set': { on: 'self', trail: 'user', rules: [...themselves, passwordSettled, may('manage-passwords')] },
  'deputy.end': { on: 'self', trail: 'user', rules: [...themselves, passwordSettled] },
  'resource.control-access': { on: 'resource', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-passwords')] },
  'account.control-access': { on: 'account', trail: 'resource', rules: [...person('manage'), holds('manage'), may('manage-passwords')] },
  'account.request': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view'), may('view-passwords'), ticketToRequest] },
  'account.check-out': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view'), may('view-passwords'), notCheckedOut, reasonToReveal, ticketToCheckOut] },
  'account.check-in': { on: 'account', trail: 'resource', rules: [...person('passwords'), holds('view')] },
  'account.break-glass': { on: 'account', trail: 'resource', rules: [...person('passwords'), personOnly, holds('view'), may('view-passwords'), ticketToCheckOut] },
  'access-request.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'access-request.count': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'access-request.open-link': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [...themselves, passwordSettled] },
  'access-request.read': { on: 'access-request', trail: 'resource', audit: 'refusals', rules: [...person('read'), holds('view')] },
  'access-request.withdraw': { on: 'access-request', trail: 'resource', rules: [...person('passwords'), holds('view'), requester] },
  'access-request.approve': { on: 'access-request', trail: 'resource', rules: [...person('passwords'), holds('view'), notRequester, approver] },
  'access-request.reject': { on: 'access-request', trail: 'resource', rules: [...person('passwords'), holds('view'), notRequester, approver] },
  'access-request.force-check-in': { on: 'access-request', trail: 'resource', rules: [...person('passwords'), holds('view'), approverOrKeeper] },
  'access-request.review': { on: 'access-request', trail: 'resource', rules: [...person('passwords'), personOnly, holds('view'), notRequester, approver] },
  'access-request.settle': { on: 'organisation', trail: 'task', audit: 'refusals', rules: [bySystem] },
  'lease.reset': { on: 'access-request', trail: 'task', rules: [bySystem] },
  'lease.reset-done': { on: 'access-request', trail: 'task', rules: [bySystem] },
  'lease.reset-failed': { on: 'access-request', trail: 'task', rules: [bySystem] },
  'lease.end': { on: 'access-request', trail: 'task', rules: [bySystem] },
  'schedule-template.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: [...person('read'), may('manage-resources')] },
  'schedule-template.save': { on: 'organisation', trail: 'resource', rules: [...person('manage'), may('manage-resources')] },
  'schedule-template.delete': { on: 'schedule-template', trail: 'resource', rules: [...person('manage'), found, may('manage-resources')] },
  'task.start': { on: 'organisation', trail: 'task', rules: person('manage') },
  'task.list': { on: 'organisation', trail: 'task', audit: 'refusals', rules: person('read') },
  'task.read': { on: 'task', trail: 'task', audit: 'refusals', rules: [...person('read'), holds('owner')] },
  'task.items': { on: 'task', trail: 'task', audit: 'refusals', rules: [...person('read'), holds('owner')] },
  'task.cancel': { on: 'task', trail: 'task', rules: [...person('manage'), holds('owner')] },
  'task.settle': { on: 'organisation', trail: 'task', audit: 'refusals', rules: [bySystem] },
  'resource.import': { on: 'organisation', trail: 'resource', rules: [...person('manage'), may('import-resources'), may('manage-resources')] },
  'import.upload': { on: 'organisation', trail: 'task', rules: person('manage') },
  'import.list': { on: 'organisation', trail: 'task', audit: 'refusals', rules: person('read') },
  'import.read': { on: 'import', trail: 'task', audit: 'refusals', rules: [...person('read'), holds('owner')] },
  'import.open': { on: 'import', trail: 'task', rules: [...person('manage'), holds('owner')] },
  'import.download-skipped': { on: 'import', trail: 'task', rules: [...person('manage'), holds('owner')] },
  'import.check': { on: 'import', trail: 'task', rules: [...person('manage'), holds('owner')] },
  'import.run': { on: 'import', trail: 'task', rules: [...person('manage'), holds('owner')] },
  'import.lines': { on: 'import', trail: 'task', audit: 'refusals', rules: [...person('read'), holds('owner')] },
  'import.undo': { on: 'import', trail: 'task', rules: [...person('manage'), holds('owner')] },
  'import.discard': { on: 'import', trail: 'task', rules: [...person('manage'), holds('owner')] },
  'import.apply': { on: 'import', trail: 'task', rules: [...person('manage'), holds('owner')] },
  'search.all': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'view.list': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'view.create': { on: 'organisation', trail: 'resource', rules: person('manage') },
  'view.update': { on: 'view', trail: 'resource', rules: [...person('manage'), holds('owner')] },
  'view.delete': { on: 'view', trail: 'resource', rules: [...person('manage'), holds('owner')] },
  'dashboard.read': { on: 'organisation', trail: 'resource', audit: 'refusals', rules: person('read') },
  'access.explain': { on: 'user', trail: 'user', audit: 'refusals', rules: [...person('read'), found, may('read-access')] },
  'access.find': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('read-access')] },
  'access.who': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('read-access')] },
  'access.reach': { on: 'user', trail: 'user', audit: 'refusals', rules: [...person('read'), found, may('read-access')] },
  'access.suppose': { on: 'user', trail: 'user', audit: 'refusals', rules: [...person('read'), found, may('read-access')] },
  'audit.list': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('read-audit')] },
  'audit.read': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('read-audit')] },
  'audit.seal': { on: 'organisation', trail: 'user', audit: 'refusals', rules: [...person('read'), may('read-audit')] },
  'audit.export': { on: 'organisation', trail: 'user', rules: [...person('read'), may('read-audit')] },
  'audit.export-by-command': { on: 'organisation', trail: 'user', rules: [bySystem] },
} as const satisfies Record<string, Line>;

export type Action = keyof typeof policy;

/** The line of an action, without its literal type. */
export const lineOf = (action: Action): Line => policy[action];

/** True when a text names an action of the policy. */
export const isAction = (name: string): name is Action => Object.hasOwn(policy, name);

/** What a ticket is used for in an action; undefined where none is asked for. */
export const ticketUseOf = (action: Action): TicketUse | undefined =>
  lineOf(action).rules.find((rule): rule is TicketRule => 'ticketFor' in rule)?.ticketFor;

/** Facts of somebody who was asked for reason and ticket elsewhere, or is asked for them when it comes to it. */
export const obliging = (facts: Facts): Facts => ({
  ...facts,
  reasonGiven: true,
  ticketGiven: true,
  ticketVerdict: 'unneeded',
});

/** The first refusal in the order written above, or undefined when the action is allowed. */
export function refusal(action: Action, facts: Facts): ProblemCode | undefined {
  for (const rule of policy[action].rules) {
    const refused = rule.check(facts);
    if (refused) return refused;
  }
  return undefined;
}

/** Every rule of an action with its verdict, for `explain`. Allowed exactly when none refuses. */
export function derive(
  action: Action,
  facts: Facts,
): { allowed: boolean; rules: { says: string; holds: boolean; refusal: ProblemCode | null }[] } {
  const rules = policy[action].rules.map((rule) => {
    const refused = rule.check(facts) ?? null;
    return { says: rule.says, holds: refused === null, refusal: refused };
  });
  return { allowed: rules.every((rule) => rule.holds), rules };
}

/** Those of `actions` that would not be refused for lack of right; a missing reason or ticket is asked for, not a refusal. */
export function abilities<A extends Action>(actions: readonly A[], facts: Facts): A[] {
  return actions.filter((action) => refusal(action, obliging(facts)) === undefined);
}
