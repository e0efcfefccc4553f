import { listAudit, type AuditEvent } from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import { anywhere, range, rows, type Ask, type Operation, type Read } from './ask.ts';
import type { Outcome } from './envelope.ts';

const none = 'N/A';
const trails = new Map([
  ['resource', 'resource'],
  ['user', 'user'],
  ['task', 'task'],
] as const);

/** The days that a word means, from and until, in the server's zone. Throws `input-invalid`. */
function days(word: string, now: Date): { from?: string; until?: string } {
  const day = (back: number): string => new Date(now.getFullYear(), now.getMonth(), now.getDate() - back).toISOString();
  switch (word.trim().toUpperCase()) {
    case '':
    case 'ALL':
      return {};
    case 'TODAY':
      return { from: day(0) };
    case 'YESTERDAY':
      return { from: day(1), until: day(0) };
    case 'LAST_7_DAYS':
      return { from: day(7) };
    case 'LAST_30_DAYS':
      return { from: day(30) };
    default:
      throw new Problem('input-invalid', {
        detail: 'DURATION must be TODAY, YESTERDAY, LAST_7_DAYS, LAST_30_DAYS or ALL.',
      });
  }
}

/** `2024-03-12 13:45:44.835`, in the server's zone. */
function stamp(at: Date): string {
  const two = (n: number, digits = 2): string => String(n).padStart(digits, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`;
}

/** What an event was about: of an account its name and its resource's, which our trail keeps as `name on resource`. */
function about(event: AuditEvent): { resource: string; account: string } {
  const name = event.objectName ?? none;
  if (event.objectKind === 'resource') return { resource: name, account: none };
  if (event.objectKind !== 'account' && event.objectKind !== 'access-request' && event.objectKind !== 'attempt')
    return { resource: none, account: none };
  const at = name.indexOf(' on ');
  return at < 0 ? { resource: none, account: name } : { resource: name.slice(at + 4), account: name.slice(0, at) };
}

function row(event: AuditEvent): Record<string, string> {
  const { resource, account } = about(event);
  const at = new Date(event.at);
  return {
    'Audit ID': event.id,
    'Operation Type': event.action,
    Status: event.outcome,
    'Resource Name': resource,
    // Our trail keeps ids that outlive numbers; they are no numbers that these calls take.
    'Resource ID': none,
    'User Account': account,
    'User Account ID': none,
    'User Name': event.objectKind === 'user' ? (event.objectName ?? none) : none,
    "User's Full Name": none,
    'Operated by': event.actorName,
    'IP Address': event.address ?? none,
    'Client Type': event.client ?? none,
    Reason: event.reason ?? none,
    'Ticket ID': event.ticket ?? none,
    'Time Stamp': stamp(at),
    TIME: String(at.getTime()),
  };
}

/** The trail, newest first. Rows are counted from 1 here, as clients count them; 0 is the first too. */
async function list(ask: Ask): Promise<Outcome> {
  const wanted = (anywhere(ask, 'AUDITTYPE') ?? 'Resource').trim().toLowerCase();
  const trail = [...trails].find(([name]) => name === wanted)?.[1];
  if (trail === undefined) throw new Problem('input-invalid', { detail: 'AUDITTYPE must be Resource, User or Task.' });
  const { start, count } = range(ask);
  const window = days(anywhere(ask, 'DURATION') ?? '', new Date());
  const read: Read<AuditEvent> = (at) => ask.invoke(listAudit, { trail, ...window, ...at });
  const { items, total } = await rows(read, Math.max(0, start - 1), Math.min(count, 10_000));
  return { message: 'Audits fetched successfully.', details: items.map(row), totalRows: total };
}

export const auditOperations: readonly Operation[] = [{ method: 'GET', path: 'audit', name: 'GET_AUDIT', run: list }];
