import { NumberInput, Radio, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { previewSchedule, type When } from '@strongroom/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ask, ProblemError } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { schedules } from '../../lib/messages/schedules.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys } from '../../lib/query.ts';
import { TimeZoneField } from '../../pages/me/TimeZoneField.tsx';
import { whenOf, type Draft } from './draft.ts';
import { moment } from './words.ts';
import css from './wizard.module.css';

const kinds: readonly When['is'][] = ['once', 'days', 'monthly', 'cron', 'never'];
const numberOf = (value: string | number): number =>
  typeof value === 'number' ? value : Number.parseInt(value, 10) || 0;

/** The next times of a draft, or what is wrong with it, by the server: one place knows clocks and their changes. */
function useNextTimes(draft: Draft) {
  const [asked] = useDebouncedValue(JSON.stringify({ when: whenOf(draft), timeZone: draft.timeZone }), 250);
  return useQuery({
    queryKey: [...keys.schedules, 'preview', asked],
    queryFn: ({ signal }) => ask(previewSchedule, JSON.parse(asked) as { when: When; timeZone: string }, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** When: one of five kinds, with the next times as the server counts them. */
export function WhenFields({
  draft,
  change,
}: {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
}) {
  const next = useNextTimes(draft);
  const errors = next.error instanceof ProblemError ? fieldErrors(next.error) : {};
  const time = (
    <TextInput
      type="time"
      label={schedules('time')}
      withAsterisk
      value={draft.time}
      onChange={(event) => change({ time: event.currentTarget.value })}
      error={errors['when.time']}
      w={140}
    />
  );
  const times = next.isError ? [] : (next.data?.times ?? []);
  return (
    <>
      <Radio.Group
        aria-label={schedules('stepWhen')}
        value={draft.kind}
        onChange={(kind) => change({ kind: kind as When['is'] })}
      >
        <div className={css.kinds}>
          {kinds.map((kind) => (
            <Radio key={kind} value={kind} label={schedules(`kind-${kind}`)} />
          ))}
        </div>
      </Radio.Group>
      <Stack gap={14}>
        {draft.kind === 'once' && (
          <div className={css.row}>
            <TextInput
              type="date"
              label={schedules('date')}
              withAsterisk
              value={draft.date}
              onChange={(event) => change({ date: event.currentTarget.value })}
              error={errors['when.date']}
              w={170}
            />
            {time}
          </div>
        )}
        {draft.kind === 'days' && (
          <div className={css.row}>
            <NumberInput
              label={schedules('everyDays')}
              withAsterisk
              min={1}
              max={365}
              clampBehavior="strict"
              value={draft.every}
              onChange={(value) => change({ every: numberOf(value) })}
              error={errors['when.every']}
            />
            <TextInput
              type="date"
              label={schedules('from')}
              withAsterisk
              value={draft.from}
              onChange={(event) => change({ from: event.currentTarget.value })}
              error={errors['when.from']}
              w={170}
            />
            {time}
          </div>
        )}
        {draft.kind === 'monthly' && (
          <div className={css.row}>
            <NumberInput
              label={schedules('dayOfMonth')}
              description={schedules('dayOfMonthHelp')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              withAsterisk
              min={1}
              max={31}
              clampBehavior="strict"
              value={draft.day}
              onChange={(value) => change({ day: numberOf(value) })}
              error={errors['when.day']}
              w={220}
            />
            {time}
          </div>
        )}
        {draft.kind === 'cron' && (
          <TextInput
            label={schedules('cronPattern')}
            description={schedules('cronHelp')}
            withAsterisk
            className="mono"
            value={draft.pattern}
            onChange={(event) => change({ pattern: event.currentTarget.value })}
            error={errors['when.pattern']}
            maxLength={100}
            spellCheck={false}
            autoComplete="off"
          />
        )}
        {draft.kind !== 'never' && <TimeZoneField value={draft.timeZone} change={(timeZone) => change({ timeZone })} />}
      </Stack>
      {draft.kind !== 'never' && (
        <div className={css.times} aria-live="polite">
          <b>{schedules('nextTimes')}</b>
          {times.length === 0 ? (
            <span className="dim">{schedules('noTimes')}</span>
          ) : (
            <ol>
              {times.map((at) => (
                <li key={at} className="num" title={exact(at)}>
                  {moment(at)}
                </li>
              ))}
            </ol>
          )}
          <span className="dim">{schedules('timesIn')}</span>
        </div>
      )}
    </>
  );
}
