import type { AuditEvent } from '@strongroom/contract';
import { exact } from '../../lib/format.ts';
import { audit } from '../../lib/messages/audit.ts';
import type { Column } from '../../ui/Grid.tsx';
import { OutcomePill } from './OutcomePill.tsx';
import { actionText } from './trail-filter.ts';
import css from './audit.module.css';

/** Who did it, in words: the product itself and strangers have no name of their own. */
export function actorText(event: Pick<AuditEvent, 'actorKind' | 'actorName'>): string {
  if (event.actorKind === 'system') return audit('actor.system');
  return event.actorName || audit('actor.anonymous');
}

/** The columns of every trail. Times are exact and carry their zone. */
export const columns: readonly Column<AuditEvent>[] = [
  {
    id: 'at',
    title: audit('column.at'),
    width: '212px',
    sort: 'at',
    cell: (event) => <span className="num">{exact(event.at)}</span>,
  },
  {
    id: 'actor',
    title: audit('column.actor'),
    width: 'minmax(110px, 1fr)',
    cell: (event) => <b className={css.actor}>{actorText(event)}</b>,
  },
  {
    id: 'action',
    title: audit('column.action'),
    width: 'minmax(140px, 1.1fr)',
    cell: (event) => actionText(event.action),
  },
  {
    id: 'object',
    title: audit('column.object'),
    width: 'minmax(130px, 1.2fr)',
    cell: (event) => event.objectName && <bdi>{event.objectName}</bdi>,
  },
  {
    id: 'address',
    title: audit('column.address'),
    width: '130px',
    wide: true,
    cell: (event) => event.address && <bdi className="mono">{event.address}</bdi>,
  },
  {
    id: 'reason',
    title: audit('column.reason'),
    width: 'minmax(110px, 1fr)',
    wide: true,
    cell: (event) => event.reason && <span className="dim">{event.reason}</span>,
  },
  {
    id: 'outcome',
    title: audit('column.outcome'),
    width: '100px',
    cell: (event) => <OutcomePill outcome={event.outcome} />,
  },
];

/** One event on a phone: what on what, who and when, and how it ended where that is worth a word. */
export function EventCard({ event, open }: { readonly event: AuditEvent; readonly open: (event: AuditEvent) => void }) {
  return (
    <button type="button" className={css.card} onClick={() => open(event)}>
      <span className={css.cardLine}>
        <b className="trunc">{actionText(event.action)}</b>
        {event.outcome !== 'done' && <OutcomePill outcome={event.outcome} />}
      </span>
      <span className="trunc">{event.objectName ? <bdi>{event.objectName}</bdi> : null}</span>
      <span className={`dim trunc ${css.small}`}>
        {actorText(event)} · {exact(event.at)}
      </span>
    </button>
  );
}
