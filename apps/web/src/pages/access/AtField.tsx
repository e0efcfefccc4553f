import { TextInput } from '@mantine/core';
import { access } from '../../lib/messages/access.ts';
import { toLocal } from '../../parts/fields/field-draft.ts';

/** Whether a moment lies ahead, where nobody can ask. */
export const isAhead = (at: string | undefined): boolean => at !== undefined && Date.parse(at) > Date.now();

/** A moment of the past, or now. `at`: an instant, as the address has it. */
export function AtField({
  at,
  set,
}: {
  readonly at: string | undefined;
  readonly set: (at: string | undefined) => void;
}) {
  return (
    <TextInput
      type="datetime-local"
      label={access('at')}
      description={access('atHelp')}
      max={toLocal(new Date().toISOString())}
      value={toLocal(at)}
      onChange={(event) => {
        const moment = new Date(event.currentTarget.value);
        set(Number.isNaN(moment.getTime()) ? undefined : moment.toISOString());
      }}
      error={isAhead(at) ? access('atAhead') : undefined}
    />
  );
}
