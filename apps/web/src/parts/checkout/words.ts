import type { AccessRequest, RequestState } from '@strongroom/contract';
import {
  IconAlertTriangle,
  IconBan,
  IconCheck,
  IconClock,
  IconClockX,
  IconKey,
  IconLock,
  IconX,
  type Icon,
} from '@tabler/icons-react';
import { requests } from '../../lib/messages/requests.ts';
import type { Tone } from '../../ui/Pill.tsx';

/** How a state looks: tone, icon, and word. */
export interface Look {
  readonly tone: Tone;
  readonly icon: Icon;
  readonly word: string;
}

const looks: Readonly<Record<RequestState, readonly [Tone, Icon]>> = {
  'waiting': ['warn', IconClock],
  'approved': ['ok', IconCheck],
  'in-use': ['busy', IconLock],
  'checked-in': ['neutral', IconKey],
  'rejected': ['bad', IconX],
  'void': ['neutral', IconClockX],
  'expired': ['neutral', IconClockX],
  'withdrawn': ['neutral', IconBan],
}; // prettier-ignore

/** Where a request stands; one that was taken back by somebody, or by the clock, says so. */
export function requestLook({ state, endedHow }: Pick<AccessRequest, 'state' | 'endedHow'>): Look {
  const [tone, icon] = looks[state];
  if (state === 'checked-in' && endedHow === 'forced')
    return { tone: 'warn', icon: IconAlertTriangle, word: requests('forcedIn') };
  if (state === 'checked-in' && endedHow === 'time-out')
    return { tone: 'neutral', icon: IconClockX, word: requests('timedOut') };
  return { tone, icon, word: requests(`state-${state}`) };
}
