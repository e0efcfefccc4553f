import { Select } from '@mantine/core';
import { listAccounts, type Resource } from '@strongroom/contract';
import { IconHistory } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { resources } from '../../lib/messages/resources.ts';
import { keys } from '../../lib/query.ts';
import { useUrlState } from '../../lib/use-url-state.ts';
import { AccountHistory } from '../../parts/accounts/AccountHistory.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import css from './resource.module.css';

/** Every password an account of this resource ever had. */
export default function HistoryTab({ resource }: { readonly resource: Resource }) {
  const [url, setUrl] = useUrlState(['of'] as const);
  const query = useQuery({
    queryKey: [...keys.accounts, 'names', resource.id],
    queryFn: ({ signal }) => ask(listAccounts, { resourceId: resource.id, limit: 500, sort: 'username' }, { signal }),
  });
  if (query.isPending) return <Bones />;
  if (query.isError && !query.data) return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  const list = query.data?.items ?? [];
  const account = list.find(({ id }) => id === url.of) ?? list[0];
  if (!account) {
    return (
      <div className="card">
        <EmptyState icon={IconHistory} title={resources('historyNone')} />
      </div>
    );
  }
  return (
    <div className={css.narrow}>
      <Select
        className={css.pick ?? ''}
        label={resources('historyOf')}
        allowDeselect={false}
        searchable
        data={list.map(({ id, username }) => ({ value: id, label: username }))}
        value={account.id}
        onChange={(id) => setUrl({ of: id ?? undefined })}
      />
      <AccountHistory key={account.id} account={account} />
    </div>
  );
}
