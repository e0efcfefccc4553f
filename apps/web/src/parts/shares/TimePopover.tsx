import { Button, Popover, TextInput } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import { exact } from '../../lib/format.ts';
import { access } from '../../lib/messages/access.ts';
import { toLocal } from '../fields/field-draft.ts';
import type { Wanted } from './draft.ts';
import css from './shares.module.css';

const instantOf = (local: string): string | null => {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
};
const text = ({ from, until }: Pick<Wanted, 'from' | 'until'>): string =>
  from && until
    ? access('between', { from: exact(from), until: exact(until) })
    : from
      ? access('fromOnly', { from: exact(from) })
      : until
        ? access('untilOnly', { until: exact(until) })
        : access('always');

/** When a share is in force: a button that says it, and a small form behind it. */
export function TimePopover({
  name,
  wanted,
  change,
}: {
  readonly name: string;
  readonly wanted: Wanted;
  readonly change: (times: Pick<Wanted, 'from' | 'until'>) => void;
}) {
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const begin = () => {
    setFrom(toLocal(wanted.from ?? undefined));
    setUntil(toLocal(wanted.until ?? undefined));
    setOpen(true);
  };
  const [start, end] = [instantOf(from), instantOf(until)];
  const fault =
    end !== null && Date.parse(end) <= Date.now()
      ? access('untilPast')
      : start !== null && end !== null && end <= start
        ? access('untilBefore')
        : undefined;
  return (
    <Popover opened={open} onChange={setOpen} trapFocus withArrow position="bottom-end">
      <Popover.Target>
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          leftSection={<IconClock size={14} aria-hidden />}
          aria-label={`${access('timeOf', { name })}: ${text(wanted)}`}
          onClick={() => (open ? setOpen(false) : begin())}
        >
          {text(wanted)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={access('timeOf', { name })}>
        <form
          className={css.times}
          onSubmit={(event) => {
            event.preventDefault();
            if (fault) return;
            change({ from: start, until: end });
            setOpen(false);
          }}
        >
          <TextInput
            type="datetime-local"
            label={access('from')}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            label={access('until')}
            description={access('timeHelp')}
            value={until}
            onChange={(event) => setUntil(event.currentTarget.value)}
            error={fault}
          />
          <div className={css.timesButtons}>
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                change({ from: null, until: null });
                setOpen(false);
              }}
            >
              {access('clear')}
            </Button>
            <Button size="xs" type="submit" disabled={fault !== undefined}>
              {access('done')}
            </Button>
          </div>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
