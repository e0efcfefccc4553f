import { Button, Loader, NumberInput, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { addConsumer, changeConsumer, type AccountId, type Consumer, type ConsumerKind } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { consumers } from '../../lib/messages/consumers.ts';
import { kit } from '../../lib/messages/kit.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { useAction } from '../../pages/me/use-action.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { refreshConsumers } from './refresh-consumers.ts';

const kinds: readonly ConsumerKind[] = [
  'application',
  'service',
  'scheduled-task',
  'script',
  'pipeline',
  'person',
  'other',
];

/** Declares what uses an account, or changes what was declared. `next`: the place in the order of a new one. */
export default function ConsumerDialog(props: {
  readonly accountId: AccountId;
  readonly consumer: Consumer | null;
  readonly next: number;
  readonly close: () => void;
}) {
  const { accountId, consumer, close } = props;
  const [draft, setDraft] = useState({
    name: consumer?.name ?? '',
    kind: consumer?.kind ?? ('application' as ConsumerKind),
    contact: consumer?.contact ?? '',
    note: consumer?.note ?? '',
    probeUrl: consumer?.probeUrl ?? '',
    position: consumer?.position ?? props.next,
  });
  const [tried, setTried] = useState(false);
  const action = useAction();
  const errors = fieldErrors(action.error);
  const set = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const submit = async () => {
    setTried(true);
    if (draft.name.trim() === '') return;
    const went = await action.run(async () => {
      if (consumer)
        await ask(changeConsumer, { accountId, consumerId: consumer.id, version: consumer.version, ...draft });
      else await ask(addConsumer, { accountId, ...draft });
      toast({ message: consumers(consumer ? 'saved' : 'added', { name: draft.name.trim() }) });
      await refreshConsumers(accountId);
    });
    if (went) close();
  };
  return (
    <Dialog
      open
      close={close}
      title={consumer ? consumers('editTitle', { name: consumer.name }) : consumers('addTitle')}
      closable={!action.busy}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap={14}>
          <TextInput
            label={consumers('name')}
            withAsterisk
            data-autofocus
            maxLength={120}
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            error={errors['name'] ?? (tried && draft.name.trim() === '' ? consumers('nameMissing') : null)}
            autoComplete="off"
          />
          <Select
            label={consumers('kind')}
            data={kinds.map((value) => ({ value, label: consumers(`kind-${value}`) }))}
            value={draft.kind}
            onChange={(kind) => kind && set({ kind: kind as ConsumerKind })}
            allowDeselect={false}
          />
          <TextInput
            label={consumers('contact')}
            description={consumers('contactHelp')}
            maxLength={200}
            value={draft.contact}
            onChange={(event) => set({ contact: event.currentTarget.value })}
            error={errors['contact']}
          />
          <TextInput
            label={consumers('probe')}
            description={consumers('probeHelp')}
            maxLength={500}
            inputMode="url"
            value={draft.probeUrl}
            onChange={(event) => set({ probeUrl: event.currentTarget.value })}
            error={errors['probeUrl']}
            autoComplete="off"
          />
          <NumberInput
            label={consumers('position')}
            description={consumers('positionHelp')}
            min={0}
            max={9999}
            clampBehavior="strict"
            allowDecimal={false}
            value={draft.position}
            onChange={(value) => set({ position: typeof value === 'number' ? value : Number.parseInt(value, 10) || 0 })}
            error={errors['position']}
          />
          <Textarea
            label={consumers('note')}
            autosize
            minRows={1}
            maxRows={6}
            maxLength={2000}
            value={draft.note}
            onChange={(event) => set({ note: event.currentTarget.value })}
          />
          {action.error !== null && Object.keys(errors).length === 0 && <ErrorBox error={action.error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {kit('cancel')}
          </Button>
          <Button
            type="submit"
            aria-disabled={action.busy}
            {...(action.busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
          >
            {consumers(consumer ? 'save' : 'add')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
