import { ActionIcon, Button, Menu } from '@mantine/core';
import {
  copyPolicy,
  listPolicies,
  readPolicyUsage,
  setDefaultPolicy,
  type Policy,
  type PolicyUsage,
} from '@strongroom/contract';
import { IconCopy, IconDots, IconLock, IconPencil, IconPlus, IconStar, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { policies } from '../../lib/messages/policies.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { number } from '../../lib/t.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormColumn } from '../../ui/FormSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import { Anew } from './Anew.tsx';
import css from './policies.module.css';
import { PolicyDialog } from './PolicyDialog.tsx';
import { RemoveDialog } from './RemoveDialog.tsx';
import { rulesInWords } from './words.ts';

const refresh = () => queries.invalidateQueries({ queryKey: keys.policies });

function Row(props: {
  readonly policy: Policy;
  readonly usage: PolicyUsage | undefined;
  readonly edit: () => void;
  readonly remove: () => void;
}) {
  const { policy, usage } = props;
  const may = useCan('policy.create');
  const uses = usage
    ? ([
        usage.accounts > 0 && policies('accounts', { count: usage.accounts }),
        usage.resources > 0 && policies('resources', { count: usage.resources }),
        usage.groups > 0 && policies('groups', { count: usage.groups }),
      ].filter(Boolean) as string[])
    : [];
  const doing = (work: () => Promise<unknown>, said: string) => () =>
    void work()
      .then(refresh)
      .then(() => toast({ message: said }))
      .catch(toastProblem);
  const copyName = policies('copyName', { name: policy.name }).slice(0, 60);
  return (
    <tr>
      <th scope="row">
        <span className={css.name}>
          <bdi>{policy.name}</bdi>
          {policy.isDefault && (
            <Pill tone="info" icon={IconStar}>
              {policies('isDefault')}
            </Pill>
          )}
          {policy.builtIn && (
            <Pill tone="neutral" icon={IconLock}>
              {policies('builtIn')}
            </Pill>
          )}
        </span>
        {policy.description && <span className="dim">{policy.description}</span>}
      </th>
      <td data-label={policies('length')} className={`num ${css.short}`}>
        {policy.minLength === policy.maxLength
          ? number(policy.minLength)
          : policies('lengthIs', { min: policy.minLength, max: policy.maxLength })}
      </td>
      <td data-label={policies('rules')}>
        <ul className={css.rules}>
          {rulesInWords(policy).map((words) => (
            <li key={words}>{words}</li>
          ))}
          {policy.historyDepth > 0 && <li>{policies('historyIs', { count: policy.historyDepth })}</li>}
        </ul>
      </td>
      <td data-label={policies('age')} className={css.short}>
        {policies('ageIs', { days: policy.maxAgeDays })}
      </td>
      <td data-label={policies('usedBy')} className={css.short}>
        {uses.length > 0 ? uses.map((one) => <div key={one}>{one}</div>) : policies('unused')}
      </td>
      <td className={css.more}>
        {may && (
          <Menu width={200} position="bottom-end">
            <Menu.Target>
              <ActionIcon size={28} variant="subtle" color="gray" aria-label={policies('more', { name: policy.name })}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {!policy.builtIn && (
                <Menu.Item leftSection={<IconPencil size={15} />} onClick={props.edit}>
                  {policies('edit')}
                </Menu.Item>
              )}
              <Menu.Item
                leftSection={<IconCopy size={15} />}
                onClick={doing(
                  () => ask(copyPolicy, { policyId: policy.id, name: copyName }),
                  policies('copied', { name: copyName }),
                )}
              >
                {policies('copy')}
              </Menu.Item>
              {!policy.isDefault && (
                <Menu.Item
                  leftSection={<IconStar size={15} />}
                  onClick={doing(
                    () => ask(setDefaultPolicy, { policyId: policy.id }),
                    policies('defaulted', { name: policy.name }),
                  )}
                >
                  {policies('makeDefault')}
                </Menu.Item>
              )}
              {!policy.builtIn && (
                <Menu.Item leftSection={<IconTrash size={15} />} data-danger onClick={props.remove}>
                  {policies('remove')}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
      </td>
    </tr>
  );
}

/** Every policy with its rules in words, the making of own ones, and how far accounts are judged anew. */
export default function PoliciesPage() {
  const may = useCan('policy.create');
  const [editing, setEditing] = useState<Policy | 'new' | null>(null);
  const [removing, setRemoving] = useState<Policy | null>(null);
  const found = useQuery({ queryKey: keys.policies, queryFn: ({ signal }) => ask(listPolicies, {}, { signal }) });
  const usage = useQuery({
    queryKey: [...keys.policies, 'usage'],
    queryFn: ({ signal }) => ask(readPolicyUsage, {}, { signal }),
    enabled: may,
  });
  const usageOf = (policy: Policy) => usage.data?.items.find((one) => one.policyId === policy.id);
  const isUsed = (policy: Policy) => {
    const of = usageOf(policy);
    return policy.isDefault || !of || of.accounts + of.resources + of.groups > 0;
  };
  const items = found.data?.items ?? [];
  return (
    <AdminFrame>
      <div className={css.page}>
        <PageHeader title={policies('title')} sub={policies('sub')}>
          {may && (
            <Button leftSection={<IconPlus size={15} />} onClick={() => setEditing('new')}>
              {policies('add')}
            </Button>
          )}
        </PageHeader>
        {found.isPending && <Bones lines={[80, 70, 75, 60]} />}
        {found.isError && <ErrorBox error={found.error} retry={() => void found.refetch()} />}
        {items.length > 0 && (
          <div className={css.scroll}>
            <table className={css.table}>
              <thead>
                <tr>
                  <th scope="col">{policies('name')}</th>
                  <th scope="col">{policies('length')}</th>
                  <th scope="col">{policies('rules')}</th>
                  <th scope="col">{policies('age')}</th>
                  <th scope="col">{policies('usedBy')}</th>
                  <th scope="col">
                    <span className="sr">{policies('actions')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((policy) => (
                  <Row
                    key={policy.id}
                    policy={policy}
                    usage={usageOf(policy)}
                    edit={() => setEditing(policy)}
                    remove={() => setRemoving(policy)}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {may && (
          <FormColumn>
            <Anew />
          </FormColumn>
        )}
      </div>
      {editing !== null && (
        <PolicyDialog policy={editing === 'new' ? null : editing} close={() => setEditing(null)} saved={refresh} />
      )}
      {removing !== null && (
        <RemoveDialog
          policy={removing}
          others={items.filter((one) => one.id !== removing.id)}
          used={isUsed(removing)}
          close={() => setRemoving(null)}
          done={refresh}
        />
      )}
    </AdminFrame>
  );
}
