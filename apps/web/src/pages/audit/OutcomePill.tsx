import type { Outcome } from '@strongroom/contract';
import { IconAlertTriangle, IconBan } from '@tabler/icons-react';
import { audit } from '../../lib/messages/audit.ts';
import { Pill } from '../../ui/Pill.tsx';

/** How something ended. What went well is plain text: the eye shall find the exceptions. */
export function OutcomePill({ outcome }: { readonly outcome: Outcome }) {
  switch (outcome) {
    case 'done':
      return <span className="dim">{audit('outcome.done')}</span>;
    case 'refused':
      return (
        <Pill tone="warn" icon={IconBan}>
          {audit('outcome.refused')}
        </Pill>
      );
    case 'failed':
      return (
        <Pill tone="bad" icon={IconAlertTriangle}>
          {audit('outcome.failed')}
        </Pill>
      );
  }
}
