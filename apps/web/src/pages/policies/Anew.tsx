import { Progress } from '@mantine/core';
import { listEvaluations } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { ask } from '../../lib/client.ts';
import { policies } from '../../lib/messages/policies.ts';
import { keys, queries } from '../../lib/query.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import css from './policies.module.css';
import { becauseOf, howFar } from './words.ts';

/** Asked this often while something runs, and seldom otherwise. */
const busyMs = 1500;
const idleMs = 20_000;
const endedShown = 5;

/** Which accounts are judged anew after changes, how far that is, and what ended lately. */
export function Anew() {
  const found = useQuery({
    queryKey: [...keys.policies, 'anew'],
    queryFn: ({ signal }) => ask(listEvaluations, {}, { signal }),
    refetchInterval: (query) => (query.state.data?.items.some((one) => one.endedAt === null) ? busyMs : idleMs),
  });
  const open = found.data?.items.filter((one) => one.endedAt === null) ?? [];
  const ended = found.data?.items.filter((one) => one.endedAt !== null).slice(0, endedShown) ?? [];
  // What lists say of accounts is another thing once it has ended.
  const were = useRef(0);
  useEffect(() => {
    if (were.current > 0 && open.length === 0)
      void Promise.all([keys.accounts, keys.dashboard].map((queryKey) => queries.invalidateQueries({ queryKey })));
    were.current = open.length;
  }, [open.length]);
  return (
    <FormSection title={policies('anew.title')} text={policies('anew.help')}>
      {found.isPending && <Bones lines={[60, 40]} />}
      {found.isError && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
      {found.data?.items.length === 0 && <p className={css.none}>{policies('anew.none')}</p>}
      {open.length + ended.length > 0 && (
        <ul className={css.anew} aria-live="polite">
          {[...open, ...ended].map((one) => (
            <li key={one.id}>
              <b>
                <bdi>{becauseOf(one)}</bdi>
                {!one.opens && <span className="dim"> · {policies('anew.dates')}</span>}
              </b>
              <span className="dim num">{howFar(one)}</span>
              {one.state === 'running' && one.total !== null && (
                <Progress
                  value={one.total === 0 ? 100 : (100 * one.seen) / one.total}
                  size="sm"
                  aria-label={becauseOf(one)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
    </FormSection>
  );
}
