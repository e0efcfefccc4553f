import { Checkbox, TextInput } from '@mantine/core';
import { entry } from '../../lib/messages/entry.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { Note } from '../login/Note.tsx';
import type { StepProps } from './AdministratorStep.tsx';
import css from './setup.module.css';

/** Step 2: where the key lies, where it shall lie, and that a copy exists. */
export function KeyStep({
  form,
  change,
  errors,
  keyFile,
  host,
}: StepProps & { readonly keyFile: string; readonly host: string }) {
  return (
    <div className={css.fields}>
      <div className={css.pair}>
        <CopyField label={entry('setup.key.file')} value={keyFile} />
        <CopyField label={entry('setup.key.host')} value={host} />
      </div>
      <Note tone="warn" quiet title={entry('setup.key.warning.title')}>
        <p>{entry('setup.key.warning.body')}</p>
      </Note>
      <Checkbox
        label={entry('setup.key.copied')}
        checked={form.keyCopied}
        onChange={(event) => change({ keyCopied: event.currentTarget.checked })}
        error={errors['keyCopied']}
      />
      <Checkbox
        label={entry('setup.key.move')}
        checked={form.moveKey}
        onChange={(event) => change({ moveKey: event.currentTarget.checked })}
      />
      {form.moveKey && (
        <TextInput
          label={entry('setup.key.newPlace')}
          description={entry('setup.key.newPlaceHelp')}
          withAsterisk
          required
          classNames={{ input: 'mono' }}
          placeholder="/mnt/key/master.key"
          spellCheck={false}
          autoCapitalize="none"
          value={form.keyFile}
          onChange={(event) => change({ keyFile: event.currentTarget.value })}
          error={errors['keyFile']}
        />
      )}
    </div>
  );
}
