import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { listAccounts, verifyAccount, type Account, type Resource } from '@strongroom/contract';
import { IconPlus, IconShieldCheck, IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useRef, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { accounts as words } from '../../lib/messages/accounts.ts';
import { files } from '../../lib/messages/files.ts';
import { resources } from '../../lib/messages/resources.ts';
import { keys } from '../../lib/query.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import { drawerTab } from '../../parts/accounts/drawer-tabs.ts';
import { useAccountMenu, type OpenMenu } from '../../parts/accounts/AccountMenu.tsx';
import { AccountHealth } from '../../parts/accounts/health.tsx';
import { More } from '../../parts/accounts/RowButtons.tsx';
import { PasswordCell } from '../../parts/accounts/PasswordCell.tsx';
import { patchAccount, refreshAccount } from '../../parts/accounts/store.ts';
import { useAccountActions } from '../../parts/accounts/use-account-actions.tsx';
import { policyOf, usePolicies } from '../../parts/accounts/use-lists.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { OwnPart } from '../../parts/fields/OwnPart.tsx';
import { Details } from '../../ui/Facts.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './resource.module.css';

const AccountDrawer = lazy(() => import('../../parts/accounts/AccountDrawer.tsx'));
const AddAccountsDialog = lazy(() => import('./AddAccountsDialog.tsx'));
const pageLength = 100;

/** Verifies every account that can be, one after the other: a host must not see them all at once. */
function useVerifyAll(list: readonly Account[]): { readonly running: boolean; readonly start: () => void } {
  const [running, setRunning] = useState(false);
  const latest = useRef(list);
  latest.current = list;
  const start = async () => {
    const all = latest.current.filter((account) => account.resettable && account.can.includes('account.verify'));
    const [first] = all;
    if (!first) return;
    setRunning(true);
    let proven = 0;
    for (const [index, account] of all.entries()) {
      toast({
        id: 'verify-all',
        seconds: 0,
        message: resources('verifyAllRunning', { done: index + 1, total: all.length }),
      });
      try {
        const proof = await ask(verifyAccount, { accountId: account.id });
        patchAccount(account.id, { proof });
        if (proof.health === 'proven') proven++;
      } catch {
        // It counts as not proven; its own row says why once the list is fetched again.
      }
    }
    setRunning(false);
    void refreshAccount(first);
    toast({
      id: 'verify-all',
      message: resources('verifyAllDone', { proven, total: all.length }),
      tone: proven === all.length ? 'info' : 'bad',
    });
  };
  return { running, start: () => void start() };
}

function Table({
  list,
  menu,
  look,
}: {
  readonly list: readonly Account[];
  readonly menu: OpenMenu;
  readonly look: (account: Account) => void;
}) {
  return (
    <table className={css.table}>
      <thead>
        <tr>
          <th scope="col">{words('account')}</th>
          <th scope="col" style={{ inlineSize: 310 }}>
            {list.every((account) => account.holdsFile) ? files('file') : words('password')}
          </th>
          <th scope="col">{words('health')}</th>
          <th scope="col">{words('changed')}</th>
          <th scope="col" style={{ inlineSize: 60 }}>
            <span className="sr">{words('actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {list.map((account) => (
          <tr key={account.id}>
            <td>
              <button type="button" className="link" onClick={() => look(account)}>
                <b>
                  <bdi>{account.username}</bdi>
                </b>
              </button>
            </td>
            <td>
              <PasswordCell account={account} />
            </td>
            <td>
              <AccountHealth account={account} />
            </td>
            <td className="dim num" title={exact(account.changedAt)}>
              {ago(account.changedAt)}
            </td>
            <td>
              <span className={css.rowActions}>
                <More account={account} menu={menu} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cards({
  list,
  menu,
  look,
}: {
  readonly list: readonly Account[];
  readonly menu: OpenMenu;
  readonly look: (account: Account) => void;
}) {
  return (
    <ul className={css.list}>
      {list.map((account) => (
        <li key={account.id}>
          <div>
            <button type="button" className="link" onClick={() => look(account)}>
              <b>
                <bdi>{account.username}</bdi>
              </b>
            </button>
            <span className="dim">{resources('changedBy', { when: ago(account.changedAt) })}</span>
            <AccountHealth account={account} />
          </div>
          <div>
            <PasswordCell account={account} />
            <More account={account} menu={menu} />
          </div>
        </li>
      ))}
    </ul>
  );
}

/** The accounts of a resource, and its details beneath. */
export function AccountsTab({ resource }: { readonly resource: Resource }) {
  const phone = useMediaQuery('(max-width: 48em)') ?? false;
  const [url, setUrl] = useUrlState(['account', 'tab'] as const);
  const [adding, setAdding] = useState(false);
  const policy = policyOf(usePolicies(), resource.policyId, resource.groupPolicyId);
  const look = useCallback(
    (account: Account, tab?: string) => setUrl({ account: account.id, tab }, { push: true }),
    [setUrl],
  );
  const { actions, dialogs } = useAccountActions(useCallback((account: Account) => look(account, 'rotations'), [look]));
  const menu = useAccountMenu(actions, { look, onResource: true });
  const query = useInfiniteQuery({
    queryKey: [...keys.accounts, 'of', resource.id],
    queryFn: ({ pageParam, signal }) =>
      ask(
        listAccounts,
        { resourceId: resource.id, limit: pageLength, offset: pageParam, sort: 'username' },
        { signal },
      ),
    initialPageParam: 0,
    getNextPageParam: (last, all) => {
      const seen = all.length * pageLength;
      return seen < last.total ? seen : undefined;
    },
    // A rotation under way ends by itself: the row follows.
    refetchInterval: (q) =>
      q.state.data?.pages.some((page) => page.items.some((a) => a.attempt && a.attempt.state !== 'needs-person'))
        ? 4000
        : false,
  });
  const list = query.data?.pages.flatMap((page) => page.items) ?? [];
  const verifyAll = useVerifyAll(list);
  const mayAdd = resource.can.includes('account.create');
  const add = (
    <Button variant="default" leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)}>
      {resources('addAccounts')}
    </Button>
  );
  const mayVerify = list.some((account) => account.resettable && account.can.includes('account.verify'));
  return (
    <>
      <div className={css.bar}>
        <h2>{resources('accounts')}</h2>
        {mayVerify && (
          <Button
            variant="default"
            leftSection={<IconShieldCheck size={15} />}
            disabled={verifyAll.running}
            onClick={verifyAll.start}
          >
            {resources('verifyAll')}
          </Button>
        )}
        {mayAdd && add}
      </div>
      <div className="card">
        {query.isPending && (
          <div style={{ padding: 16 }}>
            <Bones />
          </div>
        )}
        {query.isError && !query.data && <ErrorBox error={query.error} retry={() => void query.refetch()} />}
        {query.data && list.length === 0 && (
          <EmptyState
            icon={IconUsers}
            title={resources('noAccountsTitle')}
            text={mayAdd ? resources('noAccountsText') : undefined}
          >
            {mayAdd && add}
          </EmptyState>
        )}
        {list.length > 0 &&
          (phone ? (
            <Cards list={list} menu={menu.open} look={look} />
          ) : (
            <Table list={list} menu={menu.open} look={look} />
          ))}
        {query.hasNextPage && (
          <div className={css.more}>
            <Button size="xs" variant="default" onClick={() => void query.fetchNextPage()}>
              {resources('showMore')}
            </Button>
          </div>
        )}
      </div>
      <section className={`card ${css.details}`} aria-label={resources('details')}>
        <h2>{resources('details')}</h2>
        <Details
          items={[
            [resources('address'), resource.dnsName && <bdi className="mono">{resource.dnsName}</bdi>],
            [resources('type'), resource.type],
            [
              resources('policy'),
              policy &&
                (resource.policyId
                  ? policy.name
                  : resources(resource.groupPolicyId ? 'policyOfGroup' : 'policyDefault', { name: policy.name })),
            ],
            [resources('domain'), resource.domain],
            [resources('url'), resource.url && <bdi className="mono">{resource.url}</bdi>],
            [resources('department'), resource.department],
            [resources('location'), resource.location],
            [
              resources('description'),
              resource.description && <span className={css.notes}>{resource.description}</span>,
            ],
            [
              resources('number'),
              <span key="n" className="num">
                {resource.number}
              </span>,
            ],
            [
              resources('added'),
              <span key="a" title={exact(resource.createdAt)}>
                {ago(resource.createdAt)}
              </span>,
            ],
            [
              resources('updated'),
              <span key="u" title={exact(resource.updatedAt)}>
                {ago(resource.updatedAt)}
              </span>,
            ],
          ]}
        />
        <OwnPart resource={resource} />
      </section>
      {menu.node}
      {dialogs}
      <Suspense fallback={null}>
        {adding && <AddAccountsDialog resource={resource} close={() => setAdding(false)} />}
        {url.account && (
          <AccountDrawer
            key={url.account}
            id={url.account}
            tab={drawerTab(url.tab)}
            onTab={(tab) => setUrl({ tab: tab === 'details' ? undefined : tab })}
            close={() => setUrl({ account: undefined, tab: undefined })}
            actions={actions}
            onResource
          />
        )}
      </Suspense>
    </>
  );
}
