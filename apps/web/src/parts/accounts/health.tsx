import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashedCheck,
  IconClockX,
  IconEyeOff,
  IconHelpCircle,
  IconKeyOff,
  IconPlugConnectedX,
  IconRefresh,
  IconUserExclamation,
  type Icon,
} from '@tabler/icons-react';
import type { Account, Health } from '@strongroom/contract';
import { accounts } from '../../lib/messages/accounts.ts';
import { files } from '../../lib/messages/files.ts';
import { Pill, type Tone } from '../../ui/Pill.tsx';

/** How each health looks. */
const healthLooks: Readonly<Record<Health, { readonly tone: Tone; readonly icon: Icon }>> = {
  proven: { tone: 'ok', icon: IconCircleCheck },
  unproven: { tone: 'neutral', icon: IconHelpCircle },
  'out-of-sync': { tone: 'bad', icon: IconAlertTriangle },
  unreachable: { tone: 'warn', icon: IconPlugConnectedX },
  stale: { tone: 'warn', icon: IconClockX },
  excluded: { tone: 'neutral', icon: IconEyeOff },
  untrusted: { tone: 'bad', icon: IconKeyOff },
  unprovable: { tone: 'neutral', icon: IconCircleDashedCheck },
};
/** In the order a person should worry, worst first. */
export const healthOrder: readonly Health[] = [
  'out-of-sync',
  'untrusted',
  'unreachable',
  'stale',
  'unproven',
  'unprovable',
  'excluded',
  'proven',
];

/** A health as a badge; with `quiet`, nothing when all is well: a dense table shows the exceptions only. */
export function HealthPill({ health, quiet = false }: { readonly health: Health; readonly quiet?: boolean }) {
  if (quiet && health === 'proven') return <span className="sr">{accounts('healthy')}</span>;
  const { tone, icon } = healthLooks[health];
  return (
    <Pill tone={tone} icon={icon} title={accounts(`means-${health}`)}>
      {accounts(`health-${health}`)}
    </Pill>
  );
}

/** The one thing to know about an account: an unfinished rotation first, else its health. */
export function AccountHealth({ account }: { readonly account: Account }) {
  if (account.holdsFile)
    return (
      <span className="dim3" title={files('notChecked')}>
        <span aria-hidden>–</span>
        <span className="sr">{files('notChecked')}</span>
      </span>
    );
  if (account.attempt?.state === 'needs-person') {
    return (
      <Pill tone="bad" icon={IconUserExclamation} title={accounts('attemptNeedsPerson')}>
        {accounts('needsPerson')}
      </Pill>
    );
  }
  if (account.attempt) {
    return (
      <Pill tone="busy" icon={IconRefresh}>
        {accounts('rotating')}
      </Pill>
    );
  }
  return <HealthPill health={account.proof.health} quiet />;
}
