import { IconFile, IconUpload } from '@tabler/icons-react';
import { useId, useRef, useState, type DragEvent } from 'react';
import { bytes } from '../../lib/format.ts';
import { files } from '../../lib/messages/files.ts';
import { useMe } from '../../lib/session.tsx';
import { announce } from '../../ui/announce.ts';
import css from './files.module.css';

/** A place to drop one file on, or to choose it. The browser reads nothing of it before it is sent. */
export function FileDrop(props: {
  readonly label: string;
  readonly file: File | null;
  readonly onFile: (file: File | null) => void;
  readonly fault: string | null;
  /** One line high, for a row of a form. */
  readonly slim?: boolean;
  readonly autoFocus?: boolean;
}) {
  const { file, onFile, fault } = props;
  const megabytes = useMe().preferences.fileLimitMegabytes;
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const [over, setOver] = useState(false);
  const [folder, setFolder] = useState(false);
  const take = (list: FileList | null | undefined) => {
    const first = list?.[0];
    if (!first) return;
    setFolder(false);
    onFile(first);
    announce(files('chosen', { file: first.name, size: bytes(first.size) }));
    if (list.length > 1) announce(files('onlyOne'));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    // A folder comes as a file without content: the browser tells them apart only here.
    const entry = event.dataTransfer.items[0]?.webkitGetAsEntry();
    if (entry?.isDirectory) setFolder(true);
    else take(event.dataTransfer.files);
  };
  const said = folder ? files('aFolder') : fault;
  return (
    <div className={css.dropField}>
      <label className={css.dropLabel} htmlFor={id}>
        {props.label}
      </label>
      <div
        className={css.drop}
        data-over={over || undefined}
        data-slim={props.slim || undefined}
        data-fault={said !== null || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {file ? <IconFile size={18} aria-hidden /> : <IconUpload size={18} aria-hidden />}
        <span className={css.dropText}>
          {over ? (
            files('dropOver')
          ) : file ? (
            <>
              <bdi className="trunc">{file.name}</bdi> <span className="dim num">{bytes(file.size)}</span>
            </>
          ) : (
            <span>{files('dropTitle')}</span>
          )}
        </span>
        <button
          type="button"
          className={css.dropChoose}
          aria-describedby={`${id}-help`}
          {...(props.autoFocus ? { 'data-autofocus': true } : {})}
          onClick={() => input.current?.click()}
        >
          {files(file ? (props.slim ? 'change' : 'chooseOther') : 'choose')}
        </button>
        <input
          ref={input}
          id={id}
          type="file"
          className="sr"
          tabIndex={-1}
          aria-invalid={said !== null || undefined}
          aria-describedby={`${id}-help`}
          onChange={(event) => {
            take(event.currentTarget.files);
            // The same file may be chosen again after it was changed.
            event.currentTarget.value = '';
          }}
        />
      </div>
      <p id={`${id}-help`} className={css.dropHelp} data-fault={said !== null || undefined}>
        {said ?? files('dropLimit', { megabytes })}
      </p>
    </div>
  );
}
