import { Button, Select, TextInput } from '@mantine/core';
import type { Field, Policy } from '@strongroom/contract';
import { custom } from '../../lib/messages/custom.ts';
import { PasswordInput } from '../../ui/PasswordInput.tsx';
import { typed, type FieldDraft } from './field-draft.ts';
import css from './fields.module.css';

/** Inputs for the organisation's own fields, each by its kind; nothing where there is none. */
export function OwnFields(props: {
  readonly fields: readonly Field[];
  readonly draft: FieldDraft;
  readonly onChange: (draft: FieldDraft) => void;
  /** Complaints by field id. */
  readonly errors: Readonly<Record<string, string>>;
  /** The password fields that have a value already. */
  readonly stored?: readonly string[];
  /** By which passwords are generated. */
  readonly policy: Policy | undefined;
}) {
  const { draft, onChange, errors, stored = [], policy } = props;
  return typed(props.fields).map((field) => {
    const value = draft[field.id] ?? '';
    const set = (text: string) => onChange({ ...draft, [field.id]: text });
    const common = {
      label: field.name,
      withAsterisk: field.required,
      description: field.description || undefined,
      error: errors[field.id] ?? null,
    };
    if (field.kind === 'password') {
      const isStored = stored.includes(field.id);
      const cleared = isStored && draft[field.id] === '';
      return (
        <div key={field.id}>
          <PasswordInput
            {...common}
            required={field.required}
            value={value}
            onChange={set}
            placeholder={isStored && !cleared ? custom('secretReplace') : ''}
            {...(policy ? { generate: { policy, username: '', resourceType: '' } } : {})}
          />
          {isStored && !field.required && (
            <p className={css.stored}>
              {custom(cleared ? 'secretCleared' : 'secretStored')}{' '}
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                onClick={() => {
                  if (cleared) {
                    const { [field.id]: _, ...rest } = draft;
                    onChange(rest);
                  } else set('');
                }}
              >
                {custom(cleared ? 'secretKeep' : 'secretClear')}
              </Button>
            </p>
          )}
        </div>
      );
    }
    if (field.kind === 'text' && field.options.length > 0) {
      // What is stored may not be among the choices any more: it stays until somebody chooses anew.
      const data = [...new Set([...field.options, ...(value ? [value] : [])])];
      return (
        <Select
          key={field.id}
          {...common}
          placeholder={custom('choose')}
          clearable={!field.required}
          searchable={data.length > 8}
          data={data}
          value={value || null}
          onChange={(chosen) => set(chosen ?? '')}
        />
      );
    }
    return (
      <TextInput
        key={field.id}
        {...common}
        {...(field.kind === 'date-time'
          ? { type: 'datetime-local', description: field.description || custom('timeHelp') }
          : {})}
        {...(field.kind === 'number' ? { inputMode: 'decimal' as const } : {})}
        value={value}
        onChange={(event) => set(event.currentTarget.value)}
        maxLength={1000}
        autoComplete="off"
      />
    );
  });
}
