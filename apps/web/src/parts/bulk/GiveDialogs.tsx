import { MultiSelect, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { listPrincipals, listResourceGroups, listTags, type Principal } from '@strongroom/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { tasks } from '../../lib/messages/tasks.ts';
import { keys } from '../../lib/query.ts';
import type { BulkDialogProps } from './use-bulk.tsx';
import { WorkDialog } from './WorkDialog.tsx';

/** Gives tags to many resources and takes tags from them. */
export function TagResources({ chosen, close, start }: BulkDialogProps<unknown>) {
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const { data, isSuccess } = useQuery({
    queryKey: keys.tags,
    queryFn: ({ signal }) => ask(listTags, {}, { signal }),
  });
  const values = (data?.items ?? []).map((tag) => ({
    group: tag.name,
    items: tag.values.map((one) => ({ value: one.id as string, label: `${tag.name} = ${one.value}` })),
  }));
  return (
    <WorkDialog
      title={tasks('tagTitle', { count: chosen.size })}
      {...(isSuccess && values.length === 0 ? { help: tasks('tagNone') } : {})}
      go={tasks('tagGo')}
      close={close}
      start={start}
      work={() =>
        add.length + remove.length === 0 ? tasks('nothingFilled') : { call: 'resource.tag', input: { add, remove } }
      }
    >
      <MultiSelect label={tasks('tagAdd')} data={values} value={add} onChange={setAdd} searchable clearable />
      <MultiSelect label={tasks('tagRemove')} data={values} value={remove} onChange={setRemove} searchable clearable />
    </WorkDialog>
  );
}

/** Puts many resources into a static group. */
export function GroupResources({ chosen, close, start }: BulkDialogProps<unknown>) {
  const [group, setGroup] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text, 200);
  const groups =
    useQuery({
      queryKey: [...keys.groups, 'for-bulk', search],
      queryFn: ({ signal }) =>
        ask(listResourceGroups, { kind: 'static', limit: 50, ...(search ? { search } : {}) }, { signal }),
      placeholderData: keepPreviousData,
    }).data?.items ?? [];
  return (
    <WorkDialog
      title={tasks('groupTitle', { count: chosen.size })}
      help={tasks('groupHelp')}
      go={tasks('groupGo')}
      close={close}
      start={start}
      work={() =>
        group === null ? tasks('nothingFilled') : { call: 'resource-group.change-members', input: { groupId: group } }
      }
    >
      <Select
        label={tasks('group')}
        data={groups
          .filter((one) => one.can.includes('resource-group.change-members'))
          .map((one) => ({ value: one.id as string, label: one.name }))}
        value={group}
        onChange={setGroup}
        onSearchChange={setText}
        searchable
        required
      />
    </WorkDialog>
  );
}

function usePrincipals(kind?: 'user') {
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text, 200);
  const { data } = useQuery({
    queryKey: [...keys.principals, kind ?? 'all', search],
    queryFn: ({ signal }) =>
      ask(listPrincipals, { ...(search ? { search } : {}), ...(kind ? { kind } : {}) }, { signal }),
    placeholderData: keepPreviousData,
  });
  return { found: data?.items ?? [], setText };
}
const labelOf = (one: Principal): string => {
  const more = one.kind === 'user-group' ? tasks('userGroup') : one.detail;
  return more ? `${one.name} · ${more}` : one.name;
};

/** Shares many resources, or accounts, with somebody. */
const shareDialog = (call: 'resource.share' | 'account.share') =>
  function ShareMany({ chosen, close, start }: BulkDialogProps<unknown>) {
    const { found, setText } = usePrincipals();
    const [known, setKnown] = useState<Principal | null>(null);
    const [permission, setPermission] = useState<string>('view');
    const options = known && !found.some((one) => one.id === known.id) ? [known, ...found] : found;
    const permissions =
      call === 'account.share' ? (['view', 'modify'] as const) : (['view', 'modify', 'manage'] as const);
    return (
      <WorkDialog
        title={tasks('shareTitle', { count: chosen.size })}
        go={tasks('shareGo')}
        close={close}
        start={start}
        work={() =>
          known === null
            ? tasks('nothingFilled')
            : { call, input: { set: [{ to: { kind: known.kind, id: known.id }, permission }] } }
        }
      >
        <Select
          label={tasks('shareWith')}
          data={options.map((one) => ({ value: one.id, label: labelOf(one) }))}
          value={known?.id ?? null}
          onChange={(id) => setKnown(options.find((one) => one.id === id) ?? null)}
          onSearchChange={setText}
          nothingFoundMessage={tasks('shareNobody')}
          filter={({ options: all }) => all}
          searchable
          required
        />
        <Select
          label={tasks('permission')}
          data={permissions.map((one) => ({ value: one, label: tasks(one) }))}
          value={permission}
          onChange={(value) => setPermission(value ?? 'view')}
          allowDeselect={false}
        />
      </WorkDialog>
    );
  };
export const ShareResources = shareDialog('resource.share');
export const ShareAccounts = shareDialog('account.share');

/** Gives many resources to another owner. */
export function TransferResources({ chosen, close, start }: BulkDialogProps<unknown>) {
  const { found, setText } = usePrincipals('user');
  const [known, setKnown] = useState<Principal | null>(null);
  const options = known && !found.some((one) => one.id === known.id) ? [known, ...found] : found;
  return (
    <WorkDialog
      title={tasks('transferTitle', { count: chosen.size })}
      help={tasks('transferHelp')}
      go={tasks('transferGo')}
      close={close}
      start={start}
      work={() =>
        known === null ? tasks('nothingFilled') : { call: 'resource.transfer', input: { toUserId: known.id } }
      }
    >
      <Select
        label={tasks('transferTo')}
        data={options.map((one) => ({ value: one.id, label: labelOf(one) }))}
        value={known?.id ?? null}
        onChange={(id) => setKnown(options.find((one) => one.id === id) ?? null)}
        onSearchChange={setText}
        nothingFoundMessage={tasks('shareNobody')}
        filter={({ options: all }) => all}
        searchable
        required
      />
    </WorkDialog>
  );
}
