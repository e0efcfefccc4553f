import { listKeys } from '@strongroom/contract';
import { IconFingerprint } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { z } from 'zod';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { sshKeys } from '../../lib/messages/keys.ts';
import { keys } from '../../lib/query.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { Column, PageAsk } from '../../ui/grid-types.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Pill } from '../../ui/Pill.tsx';
import css from './keys.module.css';

type Row = z.output<typeof listKeys.reply>['items'][number];

const whose = (row: Row) => `${row.username} · ${row.resourceName}`;
const Where = ({ row }: { readonly row: Row }) => (
  <Pill tone={row.stage !== 'settled' ? 'busy' : row.open < row.placed ? 'warn' : row.placed === 0 ? 'neutral' : 'ok'}>
    {row.stage === 'settled'
      ? sshKeys('placesOf', { open: row.open, placed: row.placed })
      : sshKeys(`stage-${row.stage}`)}
  </Pill>
);
const columns: readonly Column<Row>[] = [
  {
    id: 'account',
    title: sshKeys('account'),
    width: 'minmax(180px, 2fr)',
    sort: 'resource',
    always: true,
    cell: (row) => (
      <span className="trunc">
        <bdi>{whose(row)}</bdi>
      </span>
    ),
  },
  { id: 'places', title: sshKeys('places'), width: 'minmax(160px, 1fr)', cell: (row) => <Where row={row} /> },
  { id: 'kind', title: sshKeys('kind'), width: 'minmax(100px, 0.6fr)', cell: (row) => sshKeys(`kind-${row.kind}`) },
  {
    id: 'fingerprint',
    title: sshKeys('fingerprint'),
    width: 'minmax(180px, 2fr)',
    wide: true,
    cell: (row) => <span className="mono trunc">{row.fingerprint}</span>,
  },
  {
    id: 'made',
    title: sshKeys('made'),
    width: 'minmax(150px, 1fr)',
    sort: 'madeAt',
    wide: true,
    cell: (row) => <span className="num">{exact(row.madeAt)}</span>,
  },
];
const queryKey = [...keys.sshKeys, 'list'];
const rowKey = (row: Row) => row.accountId;
const card = (row: Row) => (
  <div className={css.card}>
    <b className="trunc">{whose(row)}</b>
    <span className={css.cardLine}>
      <Where row={row} />
      <span className="dim">{sshKeys(`kind-${row.kind}`)}</span>
    </span>
  </div>
);
const load = ({ sort, signal, ...page }: PageAsk) =>
  ask(listKeys, { ...page, ...(sort ? { sort: sort as 'resource' } : {}) }, { signal });

/** RST-11: every SSH key of the accounts one sees, and on how many accounts each is proven. */
export default function Keys() {
  const navigate = useNavigate();
  const open = useCallback(
    (row: Row) => void navigate({ to: '/home', search: { view: 'all', account: row.accountId, tab: 'key' } }),
    [navigate],
  );
  return (
    <div className={css.page}>
      <PageHeader title={sshKeys('title')} sub={sshKeys('sub')} />
      <Grid
        label={sshKeys('title')}
        queryKey={queryKey}
        load={load}
        columns={columns}
        rowKey={rowKey}
        rowName={whose}
        onOpen={open}
        card={card}
        cardHeight={76}
        refetchInterval={5000}
        empty={<EmptyState icon={IconFingerprint} title={sshKeys('listEmpty')} text={sshKeys('listEmptyText')} />}
      />
    </div>
  );
}
