import { Button } from '@mantine/core';
import { readTicketing, removeTicketing, setTicketing, type Ticketing } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { Bones } from '../../ui/Bones.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../me/use-action.ts';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import { Enforcement } from './Enforcement.tsx';
import { RuleRows } from './RuleRows.tsx';
import { SystemFields } from './SystemFields.tsx';
import { TestCard } from './TestCard.tsx';
import css from './ticketing.module.css';
import { formErrors, formOf, inputOf, type TicketingForm } from './ticketing-form.ts';

const refresh = async () => {
  await queries.invalidateQueries({ queryKey: keys.ticketing });
  // Whether a ticket is asked for comes with who is signed in.
  await queries.invalidateQueries({ queryKey: keys.me });
};

function Form(props: { readonly stored: Ticketing | null; readonly fieldColumns: readonly string[] }) {
  const { stored } = props;
  const [form, setForm] = useState<TicketingForm>(() => formOf(stored));
  const [shown, setShown] = useState<Readonly<Record<string, string>>>({});
  const [fields, setFields] = useState<readonly string[]>([]);
  const [removing, setRemoving] = useState(false);
  // How often it was to be saved: each time that something is wrong, the first such field is gone to.
  const [tries, setTries] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (tries > 0)
      frame.current?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"][tabindex]')?.focus();
  }, [tries]);
  const save = useAction();
  const remove = useAction();
  const kept = formOf(stored);
  const dirty = JSON.stringify(form) !== JSON.stringify(kept);
  const light = JSON.stringify({ ...form, system: kept.system }) === JSON.stringify(kept);
  const change = (part: Partial<TicketingForm>) => setForm((before) => ({ ...before, ...part }));
  const submit = async () => {
    const wrong = formErrors(form, stored);
    setShown(wrong);
    setTries((before) => before + 1);
    if (Object.keys(wrong).length > 0) return;
    const done = await save.run(async () => {
      try {
        setForm(formOf(await ask(setTicketing, inputOf(form, stored))));
        await refresh();
      } catch (error) {
        const refused = fieldErrors(error);
        setShown({ ...refused, ...(refused['system'] ? { system: ticketing('module.missing') } : {}) });
        setTries((before) => before + 1);
        throw error;
      }
    });
    if (done) toast({ message: ticketing('saved') });
  };
  const rules = (of: 'mapping' | 'conditions') => (
    <RuleRows
      of={of}
      rows={form[of]}
      expression={form[`${of}Expression`]}
      change={(rows) => change({ [of]: rows })}
      changeExpression={(text) => change({ [`${of}Expression`]: text })}
      fields={fields}
      fieldColumns={props.fieldColumns}
      errors={shown}
    />
  );
  return (
    <div ref={frame} className={css.form}>
      <SystemFields
        form={form}
        change={change}
        errors={shown}
        stored={stored?.credentialStored === true}
        light={light}
      />
      <TestCard stored={stored} dirty={dirty} learn={setFields} />
      <Enforcement form={form} change={change} errors={shown} />
      {rules('mapping')}
      {rules('conditions')}
      {stored && (
        <div className={css.foot}>
          <span>{ticketing('forget.text')}</span>
          <Button variant="default" onClick={() => setRemoving(true)}>
            {ticketing('forget')}
          </Button>
        </div>
      )}
      {save.error !== null && <ErrorBox error={save.error} />}
      <SaveBar
        dirty={dirty}
        busy={save.busy}
        save={() => void submit()}
        discard={() => {
          setForm(formOf(stored));
          setShown({});
          save.clear();
        }}
      />
      <Dialog open={removing} close={() => setRemoving(false)} title={ticketing('forget.title')}>
        <p className={css.none}>{ticketing('forget.text')}</p>
        {remove.error !== null && <ErrorBox error={remove.error} />}
        <DialogActions>
          <Button variant="default" data-autofocus onClick={() => setRemoving(false)}>
            {ticketing('forget.keep')}
          </Button>
          <Button
            color="red"
            onClick={() =>
              void remove
                .run(async () => {
                  await ask(removeTicketing, {});
                  await refresh();
                })
                .then((done) => {
                  if (!done) return;
                  setRemoving(false);
                  setForm(formOf(null));
                  toast({ message: ticketing('forgotten') });
                })
            }
          >
            {ticketing('forget.go')}
          </Button>
        </DialogActions>
      </Dialog>
    </div>
  );
}

/** The ticketing system: where it is, what it is asked for, and the rules a ticket must keep. */
export default function TicketingPage() {
  const read = useQuery({ queryKey: keys.ticketing, queryFn: ({ signal }) => ask(readTicketing, {}, { signal }) });
  const paused = read.data?.pausedUntil;
  return (
    <AdminFrame>
      <div className={css.page}>
        <PageHeader title={ticketing('title')} sub={ticketing('sub')} />
        {paused && (
          <p className={css.fault} role="status">
            {ticketing('paused', { time: exact(paused) })}
          </p>
        )}
        {read.data ? (
          <Form stored={read.data.ticketing} fieldColumns={read.data.fieldColumns} />
        ) : read.isError ? (
          <ErrorBox error={read.error} retry={() => void read.refetch()} />
        ) : (
          <Bones />
        )}
      </div>
    </AdminFrame>
  );
}
