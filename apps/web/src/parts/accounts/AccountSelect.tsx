import { Select } from '@mantine/core';
import { listAccounts, readAccount, type AccountId } from '@strongroom/contract';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { mail } from '../../lib/messages/mail.ts';
import { keys } from '../../lib/query.ts';

interface Choice {
  readonly value: string;
  readonly label: string;
}
const nameOf = (account: { id: string; username: string; resourceName: string }): Choice => ({
  value: account.id,
  label: `${account.username} · ${account.resourceName}`,
});

/** A search for an account among all that one may see, by the server. */
export function AccountSelect(props: {
  readonly label: string;
  readonly description?: string;
  readonly chosen: AccountId | null;
  readonly choose: (id: AccountId | null) => void;
  readonly error?: string | undefined;
}) {
  const { chosen } = props;
  const [search, setSearch] = useState('');
  const found = useQuery({
    queryKey: [...keys.accounts, 'select', search],
    queryFn: ({ signal }) => ask(listAccounts, { limit: 20, ...(search ? { search } : {}) }, { signal }),
    placeholderData: keepPreviousData,
  });
  const current = useQuery({
    queryKey: keys.account(chosen ?? ''),
    queryFn: ({ signal }) => ask(readAccount, { accountId: chosen ?? '' }, { signal }),
    enabled: chosen !== null,
  });
  const items = (found.data?.items ?? []).map(nameOf);
  const known = current.data
    ? nameOf(current.data)
    : chosen !== null && current.isError
      ? { value: chosen, label: mail('accountHidden') }
      : undefined;
  const all = known && !items.some((one) => one.value === known.value) ? [known, ...items] : items;
  return (
    <Select
      label={props.label}
      description={props.description}
      placeholder={mail('accountFind')}
      leftSection={<IconSearch size={15} aria-hidden />}
      searchable
      withAsterisk
      allowDeselect={false}
      data={all}
      filter={({ options }) => options}
      onSearchChange={(text) => {
        if (!all.some((one) => one.label === text)) setSearch(text.trim());
      }}
      value={chosen}
      onChange={(id) => {
        props.choose(id as AccountId | null);
        setSearch('');
      }}
      nothingFoundMessage={mail('accountNone')}
      error={props.error}
    />
  );
}
