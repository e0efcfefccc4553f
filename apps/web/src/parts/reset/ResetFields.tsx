import { Select, TextInput } from '@mantine/core';
import type { ResourceType } from '@strongroom/contract';
import { useMemo } from 'react';
import { faultsOf, fieldsOf, startingValues, type Field, type Values } from '../../lib/json-schema.ts';
import { resources } from '../../lib/messages/resources.ts';
import css from './reset.module.css';
import { SettingsForm } from './SettingsForm.tsx';

/** What the form on logging in holds. `admin` and `elevation` name accounts by whatever the page names them by. */
export interface ResetDraft {
  readonly settings: Values;
  readonly admin: string | null;
  readonly elevation: string | null;
}

/** The fields of a type's settings; none for a type without a driver. */
export function useResetFields(type: ResourceType | undefined): readonly Field[] {
  return useMemo(() => fieldsOf(type?.resetSettings), [type]);
}
/** The draft of a resource that has no settings yet. */
export function emptyReset(fields: readonly Field[]): ResetDraft {
  return { settings: startingValues(fields), admin: null, elevation: null };
}

/** Whether another account logs in: the settings say so, or have no word on it. */
const needsAdmin = (settings: Values): boolean =>
  settings['loginWith'] === 'another account' || settings['proveBy'] === 'su';
/** Whether a second account is needed, to become root or, on a device, privileged. */
const needsElevation = (settings: Values): boolean =>
  settings['elevation'] === 'su' || settings['elevation'] === 'enable';

/** What keeps the draft from being sent: faults of fields, and accounts not chosen. */
export function resetFaults(fields: readonly Field[], draft: ResetDraft): readonly string[] {
  return [
    ...Object.keys(faultsOf(fields, draft.settings)),
    ...(needsAdmin(draft.settings) && !draft.admin ? ['admin'] : []),
    ...(needsElevation(draft.settings) && !draft.elevation ? ['elevation'] : []),
  ];
}

/** The draft without accounts that its settings no longer use. */
export function tidyReset(draft: ResetDraft): ResetDraft {
  return {
    settings: draft.settings,
    admin: needsAdmin(draft.settings) ? draft.admin : null,
    elevation: needsElevation(draft.settings) ? draft.elevation : null,
  };
}

/** One account: chosen where they are known, else written. */
function AccountField(props: {
  readonly label: string;
  readonly description: string;
  readonly disabled: boolean;
  readonly data: { readonly value: string; readonly label: string }[] | undefined;
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
  readonly error: string | null;
}) {
  const { data, onChange, value, ...rest } = props;
  if (data === undefined)
    return (
      <TextInput
        {...rest}
        withAsterisk
        maxLength={255}
        value={value ?? ''}
        onChange={(event) => onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}
      />
    );
  return (
    <Select
      {...rest}
      placeholder={resources('adminNone')}
      withAsterisk
      searchable
      data={data}
      value={value}
      onChange={onChange}
    />
  );
}

/** How a resource is logged in to: the driver's settings, and the accounts they call for. */
export function ResetFields(props: {
  readonly fields: readonly Field[];
  readonly draft: ResetDraft;
  readonly onChange: (draft: ResetDraft) => void;
  /** What accounts are chosen from; left out where they are named by their log-in names, as for many resources at once. */
  readonly accounts?: readonly { readonly value: string; readonly label: string }[];
  readonly errors: Readonly<Record<string, string>>;
  readonly checked: boolean;
  readonly disabled?: boolean;
}) {
  const { draft, onChange, checked, errors, disabled = false } = props;
  const data = props.accounts && [...props.accounts];
  return (
    <>
      <SettingsForm
        fields={props.fields}
        values={draft.settings}
        onChange={(settings) => onChange({ ...draft, settings })}
        errors={errors}
        checked={checked}
        disabled={disabled}
      />
      {(needsAdmin(draft.settings) || needsElevation(draft.settings)) && (
        <div className={css.fields}>
          {needsAdmin(draft.settings) && (
            <AccountField
              label={resources('admin')}
              description={resources('adminHelp')}
              disabled={disabled}
              data={data}
              value={draft.admin}
              onChange={(admin) => onChange({ ...draft, admin })}
              error={
                errors['adminAccountId'] ??
                errors['adminUsername'] ??
                (checked && !draft.admin ? resources('adminMissing') : null)
              }
            />
          )}
          {needsElevation(draft.settings) && (
            <AccountField
              label={resources('elevation')}
              description={resources('elevationHelp')}
              disabled={disabled}
              data={data}
              value={draft.elevation}
              onChange={(elevation) => onChange({ ...draft, elevation })}
              error={
                errors['elevationAccountId'] ??
                errors['elevationUsername'] ??
                (checked && !draft.elevation ? resources('elevationMissing') : null)
              }
            />
          )}
        </div>
      )}
    </>
  );
}
