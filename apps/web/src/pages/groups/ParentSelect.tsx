import { Select } from '@mantine/core';
import { listResourceGroups, type ResourceGroupId } from '@strongroom/contract';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { groups } from '../../lib/messages/groups.ts';
import { keys } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';

/** Chooses one of one's own groups to hang another below, found by typing. */
export function ParentSelect(props: {
  readonly value: ResourceGroupId | null;
  readonly onChange: (id: ResourceGroupId | null) => void;
  readonly error?: string | undefined;
}) {
  const me = useMe();
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text, 150);
  // The name of what was chosen stays known when a new search no longer finds it.
  const names = useRef(new Map<ResourceGroupId, string>());
  const found = useQuery({
    queryKey: [...keys.groups, 'parents', asked],
    queryFn: ({ signal }) =>
      ask(listResourceGroups, { ownerId: me.user.id, limit: 50, ...(asked ? { search: asked } : {}) }, { signal }),
    placeholderData: keepPreviousData,
  });
  for (const { id, name } of found.data?.items ?? []) names.current.set(id, name);
  return (
    <Select
      label={groups('parent')}
      description={groups('parentHelp')}
      placeholder={groups('parentTop')}
      data={[...names.current].map(([value, label]) => ({ value: value as string, label }))}
      value={props.value}
      onChange={(id) => props.onChange(id as ResourceGroupId | null)}
      searchable
      onSearchChange={setText}
      clearable
      error={props.error}
    />
  );
}
