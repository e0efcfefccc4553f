import { Button, Select, Textarea, TextInput } from '@mantine/core';
import type { ResourceType } from '@strongroom/contract';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useState } from 'react';
import { resources } from '../../lib/messages/resources.ts';
import formCss from '../../ui/form.module.css';
import { policyOf, usePolicies } from '../accounts/use-lists.ts';
import { shows, type DetailsDraft } from './details.ts';

/** The fields of a resource's details: name and address at once, the others unfolded on demand in the wizard. */
export function DetailsFields(props: {
  readonly draft: DetailsDraft;
  readonly onChange: (draft: DetailsDraft) => void;
  readonly type: ResourceType | undefined;
  readonly errors: Readonly<Record<string, string>>;
  readonly checked: boolean;
  readonly folded: boolean;
  readonly autoFocus?: boolean;
}) {
  const { draft, onChange, type, errors, checked } = props;
  const [open, setOpen] = useState(!props.folded);
  const policies = usePolicies();
  const standard = policyOf(policies);
  const set = (change: Partial<DetailsDraft>) => onChange({ ...draft, ...change });
  const line = (key: 'dnsName' | 'department' | 'location' | 'domain' | 'url', label: string, description?: string) =>
    shows(type, key) && (
      <TextInput
        label={label}
        description={description}
        value={draft[key]}
        onChange={(event) => set({ [key]: event.currentTarget.value })}
        error={errors[key] ?? null}
        autoComplete="off"
        spellCheck={false}
      />
    );
  return (
    <>
      <div className={formCss.pair}>
        <TextInput
          label={resources('name')}
          withAsterisk
          required={false}
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={errors['name'] ?? (checked && draft.name.trim() === '' ? resources('nameMissing') : null)}
          autoComplete="off"
          spellCheck={false}
          autoFocus={props.autoFocus ?? false}
          maxLength={120}
        />
        {line('dnsName', resources('address'), resources('addressHelp'))}
      </div>
      {open && (
        <>
          {line('domain', resources('domain'))}
          <Select
            label={resources('policy')}
            description={resources('policyHelp')}
            placeholder={standard ? resources('policyDefault', { name: standard.name }) : ''}
            clearable
            data={policies.map(({ id, name }) => ({ value: id, label: name }))}
            value={draft.policyId}
            onChange={(policyId) => set({ policyId })}
          />
          {shows(type, 'description') && (
            <Textarea
              label={resources('description')}
              autosize
              minRows={2}
              maxRows={8}
              maxLength={2000}
              value={draft.description}
              onChange={(event) => set({ description: event.currentTarget.value })}
              error={errors['description'] ?? null}
            />
          )}
          <div className={formCss.pair}>
            {line('department', resources('department'))}
            {line('location', resources('location'))}
          </div>
          {line('url', resources('url'), resources('urlHelp'))}
        </>
      )}
      {props.folded && (
        <div>
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            aria-expanded={open}
            leftSection={open ? <IconChevronUp size={14} /> : <IconChevronDown size={14} />}
            onClick={() => setOpen(!open)}
          >
            {resources(open ? 'less' : 'more')}
          </Button>
        </div>
      )}
    </>
  );
}
