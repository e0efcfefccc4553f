import { Select } from '@mantine/core';
import type { PolicyId } from '@strongroom/contract';
import { groups } from '../../lib/messages/groups.ts';
import { usePolicies } from '../../parts/accounts/use-lists.ts';

/** The policy of a group. */
export function PolicySelect(props: {
  readonly value: PolicyId | null;
  readonly onChange: (id: PolicyId | null) => void;
  readonly disabled?: boolean;
}) {
  const policies = usePolicies();
  return (
    <Select
      label={groups('policy')}
      description={groups('policyHelp')}
      placeholder={groups('policyNone')}
      data={policies.map(({ id, name }) => ({ value: id as string, label: name }))}
      value={props.value}
      onChange={(id) => props.onChange(id as PolicyId | null)}
      clearable
      disabled={props.disabled ?? false}
    />
  );
}
