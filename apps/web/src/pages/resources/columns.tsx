import { IconAlertTriangle } from '@tabler/icons-react';
import type { Resource } from '@strongroom/contract';
import { ago, exact } from '../../lib/format.ts';
import { resources } from '../../lib/messages/resources.ts';
import { number } from '../../lib/t.ts';
import { policies } from '../../lib/messages/policies.ts';
import { HealthPill } from '../../parts/accounts/health.tsx';
import { Expiry } from '../../parts/accounts/standing.tsx';
import { TypeIcon } from '../../parts/TypeIcon.tsx';
import { Pill } from '../../ui/Pill.tsx';
import type { Column } from '../../ui/Grid.tsx';
import css from './resources.module.css';

/** A resource as the list carries it. */
export type ListedResource = Omit<Resource, 'reset' | 'hostKeys'>;

/** The columns of the list of resources. */
export const resourceColumns: readonly Column<ListedResource>[] = [
  {
    id: 'name',
    title: resources('name'),
    width: 'minmax(160px, 1.3fr)',
    sort: 'name',
    always: true,
    cell: (r) => (
      <span className={css.name} title={r.name}>
        <TypeIcon type={r.type} />
        <bdi className="trunc">{r.name}</bdi>
      </span>
    ),
  },
  {
    id: 'type',
    title: resources('type'),
    width: 'minmax(110px, 0.7fr)',
    sort: 'type',
    cell: (r) => <span className="dim">{r.type}</span>,
  },
  {
    id: 'address',
    title: resources('addressShort'),
    width: 'minmax(140px, 1.2fr)',
    sort: 'dnsName',
    cell: (r) => (
      <bdi className="mono dim" title={r.dnsName}>
        {r.dnsName}
      </bdi>
    ),
  },
  {
    id: 'accounts',
    title: resources('accounts'),
    width: '80px',
    cell: (r) => <span className="num">{number(r.accounts)}</span>,
  },
  {
    id: 'health',
    title: resources('health'),
    width: '150px',
    cell: (r) => r.health && <HealthPill health={r.health} quiet />,
  },
  {
    id: 'compliance',
    title: policies('compliance'),
    width: '128px',
    wide: true,
    cell: (r) =>
      r.violating > 0 && (
        <Pill tone="warn" icon={IconAlertTriangle} title={policies('violatingOf', { count: r.violating })}>
          {policies('violating', { count: r.violating })}
        </Pill>
      ),
  },
  {
    id: 'expires',
    title: policies('expires'),
    width: '124px',
    wide: true,
    cell: (r) => r.expiresAt && <Expiry at={r.expiresAt} />,
  },
  {
    id: 'owner',
    title: resources('owner'),
    width: 'minmax(120px, 0.8fr)',
    wide: true,
    cell: (r) => <span className="dim">{r.ownerName}</span>,
  },
  {
    id: 'changed',
    title: resources('changed'),
    width: '110px',
    sort: 'updatedAt',
    wide: true,
    cell: (r) => (
      <span className="dim num" title={exact(r.updatedAt)}>
        {ago(r.updatedAt)}
      </span>
    ),
  },
];

/** A resource on a phone. */
export function ResourceCard({ resource }: { readonly resource: ListedResource }) {
  return (
    <div className={css.card}>
      <TypeIcon type={resource.type} size={18} />
      <span className={css.cardText}>
        <b className="trunc">
          <bdi>{resource.name}</bdi>
        </b>
        <bdi className="dim trunc">{resource.dnsName || resource.type}</bdi>
        <span className="dim3">{resources('factAccountsValue', { count: resource.accounts })}</span>
      </span>
      {resource.health && <HealthPill health={resource.health} quiet />}
    </div>
  );
}
