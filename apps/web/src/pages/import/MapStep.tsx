import { Button, Checkbox, Select, Switch } from '@mantine/core';
import {
  checkImport,
  discardImport,
  listRoles,
  openImport,
  type Import,
  type ImportMapping,
  type ImportOptions,
} from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { imports } from '../../lib/messages/imports.ts';
import { keys, queries } from '../../lib/query.ts';
import { usePolicies, useResourceTypes } from '../../parts/accounts/use-lists.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { byColumn, labelIn, neededFields, useColumnChoices, withColumn } from './fields.ts';
import css from './import.module.css';

/** A separator in words. */
const separatorName = (separator: string): string => {
  const key = `separator-${separator === '\t' ? 'tab' : separator}`;
  return imports.has(key) ? imports(key) : separator;
};

/** The second step: which column holds what, with the first lines under it, and how to import. */
export function MapStep({
  one,
  done,
  discarded,
}: {
  readonly one: Import;
  readonly done: () => void;
  readonly discarded: () => void;
}) {
  const { kind, id } = one;
  const begin = useQuery({
    queryKey: [...keys.import(id), 'file'],
    queryFn: ({ signal }) => ask(openImport, { importId: id }, { signal }),
    staleTime: Infinity,
  });
  const [changed, setChanged] = useState<ImportMapping | null>(
    Object.keys(one.mapping).length > 0 ? one.mapping : null,
  );
  const [options, setOptions] = useState<ImportOptions>(one.options);
  const choices = useColumnChoices(kind, options.type);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const discard = async () => {
    await ask(discardImport, { importId: id });
    toast({ message: imports('discarded') });
    void queries.invalidateQueries({ queryKey: keys.imports });
    discarded();
  };
  if (begin.isError)
    return (
      <>
        <ErrorBox error={begin.error} />
        <div className={css.actions}>
          <Button variant="default" onClick={() => void discard()}>
            {imports('another')}
          </Button>
        </div>
      </>
    );
  if (!begin.data) return <div className={`card ${css.card}`} aria-busy />;
  const { file, guess } = begin.data;
  const mapping = changed ?? guess;
  const holds = byColumn(mapping);
  const missing = neededFields(kind).filter((key) => mapping[key] === undefined);
  const names = missing.map((key) => labelIn(choices, key));
  const check = async () => {
    if (busy || missing.length > 0) return;
    setBusy(true);
    setError(null);
    try {
      const reply = await ask(checkImport, { importId: id, mapping, options });
      queries.setQueryData(keys.task(reply.task.id), reply.task);
      queries.setQueryData(keys.import(id), reply.import);
      done();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const how =
    file.format === 'csv'
      ? imports('csv', {
          encoding: (file.encoding ?? '').toUpperCase(),
          separator: separatorName(file.separator ?? ''),
        })
      : imports('xlsx', { sheet: file.sheet ?? '' });
  return (
    <>
      <section className={`card ${css.card}`} aria-label={imports('columnsTitle')}>
        <h2>{imports('columnsTitle')}</h2>
        <p>
          {imports('fileLine', { name: one.fileName, how })}. {imports('columnsHelp')}
          {kind === 'resource' && ` ${imports('resetHelp')}`}
        </p>
        <div className={css.scroll} tabIndex={0} role="region" aria-label={imports('firstLines')}>
          <table className={css.map}>
            <thead>
              <tr>
                {file.header.map((title, column) => (
                  <th key={column} scope="col">
                    <bdi>{(options.headerRow && title) || imports('column', { n: column + 1 })}</bdi>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              <tr>
                {file.header.map((title, column) => (
                  <td key={column}>
                    <Select
                      aria-label={imports('holds', { name: title || String(column + 1) })}
                      data={[...choices]}
                      value={holds.get(column) ?? null}
                      placeholder={imports('ignore')}
                      onChange={(key) => setChanged(withColumn(mapping, column, key))}
                      clearable
                      searchable
                      comboboxProps={{ width: 260, position: 'bottom-start' }}
                    />
                  </td>
                ))}
              </tr>
              {(options.headerRow ? file.rows : [file.header, ...file.rows]).map((row, i) => (
                <tr key={i}>
                  {file.header.map((_, column) => (
                    <td key={column} className="dim">
                      <bdi>{row[column] ?? ''}</bdi>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <section className={`card ${css.card}`} aria-label={imports('optionsTitle')}>
        <h2>{imports('optionsTitle')}</h2>
        <div className={css.options}>
          <Checkbox
            label={imports('headerRow')}
            checked={options.headerRow}
            onChange={(event) => setOptions({ ...options, headerRow: event.currentTarget.checked })}
          />
          <Switch
            label={imports('overwrite')}
            description={imports(`overwriteHelp-${kind}`)}
            checked={options.overwrite}
            onChange={(event) => setOptions({ ...options, overwrite: event.currentTarget.checked })}
          />
          {kind === 'resource' ? (
            <ResourceOptions options={options} onChange={setOptions} />
          ) : (
            <UserOptions options={options} onChange={setOptions} />
          )}
        </div>
      </section>
      {one.why && (
        <p className={css.fault} role="alert">
          {one.why}
        </p>
      )}
      {names.length > 0 && (
        <p className={css.fault} role="status">
          {imports('needed', { names: names.join(', ') })}
        </p>
      )}
      {error !== null && <ErrorBox error={error} />}
      <div className={css.actions}>
        <Button onClick={() => void check()} loading={busy} disabled={missing.length > 0}>
          {imports('check')}
        </Button>
        <Button variant="subtle" color="gray" onClick={() => void discard()}>
          {imports('discard')}
        </Button>
      </div>
    </>
  );
}

interface OptionsProps {
  readonly options: ImportOptions;
  readonly onChange: (options: ImportOptions) => void;
}

function ResourceOptions({ options, onChange }: OptionsProps) {
  const types = useResourceTypes();
  const policies = usePolicies();
  return (
    <>
      <Select
        label={imports('type')}
        data={types.map(({ name, title }) => ({ value: name, label: title }))}
        value={options.type}
        onChange={(type) => type && onChange({ ...options, type })}
        searchable
        allowDeselect={false}
      />
      <Select
        label={imports('policy')}
        placeholder={imports('policyDefault')}
        data={policies.map((policy) => ({ value: policy.id as string, label: policy.name }))}
        value={options.policyId}
        onChange={(policyId) => onChange({ ...options, policyId: policyId as ImportOptions['policyId'] })}
        clearable
      />
    </>
  );
}

function UserOptions({ options, onChange }: OptionsProps) {
  const roles =
    useQuery({ queryKey: keys.roles, queryFn: ({ signal }) => ask(listRoles, {}, { signal }) }).data?.items ?? [];
  const label = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  return (
    <>
      <Select
        label={imports('role')}
        data={roles
          .filter((role) => role.mayGive)
          .map((role) => ({ value: role.id as string, label: label(role.name) }))}
        value={options.role}
        onChange={(role) => role && onChange({ ...options, role })}
        allowDeselect={false}
      />
      <Checkbox
        label={imports('invite')}
        checked={options.invite}
        onChange={(event) => onChange({ ...options, invite: event.currentTarget.checked })}
      />
    </>
  );
}
