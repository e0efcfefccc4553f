import { Button, Select, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { listUsers, type Trail } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ask } from '../../lib/client.ts';
import { audit } from '../../lib/messages/audit.ts';
import { keys } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { actionChoices, activeFilters, outcomes, ranges, type TrailUrl } from './trail-filter.ts';
import css from './audit.module.css';

/** The row of filters over a trail. Everything it sets is in the address. */
export function Filters(props: {
  readonly trail: Trail;
  readonly url: TrailUrl;
  readonly set: (change: Partial<Record<keyof TrailUrl, string | undefined>>) => void;
  readonly search: (text: string) => void;
  readonly clear: () => void;
}) {
  const { trail, url, set } = props;
  const mayListUsers = useCan('user.list');
  const users = useQuery({
    queryKey: [...keys.users, 'for-audit'],
    queryFn: ({ signal }) => ask(listUsers, { limit: 500, sort: 'fullName' }, { signal }),
    enabled: mayListUsers,
  });
  const people = useMemo(
    () =>
      (users.data?.items ?? []).map((user) => ({
        value: user.id as string,
        label: `${user.fullName} (${user.username})`,
      })),
    [users.data],
  );
  const actions = useMemo(() => actionChoices(trail), [trail]);
  const select = (
    name: 'outcome' | 'action' | 'actor' | 'when',
    data: { value: string; label: string }[],
    size: string | undefined,
  ) => (
    <Select
      aria-label={audit(`filter.${name}`)}
      placeholder={audit(`filter.${name}`)}
      data={data}
      value={url[name] ?? null}
      onChange={(value) => set({ [name]: value ?? undefined })}
      clearable
      searchable={data.length > 12}
      className={size}
    />
  );
  return (
    <FilterBar
      search={url.q ?? ''}
      onSearch={props.search}
      placeholder={audit('filter.search')}
      active={activeFilters(url)}
      onClear={props.clear}
    >
      {select(
        'when',
        ranges.map((range) => ({ value: range, label: audit(`range.${range}`) })),
        css.select,
      )}
      {url.when === 'own' && (
        <>
          <TextInput
            type="date"
            aria-label={audit('filter.from')}
            value={url.from ?? ''}
            onChange={(event) => set({ from: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            aria-label={audit('filter.until')}
            value={url.until ?? ''}
            onChange={(event) => set({ until: event.currentTarget.value })}
          />
        </>
      )}
      {select(
        'outcome',
        outcomes.map((outcome) => ({ value: outcome, label: audit(`outcome.${outcome}`) })),
        css.narrow,
      )}
      {actions.length > 0 && select('action', actions, css.select)}
      {mayListUsers && select('actor', people, css.select)}
      {url.object && (
        <Button variant="default" rightSection={<IconX size={14} />} onClick={() => set({ object: undefined })}>
          {audit('filter.object')}
        </Button>
      )}
    </FilterBar>
  );
}
