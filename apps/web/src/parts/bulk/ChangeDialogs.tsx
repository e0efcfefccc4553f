import { Select, Textarea, TextInput } from '@mantine/core';
import type { Account, User } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { listRoles } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { tasks } from '../../lib/messages/tasks.ts';
import { keys } from '../../lib/query.ts';
import { usePolicies } from '../accounts/use-lists.ts';
import type { BulkDialogProps } from './use-bulk.tsx';
import { WorkDialog } from './WorkDialog.tsx';

/** Only what somebody has filled in; the word for none of its own is a policy of null. */
const none = 'none';
const filled = (values: Readonly<Record<string, string | null>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null && value !== '')
      .map(([key, value]) => [key, key === 'policyId' && value === none ? null : value]),
  );

function PolicySelect({
  value,
  onChange,
}: {
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
}) {
  const policies = usePolicies();
  return (
    <Select
      label={tasks('policy')}
      placeholder={tasks('leave')}
      data={[
        { value: none, label: tasks('policyNone') },
        ...policies.map((policy) => ({ value: policy.id as string, label: policy.name })),
      ]}
      value={value}
      onChange={onChange}
      clearable
    />
  );
}

/** Sets the policy and the plain attributes of many resources. */
export function ChangeResources({ chosen, close, start }: BulkDialogProps<unknown>) {
  const [policyId, setPolicy] = useState<string | null>(null);
  const [text, setText] = useState({ department: '', location: '', description: '' });
  return (
    <WorkDialog
      title={tasks('changeTitle', { count: chosen.size })}
      help={tasks('changeHelp')}
      go={tasks('change')}
      close={close}
      start={start}
      work={() => {
        const input = filled({ policyId, ...text });
        return Object.keys(input).length === 0 ? tasks('nothingFilled') : { call: 'resource.update', input };
      }}
    >
      <PolicySelect value={policyId} onChange={setPolicy} />
      {(['department', 'location'] as const).map((name) => (
        <TextInput
          key={name}
          label={tasks(name)}
          placeholder={tasks('leave')}
          value={text[name]}
          maxLength={120}
          onChange={(event) => setText({ ...text, [name]: event.currentTarget.value })}
        />
      ))}
      <Textarea
        label={tasks('description')}
        placeholder={tasks('leave')}
        value={text.description}
        maxLength={2000}
        autosize
        minRows={2}
        onChange={(event) => setText({ ...text, description: event.currentTarget.value })}
      />
    </WorkDialog>
  );
}

/** Sets the policy and the notes of many accounts. */
export function ChangeAccounts({ chosen, close, start }: BulkDialogProps<Account>) {
  const [policyId, setPolicy] = useState<string | null>(null);
  const [notes, setNotes] = useState('');
  return (
    <WorkDialog
      title={tasks('changeAccountsTitle', { count: chosen.size })}
      help={tasks('changeHelp')}
      go={tasks('change')}
      close={close}
      start={start}
      work={() => {
        const input = filled({ policyId, notes });
        return Object.keys(input).length === 0 ? tasks('nothingFilled') : { call: 'account.update', input };
      }}
    >
      <PolicySelect value={policyId} onChange={setPolicy} />
      <Textarea
        label={tasks('notes')}
        placeholder={tasks('leave')}
        value={notes}
        maxLength={4000}
        autosize
        minRows={2}
        onChange={(event) => setNotes(event.currentTarget.value)}
      />
    </WorkDialog>
  );
}

/** Sets the role, department and location of many users. */
export function ChangeUsers({ chosen, close, start }: BulkDialogProps<User>) {
  const [role, setRole] = useState<string | null>(null);
  const [text, setText] = useState({ department: '', location: '' });
  const roles =
    useQuery({ queryKey: keys.roles, queryFn: ({ signal }) => ask(listRoles, {}, { signal }) }).data?.items ?? [];
  return (
    <WorkDialog
      title={tasks('changeUsersTitle', { count: chosen.size })}
      help={tasks('changeHelp')}
      go={tasks('change')}
      close={close}
      start={start}
      work={() => {
        const input = filled({ role, ...text });
        return Object.keys(input).length === 0 ? tasks('nothingFilled') : { call: 'user.update', input };
      }}
    >
      <Select
        label={tasks('role')}
        placeholder={tasks('leave')}
        data={roles
          .filter((one) => one.mayGive)
          .map((one) => ({ value: one.id as string, label: roleLabel(one.name) }))}
        value={role}
        onChange={setRole}
        clearable
      />
      {(['department', 'location'] as const).map((name) => (
        <TextInput
          key={name}
          label={tasks(name)}
          placeholder={tasks('leave')}
          value={text[name]}
          maxLength={120}
          onChange={(event) => setText({ ...text, [name]: event.currentTarget.value })}
        />
      ))}
    </WorkDialog>
  );
}

/** A built-in role is named by its key on the wire. */
const roleLabel = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
