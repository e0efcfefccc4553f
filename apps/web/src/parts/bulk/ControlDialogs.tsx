import { Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { control } from '../../lib/messages/control.ts';
import { controlFaults, emptyControl, inputOf, type ControlDraft } from '../checkout/control-draft.ts';
import { ControlFields } from '../checkout/ControlFields.tsx';
import type { BulkDialog } from './use-bulk.tsx';
import { WorkDialog } from './WorkDialog.tsx';

/** Puts access to many resources, or accounts, under one control, or takes it away. */
const controlDialog = (kind: 'resource' | 'account'): BulkDialog<unknown> =>
  function ControlMany({ chosen, close, start }) {
    const [what, setWhat] = useState('set');
    const [draft, setDraft] = useState<ControlDraft>(emptyControl);
    const [checked, setChecked] = useState(false);
    const none = kind === 'resource' ? 'many-off' : 'many-follow';
    return (
      <WorkDialog
        title={control(kind === 'resource' ? 'titleManyResources' : 'titleManyAccounts', { count: chosen.size })}
        help={control('help')}
        go={control('manyGo')}
        close={close}
        start={start}
        wide
        work={() => {
          const call = `${kind}.control-access` as const;
          if (what === 'none') return { call, input: { control: null } };
          setChecked(true);
          const [fault] = Object.values(controlFaults(draft));
          return fault ?? { call, input: { control: { ...inputOf(draft, true) } } };
        }}
      >
        <Radio.Group label={control('manyWhat')} value={what} onChange={setWhat}>
          <Stack gap={8} mt={8}>
            <Radio value="set" label={control('many-set')} />
            <Radio value="none" label={control(none)} />
          </Stack>
        </Radio.Group>
        {what === 'set' && (
          <ControlFields
            draft={draft}
            change={(part) => setDraft((before) => ({ ...before, ...part }))}
            checked={checked}
          />
        )}
      </WorkDialog>
    );
  };
export const ControlResources = controlDialog('resource');
export const ControlAccounts = controlDialog('account');
