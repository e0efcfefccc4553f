import { Tabs } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { mail } from '../../lib/messages/mail.ts';
import { Bones } from '../../ui/Bones.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import css from './mail.module.css';
import { MailStatus } from './MailHealth.tsx';

// Whoever looks at one of them seldom looks at the other.
const QueueTab = lazy(() => import('./QueueTab.tsx').then((part) => ({ default: part.QueueTab })));
const ServerTab = lazy(() => import('./ServerTab.tsx').then((part) => ({ default: part.ServerTab })));

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
          <MailStatus />
        </div>
        <div
          className={css.panel}
          id="mail-panel"
          role="tabpanel"
          aria-label={mail(queue ? 'tabQueue' : 'tabServer')}
          data-table={queue || undefined}
        >
          <Suspense fallback={<Bones />}>{queue ? <QueueTab /> : <ServerTab />}</Suspense>
        </div>
      </div>
    </AdminFrame>
  );
}
