import { Select } from '@mantine/core';
import { findSubjects, type AccessSubject } from '@strongroom/contract';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { access } from '../../lib/messages/access.ts';

type Kind = AccessSubject['kind'];

/** The subject of an id, for its name. */
export function useSubject(kind: Kind, id: string | undefined): AccessSubject | undefined {
  const { data } = useQuery({
    queryKey: ['access', 'subject', kind, id],
    queryFn: ({ signal }) => ask(findSubjects, { kind, ...(id ? { id } : {}) }, { signal }),
    enabled: id !== undefined,
    retry: false,
  });
  return data?.items.find((one) => one.id === id);
}

/** How a subject is called where there is one line for it. */
export const subjectName = (one: Pick<AccessSubject, 'kind' | 'name' | 'detail'>): string =>
  one.kind === 'user' && one.detail ? one.detail : one.kind === 'account' ? `${one.name} · ${one.detail}` : one.name;

/** Finds a person, a group or a thing by name, among all that the organisation has. */
export function SubjectSelect(props: {
  readonly kind: Kind;
  readonly label: string;
  readonly id: string | undefined;
  readonly choose: (id: string | undefined) => void;
  readonly error?: string | undefined;
}) {
  const [search, setSearch] = useState('');
  const chosen = useSubject(props.kind, props.id);
  const found = useQuery({
    queryKey: ['access', 'find', props.kind, search],
    queryFn: ({ signal }) => ask(findSubjects, { kind: props.kind, ...(search ? { search } : {}) }, { signal }),
    placeholderData: keepPreviousData,
  });
  const items = (found.data?.items ?? []).filter((one) => one.kind === props.kind);
  const all = chosen && !items.some((one) => one.id === chosen.id) ? [chosen, ...items] : items;
  const label = (one: AccessSubject) => (one.detail ? `${one.name} · ${one.detail}` : one.name);
  return (
    <Select
      label={props.label}
      placeholder={access(
        props.kind === 'user' ? 'choosePerson' : props.kind === 'user-group' ? 'chooseGroup' : 'chooseObject',
      )}
      leftSection={<IconSearch size={15} aria-hidden />}
      searchable
      clearable
      data={all.map((one) => ({ value: one.id, label: label(one) }))}
      filter={({ options }) => options}
      onSearchChange={(text) => {
        if (!all.some((one) => label(one) === text)) setSearch(text.trim());
      }}
      value={props.id ?? null}
      onChange={(id) => {
        props.choose(id ?? undefined);
        setSearch('');
      }}
      nothingFoundMessage={access('findNone')}
      error={props.error}
    />
  );
}
