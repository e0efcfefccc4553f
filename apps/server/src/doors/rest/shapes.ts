import type { AccessState, Account, Policy } from '@strongroom/contract';
import type { PasswordRules, ResourceRow } from './ask.ts';

const flag = (value: boolean): string => (value ? 'true' : 'false');
const none = 'N/A';

/** Why nobody logs on through the product; clients show it. */
const noLogOn = 'Automatic log-on is not available';

/** A row of the resource list. Every scalar is a string. */
export const resourceRow = (resource: ResourceRow): Record<string, string> => ({
  'RESOURCE ID': String(resource.number),
  'RESOURCE NAME': resource.name,
  'RESOURCE DESCRIPTION': resource.description,
  'RESOURCE TYPE': resource.type,
  NOOFACCOUNTS: String(resource.accounts),
});

/** The policy that applies: the first that is set, else the organisation's default. */
const policyOf = (policies: readonly Policy[], ids: readonly (string | null)[]): Policy | undefined => {
  const id = ids.find((candidate) => candidate !== null);
  return policies.find((policy) => policy.id === id) ?? policies.find((policy) => policy.isDefault);
};

/**
 * A resource without its accounts. Log-on through the product does not exist yet, so every key about it says so: restricted, and no method in the list. Custom fields stand
 * in the description.
 */
export const resourceObject = (
  resource: ResourceRow,
  policies: readonly Policy[],
  rules: PasswordRules,
): Record<string, unknown> => ({
  'RESOURCE ID': String(resource.number),
  'RESOURCE NAME': resource.name,
  'RESOURCE DESCRIPTION': resource.description,
  'RESOURCE TYPE': resource.type,
  'DNS NAME': resource.dnsName,
  'DOMAIN NAME': resource.domain,
  'RESOURCE URL': resource.url,
  LOCATION: resource.location,
  DEPARTMENT: resource.department,
  'RESOURCE OWNER': resource.ownerName,
  'RESOURCE PASSWORD POLICY': policyOf(policies, [resource.policyId])?.name ?? none,
  ALLOWOPENURLINBROWSER: flag(resource.url !== ''),
  NEWSSHTERMINAL: 'false',
  PASSWORDREQUEST_REASON_MANDATORY: flag(rules.reasonToReveal),
  IS_LOCAL_ACCOUNTS_AUTOLOGON_RESTRICTED: 'true',
  IS_SSH_RESTRICTED: 'true',
  ISRDPRESTRICTED: 'true',
  'CUSTOM FIELD': [],
});

/** What stands in the place of a password that must be asked for, or that somebody else has. Clients look for these words. */
const workflowWords: Record<AccessState['state'], string> = {
  request: '[Request]',
  rejected: '[Request]',
  void: '[Request]',
  expired: '[Request]',
  waiting: '[Waiting for approval]',
  approved: '[Check Out]',
  mine: '***** [checkIn]',
  'in-use': '[ In use ]',
  resetting: '[ In use ]',
  'reset-failed': '[ In use ]',
};
/** The word for where the asker stands with a password that was not given for the sake of access control. */
export const placeholder = (account: Account, refused: 'approval-required' | 'checked-out'): string => {
  const state = account.access?.state;
  if (refused === 'checked-out') return workflowWords['in-use'];
  return state === undefined || state === 'mine' ? workflowWords.request : workflowWords[state];
};

/** `****` for a password that the asker may open, the name of a file, a word of the workflow; clients look for `####` otherwise. */
function status(account: Account): string {
  // Whoever need not ask, and may look, sees it as ever.
  if (account.access !== null && !(account.access.state !== 'mine' && account.can.includes('account.reveal')))
    return workflowWords[account.access.state];
  if (account.holdsFile) return account.can.includes('account.download-file') ? (account.file?.name ?? '####') : '####';
  return account.can.includes('account.reveal') ? '****' : '####';
}

/** An account in the list of its resource. */
export const accountRow = (
  account: Account,
  resource: ResourceRow,
  policies: readonly Policy[],
  rules: PasswordRules,
): Record<string, unknown> => ({
  'ACCOUNT ID': String(account.number),
  'ACCOUNT NAME': account.username,
  PASSWDID: String(account.number),
  'PASSWORD STATUS': status(account),
  'ACCOUNT PASSWORD POLICY': policyOf(policies, [account.policyId, resource.policyId])?.name ?? none,
  ACCOUNT_DESCRIPTION: account.notes,
  ISFAVPASS: flag(account.favourite),
  AUTOLOGONLIST: [],
  AUTOLOGONSTATUS: noLogOn,
  ISREASONREQUIRED: flag(rules.reasonToReveal),
  IS_TICKETID_REQD: flag(rules.ticketToReveal),
  IS_TICKETID_REQD_MANDATORY: flag(rules.ticketToReveal),
  IS_TICKETID_REQD_ACW: flag(rules.ticketToRequest),
  PASSWORDREQUEST_REASON_MANDATORY: flag(rules.reasonToReveal),
  ISREMOTEAPPONLY: 'false',
  IS_USER_WITH_COMMAND_CONTROL_ROLE: 'false',
  IS_COMMAND_CONTROL_CONFIGURED: 'false',
  IS_TOTP_CONFIGURED: 'false',
});

const compliantStatus = { compliant: 'Compliant', violating: 'Non-Compliant', unknown: none } as const;

/**
 * One account. When it was last opened stands in the audit trail, which an API user may not read: that is `N/A`, the reference's word for what is not known.
 */
export function accountDetails(
  account: Account,
  resource: ResourceRow,
  policies: readonly Policy[],
  rules: PasswordRules,
  now: Date,
): Record<string, string> {
  const policy = policyOf(policies, [account.policyId, resource.policyId]);
  const expired = account.expiresAt !== null && Date.parse(account.expiresAt) <= now.getTime();
  return {
    DESCRIPTION: account.notes === '' ? none : account.notes,
    PASSWDID: String(account.number),
    'PASSWORD STATUS': status(account),
    'PASSWORD POLICY': policy?.name ?? none,
    'LAST MODIFIED TIME': clientTime(new Date(account.changedAt)),
    'LAST ACCESSED TIME': none,
    'EXPIRY STATUS': expired ? 'Expired' : 'Valid',
    'COMPLIANT STATUS': account.compliance === null ? none : compliantStatus[account.compliance],
    'COMPLIANT REASON': account.complianceWhy.length === 0 ? none : account.complianceWhy.join(' '),
    PASSWORDREQUEST_REASON_MANDATORY: flag(rules.reasonToReveal),
  };
}

/** A time as clients parse it: `Dec 1, 2021 09:00 PM`, in the server's own zone. */
export function clientTime(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    month: 'short',
    day: 'numeric',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: true,
  }).formatToParts(date);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('month')} ${part('day')}, ${part('year')} ${part('hour')}:${part('minute')} ${part('dayPeriod')}`;
}
