import type { AccessRequest } from '@strongroom/contract';
import { ago, exact } from '../../lib/format.ts';
import { requests } from '../../lib/messages/requests.ts';
import type { Column } from '../../ui/grid-types.ts';
import rowCss from '../../ui/row.module.css';
import { RequestPills } from './RequestView.tsx';
import css from './requests.module.css';
import { approvalsOf, requesterOf } from './timeline.ts';

type View = 'mine' | 'in-use' | 'all';

const account: Column<AccessRequest> = {
  id: 'account',
  title: requests('account'),
  width: 'minmax(120px, 1fr)',
  always: true,
  cell: (row) => (
    <b className="trunc">
      <bdi>{row.accountName}</bdi>
    </b>
  ),
};
const resource: Column<AccessRequest> = {
  id: 'resource',
  title: requests('resource'),
  width: 'minmax(130px, 1.2fr)',
  cell: (row) => <bdi className="trunc">{row.resourceName}</bdi>,
};
const who: Column<AccessRequest> = {
  id: 'who',
  title: requests('who'),
  width: 'minmax(110px, 1fr)',
  cell: (row) => <bdi className="trunc">{requesterOf(row)}</bdi>,
};
const when = (id: string, at: (row: AccessRequest) => string | null, sort?: string): Column<AccessRequest> => ({
  id,
  title: requests(id === 'since' ? 'since' : 'asked'),
  width: '104px',
  ...(sort ? { sort } : {}),
  cell: (row) => {
    const instant = at(row);
    return (
      instant && (
        <span className="dim num" title={exact(instant)}>
          {ago(instant)}
        </span>
      )
    );
  },
});
const state: Column<AccessRequest> = {
  id: 'state',
  title: requests('state'),
  width: 'minmax(200px, 1.2fr)',
  cell: (row) => <RequestPills request={row} row />,
};
const approvals: Column<AccessRequest> = {
  id: 'approvals',
  title: requests('approvals'),
  width: '132px',
  wide: true,
  cell: (row) => row.kind === 'request' && <span className="dim">{requests('approvedOf', approvalsOf(row))}</span>,
};

/** Until when a request counts for what it waits for: its answer, the check-out, or the check-in. */
function endOf(row: AccessRequest): string | null {
  if (row.state === 'waiting') return row.voidAt;
  if (row.state === 'approved') return row.useBy;
  return row.state === 'in-use' ? row.dueAt : row.endedAt;
}
const until: Column<AccessRequest> = {
  id: 'until',
  title: requests('until'),
  width: '190px',
  wide: true,
  cell: (row) => {
    const at = endOf(row);
    return <span className="dim num trunc">{at ? exact(at) : row.state === 'in-use' ? requests('noEnd') : ''}</span>;
  },
};

/** The columns of a list of requests. `force`: asks before a password is taken back. */
export function requestColumns(view: View, force: (row: AccessRequest) => void): readonly Column<AccessRequest>[] {
  const asked = when('asked', (row) => row.createdAt, 'createdAt');
  if (view === 'mine') return [account, resource, asked, state, approvals, until];
  if (view === 'all') return [account, resource, who, asked, state, approvals, until];
  return [
    account,
    resource,
    who,
    state,
    when('since', (row) => row.checkedOutAt ?? row.approvedAt),
    until,
    {
      id: 'actions',
      title: requests('actions'),
      quiet: true,
      width: '124px',
      end: true,
      cell: (row, tabIndex) =>
        row.state === 'in-use' &&
        row.can.includes('access-request.force-check-in') && (
          <button
            type="button"
            className={rowCss.bt}
            tabIndex={tabIndex}
            aria-label={requests('forceFor', { name: `${row.accountName} · ${row.resourceName}` })}
            onClick={() => force(row)}
          >
            {requests('force')}
          </button>
        ),
    },
  ];
}

/** A request on a phone. */
export const RequestCard = ({ request }: { readonly request: AccessRequest }) => (
  <div className={css.card}>
    <span className={css.cardLine}>
      <b className="trunc">
        <bdi>{request.accountName}</bdi>
      </b>
      <RequestPills request={request} row />
    </span>
    <bdi className="trunc">{request.resourceName}</bdi>
    <span className="trunc dim">
      <bdi>{requesterOf(request)}</bdi> · {ago(request.createdAt)}
    </span>
  </div>
);
