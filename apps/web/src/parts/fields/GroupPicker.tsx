import { MultiSelect } from '@mantine/core';
import { listResourceGroups } from '@strongroom/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { custom } from '../../lib/messages/custom.ts';
import { keys } from '../../lib/query.ts';

/** A group as far as choosing it needs. */
export interface ChosenGroup {
  readonly id: string;
  readonly name: string;
}

/** Chooses static groups that the person may change, found by name on the server. */
export function GroupPicker({
  value,
  onChange,
}: {
  readonly value: readonly ChosenGroup[];
  readonly onChange: (groups: ChosenGroup[]) => void;
}) {
  const [search, setSearch] = useState('');
  const text = search.trim();
  const { data } = useQuery({
    queryKey: [...keys.groups, 'static', text],
    queryFn: ({ signal }) =>
      ask(listResourceGroups, { kind: 'static', limit: 50, ...(text ? { search: text } : {}) }, { signal }),
    placeholderData: keepPreviousData,
  });
  const found = (data?.items ?? []).filter((group) => group.can.includes('resource-group.change-members'));
  const known = new Map([...value, ...found].map(({ id, name }) => [id, { id, name }]));
  if (data && data.total === 0 && text === '' && value.length === 0) return null;
  return (
    <MultiSelect
      label={custom('groups')}
      description={custom('groupsHelp')}
      data={[...known.values()].map(({ id, name }) => ({ value: id, label: name }))}
      value={value.map(({ id }) => id)}
      onChange={(ids) => onChange(ids.flatMap((id) => known.get(id) ?? []))}
      searchValue={search}
      onSearchChange={setSearch}
      searchable
      clearable
      hidePickedOptions
      nothingFoundMessage={custom('groupsNone')}
    />
  );
}
