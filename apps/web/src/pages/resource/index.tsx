import { ActionIcon, Button, Menu, Tabs } from '@mantine/core';
import type { Resource } from '@strongroom/contract';
import {
  IconChevronRight,
  IconCopyPlus,
  IconDots,
  IconHeartRateMonitor,
  IconHistory,
  IconKey,
  IconListSearch,
  IconPencil,
  IconRotateClockwise,
  IconServerCog,
  IconShield,
  IconShare,
  IconTransfer,
  IconTrash,
  IconUserQuestion,
  IconUsers,
} from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { ProblemError } from '../../lib/client.ts';
import { accounts as accountWords } from '../../lib/messages/accounts.ts';
import { checkout } from '../../lib/messages/checkout.ts';
import { custom } from '../../lib/messages/custom.ts';
import { resources } from '../../lib/messages/resources.ts';
import { useCan } from '../../lib/session.tsx';
import { useResource, useResourceTypes } from '../../parts/accounts/use-lists.ts';
import { useCheckout } from '../../parts/checkout/use-checkout.ts';
import { NotFound } from '../../parts/NotFound.tsx';
import { PageSkeleton } from '../../parts/PageSkeleton.tsx';
import { TypeIcon } from '../../parts/TypeIcon.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Facts, type Fact } from '../../ui/Facts.tsx';
import css from './resource.module.css';

// Each tab is fetched when it is opened: whoever comes to one by its address does not wait for the others.
const AccountsTab = lazy(() => import('./AccountsTab.tsx').then((tab) => ({ default: tab.AccountsTab })));
const HostKeyAlarm = lazy(() => import('./HostKeyAlarm.tsx').then((part) => ({ default: part.HostKeyAlarm })));
const CopyDialog = lazy(() => import('./CopyDialog.tsx'));
const DeleteDialog = lazy(() => import('./DeleteDialog.tsx'));
const HistoryTab = lazy(() => import('./HistoryTab.tsx'));
const RotationTab = lazy(() => import('./RotationTab.tsx'));
const SharesTab = lazy(() => import('../../parts/shares/SharesTab.tsx'));
const GiveAwayDialog = lazy(() => import('../../parts/shares/GiveAwayDialog.tsx'));

const tabs = ['accounts', 'shares', 'rotation', 'history'] as const;
type Tab = (typeof tabs)[number];
const tabOf = (text: unknown): Tab => tabs.find((tab) => tab === text) ?? 'accounts';

function useFacts(resource: Resource): readonly Fact[] {
  const types = useResourceTypes();
  const type = types.find(({ name }) => name === resource.type);
  const offered = resource.hostKeys.some((key) => key.state === 'offered');
  const pinned = resource.hostKeys.find((key) => key.state === 'pinned');
  const bad = resource.health === 'out-of-sync' || resource.health === 'untrusted';
  const facts: Fact[] = [
    {
      icon: IconUsers,
      name: resources('factAccounts'),
      value: resources('factAccountsValue', { count: resource.accounts }),
    },
    {
      icon: IconHeartRateMonitor,
      name: resources('factHealth'),
      value: resource.health ? accountWords(`health-${resource.health}`) : resources('factHealthNone'),
      ...(bad ? { tone: 'bad' as const } : resource.health === 'proven' ? { tone: 'ok' as const } : {}),
    },
    {
      icon: IconRotateClockwise,
      name: resources('factRotation'),
      value: resource.reset
        ? resources('rotationSet', { how: `SSH ${String(resource.reset.settings['port'] ?? '')}`.trim() })
        : type && !type.driver
          ? resources('rotationNever')
          : resources('rotationUnset'),
    },
    {
      icon: IconKey,
      name: resources('factHostKey'),
      value: offered
        ? resources('hostKeyChanged')
        : pinned
          ? resources('hostKeyPinned', { algorithm: pinned.algorithm })
          : resources('hostKeyNone'),
      ...(offered ? { tone: 'bad' as const } : {}),
    },
  ];
  return facts;
}

function View({ resource, tab }: { readonly resource: Resource; readonly tab: Tab }) {
  const navigate = useNavigate();
  const mayAudit = useCan('audit.list');
  const [deleting, setDeleting] = useState(false);
  const [copying, setCopying] = useState(false);
  const [giving, setGiving] = useState(false);
  const mayAsk = useCan('access.who');
  const checkouts = useCheckout();
  const facts = useFacts(resource);
  const may = (action: string) => resource.can.includes(action);
  useEffect(() => {
    document.title = `${resource.name} · Strongroom`;
  }, [resource.name]);
  return (
    <div className={css.page}>
      <div className={css.wrap}>
        <nav aria-label={resources('breadcrumb')} className={css.crumbs}>
          <Link to="/resources" className="lnk">
            {resources('title')}
          </Link>
          <IconChevronRight size={13} className="dim3" aria-hidden />
          <Link to="/resources" search={{ type: resource.type }} className="lnk">
            {resource.type}
          </Link>
          <IconChevronRight size={13} className="dim3" aria-hidden />
          <span aria-current="page" className="trunc">
            <bdi>{resource.name}</bdi>
          </span>
        </nav>
        <header className={css.head}>
          <span className={css.tile}>
            <TypeIcon type={resource.type} size={22} />
          </span>
          <div className={css.headText}>
            <h1 tabIndex={-1}>
              <bdi>{resource.name}</bdi>
            </h1>
            <p className="dim">
              {resource.dnsName && <bdi className="mono">{resource.dnsName}</bdi>}
              <span>{resource.type}</span>
              <span>{resources('ownedBy', { name: resource.ownerName })}</span>
            </p>
          </div>
          <div className={css.headActions}>
            {may('resource.update') && (
              <Button
                component={Link}
                to={`/resources/${resource.id}/edit`}
                variant="default"
                leftSection={<IconPencil size={15} />}
              >
                {resources('edit')}
              </Button>
            )}
            {(may('resource.delete') ||
              may('resource.control-access') ||
              may('resource.copy') ||
              may('resource.transfer') ||
              mayAudit ||
              mayAsk) && (
              <Menu width={220}>
                <Menu.Target>
                  <ActionIcon size={32} variant="default" aria-label={resources('moreFor', { name: resource.name })}>
                    <IconDots size={17} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  {may('resource.copy') && (
                    <Menu.Item leftSection={<IconCopyPlus size={15} />} onClick={() => setCopying(true)}>
                      {custom('copy')}
                    </Menu.Item>
                  )}
                  {may('resource.transfer') && (
                    <Menu.Item leftSection={<IconTransfer size={15} />} onClick={() => setGiving(true)}>
                      {resources('transfer')}
                    </Menu.Item>
                  )}
                  {may('resource.control-access') && (
                    <Menu.Item
                      leftSection={<IconShield size={15} />}
                      onClick={() =>
                        checkouts.control({
                          kind: 'resource',
                          id: resource.id,
                          name: resource.name,
                          resourceId: resource.id,
                        })
                      }
                    >
                      {checkout('control')}
                    </Menu.Item>
                  )}
                  {mayAsk && (
                    <Menu.Item
                      leftSection={<IconUserQuestion size={15} />}
                      onClick={() =>
                        void navigate({ to: '/admin/access/who', search: { kind: 'resource', object: resource.id } })
                      }
                    >
                      {resources('whoCanReach')}
                    </Menu.Item>
                  )}
                  {mayAudit && (
                    <Menu.Item
                      leftSection={<IconListSearch size={15} />}
                      onClick={() => void navigate({ to: '/audit/resources', search: { search: resource.name } })}
                    >
                      {resources('auditLink')}
                    </Menu.Item>
                  )}
                  {may('resource.delete') && (
                    <Menu.Item leftSection={<IconTrash size={15} />} data-danger onClick={() => setDeleting(true)}>
                      {resources('remove')}
                    </Menu.Item>
                  )}
                </Menu.Dropdown>
              </Menu>
            )}
          </div>
        </header>
        {resource.hostKeys.some((key) => key.state === 'offered') && (
          <Suspense fallback={null}>
            <HostKeyAlarm resource={resource} />
          </Suspense>
        )}
        <Facts facts={facts} />
        <Tabs
          value={tab}
          onChange={(value) => void navigate({ to: `/resources/${resource.id}/${tabOf(value)}`, resetScroll: false })}
          keepMounted={false}
        >
          <Tabs.List className={css.tabs}>
            <Tabs.Tab
              value="accounts"
              leftSection={<IconUsers size={15} stroke={1.7} />}
              rightSection={<span className={css.badge}>{resource.accounts}</span>}
            >
              {resources('tabAccounts')}
            </Tabs.Tab>
            {may('resource.share') && (
              <Tabs.Tab value="shares" leftSection={<IconShare size={15} stroke={1.7} />}>
                {resources('shares')}
              </Tabs.Tab>
            )}
            <Tabs.Tab value="rotation" leftSection={<IconServerCog size={15} stroke={1.7} />}>
              {resources('tabRotation')}
            </Tabs.Tab>
            <Tabs.Tab value="history" leftSection={<IconHistory size={15} stroke={1.7} />}>
              {resources('tabHistory')}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="accounts" className={css.panel}>
            <Suspense fallback={<Bones />}>
              <AccountsTab resource={resource} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="shares" className={css.panel}>
            {may('resource.share') ? (
              <Suspense fallback={<Bones />}>
                <SharesTab of={{ kind: 'resource', id: resource.id, name: resource.name, owner: resource.ownerName }} />
              </Suspense>
            ) : (
              <p className="dim">{resources('sharesOnly', { owner: resource.ownerName })}</p>
            )}
          </Tabs.Panel>
          <Tabs.Panel value="rotation" className={css.panel}>
            <Suspense fallback={<Bones />}>
              <RotationTab resource={resource} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="history" className={css.panel}>
            <Suspense fallback={<Bones />}>
              <HistoryTab resource={resource} />
            </Suspense>
          </Tabs.Panel>
        </Tabs>
      </div>
      {copying && (
        <Suspense fallback={null}>
          <CopyDialog resource={resource} close={() => setCopying(false)} />
        </Suspense>
      )}
      {giving && (
        <Suspense fallback={null}>
          <GiveAwayDialog
            of={{ kind: 'resource', id: resource.id, name: resource.name, owner: resource.ownerName }}
            close={() => setGiving(false)}
            done={() => navigate({ to: '/resources' })}
          />
        </Suspense>
      )}
      {deleting && (
        <Suspense fallback={null}>
          <DeleteDialog resource={resource} close={() => setDeleting(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** One resource: what is wrong at a glance, then its accounts, how it is logged in to, and its history. */
export default function ResourcePage() {
  const { id, tab } = useParams({ strict: false });
  const query = useResource(id ?? null);
  if (query.data) return <View resource={query.data} tab={tabOf(tab)} />;
  if (query.isPending) return <PageSkeleton />;
  if (query.error instanceof ProblemError && query.error.status === 404) return <NotFound />;
  return (
    <div className={css.wrap}>
      <ErrorBox error={query.error} retry={() => void query.refetch()} />
    </div>
  );
}
