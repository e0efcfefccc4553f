import type { Account } from '@strongroom/contract';
import { ago, exact } from '../../lib/format.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { policies } from '../../lib/messages/policies.ts';
import { AccountHealth } from '../../parts/accounts/health.tsx';
import type { OpenMenu } from '../../parts/accounts/AccountMenu.tsx';
import { PasswordCell } from '../../parts/accounts/PasswordCell.tsx';
import { Keys, More, Star } from '../../parts/accounts/RowButtons.tsx';
import type { AccountActions } from '../../parts/accounts/use-account-actions.tsx';
import { CompliancePill, Expiry } from '../../parts/accounts/standing.tsx';
import { TypeIcon } from '../../parts/TypeIcon.tsx';
import type { Column } from '../../ui/Grid.tsx';
import css from './home.module.css';

/** The columns of Home. */
export function homeColumns(actions: AccountActions, menu: OpenMenu): readonly Column<Account>[] {
  return [
    {
      id: 'star',
      title: accounts('favourite'),
      quiet: true,
      width: '28px',
      cell: (a, tabIndex) => <Star account={a} actions={actions} tabIndex={tabIndex} />,
    },
    {
      id: 'username',
      title: accounts('account'),
      width: 'minmax(120px, 1fr)',
      sort: 'username',
      always: true,
      cell: (a) => (
        <bdi className={css.account} title={a.username}>
          {a.username}
        </bdi>
      ),
    },
    {
      id: 'resource',
      title: accounts('resource'),
      width: 'minmax(150px, 1.2fr)',
      sort: 'resourceName',
      cell: (a) => (
        <span className={css.resource} title={`${a.resourceName} · ${a.resourceType}`}>
          <TypeIcon type={a.resourceType} />
          <bdi className="trunc">{a.resourceName}</bdi>
        </span>
      ),
    },
    {
      id: 'password',
      title: accounts('password'),
      width: '276px',
      cell: (a, tabIndex) => <PasswordCell account={a} tabIndex={tabIndex} />,
    },
    { id: 'health', title: accounts('health'), width: '140px', cell: (a) => <AccountHealth account={a} /> },
    {
      id: 'compliance',
      title: policies('compliance'),
      width: '128px',
      wide: true,
      cell: (a) => <CompliancePill account={a} quiet />,
    },
    {
      id: 'expires',
      title: policies('expires'),
      width: '124px',
      sort: 'expiresAt',
      wide: true,
      cell: (a) => !a.holdsFile && <Expiry at={a.expiresAt} />,
    },
    {
      id: 'changed',
      title: accounts('changed'),
      width: '104px',
      sort: 'changedAt',
      wide: true,
      cell: (a) => (
        <span className="dim num" title={exact(a.changedAt)}>
          {ago(a.changedAt)}
        </span>
      ),
    },
    {
      id: 'checked',
      title: accounts('checked'),
      width: '104px',
      sort: 'checkedAt',
      wide: true,
      cell: (a) =>
        a.proof.checkedAt && (
          <span className="dim num" title={exact(a.proof.checkedAt)}>
            {ago(a.proof.checkedAt)}
          </span>
        ),
    },
    {
      id: 'actions',
      title: accounts('actions'),
      quiet: true,
      width: '36px',
      end: true,
      cell: (a, tabIndex) => (
        <>
          <Keys account={a} actions={actions} />
          <More account={a} menu={menu} tabIndex={tabIndex} />
        </>
      ),
    },
  ];
}

/** A row on a phone: two lines with the same cells. */
export function HomeCard({
  account,
  actions,
  menu,
}: {
  readonly account: Account;
  readonly actions: AccountActions;
  readonly menu: OpenMenu;
}) {
  return (
    <div className={css.card}>
      <div className={css.cardLine}>
        <TypeIcon type={account.resourceType} size={18} />
        <span className={css.cardText}>
          <b className="trunc">
            <bdi>{account.username}</bdi>
          </b>
          <bdi className="dim trunc">{account.resourceName}</bdi>
        </span>
        <AccountHealth account={account} />
        <Star account={account} actions={actions} size={17} />
      </div>
      <div className={css.cardFoot}>
        <PasswordCell account={account} />
        <More account={account} menu={menu} />
      </div>
    </div>
  );
}
