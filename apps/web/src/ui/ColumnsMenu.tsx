import { ActionIcon, Popover, Tooltip } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { Bones } from './Bones.tsx';
import type { Column } from './grid-types.ts';
import type { ColumnSetup } from './use-columns.ts';

const ColumnsList = lazy(() => import('./ColumnsList.tsx')) as typeof import('./ColumnsList.tsx').default;

/**
 * The button that opens the columns of a list: which are shown, in which order, how wide, and back to how the list
 * comes. Everything that can be dragged has buttons, and Alt with an arrow moves a column too. `columns` are all of the
 * list's columns, not those of `useColumns`.
 */
export function ColumnsMenu<T>(props: { readonly columns: readonly Column<T>[]; readonly setup: ColumnSetup }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={336} withinPortal trapFocus returnFocus>
      <Tooltip label={kit('columns')} disabled={open}>
        <Popover.Target>
          <ActionIcon size={32} aria-label={kit('columns')} onClick={() => setOpen(!open)}>
            <IconColumns3 size={16} />
          </ActionIcon>
        </Popover.Target>
      </Tooltip>
      <Popover.Dropdown p={0} aria-label={kit('columns')}>
        <Suspense fallback={<Bones lines={[60, 70, 50, 65]} />}>
          <ColumnsList {...props} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
