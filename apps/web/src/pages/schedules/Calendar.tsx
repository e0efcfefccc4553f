import { ActionIcon } from '@mantine/core';
import { readCalendar } from '@strongroom/contract';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { exact, time } from '../../lib/format.ts';
import { schedules } from '../../lib/messages/schedules.ts';
import { keys } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { language } from '../../lib/t.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { addDays, addMonths, dayIn, monthOf, steps, weeksOf, type Day } from './days.ts';
import css from './schedules.module.css';

const look = 60;
const words = (day: Day, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(language(), { ...options, timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));

/** What the schedules do in the coming sixty days, by the days of the reader's own time zone. Days are one stop for Tab; arrows move between them. */
export default function Calendar() {
  const { user } = useMe();
  const today = dayIn(new Date(), user.timeZone);
  const [day, setDay] = useState<Day>(today);
  const table = useRef<HTMLTableElement>(null);
  const moved = useRef(false);
  const query = useQuery({
    queryKey: [...keys.schedules, 'calendar'],
    queryFn: ({ signal }) => ask(readCalendar, { days: look }, { signal }),
  });
  const byDay = useMemo(() => {
    const found = new Map<Day, { groupId: string; groupName: string; at: string }[]>();
    for (const item of query.data?.items ?? []) {
      const on = dayIn(new Date(item.at), user.timeZone);
      found.set(on, [...(found.get(on) ?? []), item]);
    }
    return found;
  }, [query.data, user.timeZone]);
  useEffect(() => {
    if (moved.current) table.current?.querySelector<HTMLElement>(`[data-day="${day}"]`)?.focus();
    moved.current = false;
  }, [day]);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = steps(event.key, day, getComputedStyle(event.currentTarget).direction === 'rtl');
    if (!to) return;
    event.preventDefault();
    moved.current = true;
    setDay(to);
  };
  if (query.isPending) return <Bones />;
  if (query.isError && !query.data) return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  const month = monthOf(day);
  const weeks = weeksOf(month);
  const runs = byDay.get(day) ?? [];
  const title = words(`${month}-01`, { month: 'long', year: 'numeric' });
  return (
    <div className={css.calendar}>
      <section className={css.month} aria-label={schedules('calendar')}>
        <div className={css.monthHead}>
          <h2 aria-live="polite">{title}</h2>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={schedules('previous')}
            onClick={() => setDay(addMonths(day, -1))}
          >
            <IconChevronLeft size={16} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={schedules('following')}
            onClick={() => setDay(addMonths(day, 1))}
          >
            <IconChevronRight size={16} />
          </ActionIcon>
        </div>
        <table className={css.days} ref={table} onKeyDown={onKeyDown} aria-label={title}>
          <thead>
            <tr>
              {weeks[0]?.map((one) => (
                <th key={one} scope="col" abbr={words(one, { weekday: 'long' })}>
                  {words(one, { weekday: 'short' })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeks.map((week) => (
              <tr key={week[0]}>
                {week.map((one) => {
                  const count = byDay.get(one)?.length ?? 0;
                  return (
                    <td key={one}>
                      <button
                        type="button"
                        className={css.day}
                        data-day={one}
                        data-outside={monthOf(one) === month ? undefined : true}
                        data-today={one === today || undefined}
                        aria-pressed={one === day}
                        tabIndex={one === day ? 0 : -1}
                        onClick={() => setDay(one)}
                      >
                        <span className="sr">
                          {words(one, { weekday: 'long', day: 'numeric', month: 'long' })}:{' '}
                          {schedules('runsOn', { count })}
                        </span>
                        <span className={css.dayNumber} aria-hidden>
                          {Number(one.slice(8))}
                        </span>
                        {count > 0 && (
                          <span className={css.runs} aria-hidden>
                            {count}
                            <span className={css.runsWord}>{schedules('runsOn', { count }).replace(/^\S+/, '')}</span>
                          </span>
                        )}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
        <p className="dim" style={{ fontSize: 12 }}>
          {schedules('calendarHelp')} {query.data.more && schedules('calendarMore')}
        </p>
      </section>
      <section className={css.aside} aria-live="polite">
        <h2>{schedules('onDay', { date: words(day, { weekday: 'long', day: 'numeric', month: 'long' }) })}</h2>
        {runs.length === 0 ? (
          <p className="dim">{schedules(day > addDays(today, look) ? 'beyond' : 'nothingOn')}</p>
        ) : (
          <ul>
            {runs.map((run) => (
              <li key={`${run.groupId} ${run.at}`} className="card">
                <Link className="lnk trunc" to={`/resources/groups/${run.groupId}/rotation`}>
                  <bdi>{run.groupName}</bdi>
                </Link>
                <span className="dim num" title={exact(run.at)}>
                  {time(run.at)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}
