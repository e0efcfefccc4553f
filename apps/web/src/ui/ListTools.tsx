import { ActionIcon, Tooltip } from '@mantine/core';
import { IconBaselineDensityMedium } from '@tabler/icons-react';
import { kit } from '../lib/messages/kit.ts';
import { usePreferences } from '../lib/preferences.ts';
import { ColumnsMenu } from './ColumnsMenu.tsx';
import type { Column } from './grid-types.ts';
import type { ColumnSetup } from './use-columns.ts';

/** What stands at the end of every list's filter bar: how tall rows are, and the columns. `columns` are all there are. */
export function ListTools<T>(props: { readonly columns: readonly Column<T>[]; readonly setup: ColumnSetup }) {
  const [{ density }, set] = usePreferences();
  const compact = density === 'compact';
  return (
    <>
      <Tooltip label={kit('rowHeight')}>
        <ActionIcon
          size={32}
          aria-label={kit('rowHeight')}
          aria-pressed={compact}
          onClick={() => set({ density: compact ? 'normal' : 'compact' })}
        >
          <IconBaselineDensityMedium size={16} />
        </ActionIcon>
      </Tooltip>
      <ColumnsMenu {...props} />
    </>
  );
}
