import type { QueuedMail } from '@strongroom/contract';
import { IconAlertTriangle, IconCheck, IconClock, IconEyeOff, IconRefresh, IconTrash } from '@tabler/icons-react';
import { exact } from '../../lib/format.ts';
import { mail as words } from '../../lib/messages/mail.ts';
import type { Column } from '../../ui/grid-types.ts';
import { Pill, type Tone } from '../../ui/Pill.tsx';
import css from './mail.module.css';

const looks: Readonly<Record<QueuedMail['state'], readonly [Tone, typeof IconCheck]>> = {
  waiting: ['busy', IconClock],
  sent: ['ok', IconCheck],
  failed: ['bad', IconAlertTriangle],
  withheld: ['neutral', IconEyeOff],
};

function State({ mail }: { readonly mail: QueuedMail }) {
  const [tone, icon] = looks[mail.state];
  return (
    <Pill tone={tone} icon={icon}>
      {words(`state-${mail.state}`)}
    </Pill>
  );
}

export interface Does {
  readonly retry: (mail: QueuedMail) => void;
  readonly remove: (mail: QueuedMail) => void;
}

function Actions({
  mail,
  does,
  tabIndex,
}: {
  readonly mail: QueuedMail;
  readonly does: Does;
  readonly tabIndex?: 0 | -1;
}) {
  const again = mail.state === 'waiting' || mail.state === 'failed';
  return (
    <span className={css.acts}>
      {again && (
        <button
          type="button"
          className={css.act}
          tabIndex={tabIndex}
          title={words('retry')}
          aria-label={words('retryWhat', { subject: mail.subject, to: mail.to })}
          onClick={(event) => {
            event.stopPropagation();
            does.retry(mail);
          }}
        >
          <IconRefresh size={16} aria-hidden />
        </button>
      )}
      <button
        type="button"
        className={css.act}
        tabIndex={tabIndex}
        title={words('remove')}
        aria-label={words('removeWhat', { subject: mail.subject, to: mail.to })}
        onClick={(event) => {
          event.stopPropagation();
          does.remove(mail);
        }}
      >
        <IconTrash size={16} aria-hidden />
      </button>
    </span>
  );
}

/** The columns of the queue. */
export const mailColumns = (does: Does | null): readonly Column<QueuedMail>[] => [
  {
    id: 'to',
    title: words('to'),
    width: 'minmax(160px, 1.2fr)',
    sort: 'to',
    always: true,
    cell: (mail) => <bdi className="trunc">{mail.to}</bdi>,
  },
  {
    id: 'subject',
    title: words('subject'),
    width: 'minmax(180px, 1.6fr)',
    cell: (mail) => <span className="trunc">{mail.subject}</span>,
  },
  { id: 'state', title: words('state'), width: '116px', sort: 'state', cell: (mail) => <State mail={mail} /> },
  {
    id: 'why',
    title: words('why'),
    width: 'minmax(160px, 1.6fr)',
    cell: (mail) => (
      <span className="trunc dim" title={mail.why ?? undefined}>
        {mail.why ?? ''}
      </span>
    ),
  },
  {
    id: 'created',
    title: words('created'),
    width: '150px',
    sort: 'createdAt',
    wide: true,
    cell: (mail) => <span className="num">{exact(mail.createdAt)}</span>,
  },
  {
    id: 'next',
    title: words('next'),
    width: '150px',
    wide: true,
    cell: (mail) => <span className="num">{mail.nextTryAt === null ? '' : exact(mail.nextTryAt)}</span>,
  },
  ...(does
    ? [
        {
          id: 'actions',
          title: words('actions'),
          quiet: true,
          width: '76px',
          end: true,
          always: true,
          cell: (mail: QueuedMail, tabIndex: 0 | -1) => <Actions mail={mail} does={does} tabIndex={tabIndex} />,
        },
      ]
    : []),
];

/** A mail on a phone. */
export function MailCard({ mail, does }: { readonly mail: QueuedMail; readonly does: Does | null }) {
  return (
    <div className={css.card}>
      <span className={css.cardLine}>
        <b className="trunc">{mail.to}</b>
        <State mail={mail} />
      </span>
      <span className={css.cardLine}>
        <span className="trunc">{mail.subject}</span>
        {does && <Actions mail={mail} does={does} />}
      </span>
      <span className="trunc dim">{mail.why ?? words('tries', { count: mail.tries })}</span>
    </div>
  );
}
