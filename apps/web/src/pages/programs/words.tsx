import type { Webhook, WebhookDelivery, WebhookDeliveryState } from '@strongroom/contract';
import {
  IconAlertTriangle,
  IconBan,
  IconCheck,
  IconClock,
  IconPlayerPause,
  IconX,
  type Icon,
} from '@tabler/icons-react';
import { exact } from '../../lib/format.ts';
import { programs } from '../../lib/messages/programs.ts';
import { keys, queries } from '../../lib/query.ts';
import { number } from '../../lib/t.ts';
import type { Column } from '../../ui/grid-types.ts';
import { Pill, type Tone } from '../../ui/Pill.tsx';
import css from './programs.module.css';

/** Asks for webhooks and deliveries anew. */
export const refreshWebhooks = (): Promise<void> => queries.invalidateQueries({ queryKey: keys.webhooks });

/** Where a webhook stands. One that was not reached the last time says so though it is on. */
export function StatePill({ webhook: { state, failingSince } }: { readonly webhook: Webhook }) {
  const looks: Readonly<Record<Webhook['state'] | 'failing', readonly [Tone, Icon]>> = {
    on: ['ok', IconCheck],
    failing: ['warn', IconAlertTriangle],
    off: ['neutral', IconPlayerPause],
    paused: ['bad', IconX],
  };
  const shown = state === 'on' && failingSince !== null ? 'failing' : state;
  const [tone, icon] = looks[shown];
  return (
    <Pill tone={tone} icon={icon}>
      {programs(`state-${shown}`)}
    </Pill>
  );
}

const deliveryLooks: Readonly<Record<WebhookDeliveryState, readonly [Tone, Icon]>> = {
  waiting: ['busy', IconClock],
  delivered: ['ok', IconCheck],
  'given-up': ['bad', IconX],
  skipped: ['neutral', IconBan],
};
/** What became of a delivery. */
export function DeliveryPill({ state }: { readonly state: WebhookDeliveryState }) {
  const [tone, icon] = deliveryLooks[state];
  return (
    <Pill tone={tone} icon={icon}>
      {programs(`delivery-${state}`)}
    </Pill>
  );
}

/** What a delivery is about, in words. */
export const aboutOf = (delivery: WebhookDelivery): string =>
  delivery.eventId === null ? programs('testEvent') : (delivery.object ?? '–');

/** The columns of the list of webhooks. */
export const webhookColumns: readonly Column<Webhook>[] = [
  {
    id: 'name',
    title: programs('name'),
    width: 'minmax(150px, 1fr)',
    sort: 'name',
    always: true,
    cell: (row) => (
      <b className="trunc">
        <bdi>{row.name}</bdi>
      </b>
    ),
  },
  {
    id: 'url',
    title: programs('url'),
    width: 'minmax(180px, 1.6fr)',
    cell: (row) => (
      <span className="trunc mono" dir="ltr" title={row.url}>
        {row.url}
      </span>
    ),
  },
  {
    id: 'events',
    title: programs('events'),
    width: 'minmax(140px, 1fr)',
    cell: (row) => (
      <span className="trunc mono" title={row.events.join(' ')}>
        {row.events.join(' ')}
      </span>
    ),
  },
  { id: 'state', title: programs('state'), width: '140px', cell: (row) => <StatePill webhook={row} /> },
  {
    id: 'waiting',
    title: programs('waiting'),
    width: '92px',
    cell: (row) => <span className={row.waiting > 0 ? 'num' : 'num dim'}>{number(row.waiting)}</span>,
  },
  {
    id: 'last',
    title: programs('last'),
    width: '186px',
    wide: true,
    cell: (row) => (
      <span className="num">{row.lastDeliveredAt === null ? programs('never') : exact(row.lastDeliveredAt)}</span>
    ),
  },
];

/** A webhook on a phone. */
export const WebhookCard = ({ webhook }: { readonly webhook: Webhook }) => (
  <div className={css.card}>
    <span className={css.cardLine}>
      <b className="trunc">
        <bdi>{webhook.name}</bdi>
      </b>
      <StatePill webhook={webhook} />
    </span>
    <span className="trunc mono" dir="ltr">
      {webhook.url}
    </span>
    <span className="trunc dim mono">{webhook.events.join(' ')}</span>
  </div>
);

/** The columns of the list of deliveries. */
export const deliveryColumns: readonly Column<WebhookDelivery>[] = [
  {
    id: 'created',
    title: programs('created'),
    width: '186px',
    sort: 'createdAt',
    always: true,
    cell: (row) => <span className="num">{exact(row.createdAt)}</span>,
  },
  {
    id: 'webhook',
    title: programs('webhook'),
    width: 'minmax(130px, 1fr)',
    cell: (row) => <bdi className="trunc">{row.webhook}</bdi>,
  },
  {
    id: 'event',
    title: programs('event'),
    width: 'minmax(160px, 1fr)',
    cell: (row) => <span className="trunc mono">{row.action}</span>,
  },
  {
    id: 'object',
    title: programs('object'),
    width: 'minmax(140px, 1.2fr)',
    cell: (row) => <bdi className="trunc">{aboutOf(row)}</bdi>,
  },
  { id: 'state', title: programs('state'), width: '124px', cell: (row) => <DeliveryPill state={row.state} /> },
  {
    id: 'status',
    title: programs('status'),
    width: '92px',
    cell: (row) => <span className="num">{row.status === null ? '–' : String(row.status)}</span>,
  },
  {
    id: 'tries',
    title: programs('tries'),
    width: '76px',
    wide: true,
    cell: (row) => <span className="num">{number(row.tries)}</span>,
  },
];

/** A delivery on a phone. */
export const DeliveryCard = ({ delivery }: { readonly delivery: WebhookDelivery }) => (
  <div className={css.card}>
    <span className={css.cardLine}>
      <b className="trunc mono">{delivery.action}</b>
      <DeliveryPill state={delivery.state} />
    </span>
    <span className="trunc">
      <bdi>{aboutOf(delivery)}</bdi>
    </span>
    <span className="trunc dim">
      {delivery.webhook} · {exact(delivery.createdAt)}
    </span>
  </div>
);
