import { Button, MultiSelect, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { createField, FieldKind, updateField, type Field, type FieldBelongsTo } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { customise } from '../../lib/messages/customise.ts';
import { kit } from '../../lib/messages/kit.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { useResourceTypes } from '../../parts/accounts/use-lists.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';

/** Adds or changes a field. */
export function FieldDialog({
  belongsTo,
  field,
  close,
  saved,
}: {
  readonly belongsTo: FieldBelongsTo;
  /** Null for a new one. */
  readonly field: Field | null;
  readonly close: () => void;
  readonly saved: () => Promise<unknown>;
}) {
  const types = useResourceTypes();
  const [name, setName] = useState(field?.name ?? '');
  const [kind, setKind] = useState<FieldKind>(field?.kind ?? 'text');
  const [description, setDescription] = useState(field?.description ?? '');
  const [options, setOptions] = useState(field?.options.join('\n') ?? '');
  const [required, setRequired] = useState(field?.required ?? false);
  const [forTypes, setForTypes] = useState<string[]>(field?.types ?? []);
  const [tried, setTried] = useState(false);
  const action = useAction();
  const errors = fieldErrors(action.error);
  const save = () => {
    setTried(true);
    if (name.trim() === '') return;
    const details = {
      name: name.trim(),
      description: description.trim(),
      options:
        kind === 'text'
          ? options
              .split('\n')
              .map((one) => one.trim())
              .filter(Boolean)
          : [],
      required: kind !== 'file' && required,
      types: kind === 'file' ? forTypes : [],
    };
    void action
      .run(async () => {
        if (field) await ask(updateField, { fieldId: field.id, version: field.version, ...details });
        else await ask(createField, { belongsTo, kind, ...details });
        await saved();
        toast({ message: customise('fields.saved', { name: details.name }) });
      })
      .then((done) => done && close());
  };
  const title = field
    ? customise('fields.editTitle', { name: field.name })
    : customise(belongsTo === 'resource' ? 'fields.addResource' : 'fields.addAccount');
  return (
    <Dialog open close={close} title={title} closable={!action.busy}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Stack gap={14}>
          <TextInput
            label={customise('fields.name')}
            withAsterisk
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={errors['name'] ?? (tried && name.trim() === '' ? customise('fields.nameMissing') : null)}
            autoComplete="off"
            data-autofocus
          />
          {!field && (
            <Select
              label={customise('fields.kind')}
              description={`${customise(`kindHelp.${kind}`)} ${customise('fields.kindHelp')}`}
              allowDeselect={false}
              data={FieldKind.options.map((one) => ({ value: one, label: customise(`kind.${one}`) }))}
              value={kind}
              onChange={(chosen) => setKind(FieldKind.options.find((one) => one === chosen) ?? 'text')}
            />
          )}
          <TextInput
            label={customise('fields.description')}
            description={customise('fields.descriptionHelp')}
            maxLength={300}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
            error={errors['description'] ?? null}
            autoComplete="off"
          />
          {kind === 'text' && (
            <Textarea
              label={customise('fields.options')}
              description={customise('fields.optionsHelp')}
              autosize
              minRows={2}
              maxRows={8}
              value={options}
              onChange={(event) => setOptions(event.currentTarget.value)}
              error={errors['options'] ?? null}
            />
          )}
          {kind === 'file' ? (
            <MultiSelect
              label={customise('fields.types')}
              description={customise('fields.typesHelp')}
              searchable
              data={types.map((type) => type.name)}
              value={forTypes}
              onChange={setForTypes}
              error={errors['types'] ?? null}
            />
          ) : (
            <Switch
              label={customise('fields.requiredIs')}
              checked={required}
              onChange={(event) => setRequired(event.currentTarget.checked)}
            />
          )}
          {action.error !== null && Object.keys(errors).length === 0 && <ErrorBox error={action.error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {kit('cancel')}
          </Button>
          <BusyButton busy={action.busy} type="submit">
            {field ? kit('save') : customise('fields.add')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
