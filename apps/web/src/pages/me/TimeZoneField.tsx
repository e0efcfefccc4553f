import { Select } from '@mantine/core';
import { me } from '../../lib/messages/me.ts';

const zones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** The time zone this browser runs in, an IANA name; UTC where it does not say. */
export const browserTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** A searchable field for an IANA time zone. A stored name that this browser does not know stays selectable. */
export function TimeZoneField(props: {
  readonly value: string;
  readonly change: (zone: string) => void;
  readonly disabled?: boolean;
}) {
  const known = zones.includes(props.value);
  return (
    <Select
      label={me('profile.timeZone')}
      data={known ? zones : [props.value, ...zones]}
      value={props.value}
      onChange={(zone) => zone && props.change(zone)}
      searchable
      limit={80}
      allowDeselect={false}
      disabled={props.disabled ?? false}
      nothingFoundMessage={me('profile.timeZoneNone')}
    />
  );
}
