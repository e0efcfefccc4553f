import type { Account } from '@strongroom/contract';
import { IconAlertTriangle, IconCircleCheck, IconClockX, IconHelpCircle } from '@tabler/icons-react';
import { ago, date, exact } from '../../lib/format.ts';
import { policies } from '../../lib/messages/policies.ts';
import { Pill } from '../../ui/Pill.tsx';

/** Whether an account's password keeps its policy; with `quiet`, nothing when it does. */
export function CompliancePill({
  account,
  quiet = false,
}: {
  readonly account: Pick<Account, 'compliance' | 'complianceWhy'>;
  readonly quiet?: boolean;
}) {
  const { compliance, complianceWhy } = account;
  if (compliance === null) return null;
  if (compliance === 'compliant')
    return quiet ? (
      <span className="sr">{policies('is.compliant')}</span>
    ) : (
      <Pill tone="ok" icon={IconCircleCheck}>
        {policies('is.compliant')}
      </Pill>
    );
  return compliance === 'violating' ? (
    <Pill tone="warn" icon={IconAlertTriangle} title={policies('means.violating', { why: complianceWhy.join(' ') })}>
      {policies('is.violating')}
    </Pill>
  ) : (
    <Pill tone="neutral" icon={IconHelpCircle} title={policies('means.unknown')}>
      {policies('is.unknown')}
    </Pill>
  );
}

/** When a password expires: a day to come, or a warning once it has passed. */
export function Expiry({ at }: { readonly at: string | null }) {
  if (at === null) return <span className="dim3">{policies('never')}</span>;
  if (Date.parse(at) > Date.now())
    return (
      <span className="dim num" title={exact(at)}>
        {date(at)}
      </span>
    );
  return (
    <Pill tone="warn" icon={IconClockX} title={exact(at)}>
      {policies('expired', { when: ago(at) })}
    </Pill>
  );
}
