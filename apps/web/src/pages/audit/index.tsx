import { listAudit, type AuditEvent, type Outcome, type Trail, type UserId } from '@strongroom/contract';
import { IconListSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { ask } from '../../lib/client.ts';
import { audit } from '../../lib/messages/audit.ts';
import { keys } from '../../lib/query.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { GridProps } from '../../ui/grid-types.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { columns, EventCard } from './columns.tsx';
import { EventDrawer } from './EventDrawer.tsx';
import { Filters } from './Filters.tsx';
import { SealStrip } from './SealStrip.tsx';
import { activeFilters, outcomes, timesOf, urlFields } from './trail-filter.ts';
import css from './audit.module.css';

const trails = [
  ['resource', '/audit/resources'],
  ['user', '/audit/users'],
  ['task', '/audit/tasks'],
] as const;
const nothing = Object.fromEntries(urlFields.map((field) => [field, undefined]));
const rowKey = (event: AuditEvent) => event.id;

function AuditPage({ trail }: { readonly trail: Trail }) {
  const [url, set] = useUrlState(urlFields);
  const { from, until } = useMemo(() => timesOf(url, Date.now()), [url.when, url.from, url.until]);
  const outcome = outcomes.find((known): known is Outcome => known === url.outcome);
  const filter = {
    trail,
    ...(url.q ? { search: url.q } : {}),
    ...(outcome ? { outcome } : {}),
    ...(url.action ? { action: url.action } : {}),
    ...(url.actor ? { actorId: url.actor as UserId } : {}),
    ...(url.object ? { objectId: url.object } : {}),
    ...(from ? { from } : {}),
    ...(until ? { until } : {}),
  };
  const queryKey = [...keys.audit, filter];
  const load = useCallback<GridProps<AuditEvent>['load']>(
    ({ sort, signal, ...page }) =>
      ask(listAudit, { ...filter, ...page, sort: sort === 'at' ? 'at' : '-at' }, { signal }),
    [JSON.stringify(filter)],
  );
  const open = useCallback((event: AuditEvent) => set({ event: event.id }, { push: true }), [set]);
  const card = useCallback((event: AuditEvent) => <EventCard event={event} open={open} />, [open]);
  const search = useCallback((text: string) => set({ q: text }), [set]);
  const clear = useCallback(() => set({ ...nothing }), [set]);
  return (
    <div className={css.page}>
      <PageHeader
        title={audit('title')}
        tab={`${audit('title')}: ${audit(`trail.${trail}`)}`}
        sub={audit(`sub.${trail}`)}
      />
      <nav className={css.trails} aria-label={audit('trails')}>
        {trails.map(([name, address]) => (
          <Link key={name} to={address} aria-current={name === trail ? 'page' : undefined}>
            {audit(`trail.${name}`)}
          </Link>
        ))}
      </nav>
      <SealStrip />
      <div className={css.filters}>
        <Filters trail={trail} url={url} set={set} search={search} clear={clear} />
      </div>
      <Grid
        label={audit('grid.label')}
        queryKey={queryKey}
        load={load}
        columns={columns}
        rowKey={rowKey}
        sort={url.sort}
        onSort={(sort) => set({ sort })}
        onOpen={open}
        onPeek={open}
        card={card}
        cardHeight={84}
        refetchInterval={15_000}
        filtered={activeFilters(url) > 0 || Boolean(url.q)}
        onClear={clear}
        empty={<EmptyState icon={IconListSearch} title={audit('grid.count', { n: 0 })} text={audit('empty')} />}
      />
      <EventDrawer
        id={url.event}
        close={() => set({ event: undefined })}
        only={({ actor, object }) => set({ ...nothing, ...(actor ? { actor } : {}), ...(object ? { object } : {}) })}
      />
    </div>
  );
}

/** What happened to resources and accounts. */
export function ResourceTrail() {
  return <AuditPage trail="resource" />;
}

/** What happened to users, tokens and settings. */
export function UserTrail() {
  return <AuditPage trail="user" />;
}

/** What the product did by itself. */
export function TaskTrail() {
  return <AuditPage trail="task" />;
}
