import type {
  setTicketing,
  Ticketing,
  TicketCondition,
  TicketMapping,
  TicketSystem,
  TicketUse,
} from '@strongroom/contract';
import type { z } from 'zod';
import { ticketing } from '../../lib/messages/ticketing.ts';

/** One row of a rule while it is edited; `other` is a column of ours or a value. */
export interface RuleRow {
  readonly field: string;
  readonly operator: TicketMapping['operator'];
  readonly other: string;
}

/** The settings as a form holds them: what is typed is text. */
export interface TicketingForm {
  readonly on: boolean;
  readonly system: TicketSystem;
  readonly url: string;
  readonly username: string;
  readonly clientId: string;
  readonly accountsUrl: string;
  readonly table: string;
  readonly jiraApi: '2' | '3';
  readonly closedStates: string;
  readonly mapping: readonly RuleRow[];
  readonly mappingExpression: string;
  readonly conditions: readonly RuleRow[];
  readonly conditionsExpression: string;
  readonly asks: readonly TicketUse[];
  readonly whenDown: 'refuse' | 'allow';
  readonly timeLimit: string;
  readonly secret: string;
  readonly clientSecret: string;
}

/** What the form begins with: what is stored, or the defaults. */
export function formOf(stored: Ticketing | null): TicketingForm {
  return {
    on: stored?.on ?? true,
    system: stored?.system ?? 'servicedesk-plus',
    url: stored?.url ?? '',
    username: stored?.username ?? '',
    clientId: stored?.clientId ?? '',
    accountsUrl: stored?.accountsUrl ?? 'https://accounts.zoho.com',
    table: stored?.table ?? 'incident',
    jiraApi: stored?.jiraApi ?? '2',
    closedStates: stored?.closedStates.join(', ') ?? '',
    mapping: stored?.mapping.map(({ column, ...row }) => ({ ...row, other: column })) ?? [],
    mappingExpression: stored?.mappingExpression ?? '',
    conditions: stored?.conditions.map(({ value, ...row }) => ({ ...row, other: value })) ?? [],
    conditionsExpression: stored?.conditionsExpression ?? '',
    asks: stored?.asks ?? ['retrieval', 'request', 'check-out', 'reset', 'auto-logon'],
    whenDown: stored?.whenDown ?? 'refuse',
    timeLimit: String(stored?.timeLimitSeconds ?? 10),
    secret: '',
    clientSecret: '',
  };
}

/** What signs in is kept for the system, address and name that it was stored for, and must be given again for others. */
const keepsSecret = (form: TicketingForm, stored: Ticketing | null): boolean =>
  stored?.credentialStored === true &&
  (['system', 'url', 'username', 'clientId', 'accountsUrl'] as const).every(
    (name) => stored[name] === form[name].trim(),
  );

/** What is wrong in the form, by the names the server uses; empty when nothing is. */
export function formErrors(form: TicketingForm, stored: Ticketing | null): Readonly<Record<string, string>> {
  const seconds = Number(form.timeLimit);
  const missing = (rows: readonly RuleRow[]): boolean =>
    rows.some((row) => row.field.trim() === '' || row.other.trim() === '');
  return {
    ...(/^https:\/\/[^/?#@\s]+/.test(form.url.trim()) ? {} : { url: ticketing('urlWrong') }),
    // A module of one's own may need nothing that signs in; what is not checked by it needs none yet.
    ...(form.on && form.system !== 'other' && form.secret === '' && !keepsSecret(form, stored)
      ? { secret: ticketing('secretMissing') }
      : {}),
    ...(Number.isInteger(seconds) && seconds >= 1 && seconds <= 30
      ? {}
      : { timeLimitSeconds: ticketing('timeLimitWrong') }),
    ...(missing(form.mapping) ? { mapping: ticketing('rowMissing') } : {}),
    ...(missing(form.conditions) ? { conditions: ticketing('rowMissing') } : {}),
  };
}

/** The form as the contract wants it. Call only when `formErrors` is empty. */
export function inputOf(form: TicketingForm, stored: Ticketing | null): z.input<typeof setTicketing.input> {
  const { timeLimit, closedStates, mapping, conditions, asks, url, accountsUrl, ...rest } = form;
  return {
    ...rest,
    url: url.trim(),
    accountsUrl: accountsUrl.trim(),
    asks: [...asks],
    timeLimitSeconds: Number(timeLimit),
    closedStates: closedStates
      .split(',')
      .map((state) => state.trim())
      .filter((state) => state !== ''),
    mapping: mapping.map(({ field, operator, other }): TicketMapping => ({
      ...{ field: field.trim(), operator },
      column: other as TicketMapping['column'],
    })),
    conditions: conditions.map(({ field, operator, other }): TicketCondition => ({
      ...{ field: field.trim(), operator },
      value: other.trim(),
    })),
    ...(stored === null ? {} : { version: stored.version }),
  };
}
