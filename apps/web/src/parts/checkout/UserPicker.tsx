import { Select } from '@mantine/core';
import { listApprovers } from '@strongroom/contract';
import { IconAlertTriangle, IconSearch, IconX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { control } from '../../lib/messages/control.ts';
import { keys } from '../../lib/query.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Pill } from '../../ui/Pill.tsx';
import type { Person } from './control-draft.ts';
import css from './control.module.css';

const atOnce = 50;

/** People, found by the server and added one after the other to a list beneath. */
export function UserPicker(props: {
  readonly label: string;
  readonly help: string;
  readonly part: 'approver' | 'excluded' | 'deputy';
  readonly people: readonly Person[];
  readonly change: (people: readonly Person[]) => void;
  readonly error?: string | undefined;
  readonly required?: boolean;
  readonly autoFocus?: boolean;
}) {
  const { part, people, change } = props;
  const [search, setSearch] = useState('');
  const found = useQuery({
    queryKey: [...keys.principals, part, search],
    queryFn: ({ signal }) => ask(listApprovers, { part, limit: atOnce, ...(search ? { search } : {}) }, { signal }),
    placeholderData: keepPreviousData,
  });
  const label = (one: { readonly name: string; readonly fullName: string }) =>
    one.fullName && one.fullName !== one.name ? `${one.fullName} · ${one.name}` : one.name;
  // Until the answer comes, nobody stands in the list whom the text does not name: a quick Enter must not choose a stranger.
  const named = (text: string) =>
    search
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.toLowerCase().includes(word));
  const items = (found.data?.items ?? []).filter(
    (one) => !people.some(({ id }) => id === one.id) && (!found.isPlaceholderData || named(label(one))),
  );
  return (
    <div className={css.picker}>
      <Select
        label={props.label}
        description={search && (found.data?.items.length ?? 0) >= atOnce ? control('findMore') : props.help}
        placeholder={control('find')}
        leftSection={<IconSearch size={15} aria-hidden />}
        searchable
        {...(props.required ? { withAsterisk: true } : {})}
        {...(props.autoFocus ? { 'data-autofocus': true } : {})}
        data={items.map((one) => ({ value: one.id as string, label: label(one) }))}
        filter={({ options }) => options}
        searchValue={search}
        onSearchChange={setSearch}
        value={null}
        onChange={(id) => {
          const one = items.find((item) => item.id === id);
          if (one)
            change([
              ...people,
              {
                id: one.id,
                // A control that is stored names people by their user names, which are one person's alone.
                name: part === 'deputy' ? one.fullName || one.name : one.name,
                active: true,
                program: one.program,
              },
            ]);
          setSearch('');
        }}
        nothingFoundMessage={control(found.data?.items.length ? 'findChosen' : 'findNone')}
        error={props.error}
      />
      {people.length > 0 && (
        <ul aria-label={props.label}>
          {people.map((one) => (
            <li key={one.id}>
              <Avatar name={one.name} size={22} />
              <bdi className="trunc">{one.name}</bdi>
              {!one.active && (
                <Pill tone="warn" icon={IconAlertTriangle} title={control('inactiveHelp')}>
                  {control('inactive')}
                </Pill>
              )}
              {part === 'approver' && one.program && (
                <Pill tone="warn" icon={IconAlertTriangle} title={control('programHelp')}>
                  {control('program')}
                </Pill>
              )}
              <button
                type="button"
                aria-label={control('remove', { name: one.name })}
                onClick={() => change(people.filter(({ id }) => id !== one.id))}
              >
                <IconX size={14} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
