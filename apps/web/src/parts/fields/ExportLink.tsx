import { ActionIcon } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { base } from '../../lib/client.ts';
import { kit } from '../../lib/messages/kit.ts';

/** Downloads a list as CSV, narrowed as the list is. Never with a password. */
export function ExportLink({
  kind,
  search,
  type,
}: {
  readonly kind: 'resource' | 'account';
  readonly search?: string | undefined;
  readonly type?: string | undefined;
}) {
  const query = new URLSearchParams({ ...(search ? { search } : {}), ...(type ? { type } : {}) }).toString();
  return (
    <ActionIcon
      component="a"
      size={32}
      variant="subtle"
      color="gray"
      href={`${base}/${kind}-export${query ? `?${query}` : ''}`}
      download
      aria-label={kit('exportCsv')}
      title={kit('exportCsv')}
    >
      <IconDownload size={16} />
    </ActionIcon>
  );
}
