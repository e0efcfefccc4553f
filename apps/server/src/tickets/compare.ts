import type { TicketOperator } from '@strongroom/contract';
import type { Truth } from './expression.ts';

const number = /^[+-]?\d{1,15}(?:\.\d{1,9})?$/;
/** Dates, with or without time and zone; those without a zone are UTC. What Jira, Zendesk and ServiceNow write. */
const date = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(Z|[+-]\d\d:?\d\d)?)?$/i;
/** As milliseconds, numbers from here on are times: 1973. */
const firstTime = 100_000_000_000;

type Measure = { readonly is: 'number' | 'time'; readonly value: number };

function measured(text: string, now: number): Measure | null {
  if (text === 'now') return { is: 'time', value: now };
  if (number.test(text)) {
    const value = Number(text);
    return { is: value >= firstTime ? 'time' : 'number', value };
  }
  const [, day, time, zone] = date.exec(text) ?? [];
  if (day === undefined) return null;
  const offset = zone === undefined ? 'Z' : zone.toUpperCase().replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2');
  const value = Date.parse(`${day}T${time ?? '00:00'}${offset}`);
  return Number.isNaN(value) ? null : { is: 'time', value };
}

const plain = (text: string): string => text.trim().toLowerCase();

/**
 * Whether `left`, the ticket's field, stands so to `right`. Null when either is missing or empty, or when two that should be measured are
 * not both numbers or both times: such a row says nothing.
 */
export function compare(
  operator: TicketOperator,
  left: string | undefined,
  right: string | undefined,
  now = Date.now(),
): Truth {
  const [one, other] = [plain(left ?? ''), plain(right ?? '')];
  if (one === '' || other === '') return null;
  switch (operator) {
    case 'EQUAL':
      return one === other;
    case 'NOT_EQUAL':
      return one !== other;
    case 'CONTAINS':
      return one.includes(other);
    case 'NOT_CONTAINS':
      return !one.includes(other);
    case 'STARTS_WITH':
      return one.startsWith(other);
    case 'ENDS_WITH':
      return one.endsWith(other);
    case 'LESS_THAN':
    case 'LESS_THAN_EQUAL':
    case 'GREATER_THAN':
    case 'GREATER_THAN_EQUAL':
      return ordered(operator, measured(one, now), measured(other, now));
  }
}

function ordered(
  operator: 'LESS_THAN' | 'LESS_THAN_EQUAL' | 'GREATER_THAN' | 'GREATER_THAN_EQUAL',
  left: Measure | null,
  right: Measure | null,
): Truth {
  if (left === null || right === null || left.is !== right.is) return null;
  if (operator === 'LESS_THAN') return left.value < right.value;
  if (operator === 'LESS_THAN_EQUAL') return left.value <= right.value;
  if (operator === 'GREATER_THAN') return left.value > right.value;
  return left.value >= right.value;
}
