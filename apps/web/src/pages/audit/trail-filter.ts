import type { Outcome, Trail } from '@strongroom/contract';
import { actionNames, audit } from '../../lib/messages/audit.ts';

/** What the address says of an audit trail: its filters and the event whose drawer is open. */
export const urlFields = [
  'q',
  'outcome',
  'action',
  'actor',
  'object',
  'when',
  'from',
  'until',
  'sort',
  'event',
] as const;
export type TrailUrl = Readonly<Partial<Record<(typeof urlFields)[number], string>>>;

/** The spans of time offered first; `own` takes two dates. */
export const ranges = ['hour', 'day', 'week', 'month', 'own'] as const;
export type Range = (typeof ranges)[number];
const isRange = (text: string | undefined): text is Range => ranges.some((range) => range === text);

/** The outcomes an event can have. */
export const outcomes: readonly Outcome[] = ['done', 'refused', 'failed'];

const hour = 3_600_000;
const spans = { hour, day: 24 * hour, week: 7 * 24 * hour, month: 30 * 24 * hour } as const;

const instantOf = (date: string | undefined): number =>
  date && /^\d{4}-\d{2}-\d{2}$/.test(date) ? new Date(`${date}T00:00:00`).getTime() : NaN;

/**
 * The two instants between which events are asked for, from the address. A span counts back from `now`, cut to the minute so
 * that the same list is asked for again; own dates are whole days of the browser's time zone, the last one included.
 */
export function timesOf(url: TrailUrl, now: number): { from?: string; until?: string } {
  if (!isRange(url.when)) return {};
  if (url.when !== 'own')
    return { from: new Date(Math.floor((now - spans[url.when]) / 60_000) * 60_000).toISOString() };
  const from = instantOf(url.from);
  const last = instantOf(url.until);
  const until = new Date(last);
  until.setDate(until.getDate() + 1);
  return {
    ...(Number.isNaN(from) ? {} : { from: new Date(from).toISOString() }),
    ...(Number.isNaN(last) ? {} : { until: until.toISOString() }),
  };
}

/** How many filters are set beside the search. */
export const activeFilters = (url: TrailUrl): number =>
  [url.outcome, url.action, url.actor, url.object, url.when].filter(Boolean).length;

const areas: Readonly<Record<Trail, readonly string[]>> = {
  resource: ['account.', 'resource.', 'attempt.', 'policy.'],
  user: ['identity.', 'user.', 'me.', 'setting.', 'audit.', 'setup.', 'certificate.', 'trusted-certificate.'],
  task: [],
};

/** The actions one can choose from on a trail, in words; empty where the trail has too few kinds to need it. */
export function actionChoices(trail: Trail): { value: string; label: string }[] {
  return actionNames
    .filter((name) => areas[trail].some((area) => name.startsWith(area)))
    .map((name) => ({ value: name, label: actionText(name) }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** What an action means, in words; the action's own name where we have none. */
export function actionText(name: string): string {
  const key = `action.${name}`;
  return audit.has(key) ? audit(key) : name;
}
