import { Select } from '@mantine/core';
import { date } from '../../lib/format.ts';
import { me } from '../../lib/messages/me.ts';

/** How long a token is good for, in days; `never` for one without an end. */
const lifetimes = ['30', '90', '365', 'never'] as const;
export type Lifetime = (typeof lifetimes)[number];

/** When a token of this lifetime ends, counted from `now`; null for one without an end. */
export function endOf(lifetime: Lifetime, now: number = Date.now()): string | null {
  return lifetime === 'never' ? null : new Date(now + Number(lifetime) * 86_400_000).toISOString();
}

/** The choice of a token's lifetime, which says the day it ends. */
export function ExpiryField({
  value,
  change,
}: {
  readonly value: Lifetime;
  readonly change: (lifetime: Lifetime) => void;
}) {
  const end = endOf(value);
  return (
    <Select
      label={me('expiry.label')}
      data={lifetimes.map((lifetime) => ({ value: lifetime, label: me(`expiry.${lifetime}`) }))}
      value={value}
      onChange={(chosen) => {
        const lifetime = lifetimes.find((known) => known === chosen);
        if (lifetime) change(lifetime);
      }}
      allowDeselect={false}
      description={end ? me('expiry.until', { date: date(end) }) : me('expiry.neverHelp')}
    />
  );
}
