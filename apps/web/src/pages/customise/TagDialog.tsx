import { Button, Select, Stack, TextInput } from '@mantine/core';
import { createTag, TagScope, updateTag, updateTagValue, type Tag } from '@strongroom/contract';
import { useState, type ReactNode } from 'react';
import { ask } from '../../lib/client.ts';
import { customise } from '../../lib/messages/customise.ts';
import { kit } from '../../lib/messages/kit.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction, type Action } from '../me/use-action.ts';

function Frame(props: {
  readonly title: string;
  readonly go: string;
  readonly close: () => void;
  readonly action: Action;
  readonly save: () => void;
  readonly children: ReactNode;
}) {
  const { action, close } = props;
  return (
    <Dialog open close={close} title={props.title} closable={!action.busy}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.save();
        }}
      >
        <Stack gap={14}>
          {props.children}
          {action.error !== null && Object.keys(fieldErrors(action.error)).length === 0 && (
            <ErrorBox error={action.error} />
          )}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {kit('cancel')}
          </Button>
          <BusyButton busy={action.busy} type="submit">
            {props.go}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}

interface Ends {
  readonly close: () => void;
  readonly saved: () => Promise<unknown>;
}

/** Adds a tag, or changes one: its name, scope and description. */
export function TagDialog({ tag, close, saved }: Ends & { readonly tag: Tag | null }) {
  const [name, setName] = useState(tag?.name ?? '');
  const [scope, setScope] = useState<TagScope>(tag?.scope ?? 'client');
  const [description, setDescription] = useState(tag?.description ?? '');
  const [tried, setTried] = useState(false);
  const action = useAction();
  const errors = fieldErrors(action.error);
  const save = () => {
    setTried(true);
    if (name.trim() === '') return;
    const details = { name: name.trim(), scope, description: description.trim() };
    void action
      .run(async () => {
        if (tag) await ask(updateTag, { tagId: tag.id, version: tag.version, ...details });
        else await ask(createTag, details);
        await saved();
        toast({ message: customise('tags.saved', { name: details.name }) });
      })
      .then((done) => done && close());
  };
  return (
    <Frame
      title={tag ? customise('tags.editTitle', { name: tag.name }) : customise('tags.add')}
      go={tag ? kit('save') : customise('tags.add')}
      close={close}
      action={action}
      save={save}
    >
      <TextInput
        label={customise('tags.name')}
        withAsterisk
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={errors['name'] ?? (tried && name.trim() === '' ? customise('tags.nameMissing') : null)}
        autoComplete="off"
        data-autofocus
      />
      <Select
        label={customise('tags.scope')}
        description={customise('tags.scopeHelp')}
        allowDeselect={false}
        data={TagScope.options.map((one) => ({ value: one, label: customise(`scope.${one}`) }))}
        value={scope}
        onChange={(chosen) => setScope(TagScope.options.find((one) => one === chosen) ?? 'client')}
      />
      <TextInput
        label={customise('tags.description')}
        maxLength={300}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        autoComplete="off"
      />
    </Frame>
  );
}

/** Changes a value of a tag, on every resource that has it. */
export function ValueDialog({ value, close, saved }: Ends & { readonly value: Tag['values'][number] }) {
  const [text, setText] = useState(value.value);
  const [description, setDescription] = useState(value.description);
  const action = useAction();
  const errors = fieldErrors(action.error);
  const save = () => {
    if (text.trim() === '') return;
    void action
      .run(async () => {
        await ask(updateTagValue, { tagValueId: value.id, value: text.trim(), description: description.trim() });
        await saved();
        toast({ message: customise('tags.saved', { name: text.trim() }) });
      })
      .then((done) => done && close());
  };
  return (
    <Frame
      title={customise('tags.valueTitle', { name: value.value })}
      go={kit('save')}
      close={close}
      action={action}
      save={save}
    >
      <TextInput
        label={customise('tags.value')}
        withAsterisk
        maxLength={120}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={errors['value'] ?? (text.trim() === '' ? customise('tags.valueMissing') : null)}
        autoComplete="off"
        data-autofocus
      />
      <TextInput
        label={customise('tags.description')}
        maxLength={300}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        autoComplete="off"
      />
    </Frame>
  );
}
