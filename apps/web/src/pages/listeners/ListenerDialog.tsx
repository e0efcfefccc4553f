import { Button, Checkbox, MultiSelect, NumberInput, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import {
  createListener,
  HandOver,
  ListenerKind,
  readListenerFile,
  updateListener,
  type Listener,
  type ListenerVersion,
} from '@strongroom/contract';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { kit } from '../../lib/messages/kit.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { useResourceTypes } from '../../parts/accounts/use-lists.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { FileField } from './FileField.tsx';
import { textOf } from './file-text.ts';
import { bodyOf, faultOf, formOf, type ListenerForm } from './listener-form.ts';
import css from './listeners.module.css';
import { refreshListeners } from './refresh.ts';

/** The stored text of a file, to be edited. A program is not shown. */
async function storedText(listener: Listener, version: ListenerVersion, which: 'file' | 'companion') {
  if (!version[which]) return '';
  const asked = { listenerId: listener.id, listenerVersion: version.version, which };
  return textOf((await ask(readListenerFile, asked)).base64) ?? '';
}

/** Adds a listener, or makes its next version. `done` gets the secret of a webhook, which is shown once. */
export function ListenerDialog(props: {
  readonly listener: Listener | null;
  readonly newest: ListenerVersion | null;
  readonly close: () => void;
  readonly done: (listener: Listener, secret: string | null) => void;
}) {
  const { listener, newest, close } = props;
  const [form, setForm] = useState<ListenerForm>(() => formOf(newest));
  const [tried, setTried] = useState(false);
  const types = useResourceTypes();
  const action = useAction();
  const errors = fieldErrors(action.error);
  const fault = tried ? faultOf(form, newest) : null;
  const change = (part: Partial<ListenerForm>) => setForm((before) => ({ ...before, ...part }));
  useEffect(() => {
    if (!listener || !newest) return;
    let gone = false;
    const fill = async () => {
      const [file, companion] = [
        await storedText(listener, newest, 'file'),
        await storedText(listener, newest, 'companion'),
      ];
      if (gone) return;
      setForm((before) => ({
        ...before,
        file: before.file.changed ? before.file : { ...before.file, text: file },
        companion:
          before.companion && !before.companion.changed ? { ...before.companion, text: companion } : before.companion,
      }));
    };
    // Without it the file stays as it is stored.
    fill().catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [listener, newest]);
  const save = () => {
    setTried(true);
    if (faultOf(form, newest) !== null) return;
    const body = bodyOf(form);
    void action
      .run(async () => {
        const made = listener
          ? await ask(updateListener, {
              listenerId: listener.id,
              newest: newest?.version ?? 1,
              withoutCompanion: form.companion === null,
              ...body,
            })
          : await ask(createListener, body);
        await refreshListeners();
        toast({ message: listeners('saved') });
        props.done(made.listener, made.secret);
      })
      .then((done) => done && close());
  };
  const lines = (name: 'arguments' | 'preCommand', help: string) => (
    <Textarea
      label={listeners(name)}
      description={help}
      classNames={{ input: css.text }}
      dir="ltr"
      autosize
      minRows={1}
      maxRows={6}
      value={form[name]}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
      error={Object.entries(errors).find(([path]) => path.startsWith(`spec.${name}`))?.[1]}
      spellCheck={false}
    />
  );
  return (
    <Dialog
      open
      close={close}
      size={760}
      closable={!action.busy}
      title={listener ? listeners('editTitle', { name: listener.name }) : listeners('newTitle')}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Stack gap={14}>
          <TextInput
            label={listeners('name')}
            withAsterisk
            maxLength={120}
            value={form.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            error={errors['name'] ?? (fault === 'nameMissing' ? listeners('nameMissing') : null)}
            autoComplete="off"
            data-autofocus
          />
          <Radio.Group
            label={listeners('kind')}
            value={form.kind}
            onChange={(value) => {
              const kind = ListenerKind.options.find((one) => one === value);
              if (!kind) return;
              const name =
                form.file.text === '' && !newest ? (kind === 'module' ? 'listener.ts' : 'listener.sh') : form.file.name;
              change({ kind, file: { ...form.file, name } });
            }}
          >
            <div className={css.kinds}>
              {ListenerKind.options.map((kind) => (
                <Radio
                  key={kind}
                  value={kind}
                  label={listeners(`kind-${kind}`)}
                  description={listeners(`kind-${kind}.says`)}
                />
              ))}
            </div>
          </Radio.Group>
          <MultiSelect
            label={listeners('types')}
            description={listeners('typesHelp')}
            placeholder={form.types.length === 0 ? listeners('typesAny') : ''}
            data={[...new Set([...types.map(({ name }) => name), ...form.types])]}
            value={[...form.types]}
            onChange={(chosen) => change({ types: chosen })}
            searchable
            clearable
          />
          {form.kind === 'webhook' ? (
            <>
              <TextInput
                label={listeners('url')}
                description={listeners('urlHelp')}
                withAsterisk
                placeholder="https://"
                dir="ltr"
                classNames={{ input: 'mono' }}
                value={form.url}
                onChange={(event) => change({ url: event.currentTarget.value })}
                error={errors['spec.url'] ?? (fault === 'urlWrong' ? listeners('urlWrong') : null)}
                autoComplete="off"
                spellCheck={false}
              />
              <Checkbox
                label={listeners('sendsPasswords')}
                description={listeners('sendsPasswordsHelp')}
                checked={form.sendsPasswords}
                onChange={(event) => change({ sendsPasswords: event.currentTarget.checked })}
              />
            </>
          ) : (
            <>
              <FileField
                label={listeners('file')}
                help={listeners('textHelp')}
                file={form.file}
                error={
                  errors['file'] ?? errors['file.name'] ?? (fault === 'fileMissing' ? listeners('fileMissing') : null)
                }
                change={(file) => change({ file })}
              />
              {form.companion ? (
                <FileField
                  label={listeners('companion')}
                  help={listeners('companionHelp')}
                  file={form.companion}
                  error={errors['companion'] ?? errors['companion.name'] ?? null}
                  change={(companion) => change({ companion })}
                  remove={() => change({ companion: null })}
                />
              ) : (
                <div>
                  <Button
                    size="xs"
                    variant="default"
                    onClick={() => change({ companion: { name: 'second.sh', text: '', bytes: null, changed: true } })}
                  >
                    {listeners('companionAdd')}
                  </Button>
                </div>
              )}
            </>
          )}
          {form.kind === 'script' && lines('preCommand', listeners('preCommandHelp'))}
          {lines('arguments', listeners('argumentsHelp'))}
          {form.kind === 'script' && (
            <Radio.Group
              label={listeners('handOver')}
              value={form.handOver}
              onChange={(value) => {
                const handOver = HandOver.options.find((one) => one === value);
                if (handOver) change({ handOver });
              }}
            >
              <Stack gap={6} mt={6}>
                {HandOver.options.map((one) => (
                  <Radio key={one} value={one} label={listeners(`handOver-${one}`)} />
                ))}
              </Stack>
              {form.handOver === 'arguments' && (
                <p className={css.warning} role="alert">
                  <IconAlertTriangle size={16} aria-hidden /> {listeners('argumentsWarn')}
                </p>
              )}
            </Radio.Group>
          )}
          {form.kind === 'module' && (
            <Checkbox
              label={listeners('mayStartPrograms')}
              description={listeners('mayStartProgramsHelp')}
              checked={form.mayStartPrograms}
              onChange={(event) => change({ mayStartPrograms: event.currentTarget.checked })}
            />
          )}
          <NumberInput
            label={listeners('timeLimit')}
            description={listeners('timeLimitHelp')}
            value={form.seconds}
            onChange={(seconds) => change({ seconds })}
            min={1}
            max={3600}
            allowDecimal={false}
            error={errors['spec.timeLimitSeconds'] ?? (fault === 'seconds' ? listeners('timeLimitHelp') : null)}
          />
          <Textarea
            label={listeners('note')}
            maxLength={2000}
            autosize
            value={form.note}
            onChange={(event) => change({ note: event.currentTarget.value })}
          />
          {action.error !== null && <ErrorBox error={action.error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {kit('cancel')}
          </Button>
          <BusyButton busy={action.busy} type="submit">
            {listeners('save')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
