import { Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { faultsOf, type Field, type Values } from '../../lib/json-schema.ts';
import { resources } from '../../lib/messages/resources.ts';
import css from './reset.module.css';

const inGroup = (value: unknown): Values => (typeof value === 'object' && value !== null ? { ...value } : {});
const choice = (value: string): string => {
  const key = `choice-${value}`;
  return resources.has(key) ? resources(key) : value.charAt(0).toUpperCase() + value.slice(1);
};

/** What is typed as a number; as text while it is none, so that it is shown and found wrong; null when nothing is typed. */
const numberOf = (text: string): number | string | null => {
  const tidy = text.trim();
  return tidy === '' ? null : /^-?\d+(\.\d+)?$/.test(tidy) ? Number(tidy) : text;
};

/** The fields of a driver's settings, drawn from its schema. Groups are folded: they are rarely touched. */
export function SettingsForm(props: {
  readonly fields: readonly Field[];
  readonly values: Values;
  readonly onChange: (values: Values) => void;
  /** Complaints by dotted path: the server's, which come first, and ours once `checked`. */
  readonly errors: Readonly<Record<string, string>>;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly above?: string;
}) {
  const { fields, values, errors, checked, disabled = false, above = '' } = props;
  const faults = faultsOf(fields, values);
  // Groups last, whatever their place in the schema: they are rarely touched.
  const ordered = [
    ...fields.filter((field) => field.kind !== 'group'),
    ...fields.filter((field) => field.kind === 'group'),
  ];
  return (
    <div className={css.fields}>
      {ordered.map((field) => {
        const path = above + field.key;
        const fault = faults[field.key];
        const error = errors[path] ?? (checked && fault ? resources(fault.key, fault.figures) : null);
        const set = (value: unknown) => props.onChange({ ...values, [field.key]: value });
        const shared = {
          label: field.title,
          description: field.description || undefined,
          error,
          disabled,
          withAsterisk: field.required,
        };
        const value = values[field.key];
        switch (field.kind) {
          case 'group':
            return (
              <Group
                key={field.key}
                title={field.title}
                description={field.description}
                open={checked && Object.keys(faults).some((p) => p.startsWith(`${field.key}.`))}
              >
                <SettingsForm
                  {...props}
                  fields={field.fields}
                  values={inGroup(value)}
                  onChange={set}
                  above={`${path}.`}
                />
              </Group>
            );
          case 'choice':
            return (
              <Select
                key={field.key}
                {...shared}
                allowDeselect={false}
                data={field.options.map((one) => ({ value: one, label: choice(one) }))}
                value={typeof value === 'string' ? value : field.standard}
                onChange={(one) => one !== null && set(one)}
              />
            );
          case 'number':
            return (
              <TextInput
                key={field.key}
                {...shared}
                classNames={{ wrapper: css.number ?? '' }}
                inputMode={field.whole ? 'numeric' : 'decimal'}
                autoComplete="off"
                value={typeof value === 'number' || typeof value === 'string' ? String(value) : ''}
                onChange={(event) => set(numberOf(event.currentTarget.value))}
              />
            );
          case 'flag':
            return (
              <Switch
                key={field.key}
                label={field.title}
                description={field.description || undefined}
                disabled={disabled}
                checked={value === true}
                onChange={(event) => set(event.currentTarget.checked)}
              />
            );
          case 'text': {
            const written = typeof value === 'string' ? value : '';
            return field.long ? (
              <Textarea
                key={field.key}
                {...shared}
                autosize
                minRows={3}
                value={written}
                onChange={(event) => set(event.currentTarget.value)}
              />
            ) : (
              <TextInput
                key={field.key}
                {...shared}
                value={written}
                onChange={(event) => set(event.currentTarget.value)}
                spellCheck={false}
                autoComplete="off"
              />
            );
          }
          default:
            return null;
        }
      })}
    </div>
  );
}

function Group(props: {
  readonly title: string;
  readonly description: string;
  readonly open: boolean;
  readonly children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <details className={css.group} open={open || props.open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{resources('advanced', { title: props.title.toLowerCase() })}</summary>
      {props.description && <p>{props.description}</p>}
      <div>{props.children}</div>
    </details>
  );
}
