import { maxDeputyDays, type Deputy, type UserId } from '@strongroom/contract';
import { away } from '../../lib/messages/away.ts';
import type { Person } from '../../parts/checkout/control-draft.ts';
import { toLocal } from '../../parts/fields/field-draft.ts';

/** A deputy that is being named. Times as the browser's fields hold them, by the computer's own clock. */
export interface AwayDraft {
  readonly person: Person | null;
  readonly from: string;
  readonly until: string;
  readonly note: string;
}
const dayMs = 24 * 3_600_000;

/** What the form begins with: what stands, else a week from now on. */
export function startOf(own: Deputy | null, now: number = Date.now()): AwayDraft {
  return own
    ? {
        person: { id: own.deputyId, name: own.deputyFullName, active: own.active },
        from: toLocal(own.beginsAt),
        until: toLocal(own.endsAt),
        note: own.note,
      }
    : {
        person: null,
        from: toLocal(new Date(now).toISOString()),
        until: toLocal(new Date(now + 7 * dayMs).toISOString()),
        note: '',
      };
}

const instantOf = (local: string): number => (local === '' ? Number.NaN : new Date(local).getTime());

/** What is wrong, by field; empty when it can be saved. */
export function awayFaults(
  { person, from, until }: AwayDraft,
  now: number = Date.now(),
): Readonly<Partial<Record<keyof AwayDraft, string>>> {
  const [begins, ends] = [instantOf(from), instantOf(until)];
  const fault = (): string | undefined => {
    if (Number.isNaN(ends)) return away('untilMissing');
    if (ends <= now) return away('untilPast');
    if (ends <= begins) return away('untilOrder');
    if (ends - Math.max(begins, now) > maxDeputyDays * dayMs) return away('untilLong', { days: maxDeputyDays });
    return undefined;
  };
  const wrong = fault();
  return {
    ...(person ? {} : { person: away('deputyMissing') }),
    ...(Number.isNaN(begins) ? { from: away('fromMissing') } : {}),
    ...(wrong === undefined ? {} : { until: wrong }),
  };
}

/** The deputy as the contract takes it. A beginning that was not touched stays what it was, to the second. */
export function deputyGiven({ person, from, until, note }: AwayDraft, own: Deputy | null) {
  const kept = own !== null && from === toLocal(own.beginsAt);
  return {
    deputyId: (person?.id ?? '') as UserId,
    beginsAt: kept ? own.beginsAt : new Date(from).toISOString(),
    endsAt: new Date(until).toISOString(),
    note: note.trim(),
  };
}
