import { readAuditEvent, type AuditEvent, type EventId } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { audit } from '../../lib/messages/audit.ts';
import { keys } from '../../lib/query.ts';
import { number } from '../../lib/t.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { SideDrawer } from '../../ui/SideDrawer.tsx';
import { actorText } from './columns.tsx';
import { OutcomePill } from './OutcomePill.tsx';
import { actionText } from './trail-filter.ts';
import css from './audit.module.css';

/** The page of an event's object, where it has one. What was deleted since answers there that it is gone. */
function objectAddress(event: AuditEvent): string | null {
  if (!event.objectId || event.action.endsWith('.delete')) return null;
  switch (event.objectKind) {
    case 'account':
      return `/home?account=${event.objectId}`;
    case 'resource':
      return `/resources/${event.objectId}`;
    case 'user':
      return `/admin/users/${event.objectId}`;
    default:
      return null;
  }
}

function Body({ event, only }: { readonly event: AuditEvent; readonly only: EventFilter }) {
  const address = objectAddress(event);
  const mono = (text: string | null): ReactNode => text && <bdi className="mono">{text}</bdi>;
  const objectName = event.objectName ?? event.objectId ?? '';
  const extra = Object.entries(event.details);
  return (
    <div className={css.event}>
      <Details
        items={[
          [
            audit('event.when'),
            <span key="v" className="num">
              {exact(event.at)}
            </span>,
          ],
          [audit('event.who'), actorText(event)],
          [audit('event.what'), actionText(event.action)],
          [
            audit('event.on'),
            objectName && (
              <span key="v">
                <bdi>{objectName}</bdi>{' '}
                {address && (
                  <Link to={address} className="link">
                    {audit('event.openObject')}
                    <span className="sr"> {objectName}</span>
                  </Link>
                )}
              </span>
            ),
          ],
          [audit('event.outcome'), <OutcomePill key="v" outcome={event.outcome} />],
          [audit('event.reason'), event.reason],
          [audit('event.ticket'), mono(event.ticket)],
          [audit('event.address'), mono(event.address)],
          [audit('event.client'), event.client],
          [audit('event.request'), mono(event.requestId)],
          [
            audit('event.leaf'),
            event.leaf === null ? (
              audit('event.unsealed')
            ) : (
              <span key="v" className="num">
                {number(event.leaf)}
              </span>
            ),
          ],
          [audit('event.id'), mono(event.id)],
        ]}
      />
      {extra.length > 0 && (
        <section aria-label={audit('event.details')}>
          <h3>{audit('event.details')}</h3>
          <Details
            items={extra.map(([name, value]) => [name, <bdi key="v">{value || audit('event.none')}</bdi>] as const)}
          />
        </section>
      )}
      <div className={css.only}>
        {event.actorId && event.actorKind === 'user' && (
          <button type="button" className="link" onClick={() => only({ actor: event.actorId ?? '' })}>
            {audit('event.onlyActor', { name: actorText(event) })}
          </button>
        )}
        {event.objectId && event.objectName && (
          <button type="button" className="link" onClick={() => only({ object: event.objectId ?? '' })}>
            {audit('event.onlyObject', { name: event.objectName })}
          </button>
        )}
      </div>
    </div>
  );
}

/** Narrows the list down to one person or one object. */
export type EventFilter = (filter: { readonly actor?: string; readonly object?: string }) => void;

/** One event with everything that is known of it. */
export function EventDrawer({
  id,
  close,
  only,
}: {
  readonly id: string | undefined;
  readonly close: () => void;
  readonly only: EventFilter;
}) {
  const event = useQuery({
    queryKey: [...keys.audit, 'event', id],
    queryFn: ({ signal }) => ask(readAuditEvent, { eventId: id as EventId }, { signal }),
    enabled: id !== undefined,
  });
  return (
    <SideDrawer
      open={id !== undefined}
      close={close}
      size={640}
      title={event.data ? actionText(event.data.action) : audit('event.title')}
    >
      {event.data ? (
        <Body event={event.data} only={only} />
      ) : event.isError ? (
        <ErrorBox error={event.error} retry={() => void event.refetch()} />
      ) : (
        <Bones />
      )}
    </SideDrawer>
  );
}
