import { Select } from '@mantine/core';
import { deletePolicy, type Policy, type PolicyId } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { policies } from '../../lib/messages/policies.ts';
import { toast } from '../../ui/toast.tsx';
import { AskDialog } from '../users/AskDialog.tsx';

/** Deletes a policy; where it is in use, asks for the one that takes its place. */
export function RemoveDialog(props: {
  readonly policy: Policy;
  readonly others: readonly Policy[];
  readonly used: boolean;
  readonly close: () => void;
  readonly done: () => Promise<unknown>;
}) {
  const { policy, others, used } = props;
  const [replacement, setReplacement] = useState<string | null>(others.find((one) => one.isDefault)?.id ?? null);
  return (
    <AskDialog
      open
      close={props.close}
      title={policies('remove.title', { name: policy.name })}
      body={policies(used ? 'remove.text' : 'remove.unused')}
      keep={policies('remove.keep')}
      go={policies('remove')}
      danger
      does={async () => {
        await ask(deletePolicy, {
          policyId: policy.id,
          ...(used && replacement !== null ? { replacementId: replacement as PolicyId } : {}),
        });
        await props.done();
        toast({ message: policies('removed', { name: policy.name }) });
      }}
    >
      {used && (
        <Select
          label={policies('remove.replacement')}
          data={others.map(({ id, name }) => ({ value: id as string, label: name }))}
          value={replacement}
          onChange={setReplacement}
          allowDeselect={false}
          error={replacement === null ? policies('remove.choose') : null}
        />
      )}
    </AskDialog>
  );
}
