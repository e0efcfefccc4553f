import type { AccessControl, ControlInput, UserId } from '@strongroom/contract';
import { control } from '../../lib/messages/control.ts';

/** Somebody who approves, or need not ask. `active`: can approve at this moment. `program`: an API user, which decides for whoever holds its token. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly program?: boolean;
}
/** A control of access that is being written. Hours as typed. */
export interface ControlDraft {
  readonly approvers: readonly Person[];
  readonly both: boolean;
  readonly excluded: readonly Person[];
  readonly requestHours: number | string;
  readonly exclusiveHours: number | string;
  readonly resetAfter: boolean;
  readonly automatic: 'never' | 'always' | 'windows';
  readonly windows: readonly { readonly from: string; readonly to: string }[];
  readonly ticketApproves: boolean;
}
export const emptyControl: ControlDraft = {
  approvers: [],
  both: false,
  excluded: [],
  requestHours: 24,
  exclusiveHours: 8,
  resetAfter: false,
  automatic: 'never',
  windows: [{ from: '09:00', to: '17:00' }],
  ticketApproves: false,
};

/** What is stored, to be edited. */
export const draftOf = (stored: AccessControl): ControlDraft => ({
  approvers: stored.approvers,
  both: stored.approvals === 2,
  excluded: stored.excluded.map((one) => ({ ...one, active: true })),
  requestHours: stored.requestHours,
  exclusiveHours: stored.exclusiveHours,
  resetAfter: stored.resetAfter,
  automatic: stored.automatic,
  windows: stored.windows.length > 0 ? stored.windows : emptyControl.windows,
  ticketApproves: stored.ticketApproves,
});

const hours = (value: number | string, least: number): boolean =>
  value !== '' && Number.isInteger(Number(value)) && Number(value) >= least && Number(value) <= 8760;

/** What is wrong, by field; empty when it can be saved. */
export function controlFaults(
  draft: ControlDraft,
): Readonly<Partial<Record<'approvers' | 'requestHours' | 'exclusiveHours' | 'windows', string>>> {
  const able = draft.approvers.filter(({ active }) => active).length;
  return {
    ...(able === 0
      ? { approvers: control('approversNone') }
      : draft.both && able < 2
        ? { approvers: control('approversTwo') }
        : {}),
    ...(hours(draft.requestHours, 1) ? {} : { requestHours: control('hoursBad', { least: 1 }) }),
    ...(hours(draft.exclusiveHours, 0) ? {} : { exclusiveHours: control('hoursBad', { least: 0 }) }),
    ...(draft.automatic === 'windows' &&
    (draft.windows.length === 0 || draft.windows.some(({ from, to }) => !from || !to || from === to))
      ? { windows: control('windowBad') }
      : {}),
  };
}

/** The control as the contract takes it. */
export const inputOf = (draft: ControlDraft, on: boolean): ControlInput => ({
  on,
  approvals: draft.both ? 2 : 1,
  requestHours: Number(draft.requestHours),
  exclusiveHours: Number(draft.exclusiveHours),
  resetAfter: draft.resetAfter,
  automatic: draft.automatic,
  windows: draft.automatic === 'windows' ? draft.windows.map(({ from, to }) => ({ from, to })) : [],
  ticketApproves: draft.ticketApproves,
  approverIds: draft.approvers.map(({ id }) => id as UserId),
  excludedIds: draft.excluded.map(({ id }) => id as UserId),
});
