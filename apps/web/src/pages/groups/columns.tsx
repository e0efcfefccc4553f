import type { Policy, ResourceGroup } from '@strongroom/contract';
import { IconFilter, IconFolder } from '@tabler/icons-react';
import { ago, exact } from '../../lib/format.ts';
import { groups } from '../../lib/messages/groups.ts';
import { number } from '../../lib/t.ts';
import type { Column } from '../../ui/Grid.tsx';
import list from '../resources/resources.module.css';

export function GroupIcon({ kind, size = 16 }: { readonly kind: ResourceGroup['kind']; readonly size?: number }) {
  const Glyph = kind === 'criteria' ? IconFilter : IconFolder;
  return <Glyph size={size} stroke={1.6} aria-hidden style={{ flex: 'none' }} />;
}

/** The columns of the list of groups. */
export const groupColumns = (policies: readonly Policy[]): readonly Column<ResourceGroup>[] => [
  {
    id: 'name',
    title: groups('name'),
    width: 'minmax(180px, 1.4fr)',
    sort: 'name',
    always: true,
    cell: (g) => (
      <span className={list.name} title={g.name}>
        <GroupIcon kind={g.kind} />
        <bdi className="trunc">{g.name}</bdi>
      </span>
    ),
  },
  {
    id: 'kind',
    title: groups('kind'),
    width: '90px',
    sort: 'kind',
    cell: (g) => <span className="dim">{groups(`kind-${g.kind}`)}</span>,
  },
  {
    id: 'members',
    title: groups('members'),
    width: '90px',
    cell: (g) => <span className="num">{number(g.members)}</span>,
  },
  {
    id: 'policy',
    title: groups('policy'),
    width: 'minmax(90px, 0.6fr)',
    cell: (g) => (
      <span className="dim">{policies.find(({ id }) => id === g.policyId)?.name ?? groups('policyNone')}</span>
    ),
  },
  {
    id: 'shared',
    title: groups('shared'),
    width: 'minmax(130px, 0.8fr)',
    cell: (g) => g.shares !== null && <span className="dim">{groups('sharedCount', { count: g.shares })}</span>,
  },
  {
    id: 'owner',
    title: groups('owner'),
    width: 'minmax(120px, 0.8fr)',
    sort: 'ownerName',
    cell: (g) => <bdi className="dim trunc">{g.ownerName}</bdi>,
  },
  {
    id: 'changed',
    title: groups('changed'),
    width: '110px',
    sort: 'updatedAt',
    wide: true,
    cell: (g) => (
      <span className="dim num" title={exact(g.updatedAt)}>
        {ago(g.updatedAt)}
      </span>
    ),
  },
];

/** A group on a phone. */
export function GroupCard({ group }: { readonly group: ResourceGroup }) {
  return (
    <div className={list.card}>
      <GroupIcon kind={group.kind} size={18} />
      <span className={list.cardText}>
        <b className="trunc">
          <bdi>{group.name}</bdi>
        </b>
        <bdi className="dim trunc">{group.ownerName}</bdi>
        <span className="dim3">{groups('factMembersValue', { count: group.members })}</span>
      </span>
    </div>
  );
}
