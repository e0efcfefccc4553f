import { readMailStatus } from '@strongroom/contract';
import { IconAlertTriangle, IconCheck, IconClock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask } from '../../lib/client.ts';
import { ago } from '../../lib/format.ts';
import { mail } from '../../lib/messages/mail.ts';
import { keys } from '../../lib/query.ts';
import { Pill } from '../../ui/Pill.tsx';
import css from './mail.module.css';

const useStatus = () =>
  useQuery({
    queryKey: [...keys.mail, 'status'],
    queryFn: ({ signal }) => ask(readMailStatus, {}, { signal }),
    refetchInterval: 10_000,
  }).data;

/** Whether mail goes out, in a few badges. */
export function MailStatus() {
  const status = useStatus();
  if (!status) return null;
  const { set, waiting, failed, lastSentAt } = status;
  return (
    <span className={css.status}>
      {!set && (
        <Pill tone="warn" icon={IconAlertTriangle}>
          {mail('status.off')}
        </Pill>
      )}
      {set && failed === 0 && waiting === 0 && (
        <Pill tone="ok" icon={IconCheck}>
          {mail('status.ok')}
        </Pill>
      )}
      {failed > 0 && (
        <Pill tone="bad" icon={IconAlertTriangle}>
          {mail('status.failed', { count: failed })}
        </Pill>
      )}
      {waiting > 0 && (
        <Pill tone="busy" icon={IconClock}>
          {mail('status.waiting', { count: waiting })}
        </Pill>
      )}
      {lastSentAt !== null && <span className="dim">{mail('status.last', { when: ago(lastSentAt) })}</span>}
    </span>
  );
}

/** The health of mail on the start page of the administration: only where somebody should look at it. */
export function MailHealth() {
  const status = useStatus();
  if (!status || (status.set && status.failed === 0)) return null;
  return (
    <div className={`card ${css.health}`}>
      <b>{mail('title')}</b>
      <MailStatus />
      <Link to={status.set ? '/admin/mail/queue' : '/admin/mail'} className="lnk">
        {mail('status.show')}
      </Link>
    </div>
  );
}
