import { previewReset, type Resource } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { tasks } from '../../lib/messages/tasks.ts';
import { keys } from '../../lib/query.ts';
import { useResourceTypes } from '../accounts/use-lists.ts';
import { emptyReset, ResetFields, resetFaults, tidyReset, useResetFields } from '../reset/ResetFields.tsx';
import css from './bulk.module.css';
import { selectionFor, type Filter } from './selection.ts';
import type { BulkDialogProps } from './use-bulk.tsx';
import { WorkDialog } from './WorkDialog.tsx';

const noErrors = {};

/** Sets how many resources of one type are logged in to. Accounts belong to one resource each: for many they are named by their log-in names. */
export function ResetResources({
  chosen,
  close,
  start,
  type: ofList,
  filter,
}: BulkDialogProps<Pick<Resource, 'type'>> & { readonly type: string | undefined; readonly filter: Filter }) {
  const types = useResourceTypes();
  const type = types.find((one) => one.name === (ofList ?? chosen.rows[0]?.type));
  const fields = useResetFields(type);
  const [draft, setDraft] = useState<ReturnType<typeof emptyReset> | null>(null);
  const [checked, setChecked] = useState(false);
  const now = draft ?? emptyReset(fields);
  const selected = selectionFor('resources', filter, chosen);
  const { data } = useQuery({
    queryKey: [...keys.resources, 'reset-preview', selected],
    queryFn: ({ signal }) =>
      ask(
        previewReset,
        {
          selection:
            'ids' in selected
              ? { resourceIds: selected.ids as never[] }
              : { filter: selected.filter, except: selected.except },
        },
        { signal },
      ),
    staleTime: 0,
  });
  const configured = data?.types.reduce((sum, one) => sum + one.configured, 0) ?? 0;
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
        if (resetFaults(fields, now).length > 0) return tasks('resetMend');
        const { settings, admin, elevation } = tidyReset(now);
        return {
          call: 'resource.configure-reset',
          input: { reset: { settings, adminUsername: admin, elevationUsername: elevation } },
        };
      }}
    >
      {configured > 0 && (
        <p className={css.missing} role="status">
          {tasks('resetOverwrites', { count: configured, type: type?.name ?? '' })}
        </p>
      )}
      {type?.driver && (
        <ResetFields fields={fields} draft={now} onChange={setDraft} errors={noErrors} checked={checked} />
      )}
    </WorkDialog>
  );
}
