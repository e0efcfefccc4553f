import { Select } from '@mantine/core';
import { listPrincipals, type Principal } from '@strongroom/contract';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { access } from '../../lib/messages/access.ts';
import { keys } from '../../lib/query.ts';

/** A search for people and user groups, by the server. `chosen`: who stands in the field; null to pick one after the other. */
export function PrincipalSelect(props: {
  readonly label: string;
  readonly description?: string;
  readonly placeholder?: string;
  readonly kind?: 'user' | 'user-group';
  readonly chosen: Principal | null;
  readonly choose: (principal: Principal | null) => void;
  readonly without?: readonly string[];
  readonly error?: string | undefined;
  readonly autoFocus?: boolean;
}) {
  const [search, setSearch] = useState('');
  const found = useQuery({
    queryKey: [...keys.principals, props.kind ?? 'all', search],
    queryFn: ({ signal }) =>
      ask(listPrincipals, { ...(props.kind ? { kind: props.kind } : {}), ...(search ? { search } : {}) }, { signal }),
    placeholderData: keepPreviousData,
  });
  const label = (one: Principal) => `${one.name} · ${one.kind === 'user-group' ? access('userGroup') : one.detail}`;
  // Until the answer comes, nobody stands in the list whom the text does not name: a quick Enter must not choose a stranger.
  const named = (one: Principal) =>
    search
      .toLowerCase()
      .split(/\s+/)
      .every((word) => label(one).toLowerCase().includes(word));
  const items = (found.data?.items ?? []).filter(
    (one) => !props.without?.includes(one.id) && (!found.isPlaceholderData || named(one)),
  );
  const all = props.chosen && !items.some((one) => one.id === props.chosen?.id) ? [props.chosen, ...items] : items;
  return (
    <Select
      label={props.label}
      description={found.data?.more && search ? access('moreFound') : props.description}
      placeholder={props.placeholder ?? access('find')}
      leftSection={<IconSearch size={15} aria-hidden />}
      searchable
      clearable={props.chosen !== null}
      {...(props.autoFocus ? { 'data-autofocus': true } : {})}
      data={all.map((one) => ({ value: one.id, label: label(one) }))}
      filter={({ options }) => options}
      onSearchChange={(text) => {
        if (!all.some((one) => label(one) === text)) setSearch(text.trim());
      }}
      value={props.chosen?.id ?? null}
      onChange={(id) => {
        props.choose(all.find((one) => one.id === id) ?? null);
        setSearch('');
      }}
      nothingFoundMessage={access('findNone')}
      error={props.error}
    />
  );
}
