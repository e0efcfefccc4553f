import { Button, Tabs } from '@mantine/core';
import { readAccount, type Account } from '@strongroom/contract';
import {
  IconExternalLink,
  IconKey,
  IconPencil,
  IconRotateClockwise,
  IconServer,
  IconShieldCheck,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { access } from '../../lib/messages/access.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { policies } from '../../lib/messages/policies.ts';
import { consumers } from '../../lib/messages/consumers.ts';
import { sshKeys } from '../../lib/messages/keys.ts';
import { keys } from '../../lib/query.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Details } from '../../ui/Facts.tsx';
import { SideDrawer } from '../../ui/SideDrawer.tsx';
import { shownFields } from '../fields/ShownFields.tsx';
import { useFields } from '../fields/use-custom.ts';
import { TypeIcon } from '../TypeIcon.tsx';
import { AccountHealth } from './health.tsx';
import { drawerTab, type DrawerTab } from './drawer-tabs.ts';
import { AccessPart } from '../checkout/AccessPart.tsx';
import css from './drawer.module.css';
import { PasswordCell } from './PasswordCell.tsx';
import type { AccountActions } from './use-account-actions.tsx';
import { CompliancePill, Expiry } from './standing.tsx';
import { useResource } from './use-lists.ts';

const AccountProof = lazy(async () => ({ default: (await import('./AccountProof.tsx')).AccountProof }));
const AccountHistory = lazy(async () => ({ default: (await import('./AccountHistory.tsx')).AccountHistory }));
const AccountRotations = lazy(async () => ({ default: (await import('./AccountRotations.tsx')).AccountRotations }));
const KeyTab = lazy(() => import('../keys/KeyTab.tsx'));
const UsedBy = lazy(() => import('./UsedBy.tsx'));
const SharesTab = lazy(() => import('../shares/SharesTab.tsx'));

function AccountDetails({ account }: { readonly account: Account }) {
  const ownFields = useFields('account');
  return (
    <Details
      items={[
        [
          accounts('resource'),
          <Link key="r" className="link" to={`/resources/${account.resourceId}`}>
            <bdi>{account.resourceName}</bdi>
          </Link>,
        ],
        [accounts('address'), account.dnsName && <bdi className="mono">{account.dnsName}</bdi>],
        [accounts('type'), account.resourceType],
        [
          accounts('policy'),
          account.appliedPolicy && policies(`from.${account.appliedPolicy.from}`, { name: account.appliedPolicy.name }),
        ],
        [
          policies('kept'),
          account.compliance !== null && (
            <span key="c">
              <CompliancePill account={account} />
              {account.complianceWhy.length > 0 && (
                <ul className={css.why}>
                  {account.complianceWhy.map((why) => (
                    <li key={why}>{why}</li>
                  ))}
                </ul>
              )}
            </span>
          ),
        ],
        [policies('expires'), !account.holdsFile && <Expiry key="e" at={account.expiresAt} />],
        [
          policies('lastAccess'),
          account.lastAccess ? (
            <span key="l" title={exact(account.lastAccess.at)}>
              {policies('lastAccessBy', { when: ago(account.lastAccess.at), name: account.lastAccess.by })}
            </span>
          ) : (
            policies('noAccess')
          ),
        ],
        [
          accounts('version'),
          <span
            key="v"
            title={exact(account.changedAt)}
          >{`${account.secretVersion} · ${ago(account.changedAt)}`}</span>,
        ],
        [
          accounts('number'),
          <span key="n" className="num">
            {account.number}
          </span>,
        ],
        [
          accounts('added'),
          <span key="a" title={exact(account.createdAt)}>
            {ago(account.createdAt)}
          </span>,
        ],
        ...shownFields(ownFields, { kind: 'account', of: account }),
        [
          accounts('notes'),
          account.notes && (
            <span key="t" className={css.notes}>
              {account.notes}
            </span>
          ),
        ],
      ]}
    />
  );
}

/** One account, looked at from a list: its password, state, history and rotations. */
export default function AccountDrawer(props: {
  readonly id: string;
  readonly tab: DrawerTab;
  readonly onTab: (tab: DrawerTab) => void;
  readonly close: () => void;
  readonly actions: AccountActions;
  /** True on the resource's own page, which needs no way to itself. */
  readonly onResource?: boolean;
}) {
  const { id, tab, actions } = props;
  const query = useQuery({
    queryKey: keys.account(id),
    queryFn: ({ signal }) => ask(readAccount, { accountId: id }, { signal }),
    // While a rotation runs its end also changes the account.
    refetchInterval: (q) => (q.state.data?.attempt && q.state.data.attempt.state !== 'needs-person' ? 3000 : false),
  });
  const account = query.data;
  const may = (action: string) => account?.can.includes(action) ?? false;
  const owner = useResource(account?.resourceId ?? null).data?.ownerName ?? '';
  return (
    <SideDrawer
      open
      close={props.close}
      title={
        account ? (
          <span className={css.title}>
            <TypeIcon type={account.resourceType} size={18} />
            <span>
              <bdi>{account.username}</bdi>
              <small>
                <bdi>{account.resourceName}</bdi>
              </small>
            </span>
          </span>
        ) : (
          accounts('account')
        )
      }
      aside={
        account &&
        !props.onResource && (
          <Button
            component={Link}
            to={`/resources/${account.resourceId}`}
            size="xs"
            variant="subtle"
            color="gray"
            leftSection={<IconServer size={14} />}
          >
            {accounts('openResource')}
          </Button>
        )
      }
    >
      {query.isPending && <Bones />}
      {query.isError && !account && <ErrorBox error={query.error} retry={() => void query.refetch()} />}
      {account && (
        <>
          <div className={css.head}>
            <PasswordCell account={account} />
            <AccountHealth account={account} />
          </div>
          {account.access && <AccessPart account={account} access={account.access} />}
          <div className={css.actions}>
            {may('account.change-password') && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconKey size={14} />}
                onClick={() => actions.changePassword(account)}
              >
                {accounts('changePassword')}
              </Button>
            )}
            {may('account.rotate') && account.resettable && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconRotateClockwise size={14} />}
                onClick={() => actions.rotate(account)}
              >
                {accounts('rotate')}
              </Button>
            )}
            {may('account.verify') && account.resettable && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconShieldCheck size={14} />}
                onClick={() => actions.verify(account)}
              >
                {accounts('verifyShort')}
              </Button>
            )}
            {may('account.open-url') && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconExternalLink size={14} />}
                onClick={() => actions.openUrl(account)}
              >
                {accounts('openUrl')}
              </Button>
            )}
            {may('account.update') && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPencil size={14} />}
                onClick={() => actions.edit(account)}
                aria-label={accounts('edit')}
              >
                {accounts('editShort')}
              </Button>
            )}
          </div>
          <Tabs value={tab} onChange={(value) => props.onTab(drawerTab(value ?? undefined))} keepMounted={false}>
            <Tabs.List className={css.tabs}>
              <Tabs.Tab value="details">{accounts('details')}</Tabs.Tab>
              {!account.holdsFile && <Tabs.Tab value="proof">{accounts('proof')}</Tabs.Tab>}
              <Tabs.Tab value="history">{accounts('historyTab')}</Tabs.Tab>
              {!account.holdsFile && <Tabs.Tab value="rotations">{accounts('rotations')}</Tabs.Tab>}
              {!account.holdsFile && <Tabs.Tab value="key">{sshKeys('tab')}</Tabs.Tab>}
              <Tabs.Tab value="used">{consumers('tab')}</Tabs.Tab>
              {may('account.share') && <Tabs.Tab value="shares">{access('tab')}</Tabs.Tab>}
            </Tabs.List>
            <Tabs.Panel value="details" className={css.panel}>
              <AccountDetails account={account} />
            </Tabs.Panel>
            <Tabs.Panel value="proof" className={css.panel}>
              <Suspense fallback={<Bones />}>
                <AccountProof account={account} />
              </Suspense>
            </Tabs.Panel>
            <Tabs.Panel value="history" className={css.panel}>
              <Suspense fallback={<Bones />}>
                <AccountHistory account={account} />
              </Suspense>
            </Tabs.Panel>
            <Tabs.Panel value="rotations" className={css.panel}>
              <Suspense fallback={<Bones />}>
                <AccountRotations account={account} actions={actions} />
              </Suspense>
            </Tabs.Panel>
            <Tabs.Panel value="key" className={css.panel}>
              <Suspense fallback={<Bones />}>
                <KeyTab account={account} />
              </Suspense>
            </Tabs.Panel>
            <Tabs.Panel value="used" className={css.panel}>
              <Suspense fallback={<Bones />}>
                <UsedBy account={account} />
              </Suspense>
            </Tabs.Panel>
            <Tabs.Panel value="shares" className={css.panel}>
              {may('account.share') ? (
                <Suspense fallback={<Bones />}>
                  <SharesTab of={{ kind: 'account', id: account.id, name: account.username, owner }} />
                </Suspense>
              ) : (
                <p className="dim">{access('only', { owner })}</p>
              )}
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </SideDrawer>
  );
}
