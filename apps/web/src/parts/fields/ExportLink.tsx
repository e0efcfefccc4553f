import { ActionIcon } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { base } from '../../lib/client.ts';
import { kit } from '../../lib/messages/kit.ts';
import { useMe } from '../../lib/session.tsx';
import type { Filter } from '../bulk/selection.ts';

/** Downloads a list as CSV, narrowed as the list is. Never with a password; absent for whom a user group takes plain exports from. */
export function ExportLink({ kind, filter }: { readonly kind: 'resource' | 'account'; readonly filter: Filter }) {
  const { permits } = useMe();
  if (!permits.exportPlain) return null;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter))
    for (const one of Array.isArray(value) ? (value as readonly string[]) : value === undefined ? [] : [String(value)])
      query.append(name, one);
  const text = query.toString();
  return (
    <ActionIcon
      component="a"
      size={32}
      variant="subtle"
      color="gray"
      href={`${base}/${kind}-export${text ? `?${text}` : ''}`}
      download
      aria-label={kit('exportCsv')}
      title={kit('exportCsv')}
    >
      <IconDownload size={16} />
    </ActionIcon>
  );
}
