import { Button, Checkbox, Stack, TagsInput, TextInput } from '@mantine/core';
import { createWebhook, updateWebhook, type Webhook } from '@strongroom/contract';
import { useEffect, useRef, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { kit } from '../../lib/messages/kit.ts';
import { programs } from '../../lib/messages/programs.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import css from './programs.module.css';
import { bodyOf, faultsOf, formOf, type WebhookFault, type WebhookForm } from './webhook-form.ts';
import { refreshWebhooks } from './words.tsx';

// With the dialog: what is shown one time must not be waited for.
export { WebhookSecret } from './WebhookSecret.tsx';

/** What systems most often want to hear of; any other action can be typed. */
const suggested = [
  '*',
  'account.*',
  'account.reveal',
  'account.change-password',
  'account.check-out',
  'account.break-glass',
  'access-request.*',
  'rotation.settle',
  'resource.*',
  'user.*',
  'identity.sign-in',
  'setting.update',
];

/** Adds a webhook, or changes one. `done` gets a secret that was drawn, which is shown once. */
export function WebhookDialog(props: {
  readonly webhook: Webhook | null;
  readonly close: () => void;
  readonly done: (secret: string | null) => void;
}) {
  const { webhook, close } = props;
  const [form, setForm] = useState<WebhookForm>(() => formOf(webhook));
  // How often it was to be saved: each time that something is missing, the first such field is gone to.
  const [tries, setTries] = useState(0);
  const frame = useRef<HTMLFormElement>(null);
  const action = useAction();
  const errors = fieldErrors(action.error);
  const faults = tries > 0 ? faultsOf(form) : [];
  useEffect(() => {
    if (tries > 0 || action.error !== null) frame.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tries, action.error]);
  const change = (part: Partial<WebhookForm>) => setForm((before) => ({ ...before, ...part }));
  const said = (field: string, own: WebhookFault) =>
    Object.entries(errors).find(([path]) => path.split('.')[0] === field)?.[1] ??
    (faults.includes(own) ? programs(own) : null);
  const save = () => {
    setTries((before) => before + 1);
    if (faultsOf(form).length > 0) return;
    const body = bodyOf(form);
    void action
      .run(async () => {
        const { secret } = webhook
          ? await ask(updateWebhook, { webhookId: webhook.id, version: webhook.version, ...body })
          : await ask(createWebhook, body);
        await refreshWebhooks();
        toast({ message: programs('saved') });
        props.done(secret);
      })
      .then((done) => done && close());
  };
  return (
    <Dialog
      open
      close={close}
      size={620}
      closable={!action.busy}
      title={webhook ? programs('editTitle', { name: webhook.name }) : programs('newTitle')}
    >
      <form
        ref={frame}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Stack gap={14}>
          <TextInput
            label={programs('name')}
            withAsterisk
            maxLength={120}
            value={form.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            error={said('name', 'nameMissing')}
            autoComplete="off"
            data-autofocus
          />
          <TextInput
            label={programs('url')}
            description={programs('urlHelp')}
            withAsterisk
            placeholder="https://"
            dir="ltr"
            classNames={{ input: 'mono' }}
            value={form.url}
            onChange={(event) => change({ url: event.currentTarget.value })}
            error={said('url', 'urlWrong')}
            autoComplete="off"
            spellCheck={false}
          />
          <TagsInput
            label={programs('events')}
            description={programs('eventsHelp')}
            withAsterisk
            data={suggested}
            value={[...form.events]}
            onChange={(events) => change({ events })}
            splitChars={[',', ' ']}
            maxTags={100}
            limit={8}
            withScrollArea={false}
            error={said('events', 'eventsMissing')}
            clearable
          />
          <fieldset className={css.group}>
            <legend>{programs('outcomes')}</legend>
            <Checkbox
              label={programs('outcome-refused')}
              checked={form.refused}
              onChange={(event) => change({ refused: event.currentTarget.checked })}
            />
            <Checkbox
              label={programs('outcome-failed')}
              checked={form.failed}
              onChange={(event) => change({ failed: event.currentTarget.checked })}
            />
          </fieldset>
          <Checkbox
            label={programs('privateNetwork')}
            description={programs('privateNetworkHelp')}
            checked={form.privateNetwork}
            onChange={(event) => change({ privateNetwork: event.currentTarget.checked })}
          />
          {action.error !== null && <ErrorBox error={action.error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {kit('cancel')}
          </Button>
          <BusyButton busy={action.busy} type="submit">
            {programs('save')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
