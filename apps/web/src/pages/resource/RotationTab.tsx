import { Button } from '@mantine/core';
import { configureReset, listAccounts, type Resource } from '@strongroom/contract';
import { IconServerCog } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, exact } from '../../lib/format.ts';
import { startingValues } from '../../lib/json-schema.ts';
import { resources } from '../../lib/messages/resources.ts';
import { runs } from '../../lib/messages/runs.ts';
import { keys, queries } from '../../lib/query.ts';
import { useResourceTypes } from '../../parts/accounts/use-lists.ts';
import {
  emptyReset,
  ResetFields,
  resetFaults,
  tidyReset,
  useResetFields,
  type ResetDraft,
} from '../../parts/reset/ResetFields.tsx';
import { resetErrors } from '../../parts/reset/server-errors.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import css from './resource.module.css';

const RunDialog = lazy(async () => ({ default: (await import('../../parts/runs/RunDialog.tsx')).RunDialog }));

function HostKeys({ resource }: { readonly resource: Resource }) {
  return (
    <FormSection title={resources('hostKeys')} text={resources('hostKeysText')}>
      {resource.hostKeys.length === 0 ? (
        <span className="dim">{resources('hostKeysNone')}</span>
      ) : (
        <ul className={css.keys}>
          {resource.hostKeys.map((key) => (
            <li key={key.fingerprint}>
              <Pill tone={key.state === 'pinned' ? 'ok' : 'bad'}>{resources(key.state)}</Pill>
              <span>{key.algorithm}</span>
              <bdi className={`mono ${css.print}`}>{key.fingerprint}</bdi>
              <span className="dim" title={exact(key.seenAt)}>
                {resources('seen', { when: ago(key.seenAt) })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </FormSection>
  );
}

function SwitchOff({ resource, close }: { readonly resource: Resource; readonly close: () => void }) {
  const go = async () => {
    close();
    try {
      queries.setQueryData(
        keys.resource(resource.id),
        await ask(configureReset, { resourceId: resource.id, reset: null }),
      );
      await queries.invalidateQueries({ queryKey: keys.accounts });
      toast({ message: resources('resetOffDone', { name: resource.name }) });
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <Dialog open close={close} title={resources('switchOffTitle', { name: resource.name })}>
      <p className={css.say}>{resources('switchOffText')}</p>
      <DialogActions>
        <Button variant="default" data-autofocus onClick={close}>
          {resources('switchOffKeep')}
        </Button>
        <Button color="red" onClick={() => void go()}>
          {resources('switchOffGo')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** How the product logs in to a resource, and the host keys it knows. */
export default function RotationTab({ resource }: { readonly resource: Resource }) {
  const types = useResourceTypes();
  const type = types.find(({ name }) => name === resource.type);
  const fields = useResetFields(type);
  const stored = useMemo<ResetDraft | null>(
    () =>
      resource.reset && {
        settings: startingValues(fields, resource.reset.settings),
        admin: resource.reset.adminAccountId,
        elevation: resource.reset.elevationAccountId,
      },
    [resource.reset, fields],
  );
  const [draft, setDraft] = useState<ResetDraft | null>(stored);
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [switchingOff, setSwitchingOff] = useState(false);
  const [testing, setTesting] = useState(false);
  // The types may come after the resource: until then there were no fields to start from.
  useEffect(() => setDraft(stored), [stored]);
  const accounts = useQuery({
    queryKey: [...keys.accounts, 'names', resource.id],
    queryFn: ({ signal }) => ask(listAccounts, { resourceId: resource.id, limit: 500, sort: 'username' }, { signal }),
  });
  const may = resource.can.includes('resource.configure-reset');
  const dirty = may && draft !== null && JSON.stringify(draft) !== JSON.stringify(stored);
  const save = async () => {
    if (!draft) return;
    setChecked(true);
    if (resetFaults(fields, draft).length > 0) return;
    setBusy(true);
    setError(null);
    const { settings, admin, elevation } = tidyReset(draft);
    try {
      const changed = await ask(configureReset, {
        resourceId: resource.id,
        reset: { settings, adminAccountId: admin, elevationAccountId: elevation },
      });
      queries.setQueryData(keys.resource(resource.id), changed);
      await queries.invalidateQueries({ queryKey: keys.accounts });
      toast({ message: resources('resetSaved', { name: resource.name }) });
      setChecked(false);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  if (type && !type.driver) {
    return (
      <div className="card">
        <EmptyState icon={IconServerCog} title={resources('rotationNever')} text={resources('noDriver')} />
      </div>
    );
  }
  if (!draft) {
    return (
      <div className={css.narrow}>
        <div className="card">
          <EmptyState
            icon={IconServerCog}
            title={resources('resetOff')}
            text={resources(may ? 'resetOffText' : 'resetOffReadOnly')}
          >
            {may && <Button onClick={() => setDraft(emptyReset(fields))}>{resources('setUp')}</Button>}
          </EmptyState>
        </div>
        {resource.hostKeys.length > 0 && <HostKeys resource={resource} />}
      </div>
    );
  }
  const errors = resetErrors(error);
  return (
    <>
      <div className={css.narrow}>
        <FormSection title={resources('resetTitle')} text={resources('resetText')}>
          <ResetFields
            fields={fields}
            draft={draft}
            onChange={setDraft}
            accounts={(accounts.data?.items ?? []).map(({ id, username }) => ({ value: id, label: username }))}
            errors={errors}
            checked={checked}
            disabled={!may}
          />
          {error !== null && Object.keys(errors).length === 0 && <ErrorBox error={error} />}
          {may && stored && (
            <div className={css.sectionActions}>
              <Button variant="default" onClick={() => setTesting(true)} disabled={dirty}>
                {runs('test')}
              </Button>
              <Button variant="default" onClick={() => setSwitchingOff(true)}>
                {resources('switchOff')}
              </Button>
            </div>
          )}
        </FormSection>
        <HostKeys resource={resource} />
      </div>
      <SaveBar
        dirty={dirty}
        busy={busy}
        save={() => void save()}
        discard={() => {
          setDraft(stored);
          setChecked(false);
          setError(null);
        }}
      />
      {testing && (
        <Suspense fallback={null}>
          <RunDialog
            kind="verify"
            selection={{ resourceIds: [resource.id], accounts: 'sign-in' }}
            title={runs('testResources', { count: 1 })}
            help={runs('testHelp')}
            go={runs('testGo')}
            close={() => setTesting(false)}
          />
        </Suspense>
      )}
      {switchingOff && <SwitchOff resource={resource} close={() => setSwitchingOff(false)} />}
    </>
  );
}
