import type { Run, RunItemState } from '@strongroom/contract';
import {
  IconAlertTriangle,
  IconCheck,
  IconHelpCircle,
  IconKeyOff,
  IconPlayerStop,
  IconPlugConnectedX,
  IconUserExclamation,
  type Icon,
} from '@tabler/icons-react';
import { runs } from '../../lib/messages/runs.ts';
import { Pill, type Tone } from '../../ui/Pill.tsx';

/** What became of an account, worst first. */
export const outcomes: readonly RunItemState[] = [
  'needs-person',
  'untrusted',
  'refused',
  'in-doubt',
  'unreachable',
  'skipped',
  'running',
  'waiting',
  'done',
];
/** Those that somebody should look at. */
export const faults: readonly RunItemState[] = ['needs-person', 'untrusted', 'refused', 'in-doubt', 'unreachable'];

const looks: Readonly<Record<RunItemState, { readonly tone: Tone; readonly icon?: Icon }>> = {
  waiting: { tone: 'neutral' },
  running: { tone: 'busy' },
  done: { tone: 'ok', icon: IconCheck },
  refused: { tone: 'bad', icon: IconAlertTriangle },
  unreachable: { tone: 'warn', icon: IconPlugConnectedX },
  untrusted: { tone: 'bad', icon: IconKeyOff },
  'in-doubt': { tone: 'warn', icon: IconHelpCircle },
  skipped: { tone: 'neutral', icon: IconPlayerStop },
  'needs-person': { tone: 'bad', icon: IconUserExclamation },
};

/** What became of one account, as a badge. What was set but cannot be proven is not green: its sentence says so. */
export function Outcome(props: {
  readonly state: RunItemState;
  readonly kind: Run['kind'];
  readonly why: string | null;
}) {
  const { state, kind, why } = props;
  const unproven = state === 'done' && why !== null;
  const { tone, icon } = looks[state];
  return (
    <Pill tone={unproven ? 'neutral' : tone} {...(icon ? { icon } : {})}>
      {state === 'done' && !unproven ? runs(`done-${kind}`) : runs(`item-${state}`)}
    </Pill>
  );
}

/** How many accounts of a run have had their turn, and how many somebody should look at. */
export const sums = ({ counts, total }: Pick<Run, 'counts' | 'total'>) => ({
  ended: total - counts.waiting - counts.running,
  faults: faults.reduce((sum, state) => sum + counts[state], 0),
});

/** How a run stands, as a badge. */
export function RunStatePill({ run }: { readonly run: Run }) {
  const bad = sums(run).faults;
  if (run.state === 'running') return <Pill tone="busy">{runs('state-running')}</Pill>;
  if (run.state === 'stopped')
    return (
      <Pill tone="neutral" icon={IconPlayerStop}>
        {runs('state-stopped')}
      </Pill>
    );
  return bad > 0 ? (
    <Pill tone="warn" icon={IconAlertTriangle}>
      {runs('partly', { count: bad })}
    </Pill>
  ) : (
    <Pill tone="ok" icon={IconCheck}>
      {runs('state-done')}
    </Pill>
  );
}

/** Who or what started a run, in words. */
export const startedBy = ({ source, requestedBy }: Pick<Run, 'source' | 'requestedBy'>): string =>
  runs(`source-${source}`, { name: requestedBy });
