import type { Resource } from '@strongroom/contract';
import { useState } from 'react';
import { tasks } from '../../lib/messages/tasks.ts';
import { useResourceTypes } from '../accounts/use-lists.ts';
import { emptyReset, ResetFields, resetFaults, tidyReset, useResetFields } from '../reset/ResetFields.tsx';
import type { BulkDialogProps } from './use-bulk.tsx';
import { WorkDialog } from './WorkDialog.tsx';

const noErrors = {};

/** Sets how many resources of one type are logged in to. Accounts belong to one resource each: none can be chosen for many. */
export function ResetResources({
  chosen,
  close,
  start,
  type: ofList,
}: BulkDialogProps<Pick<Resource, 'type'>> & { readonly type: string | undefined }) {
  const types = useResourceTypes();
  const type = types.find((one) => one.name === (ofList ?? chosen.rows[0]?.type));
  const fields = useResetFields(type);
  const [draft, setDraft] = useState<ReturnType<typeof emptyReset> | null>(null);
  const [checked, setChecked] = useState(false);
  const now = draft ?? emptyReset(fields);
  return (
    <WorkDialog
      title={tasks('resetTitle', { count: chosen.size })}
      help={type && !type.driver ? tasks('resetNone') : tasks('resetHelp')}
      go={tasks('resetGo')}
      close={close}
      start={start}
      wide
      work={() => {
        if (!type?.driver) return tasks('resetNone');
        setChecked(true);
        if (resetFaults(fields, now).length > 0) return tasks('nothingFilled');
        const { settings } = tidyReset(now);
        return {
          call: 'resource.configure-reset',
          input: { reset: { settings, adminAccountId: null, elevationAccountId: null } },
        };
      }}
    >
      {type?.driver && (
        <ResetFields
          fields={fields}
          draft={now}
          onChange={setDraft}
          accounts={[]}
          errors={noErrors}
          checked={checked}
        />
      )}
    </WorkDialog>
  );
}
