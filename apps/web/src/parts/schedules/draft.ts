import {
  tellBeforeMost,
  type NewPasswords,
  type Principal,
  type Recipients,
  type Schedule,
  type ScheduleTemplate,
  type When,
} from '@strongroom/contract';

/** Who is told, as the wizard holds it. */
export interface RecipientsDraft {
  readonly on: boolean;
  readonly withAccess: boolean;
  readonly principals: readonly Principal[];
  readonly addresses: readonly string[];
}

/** A schedule while it is written. Every kind of ‘when’ keeps what was typed for it. The password never leaves the page it is typed on. */
export interface Draft {
  readonly before: RecipientsDraft & { readonly days: number; readonly hours: number; readonly minutes: number };
  readonly passwords: NewPasswords;
  readonly password: string;
  readonly kind: When['is'];
  readonly date: string;
  readonly time: string;
  readonly every: number;
  readonly from: string;
  readonly day: number;
  readonly pattern: string;
  readonly timeZone: string;
  readonly after: RecipientsDraft;
}

type Source = Schedule | ScheduleTemplate['body'];

const nobody: RecipientsDraft = { on: false, withAccess: true, principals: [], addresses: [] };

function recipientsDraft(list: Source['tellBefore']): RecipientsDraft {
  const principals = [
    ...list.users.map((one): Principal => ({ kind: 'user', detail: '', state: null, ...one })),
    ...list.userGroups.map((one): Principal => ({ kind: 'user-group', detail: '', state: null, ...one })),
  ];
  const on = list.withAccess || principals.length > 0 || list.addresses.length > 0;
  return on ? { on, withAccess: list.withAccess, principals, addresses: list.addresses } : nobody;
}

/** A draft of a schedule that stands or of a template; without either a monthly one at night. `today` is the reader's own day. */
export function draftFrom(source: Source | null, today: string, timeZone: string): Draft {
  const first = { date: today, time: '02:30', every: 30, from: today, day: 1, pattern: '30 2 * * 1' };
  if (!source)
    return {
      before: { ...nobody, days: 1, hours: 0, minutes: 0 },
      passwords: 'unique',
      password: '',
      kind: 'monthly',
      ...first,
      timeZone,
      after: { ...nobody, on: true },
    };
  const { is, ...typed } = source.when;
  const minutes = source.tellBeforeMinutes ?? 24 * 60;
  const before = recipientsDraft(source.tellBefore);
  return {
    before: {
      ...before,
      on: before.on && source.tellBeforeMinutes !== null,
      days: Math.floor(minutes / 1440),
      hours: Math.floor((minutes % 1440) / 60),
      minutes: minutes % 60,
    },
    passwords: source.passwords,
    password: '',
    kind: is,
    ...first,
    ...typed,
    timeZone: source.timeZone,
    after: recipientsDraft(source.tellAfter),
  };
}

/** When the draft is due, as the contract has it. */
export function whenOf(draft: Draft): When {
  switch (draft.kind) {
    case 'once':
      return { is: 'once', date: draft.date, time: draft.time };
    case 'days':
      return { is: 'days', every: draft.every, from: draft.from, time: draft.time };
    case 'monthly':
      return { is: 'monthly', day: draft.day, time: draft.time };
    case 'cron':
      return { is: 'cron', pattern: draft.pattern.trim() };
    case 'never':
      return { is: 'never' };
  }
}

/** How long before people are told, in minutes. */
export const minutesOf = ({ days, hours, minutes }: Draft['before']): number => days * 1440 + hours * 60 + minutes;

export const tellsTooFar = (before: Draft['before']): boolean => {
  const minutes = minutesOf(before);
  return before.on && (!Number.isInteger(minutes) || minutes < 1 || minutes > tellBeforeMost);
};

/** True where people are to be told and nobody is named. */
export const tellsNobody = (list: RecipientsDraft): boolean =>
  list.on && !list.withAccess && list.principals.length === 0 && list.addresses.length === 0;

function recipientsOf(list: RecipientsDraft): Recipients {
  const of = (kind: Principal['kind']) => list.principals.filter((one) => one.kind === kind).map((one) => one.id);
  return list.on
    ? {
        withAccess: list.withAccess,
        users: of('user') as Recipients['users'],
        userGroups: of('user-group') as Recipients['userGroups'],
        addresses: [...list.addresses],
      }
    : { withAccess: false, users: [], userGroups: [], addresses: [] };
}

/** What both a schedule and a template take of a draft. */
export const bodyOf = (draft: Draft) => ({
  when: whenOf(draft),
  timeZone: draft.timeZone,
  passwords: draft.passwords,
  tellBeforeMinutes: draft.before.on ? minutesOf(draft.before) : null,
  tellBefore: recipientsOf(draft.before),
  tellAfter: recipientsOf(draft.after),
});
