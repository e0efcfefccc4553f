import { ActionIcon, Button, Menu, Tabs } from '@mantine/core';
import {
  deleteListener,
  readListener,
  renewListenerSecret,
  switchListener,
  testListener,
  type ListenerId,
} from '@strongroom/contract';
import {
  IconChevronRight,
  IconDots,
  IconFlask,
  IconKey,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { administration } from '../../lib/messages/administration.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../me/use-action.ts';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import { AskDialog } from '../users/AskDialog.tsx';
import users from '../users/users.module.css';
import { LookPill } from './columns.tsx';
import css from './listeners.module.css';
import { refreshListeners } from './refresh.ts';
import { Review } from './Review.tsx';
import { SecretDialog } from './SecretDialog.tsx';
import { VersionView } from './VersionView.tsx';
import { listenerLook, typesInWords, versionLook } from './words.ts';

// What is looked at seldom comes when it is asked for.
const ListenerDialog = lazy(() => import('./ListenerDialog.tsx').then((part) => ({ default: part.ListenerDialog })));
const RunsTab = lazy(() => import('./RunsTab.tsx').then((part) => ({ default: part.RunsTab })));

/** One listener: where it stands, what waits of it, its versions, and its runs. */
export default function ListenerPage() {
  const id = (useParams({ strict: false }).listenerId ?? '') as ListenerId;
  const navigate = useNavigate();
  const may = useCan('listener.create');
  const [tab, setTab] = useState<'versions' | 'runs'>('versions');
  const [shown, setShown] = useState<number | null>(null);
  const [dialog, setDialog] = useState<'edit' | 'delete' | 'renew' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const action = useAction();
  const found = useQuery({
    queryKey: keys.listener(id),
    queryFn: ({ signal }) => ask(readListener, { listenerId: id }, { signal }),
  });
  if (!found.data)
    return (
      <AdminFrame under="/admin/reset-listeners">
        <div className={css.page}>
          {found.isError ? (
            <>
              <PageHeader title={listeners('gone')} />
              <ErrorBox error={found.error} retry={() => void found.refetch()} />
            </>
          ) : (
            <Bones />
          )}
        </div>
      </AdminFrame>
    );
  const { listener, versions } = found.data;
  const look = listenerLook(listener);
  const close = () => setDialog(null);
  const runs = listener.runs !== null;
  return (
    <AdminFrame under="/admin/reset-listeners">
      <div className={css.page}>
        <nav aria-label={administration('nav.crumbs')} className={users.crumbs}>
          <Link to="/admin/reset-listeners" className="lnk">
            {listeners('title')}
          </Link>
          <IconChevronRight size={14} aria-hidden />
          <b className="trunc" aria-current="page">
            {listener.name}
          </b>
        </nav>
        <PageHeader title={listener.name} stack sub={listeners(`kind-${listener.kind}`)}>
          {may && (
            <>
              <Button leftSection={<IconPencil size={15} />} onClick={() => setDialog('edit')}>
                {listeners('edit')}
              </Button>
              <Button
                variant="default"
                leftSection={<IconFlask size={15} />}
                title={listeners('testSays')}
                disabled={!runs || !listener.on || action.busy}
                onClick={() =>
                  void action.run(async () => {
                    await ask(testListener, { listenerId: id });
                    await queries.invalidateQueries({ queryKey: keys.listenerRuns });
                    setTab('runs');
                    toast({ message: listeners('testStarted') });
                  })
                }
              >
                {listeners('test')}
              </Button>
              <Menu position="bottom-end" width={220}>
                <Menu.Target>
                  <ActionIcon variant="default" size={34} aria-label={listeners('more', { name: listener.name })}>
                    <IconDots size={16} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item
                    leftSection={listener.on ? <IconPlayerPause size={15} /> : <IconPlayerPlay size={15} />}
                    onClick={() =>
                      void action.run(async () => {
                        await ask(switchListener, { listenerId: id, on: !listener.on });
                        await refreshListeners();
                      })
                    }
                  >
                    {listeners(listener.on ? 'turnOff' : 'turnOn')}
                  </Menu.Item>
                  {listener.kind === 'webhook' && (
                    <Menu.Item leftSection={<IconKey size={15} />} onClick={() => setDialog('renew')}>
                      {listeners('renew')}
                    </Menu.Item>
                  )}
                  <Menu.Item leftSection={<IconTrash size={15} />} data-danger onClick={() => setDialog('delete')}>
                    {listeners('remove')}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </>
          )}
        </PageHeader>
        {action.error !== null && <ErrorBox error={action.error} />}
        <div className={css.facts}>
          <Details
            items={[
              [listeners('state'), <LookPill look={look} />],
              [listeners('types'), typesInWords(listener.resourceTypes)],
              [
                listeners('runsVersion'),
                runs ? listeners('runsIs', { version: listener.runs ?? 0 }) : listeners('runsNone'),
              ],
              [listeners('changedBy'), listeners('byAt', { name: listener.changedBy, at: exact(listener.changedAt) })],
              [listeners('approvedBy'), listener.approvedBy],
            ]}
          />
        </div>
        <Review key={listener.newest} listener={listener} versions={versions} />
        <Tabs
          value={tab}
          onChange={(value) => setTab(value === 'runs' ? 'runs' : 'versions')}
          keepMounted={false}
          className={css.tabsInside}
        >
          <Tabs.List aria-label={listener.name}>
            <Tabs.Tab value="versions">{listeners('versions')}</Tabs.Tab>
            <Tabs.Tab value="runs">{listeners('tabRuns')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="versions">
            <ul className={css.versions}>
              {versions.map((version) => (
                <li key={version.version} className="card">
                  <div className={css.versionHead}>
                    <span>
                      <b>{listeners('version', { version: version.version })}</b>
                      <LookPill look={versionLook(version.state)} />
                    </span>
                    <span className="dim">
                      {listeners('byAt', { name: version.author, at: exact(version.createdAt) })}
                      {version.decidedBy !== null && version.decidedAt !== null && (
                        <>
                          {' · '}
                          {listeners('decidedBy', {
                            state: listeners(`state-${version.state}`),
                            name: version.decidedBy,
                            at: exact(version.decidedAt),
                          })}
                        </>
                      )}
                      {version.why !== null && <q>{version.why}</q>}
                    </span>
                    <Button
                      size="xs"
                      variant="default"
                      aria-expanded={shown === version.version}
                      onClick={() => setShown(shown === version.version ? null : version.version)}
                    >
                      {listeners(shown === version.version ? 'hideVersion' : 'showVersion')}
                    </Button>
                  </div>
                  {shown === version.version && <VersionView listenerId={listener.id} version={version} />}
                </li>
              ))}
            </ul>
          </Tabs.Panel>
          <Tabs.Panel value="runs">
            <div className={css.runsInside}>
              <Suspense fallback={<Bones />}>
                <RunsTab listenerId={listener.id} />
              </Suspense>
            </div>
          </Tabs.Panel>
        </Tabs>
      </div>
      {dialog === 'edit' && (
        <Suspense>
          <ListenerDialog
            listener={listener}
            newest={versions[0] ?? null}
            close={close}
            done={(_, drawn) => setSecret(drawn)}
          />
        </Suspense>
      )}
      {secret !== null && <SecretDialog secret={secret} done={() => setSecret(null)} />}
      <AskDialog
        open={dialog === 'renew'}
        close={close}
        title={listeners('renewTitle', { name: listener.name })}
        body={listeners('renewText')}
        keep={listeners('keep')}
        go={listeners('renewGo')}
        does={async () => setSecret((await ask(renewListenerSecret, { listenerId: id })).secret)}
      />
      <AskDialog
        open={dialog === 'delete'}
        close={close}
        title={listeners('removeTitle', { name: listener.name })}
        body={listeners('removeText')}
        keep={listeners('keep')}
        go={listeners('remove')}
        danger
        does={async () => {
          await ask(deleteListener, { listenerId: id });
          await refreshListeners();
          toast({ message: listeners('removed') });
          await navigate({ to: '/admin/reset-listeners' });
        }}
      />
    </AdminFrame>
  );
}
