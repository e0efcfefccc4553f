import { Button, SegmentedControl, Select } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { listSchedules, type ScheduleRow, ScheduleState } from '@strongroom/contract';
import { IconCalendarRepeat, IconTemplate } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { ask } from '../../lib/client.ts';
import { resources } from '../../lib/messages/resources.ts';
import { schedules } from '../../lib/messages/schedules.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { useUrlState } from '../../lib/use-url-state.ts';
import { useScheduleActions } from '../../parts/schedules/use-schedule-actions.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { PageAsk } from '../../ui/grid-types.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import list from '../resources/resources.module.css';
import { ScheduleCard, scheduleColumns } from './columns.tsx';
import css from './schedules.module.css';

const Calendar = lazy(() => import('./Calendar.tsx'));

const fields = ['search', 'state', 'sort', 'as'] as const;
const sorts = ['nextAt', '-nextAt', 'groupName', '-groupName'] as const;
const sortOf = (text: string | undefined) => sorts.find((sort) => sort === text);
const stateOf = (text: string | undefined) => ScheduleState.options.find((state) => state === text);
const rowKey = (row: ScheduleRow) => row.groupId;
const rowName = (row: ScheduleRow) => row.groupName;
const card = (row: ScheduleRow) => <ScheduleCard row={row} />;

/** SCH-02: every schedule whose group one sees, with its next run and last result, as a list or a calendar. */
export default function Schedules() {
  const phone = useMediaQuery('(max-width: 48em)') ?? false;
  const [url, setUrl] = useUrlState(fields);
  const [preferences] = usePreferences();
  const navigate = useNavigate();
  const mayManage = useCan('resource-group.create');
  const { actions, dialogs } = useScheduleActions();
  const columns = useMemo(() => scheduleColumns(actions), [actions]);
  const { search = '' } = url;
  const state = stateOf(url.state);
  const filter = useMemo(() => ({ ...(search ? { search } : {}), ...(state ? { state } : {}) }), [search, state]);
  const queryKey = useMemo(() => [...keys.schedules, 'list', filter], [filter]);
  const load = useCallback(
    ({ offset, cursor, limit, sort: by, signal }: PageAsk) => {
      const sort = sortOf(by);
      return ask(
        listSchedules,
        { ...filter, offset, limit, ...(cursor ? { cursor } : {}), ...(sort ? { sort } : {}) },
        { signal },
      );
    },
    [filter],
  );
  const open = useCallback(
    (row: ScheduleRow) => void navigate({ to: `/resources/groups/${row.groupId}/rotation` }),
    [navigate],
  );
  const clear = () => setUrl({ search: undefined, state: undefined });
  const asCalendar = url.as === 'calendar';
  const shown = (
    <SegmentedControl
      size="xs"
      aria-label={schedules('shownAs')}
      value={asCalendar ? 'calendar' : 'table'}
      onChange={(value) => setUrl({ as: value === 'calendar' ? 'calendar' : undefined })}
      data={[
        { value: 'table', label: schedules('asTable') },
        { value: 'calendar', label: schedules('asCalendar') },
      ]}
    />
  );
  return (
    <div className={list.page}>
      <PageHeader
        title={schedules('title')}
        stack={phone}
        sub={
          <>
            <Link to="/resources" className="link">
              {resources('title')}
            </Link>
            {' · '}
            {schedules('sub')}
          </>
        }
      >
        {phone && shown}
        {mayManage && (
          <Button
            component={Link}
            to="/admin/rotation-templates"
            variant="default"
            leftSection={<IconTemplate size={15} />}
          >
            {schedules('templates')}
          </Button>
        )}
      </PageHeader>
      {asCalendar ? (
        <>
          {!phone && <div className={css.bar}>{shown}</div>}
          <Suspense fallback={<Bones />}>
            <Calendar />
          </Suspense>
        </>
      ) : (
        <>
          <FilterBar
            search={search}
            onSearch={(text) => setUrl({ search: text })}
            placeholder={schedules('filter')}
            active={state ? 1 : 0}
            onClear={clear}
            end={phone ? null : shown}
          >
            <Select
              aria-label={schedules('state')}
              placeholder={schedules('state')}
              data={ScheduleState.options.map((value) => ({ value, label: schedules(`state-${value}`) }))}
              value={state ?? null}
              onChange={(value) => setUrl({ state: value ?? undefined })}
              clearable
              w={140}
            />
          </FilterBar>
          <Grid
            label={schedules('title')}
            queryKey={queryKey}
            load={load}
            columns={columns}
            rowKey={rowKey}
            rowName={rowName}
            sort={sortOf(url.sort)}
            onSort={(by) => setUrl({ sort: by })}
            onOpen={open}
            card={card}
            cardHeight={98}
            dense={preferences.density === 'compact'}
            filtered={search !== '' || state !== undefined}
            onClear={clear}
            refetchInterval={5000}
            empty={
              <EmptyState icon={IconCalendarRepeat} title={schedules('emptyTitle')} text={schedules('emptyText')}>
                <Button component={Link} to="/resources/groups" variant="default">
                  {schedules('toGroups')}
                </Button>
              </EmptyState>
            }
          />
        </>
      )}
      {dialogs}
    </div>
  );
}
