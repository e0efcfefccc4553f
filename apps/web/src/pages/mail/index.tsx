import { Tabs } from '@mantine/core';
import { readMailStatus } from '@strongroom/contract';
import { IconAlertTriangle, IconCheck, IconClock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { ask } from '../../lib/client.ts';
import { ago } from '../../lib/format.ts';
import { mail } from '../../lib/messages/mail.ts';
import { keys } from '../../lib/query.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import css from './mail.module.css';
import { QueueTab } from './QueueTab.tsx';
import { ServerTab } from './ServerTab.tsx';

/** Whether mail goes out, in a few badges. */
function Status() {
  const status = useQuery({
    queryKey: [...keys.mail, 'status'],
    queryFn: ({ signal }) => ask(readMailStatus, {}, { signal }),
    refetchInterval: 10_000,
  });
  if (!status.data) return null;
  const { set, waiting, failed, lastSentAt } = status.data;
  return (
    <span className={css.status}>
      {!set ? (
        <Pill tone="warn" icon={IconAlertTriangle}>
          {mail('status.off')}
        </Pill>
      ) : (
        failed === 0 &&
        waiting === 0 && (
          <Pill tone="ok" icon={IconCheck}>
            {mail('status.ok')}
          </Pill>
        )
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

/** The mail server, a test, and every mail that waits, was sent or failed. */
export default function MailPage() {
  const params = useParams({ strict: false });
  const queue = params.tab === 'queue';
  const navigate = useNavigate();
  return (
    <AdminFrame table={queue}>
      <div className={css.page} data-table={queue || undefined}>
        <PageHeader title={mail('title')} sub={mail('sub')} />
        <div className={css.bar}>
          <Tabs
            value={queue ? 'queue' : 'server'}
            onChange={(value) =>
              void navigate({ to: value === 'queue' ? '/admin/mail/queue' : '/admin/mail', resetScroll: false })
            }
          >
            <Tabs.List aria-label={mail('tabs')}>
              <Tabs.Tab value="server" aria-controls="mail-panel">
                {mail('tabServer')}
              </Tabs.Tab>
              <Tabs.Tab value="queue" aria-controls="mail-panel">
                {mail('tabQueue')}
              </Tabs.Tab>
            </Tabs.List>
          </Tabs>
          <Status />
        </div>
        <div
          className={css.panel}
          id="mail-panel"
          role="tabpanel"
          aria-label={mail(queue ? 'tabQueue' : 'tabServer')}
          data-table={queue || undefined}
        >
          {queue ? <QueueTab /> : <ServerTab />}
        </div>
      </div>
    </AdminFrame>
  );
}
