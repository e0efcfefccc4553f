import { Button, Loader } from '@mantine/core';
import { createResource } from '@strongroom/contract';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { resources } from '../../lib/messages/resources.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { accountsOf, rowFaults, rowFieldFaults } from '../../parts/accounts/AccountRows.tsx';
import { draftFaults, valuesOf } from '../../parts/fields/field-draft.ts';
import { useFields } from '../../parts/fields/use-custom.ts';
import { useUploadRows } from '../../parts/files/use-upload-rows.ts';
import { useResourceTypes } from '../../parts/accounts/use-lists.ts';
import { detailsOf } from '../../parts/resource/details.ts';
import { emptyReset, resetFaults, tidyReset, useResetFields } from '../../parts/reset/ResetFields.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { AccountsStep } from './AccountsStep.tsx';
import { DetailsStep } from './DetailsStep.tsx';
import { emptyDraft, keepDraft, readDraft, type Draft } from './draft.ts';
import { RotationStep } from './RotationStep.tsx';
import { Steps } from './Steps.tsx';
import css from './wizard.module.css';

const titles = ['stepType', 'stepAccounts', 'stepRotation'] as const;
/** Which step a complaint of the server belongs to. */
const stepOf = (path: string): number =>
  path.startsWith('accounts') ? 1 : path.startsWith('reset') || path.startsWith('settings') ? 2 : 0;

/** Adds a resource in three steps: what it is, who logs in, how it is rotated. Works by keyboard alone: Enter goes on. */
export default function NewResource() {
  const navigate = useNavigate();
  const types = useResourceTypes();
  const [draft, setDraft] = useState<Draft>(readDraft);
  const [step, setStep] = useState(0);
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const done = useRef(false);
  const type = types.find(({ name }) => name === draft.type);
  const fields = useResetFields(type);
  const ownFields = useFields('resource');
  const accountFields = useFields('account');
  const uploadRows = useUploadRows();
  const secretIds = useMemo(() => ownFields.filter(({ kind }) => kind === 'password').map(({ id }) => id), [ownFields]);
  const details = detailsOf(draft.details, type);
  const reset =
    draft.rotationOff || !type?.driver || details.dnsName === '' ? null : (draft.reset ?? emptyReset(fields));

  useEffect(() => {
    document.title = `${resources('newTitle')} · Strongroom`;
  }, []);
  useEffect(() => {
    // Until it is known which fields are secret, none is kept.
    if (!done.current) keepDraft(ownFields.length > 0 ? draft : { ...draft, fields: {} }, secretIds);
  }, [draft, ownFields, secretIds]);
  const change = useCallback((more: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...more }));
    setError(null);
  }, []);
  const goTo = (to: number) => {
    setStep(to);
    setChecked(false);
  };
  useEffect(() => {
    // The first field of the step, or its heading where there is none.
    const timer = setTimeout(() => {
      const field = document.querySelector<HTMLElement>('#step [data-autofocus], #step input:not([type=hidden])');
      (step === 2 ? heading.current : (field ?? heading.current))?.focus();
    });
    return () => clearTimeout(timer);
  }, [step]);

  const stepIsGood = (): boolean => {
    if (step === 0)
      return (
        draft.type !== null && details.name !== '' && Object.keys(draftFaults(ownFields, draft.fields)).length === 0
      );
    if (step === 1)
      return (
        Object.keys(rowFaults(draft.accounts)).length === 0 && rowFieldFaults(accountFields, draft.accounts).size === 0
      );
    return reset === null || resetFaults(fields, reset).length === 0;
  };
  const create = async () => {
    if (!draft.type || busy) return;
    setBusy(true);
    setError(null);
    const accounts = accountsOf(draft.accounts, accountFields, type?.holdsFiles);
    const tidy = reset && tidyReset(reset);
    try {
      const made = await ask(createResource, {
        ...details,
        type: draft.type,
        accounts,
        fields: valuesOf(ownFields, draft.fields),
        tags: [...draft.tags],
        groupIds: draft.groups.map(({ id }) => id),
        reset: tidy && { settings: tidy.settings, adminUsername: tidy.admin, elevationUsername: tidy.elevation },
      });
      done.current = true;
      keepDraft(null);
      await Promise.all(
        [keys.resources, keys.accounts, keys.dashboard].map((queryKey) => queries.invalidateQueries({ queryKey })),
      );
      queries.setQueryData(keys.resource(made.id), made);
      await navigate({ to: `/resources/${made.id}`, replace: true });
      void uploadRows(made.id, draft.accounts);
      toast({ message: resources('created', { name: made.name, count: made.accounts }) });
    } catch (failure) {
      setError(failure);
      setBusy(false);
      setChecked(true);
      const [first] = Object.keys(fieldErrors(failure));
      if (first) setStep(stepOf(first));
    }
  };
  const next = () => {
    if (!stepIsGood()) {
      setChecked(true);
      setTimeout(() => document.querySelector<HTMLElement>('#step [aria-invalid=true]')?.focus());
      return;
    }
    if (step < 2) goTo(step + 1);
    else void create();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      next();
    }
  };
  const errors = fieldErrors(error);
  return (
    <div className={css.page}>
      <div className={css.wrap}>
        <header className={css.head}>
          <h1 tabIndex={-1}>{resources('newTitle')}</h1>
          <p className="dim">{resources('draftKept')}</p>
        </header>
        <div className={css.columns}>
          <Steps titles={titles.map((title) => resources(title))} at={step} goTo={(to) => to < step && goTo(to)} />
          <form
            id="step"
            noValidate
            onKeyDown={onKeyDown}
            onSubmit={(event) => {
              event.preventDefault();
              next();
            }}
          >
            <h2 ref={heading} tabIndex={-1} className={css.stepTitle}>
              {resources(titles[step] ?? 'stepType')}
            </h2>
            {step === 0 && (
              <DetailsStep draft={draft} change={change} types={types} type={type} errors={errors} checked={checked} />
            )}
            {step === 1 && (
              <AccountsStep
                draft={draft}
                change={change}
                type={type}
                name={details.name}
                errors={errors}
                checked={checked}
              />
            )}
            {step === 2 && type && (
              <RotationStep
                draft={draft}
                change={change}
                type={type}
                details={details}
                fields={fields}
                reset={reset}
                error={error}
                checked={checked}
                goTo={goTo}
              />
            )}
            {error !== null && <ErrorBox error={error} />}
            <div className={css.actions}>
              {step > 0 ? (
                <Button variant="default" onClick={() => goTo(step - 1)} disabled={busy}>
                  {resources('back')}
                </Button>
              ) : (
                <Button
                  variant="subtle"
                  color="gray"
                  onClick={() => {
                    setDraft(emptyDraft());
                    keepDraft(null);
                    setChecked(false);
                    setError(null);
                  }}
                >
                  {resources('startOver')}
                </Button>
              )}
              <span />
              <Button
                type="submit"
                aria-disabled={busy}
                {...(busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
              >
                {resources(step < 2 ? 'next' : 'create')}
              </Button>
            </div>
          </form>
        </div>
      </div>
    </div>
  );
}
