import type { NoticeEvent, NoticeRules, Principal, setNotices } from '@strongroom/contract';
import type { z } from 'zod';
import { looksLikeMail } from '../../lib/mail-address.ts';
import { notices } from '../../lib/messages/notices.ts';

/** Who is told of one event, as the form holds it. */
export interface Draft {
  readonly event: NoticeEvent;
  readonly owner: boolean;
  readonly people: boolean;
  readonly named: readonly Pick<Principal, 'kind' | 'id' | 'name'>[];
  readonly addresses: readonly string[];
  readonly alsoReset: boolean;
  readonly resetBy: string | null;
}

/** The stored rules as drafts. */
export const draftsOf = (rules: NoticeRules): Draft[] =>
  rules.items.map(({ users, userGroups, ...rule }) => ({
    ...rule,
    named: [
      ...users.map((user) => ({ kind: 'user' as const, ...user })),
      ...userGroups.map((group) => ({ kind: 'user-group' as const, ...group })),
    ],
  }));

type Rule = z.input<(typeof setNotices)['input']>['rules'][number];

/** The drafts as the contract wants them. */
export const rulesOf = (drafts: readonly Draft[]): Rule[] =>
  drafts.map(({ event, owner, people, named, addresses, alsoReset }) => ({
    event,
    owner,
    people,
    addresses: [...addresses],
    alsoReset,
    userIds: named.flatMap((one) => (one.kind === 'user' ? [one.id] : [])) as Rule['userIds'] & string[],
    userGroupIds: named.flatMap((one) => (one.kind === 'user-group' ? [one.id] : [])) as Rule['userGroupIds'] &
      string[],
  }));

/** Events that can have the password reset as well. */
export const resets = (event: NoticeEvent): event is 'share-changed' | 'expires' =>
  event === 'share-changed' || event === 'expires';

/** The first address that is none; undefined when all are. */
export const wrongAddress = (draft: Draft): string | undefined =>
  draft.addresses.find((address) => !looksLikeMail(address));

/** A rule in a few words, such as ‘Owner, 2 named’. */
export function summaryOf(draft: Draft): string {
  const parts = [
    ...(draft.owner ? [notices('owner')] : []),
    ...(draft.people ? [notices('people')] : []),
    ...(draft.named.length > 0 ? [notices('summaryNamed', { count: draft.named.length })] : []),
    ...(draft.addresses.length > 0 ? [notices('summaryAddresses', { count: draft.addresses.length })] : []),
    ...(draft.alsoReset ? [notices('summaryReset')] : []),
  ];
  return parts.length === 0 ? notices('nobody') : parts.join(', ');
}
