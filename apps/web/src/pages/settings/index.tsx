import { readSettings, updateSettings, type Settings } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { settings } from '../../lib/messages/settings.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { keys, queries } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { FormSection } from '../../ui/FormSection.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { SaveBar } from '../../ui/SaveBar.tsx';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../me/use-action.ts';
import { AdminFrame } from './AdminFrame.tsx';
import { privileged, sections } from './fields.ts';
import { SettingRow } from './SettingRow.tsx';
import { changesOf, formOf, settingsErrors, type SettingsForm } from './settings-form.ts';
import admin from './admin.module.css';
import css from './settings.module.css';

function Form({ stored }: { readonly stored: Settings }) {
  const me = useMe();
  const [form, setForm] = useState<SettingsForm>(() => formOf(stored));
  const [shown, setShown] = useState<Readonly<Partial<Record<string, string>>>>({});
  const save = useAction();
  const anchor = useLocation({ select: (location) => location.hash });
  const wrong = settingsErrors(form);
  const dirty = Object.keys(wrong).length > 0 || Object.keys(changesOf(form, stored)).length > 0;
  const change = (part: Partial<SettingsForm>) => {
    setForm((before) => ({ ...before, ...part }));
    setShown((before) => (Object.keys(before).length === 0 ? before : settingsErrors({ ...form, ...part })));
  };
  useEffect(() => {
    const row = anchor ? document.getElementById(anchor) : null;
    row?.scrollIntoView({ block: 'center' });
    row?.querySelector<HTMLElement>('input')?.focus({ preventScroll: true });
  }, [anchor]);

  const submit = async () => {
    if (Object.keys(wrong).length > 0) {
      setShown(wrong);
      document.getElementById(`${Object.keys(wrong)[0] ?? ''}-field`)?.focus();
      return;
    }
    const done = await save.run(async () => {
      try {
        const now = await ask(updateSettings, changesOf(form, stored));
        setForm(formOf(now));
        queries.setQueryData(keys.settings, now);
      } catch (error) {
        setShown(fieldErrors(error));
        throw error;
      }
    });
    if (!done) return;
    setShown({});
    toast({ message: settings('settings.saved') });
    // What the console itself goes by, such as how long a password is shown, comes with who is signed in.
    await queries.invalidateQueries({ queryKey: keys.me });
  };
  return (
    <form
      className={css.page}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (dirty) void submit();
      }}
    >
      {save.error !== null && <ErrorBox error={save.error} />}
      {sections.map((section) => (
        <FormSection key={section.id} id={section.id} title={settings(`section.${section.id}`)}>
          <div className={css.rows}>
            {section.fields.map((field) => (
              <SettingRow
                key={field.name}
                field={field}
                value={
                  field.kind === 'switch' ? (form.switches[field.name] ?? false) : (form.numbers[field.name] ?? '')
                }
                change={(value) =>
                  typeof value === 'boolean'
                    ? change({ switches: { ...form.switches, [field.name]: value } })
                    : change({ numbers: { ...form.numbers, [field.name]: value } })
                }
                error={shown[field.name]}
                locked={
                  privileged.includes(field.name) && !me.permissions.includes('manage-security')
                    ? settings('settings.privileged')
                    : undefined
                }
              />
            ))}
          </div>
        </FormSection>
      ))}
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
    </form>
  );
}

/** The organisation's settings in sections, each with its default, saved together. */
export default function SettingsPage() {
  const me = useMe();
  const stored = useQuery({ queryKey: keys.settings, queryFn: ({ signal }) => ask(readSettings, {}, { signal }) });
  return (
    <AdminFrame>
      <div className={admin.form}>
        <PageHeader
          title={settings('settings.title')}
          sub={settings('settings.sub', { organisation: me.organisation.name })}
        />
        {stored.data ? (
          <Form stored={stored.data} />
        ) : stored.isError ? (
          <ErrorBox error={stored.error} retry={() => void stored.refetch()} />
        ) : (
          <Bones />
        )}
      </div>
    </AdminFrame>
  );
}
