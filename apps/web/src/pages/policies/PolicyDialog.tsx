import { Button, Checkbox, NumberInput, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { createPolicy, updatePolicy, type Policy } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { kit } from '../../lib/messages/kit.ts';
import { policies } from '../../lib/messages/policies.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import css from './policies.module.css';
import { formOf, newPolicy, rulesOf, type NumberName, type PolicyForm, type SwitchName } from './policy-form.ts';
import { Sample } from './Sample.tsx';

/** The bounds that the contract has. */
const bounds: Readonly<Record<NumberName, readonly [min: number, max: number]>> = {
  minLength: [4, 128],
  maxLength: [8, 256],
  digits: [0, 20],
  specials: [0, 20],
  words: [1, 12],
  historyDepth: [0, 50],
  maxAgeDays: [0, 3650],
};

/** Makes a policy, or changes one of one's own, with what it would draw beneath. */
export function PolicyDialog(props: {
  readonly policy: Policy | null;
  readonly close: () => void;
  readonly saved: () => Promise<unknown>;
}) {
  const { policy, close } = props;
  const [form, setForm] = useState<PolicyForm>(policy ? formOf(policy) : newPolicy);
  const [tried, setTried] = useState(false);
  const action = useAction();
  const errors = fieldErrors(action.error);
  const rules = rulesOf(form);
  const change = (part: Partial<PolicyForm>) => setForm({ ...form, ...part });
  const number = (name: NumberName, label: string, help?: string) => (
    <NumberInput
      label={label}
      description={help}
      value={form.numbers[name]}
      onChange={(value) => change({ numbers: { ...form.numbers, [name]: value } })}
      min={bounds[name][0]}
      max={bounds[name][1]}
      allowDecimal={false}
      error={errors[name]}
    />
  );
  const box = (name: SwitchName, label: string, help?: string) => (
    <Checkbox
      label={label}
      description={help}
      checked={form.switches[name]}
      onChange={(event) => change({ switches: { ...form.switches, [name]: event.currentTarget.checked } })}
    />
  );
  const save = () => {
    setTried(true);
    if (form.name.trim() === '' || rules === null) return;
    const { kind, ...rest } = rules;
    const details = { ...rest, name: form.name.trim(), description: form.description.trim() };
    void action
      .run(async () => {
        if (policy) await ask(updatePolicy, { policyId: policy.id, version: policy.version, ...details });
        else await ask(createPolicy, { kind, ...details });
        await props.saved();
        toast({ message: policies('edit.saved', { name: details.name }) });
      })
      .then((done) => done && close());
  };
  return (
    <Dialog
      open
      close={close}
      size={640}
      title={policy ? policies('edit.title', { name: policy.name }) : policies('edit.new')}
      closable={!action.busy}
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
            label={policies('edit.name')}
            withAsterisk
            maxLength={60}
            value={form.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            error={errors['name'] ?? (tried && form.name.trim() === '' ? policies('edit.nameMissing') : null)}
            autoComplete="off"
            data-autofocus
          />
          <Textarea
            label={policies('edit.description')}
            maxLength={300}
            autosize
            value={form.description}
            onChange={(event) => change({ description: event.currentTarget.value })}
          />
          {!policy && (
            <Radio.Group
              label={policies('edit.kind')}
              value={form.kind}
              onChange={(kind) => change({ kind: kind === 'passphrase' ? 'passphrase' : 'password' })}
            >
              <div className={css.two}>
                {(['password', 'passphrase'] as const).map((kind) => (
                  <Radio
                    key={kind}
                    value={kind}
                    label={policies(`edit.${kind}`)}
                    description={policies(`edit.${kind}.says`)}
                  />
                ))}
              </div>
            </Radio.Group>
          )}
          <div className={css.two}>
            {number('minLength', policies('edit.min'))}
            {number('maxLength', policies('edit.max'))}
            {form.kind === 'passphrase' && number('words', policies('edit.words'))}
            {number('digits', policies('edit.digits'))}
            {number('specials', policies('edit.specials'))}
            <TextInput
              label={policies('edit.set')}
              description={policies('edit.setHelp')}
              classNames={{ input: 'mono' }}
              dir="ltr"
              maxLength={32}
              value={form.specialCharacters}
              onChange={(event) => change({ specialCharacters: event.currentTarget.value })}
              error={errors['specialCharacters']}
              autoComplete="off"
              spellCheck={false}
            />
            {number('historyDepth', policies('edit.history'))}
            {number('maxAgeDays', policies('edit.age'), policies('edit.ageHelp'))}
          </div>
          <div className={css.two}>
            {box('mixedCase', policies('edit.mixed'))}
            {box('startsWithLetter', policies('edit.letter'))}
            {box('noLoginName', policies('edit.loginName'))}
            {form.kind === 'password' &&
              box('noDictionary', policies('edit.dictionary'), policies('edit.dictionaryHelp'))}
          </div>
          {rules ? <Sample rules={rules} /> : <p className={css.sampleError}>{policies('edit.numbers')}</p>}
          {policy && <p className={css.none}>{policies('edit.anew')}</p>}
          {action.error !== null && Object.keys(errors).length === 0 && <ErrorBox error={action.error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {kit('cancel')}
          </Button>
          <BusyButton busy={action.busy} type="submit">
            {policy ? policies('edit.save') : policies('add')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
