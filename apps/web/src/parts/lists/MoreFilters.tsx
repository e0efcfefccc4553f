import { Button, Popover, Select, TextInput } from '@mantine/core';
import { Compliance, listFields, listTags, type Field } from '@strongroom/contract';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { lists } from '../../lib/messages/lists.ts';
import { policies } from '../../lib/messages/policies.ts';
import { expiries, fieldsOf, fieldsText, moreActive, noMore, type MoreField, type MoreState } from './filters.ts';
import css from './lists.module.css';

type Change = Partial<Record<MoreField, string | undefined>>;

/** The button that opens what else a list can be narrowed by: policy and expiry, department, location, a tag, and the organisation's own fields. */
export function MoreFilters({
  state,
  onChange,
  accounts,
}: {
  readonly state: MoreState;
  readonly onChange: (change: Change) => void;
  readonly accounts?: boolean;
}) {
  const [open, setOpen] = useState(false);
  const active = moreActive(state);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={320} withinPortal trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant={active > 0 ? 'light' : 'default'}
          leftSection={<IconAdjustmentsHorizontal size={15} />}
          onClick={() => setOpen(!open)}
          aria-expanded={open}
        >
          {active > 0 ? lists('moreFiltersSet', { count: active }) : lists('moreFilters')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={lists('moreFilters')}>
        <FilterForm
          state={state}
          accounts={accounts ?? false}
          onChange={(change) => {
            onChange(change);
            setOpen(false);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function FilterForm({
  state,
  onChange,
  accounts,
}: {
  readonly state: MoreState;
  readonly onChange: (change: Change) => void;
  readonly accounts: boolean;
}) {
  const tags = useQuery({ queryKey: ['tags', 'filter'], queryFn: ({ signal }) => ask(listTags, {}, { signal }) });
  const fields = useQuery({ queryKey: ['fields', 'filter'], queryFn: ({ signal }) => ask(listFields, {}, { signal }) });
  const [compliance, setCompliance] = useState(state.compliance ?? null);
  const [expiry, setExpiry] = useState(state.expiry ?? null);
  const [department, setDepartment] = useState(state.department ?? '');
  const [location, setLocation] = useState(state.location ?? '');
  const [tag, setTag] = useState(state.tag ?? null);
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(fieldsOf(state.field).map((text) => [text.slice(0, 36), text.slice(37)])),
  );
  // Sealed values and files are nothing to look for.
  const shown = (fields.data?.items ?? []).filter(
    (field) => (field.belongsTo === 'resource' || accounts) && field.kind !== 'password' && field.kind !== 'file',
  );
  const apply = (event: FormEvent) => {
    event.preventDefault();
    const set = Object.entries(values).filter(([, value]) => value.trim() !== '');
    onChange({
      compliance: compliance ?? undefined,
      expiry: expiry ?? undefined,
      department: department.trim(),
      location: location.trim(),
      tag: tag ?? undefined,
      field: fieldsText(set.map(([id, value]) => `${id}=${value.trim()}`)),
    });
  };
  return (
    <form onSubmit={apply} className={css.form}>
      <Select
        label={policies('filter.compliance')}
        placeholder={lists('any')}
        data={Compliance.options.map((value) => ({ value: value as string, label: policies(`is.${value}`) }))}
        value={compliance}
        onChange={setCompliance}
        clearable
        comboboxProps={{ withinPortal: false }}
      />
      <Select
        label={policies('filter.expiry')}
        placeholder={lists('any')}
        data={expiries.map((value) => ({ value: value as string, label: policies(`filter.${value}`) }))}
        value={expiry}
        onChange={setExpiry}
        clearable
        comboboxProps={{ withinPortal: false }}
      />
      <TextInput
        label={lists('department')}
        placeholder={lists('exactly')}
        value={department}
        onChange={(e) => setDepartment(e.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label={lists('location')}
        placeholder={lists('exactly')}
        value={location}
        onChange={(e) => setLocation(e.currentTarget.value)}
      />
      {(tags.data?.items.length ?? 0) > 0 && (
        <Select
          label={lists('tag')}
          placeholder={lists('any')}
          data={(tags.data?.items ?? []).map(({ name, values: some }) => ({
            group: name,
            items: some.map((one) => ({ value: one.id, label: one.value })),
          }))}
          value={tag}
          onChange={setTag}
          searchable
          clearable
          comboboxProps={{ withinPortal: false }}
        />
      )}
      {shown.map((field) => (
        <FieldInput
          key={field.id}
          field={field}
          value={values[field.id] ?? ''}
          onChange={(value) => setValues({ ...values, [field.id]: value })}
        />
      ))}
      <div className={css.actions}>
        <Button variant="subtle" color="gray" onClick={() => onChange(noMore)}>
          {lists('clear')}
        </Button>
        <Button type="submit">{lists('apply')}</Button>
      </div>
    </form>
  );
}

function FieldInput({
  field,
  value,
  onChange,
}: {
  readonly field: Field;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  if (field.options.length === 0)
    return (
      <TextInput
        label={field.name}
        placeholder={lists('exactly')}
        value={value}
        onChange={(e) => onChange(e.currentTarget.value)}
      />
    );
  return (
    <Select
      label={field.name}
      placeholder={lists('any')}
      data={field.options}
      value={value === '' ? null : value}
      onChange={(picked) => onChange(picked ?? '')}
      searchable
      clearable
      comboboxProps={{ withinPortal: false }}
    />
  );
}
