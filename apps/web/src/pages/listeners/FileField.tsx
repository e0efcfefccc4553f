import { Button, FileButton, Textarea, TextInput } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { listeners } from '../../lib/messages/listeners.ts';
import { base64Of, textOf } from './file-text.ts';
import css from './listeners.module.css';
import type { FormFile } from './listener-form.ts';

const most = 512 * 1024;

/** A file that is chosen or written here. What is stored stays until something else is. */
export function FileField(props: {
  readonly label: string;
  readonly help: string;
  readonly file: FormFile;
  readonly error?: string | null;
  readonly change: (file: FormFile) => void;
  readonly remove?: () => void;
}) {
  const { file, change } = props;
  const [large, setLarge] = useState(false);
  const choose = async (chosen: File | null) => {
    if (!chosen) return;
    setLarge(chosen.size > most);
    if (chosen.size > most) return;
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    const text = textOf(base64Of(bytes));
    change({ name: chosen.name, text: text ?? '', bytes: text === null ? bytes : null, changed: true });
  };
  return (
    <fieldset className={css.file}>
      <legend>{props.label}</legend>
      <div className={css.fileHead}>
        <TextInput
          aria-label={`${props.label}: ${listeners('fileName')}`}
          placeholder={listeners('fileName')}
          classNames={{ input: 'mono' }}
          dir="ltr"
          maxLength={100}
          value={file.name}
          onChange={(event) => change({ ...file, name: event.currentTarget.value, changed: true })}
          autoComplete="off"
          spellCheck={false}
        />
        <FileButton onChange={(chosen) => void choose(chosen)}>
          {(button) => (
            <Button {...button} variant="default" leftSection={<IconUpload size={15} />}>
              {listeners('fileChoose')}
            </Button>
          )}
        </FileButton>
        {props.remove && (
          <Button variant="subtle" color="gray" onClick={props.remove}>
            {listeners('companionRemove')}
          </Button>
        )}
      </div>
      {file.bytes === null && (
        <Textarea
          aria-label={`${props.label}: ${listeners('text')}`}
          description={props.help}
          classNames={{ input: css.text }}
          dir="ltr"
          autosize
          minRows={6}
          maxRows={18}
          value={file.text}
          onChange={(event) => change({ ...file, text: event.currentTarget.value, changed: true })}
          error={large ? listeners('fileLarge') : props.error}
          spellCheck={false}
        />
      )}
      {file.bytes !== null && (
        <p className="dim">{listeners('fileIs', { name: file.name, bytes: file.bytes.length })}</p>
      )}
    </fieldset>
  );
}
