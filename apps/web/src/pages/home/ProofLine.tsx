import { readDashboard, type Health } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { ask } from '../../lib/client.ts';
import { percent } from '../../lib/format.ts';
import { home } from '../../lib/messages/home.ts';
import { policies } from '../../lib/messages/policies.ts';
import { keys } from '../../lib/query.ts';
import { number } from '../../lib/t.ts';
import css from './proof.module.css';

interface Standing {
  readonly compliance?: string | undefined;
  readonly expiry?: string | undefined;
}
const noStanding: Standing = { compliance: undefined, expiry: undefined };
const isPicked = (state: Standing, to: Standing): boolean =>
  state.compliance === to.compliance && state.expiry === to.expiry;

/** What policies say, each with the list it leads to. */
const standings: readonly {
  readonly name: 'violating' | 'unknown' | 'expired' | 'soon';
  readonly to: Standing;
  readonly count: (data: z.infer<(typeof readDashboard)['reply']>) => number;
}[] = [
  { name: 'violating', to: { compliance: 'violating' }, count: (data) => data.violating },
  { name: 'unknown', to: { compliance: 'unknown' }, count: (data) => data.unjudged },
  { name: 'expired', to: { expiry: 'expired' }, count: (data) => data.expired },
  { name: 'soon', to: { expiry: 'soon' }, count: (data) => data.expiringSoon },
];

/** How much of what one may see is proven, what is not and why; each part leads to its accounts. */
export function ProofLine({
  health,
  pick,
  state,
  narrow,
}: {
  readonly health: string | undefined;
  readonly pick: (health: Health | undefined) => void;
  /** What the list is narrowed to by policy and expiry, and how that is changed. */
  readonly state: Standing;
  readonly narrow: (to: Standing) => void;
}) {
  const { data } = useQuery({
    queryKey: keys.dashboard,
    queryFn: ({ signal }) => ask(readDashboard, {}, { signal }),
    refetchInterval: 60_000,
  });
  // Its place is kept while it loads, so that the list below does not jump.
  if (!data) return <div className={css.proof} aria-hidden />;
  if (data.provenShare === null) {
    return (
      <div className={css.proof}>
        <span className="dim">{home('provenNone')}</span>
      </div>
    );
  }
  const parts: readonly (readonly [Health, number])[] = [
    ['proven', data.proven],
    ['out-of-sync', data.outOfSync],
    ['untrusted', data.untrusted],
    ['unreachable', data.unreachable],
    ['stale', data.stale],
    ['unproven', data.unproven],
    ['unprovable', data.unprovable],
    ['excluded', data.excluded],
  ];
  const counted = data.accounts - data.excluded - data.files;
  return (
    <section className={css.proof} aria-label={home('proofTitle')}>
      <b className={css.share} title={home('provenHelp', { days: data.proofMaxAgeDays, excluded: data.excluded })}>
        {home('proven', { share: percent(data.provenShare) })}
      </b>
      <span className={css.bar} aria-hidden>
        {parts.map(
          ([part, count]) =>
            count > 0 &&
            part !== 'excluded' && (
              <i key={part} data-health={part} style={{ flexGrow: count / Math.max(1, counted) }} />
            ),
        )}
      </span>
      <ul>
        {parts.map(
          ([part, count]) =>
            // What is proven is told by the share; it is a chip only while it is the filter.
            count > 0 &&
            (part !== 'proven' || health === 'proven') && (
              <li key={part}>
                <button
                  type="button"
                  data-health={part}
                  aria-pressed={health === part}
                  onClick={() => pick(health === part ? undefined : part)}
                >
                  <i aria-hidden />
                  <span className="num">{number(count)}</span> {home(`part-${part}`)}
                </button>
              </li>
            ),
        )}
        {data.proven > 0 && (
          <li className={css.ages}>
            {home('provenAges', { day: number(data.provenWithinDay), week: number(data.provenWithinWeek) })}
          </li>
        )}
        {standings.map(
          ({ name, to, count }) =>
            count(data) > 0 && (
              <li key={name}>
                <button
                  type="button"
                  data-health={name}
                  aria-pressed={isPicked(state, to)}
                  onClick={() => narrow(isPicked(state, to) ? noStanding : { ...noStanding, ...to })}
                >
                  <i aria-hidden />
                  <span className="num">{number(count(data))}</span> {policies(`part.${name}`)}
                </button>
              </li>
            ),
        )}
        {data.needsPerson > 0 && <li className={css.person}>{home('needsPerson', { count: data.needsPerson })}</li>}
      </ul>
    </section>
  );
}
