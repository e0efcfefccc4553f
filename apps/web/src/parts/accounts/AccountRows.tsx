import { ActionIcon, Button, Stack, TextInput } from '@mantine/core';
import type { Field, NewAccount, Policy } from '@strongroom/contract';
import { IconNote, IconPlus, IconTrash } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { files } from '../../lib/messages/files.ts';
import { resources } from '../../lib/messages/resources.ts';
import { policyRules } from '../../lib/policy.ts';
import { draftFaults, fieldComplaints, typed, valuesOf, type FieldDraft } from '../fields/field-draft.ts';
import { OwnFields } from '../fields/OwnFields.tsx';
import { useFields } from '../fields/use-custom.ts';
import { FileDrop } from '../files/FileDrop.tsx';
import { useFileFault } from '../files/use-file-fault.ts';
import { PasswordInput } from '../../ui/PasswordInput.tsx';
import css from './account-rows.module.css';

/** An account that is being entered. `key` tells rows apart while they are edited. */
export interface AccountDraft {
  readonly key: string;
  readonly username: string;
  readonly password: string;
  /** Null until a note is wanted. */
  readonly notes: string | null;
  /** Where accounts hold files: the one to be sent once the account is there. */
  readonly file?: File | null;
  /** Values of own fields; left out until one is typed. */
  readonly fields?: FieldDraft;
}

export function newRow(username = ''): AccountDraft {
  return { key: crypto.randomUUID(), username, password: '', notes: null };
}

/** A row with neither name nor password is not meant yet. */
const meant = (row: AccountDraft): boolean =>
  row.username.trim() !== '' || row.password !== '' || (row.notes ?? '') !== '' || Boolean(row.file);
/** The rows that are to be added. */
export function meantRows(rows: readonly AccountDraft[]): readonly AccountDraft[] {
  return rows.filter(meant);
}
/** The rows as the contract takes them; without a password, one is drawn, but where accounts hold files. */
export function accountsOf(
  rows: readonly AccountDraft[],
  ownFields: readonly Field[] = [],
  holdsFiles = false,
): NewAccount[] {
  return meantRows(rows).map(({ username, password, notes, fields }) => ({
    username: username.trim(),
    // A type that holds files takes no password, even one that was typed before the type was changed.
    ...(password === '' || holdsFiles ? {} : { password }),
    ...(notes ? { notes } : {}),
    ...(fields ? { fields: valuesOf(ownFields, fields) } : {}),
  }));
}

/** What is wrong with each row's name, by the row's key. */
export function rowFaults(rows: readonly AccountDraft[]): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  const seen = new Set<string>();
  for (const row of rows.filter(meant)) {
    const name = row.username.trim();
    if (name === '') faults[row.key] = resources('usernameMissing');
    else if (seen.has(name)) faults[row.key] = resources('usernameTwice');
    seen.add(name);
  }
  return faults;
}

/** The rows whose own fields lack something, with the faults by field id. */
export function rowFieldFaults(
  ownFields: readonly Field[],
  rows: readonly AccountDraft[],
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const found = meantRows(rows).map((row) => [row.key, draftFaults(ownFields, row.fields ?? {})] as const);
  return new Map(found.filter(([, faults]) => Object.keys(faults).length > 0));
}

/** Rows to enter accounts: name and password side by side, a generator in each, and a note where wanted. */
export function AccountRows(props: {
  readonly rows: readonly AccountDraft[];
  readonly onChange: (rows: readonly AccountDraft[]) => void;
  /** How the resource's type calls a log-in name. */
  readonly label: string;
  readonly policy: Policy | undefined;
  readonly resourceType: string;
  /** Its accounts hold files: each row asks for one instead of a password. */
  readonly holdsFiles?: boolean;
  readonly checked: boolean;
  /** The server's complaints, by `accounts.0.username`. */
  readonly errors?: Readonly<Record<string, string>>;
}) {
  const { rows, onChange, policy, checked, errors = {} } = props;
  const faults = checked ? rowFaults(rows) : {};
  const ownFields = useFields('account');
  const faultOf = useFileFault();
  const [tooLarge, setTooLarge] = useState<Readonly<Record<string, string | null>>>({});
  const fieldFaults = checked ? rowFieldFaults(ownFields, rows) : undefined;
  const list = useRef<HTMLDivElement>(null);
  const set = (key: string, change: Partial<AccountDraft>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...change } : row)));
  const focusLast = () =>
    setTimeout(() => list.current?.querySelector<HTMLInputElement>(':scope > :last-child input')?.focus());
  const meantKeys = rows.filter(meant).map(({ key }) => key);
  return (
    <div className={css.rows}>
      <div ref={list} className={css.list}>
        {rows.map((row, index) => {
          const number = index + 1;
          // The server counts only the rows that were sent.
          const sent = meantKeys.indexOf(row.key);
          return (
            <div key={row.key} role="group" aria-label={resources('accountRow', { number })} className={css.row}>
              <TextInput
                label={props.label}
                value={row.username}
                onChange={(event) => set(row.key, { username: event.currentTarget.value })}
                error={faults[row.key] ?? errors[`accounts.${sent}.username`] ?? null}
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
                {...(index === 0 ? { 'data-autofocus': true } : {})}
              />
              {props.holdsFiles ? (
                <FileDrop
                  slim
                  label={files('rowFile')}
                  file={row.file ?? null}
                  onFile={(file) => {
                    const fault = file && faultOf(file);
                    setTooLarge({ ...tooLarge, [row.key]: fault });
                    if (fault) set(row.key, { file: null });
                    else set(row.key, { file, ...(row.username.trim() === '' && file ? { username: file.name } : {}) });
                  }}
                  fault={tooLarge[row.key] ?? null}
                />
              ) : (
                <PasswordInput
                  label={resources('password')}
                  value={row.password}
                  onChange={(password) => set(row.key, { password })}
                  placeholder={resources('passwordDrawn')}
                  error={errors[`accounts.${sent}.password`] ?? null}
                  {...(policy
                    ? {
                        rules: policyRules(policy, row.password, row.username.trim()),
                        generate: { policy, username: row.username.trim(), resourceType: props.resourceType },
                      }
                    : {})}
                />
              )}
              <div className={css.buttons}>
                {row.notes === null && (
                  <ActionIcon
                    size={32}
                    aria-label={resources('addNote')}
                    title={resources('addNote')}
                    onClick={() => set(row.key, { notes: '' })}
                  >
                    <IconNote size={16} />
                  </ActionIcon>
                )}
                {rows.length > 1 && (
                  <ActionIcon
                    size={32}
                    aria-label={resources('removeAccount', { number })}
                    onClick={() => onChange(rows.filter(({ key }) => key !== row.key))}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                )}
              </div>
              {row.notes !== null && (
                <TextInput
                  className={css.note ?? ''}
                  label={resources('note')}
                  value={row.notes}
                  maxLength={4000}
                  onChange={(event) => set(row.key, { notes: event.currentTarget.value })}
                />
              )}
              {typed(ownFields).length > 0 && (
                <div className={css.note ?? ''}>
                  <Stack gap={10}>
                    <OwnFields
                      fields={ownFields}
                      draft={row.fields ?? {}}
                      onChange={(fields) => set(row.key, { fields })}
                      errors={{
                        ...fieldFaults?.get(row.key),
                        ...fieldComplaints(errors, `accounts.${sent}.fields`),
                      }}
                      policy={policy}
                    />
                  </Stack>
                </div>
              )}
            </div>
          );
        })}
      </div>
      <div>
        <Button
          variant="default"
          leftSection={<IconPlus size={15} />}
          onClick={() => {
            onChange([...rows, newRow()]);
            focusLast();
          }}
        >
          {resources('addAccount')}
        </Button>
      </div>
    </div>
  );
}
