import { asking } from '../../lib/messages/asking.ts';

/** A request that is being written. Times as the browser's fields hold them, by the computer's own clock. */
export interface RequestDraft {
  readonly reason: string;
  readonly ticket: string;
  readonly later: boolean;
  readonly from: string;
  readonly until: string;
}
export const emptyRequest: RequestDraft = { reason: '', ticket: '', later: false, from: '', until: '' };

const instantOf = (local: string): string | undefined => {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
};

/** What is wrong, by field; empty when it can be sent. */
export function requestFaults(
  draft: RequestDraft,
  needsTicket: boolean,
  now: number = Date.now(),
): Readonly<Partial<Record<keyof RequestDraft, string>>> {
  const [from, until] = [instantOf(draft.from), instantOf(draft.until)];
  return {
    ...(draft.reason.trim().length < 3 ? { reason: asking('reasonShort') } : {}),
    ...(needsTicket && draft.ticket.trim() === '' ? { ticket: asking('ticketMissing') } : {}),
    ...(draft.later && !from && !until ? { from: asking('windowMissing') } : {}),
    ...(draft.later && until && Date.parse(until) <= now
      ? { until: asking('windowPast') }
      : draft.later && from && until && until <= from
        ? { until: asking('windowOrder') }
        : {}),
  };
}

/** The request as the contract takes it, beside the account's id. */
export function requestOf(draft: RequestDraft): {
  readonly reason: string;
  readonly ticket?: string;
  readonly startsAt?: string;
  readonly endsAt?: string;
} {
  const [from, until] = draft.later ? [instantOf(draft.from), instantOf(draft.until)] : [];
  return {
    reason: draft.reason.trim(),
    ...(draft.ticket.trim() ? { ticket: draft.ticket.trim() } : {}),
    ...(from ? { startsAt: from } : {}),
    ...(until ? { endsAt: until } : {}),
  };
}
