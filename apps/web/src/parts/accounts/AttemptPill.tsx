import type { Attempt, AttemptState } from '@strongroom/contract';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconRefresh,
  IconRestore,
  IconUserExclamation,
  type Icon,
} from '@tabler/icons-react';
import { accounts } from '../../lib/messages/accounts.ts';
import { Pill, type Tone } from '../../ui/Pill.tsx';

const looks: Readonly<Record<AttemptState, { readonly tone: Tone; readonly icon: Icon }>> = {
  prepared: { tone: 'busy', icon: IconRefresh },
  applying: { tone: 'busy', icon: IconRefresh },
  applied: { tone: 'busy', icon: IconRefresh },
  verified: { tone: 'busy', icon: IconRefresh },
  promoted: { tone: 'ok', icon: IconCircleCheck },
  unverified: { tone: 'warn', icon: IconAlertTriangle },
  'rolled-back': { tone: 'warn', icon: IconRestore },
  'needs-person': { tone: 'bad', icon: IconUserExclamation },
};

/** A rotation's state as a badge. */
export function AttemptPill({ attempt }: { readonly attempt: Pick<Attempt, 'state'> }) {
  const { tone, icon } = looks[attempt.state];
  return (
    <Pill tone={tone} icon={icon}>
      {accounts(`attempt-${attempt.state}`)}
    </Pill>
  );
}
