import { IconDownload, IconFile, IconTrash, IconUpload, IconX } from '@tabler/icons-react';
import { bytes } from '../../lib/format.ts';
import { files } from '../../lib/messages/files.ts';
import rowCss from '../../ui/row.module.css';
import css from './files.module.css';
import { useFiles } from './FilesProvider.tsx';
import type { FileTarget } from './target.ts';
import { useTransfer } from './transfers.ts';

/** How far a transfer is, with a way to end it. */
function Going({ targetKey, tabIndex }: { readonly targetKey: string; readonly tabIndex: 0 | -1 | undefined }) {
  const transfer = useTransfer(targetKey);
  if (!transfer) return null;
  const percent = Math.floor(transfer.share * 100);
  const said = files(transfer.way === 'up' ? 'progressUp' : 'progressDown', { file: transfer.file, percent });
  return (
    <span className={css.cell}>
      <span className={css.going} title={said}>
        <progress className={css.bar} max={1} value={transfer.share} aria-label={said} />
        <span className="num dim">{percent} %</span>
      </span>
      <button
        type="button"
        className={rowCss.ib}
        tabIndex={tabIndex}
        aria-label={files('cancelOf', { file: transfer.file })}
        title={files('cancel')}
        onClick={transfer.cancel}
      >
        <IconX size={15} aria-hidden />
      </button>
    </span>
  );
}

/** A file where others have a password: its name and size, and what may be done with it. Plain elements: it stands in every virtual row. */
export function FileCell({ target, tabIndex }: { readonly target: FileTarget; readonly tabIndex?: 0 | -1 }) {
  const { download, askUpload, askRemove } = useFiles();
  const going = useTransfer(target.key);
  if (going) return <Going targetKey={target.key} tabIndex={tabIndex} />;
  const { file, may, name } = target;
  const words = { file: file?.name ?? '', name };
  if (!file && !may.upload)
    return (
      <span className="dim" title={files('noneHelp')}>
        {files('none')}
      </span>
    );
  return (
    <span className={css.cell}>
      {file ? (
        <span className={css.file} title={`${file.name} · ${bytes(file.size)}`}>
          <IconFile size={15} aria-hidden className="dim3" />
          <bdi className="trunc">{file.name}</bdi>
          <span className={css.size}>{bytes(file.size)}</span>
        </span>
      ) : (
        <button type="button" className={rowCss.bt} tabIndex={tabIndex} onClick={() => askUpload(target)}>
          <IconUpload size={14} aria-hidden />
          <span aria-hidden>{files('upload')}</span>
          <span className="sr">{files('uploadTo', words)}</span>
        </button>
      )}
      {file && may.download && (
        <button
          type="button"
          className={rowCss.ib}
          data-key="e"
          tabIndex={tabIndex}
          aria-label={files('downloadOf', words)}
          title={files('download')}
          onClick={() => download(target)}
        >
          <IconDownload size={15} aria-hidden />
        </button>
      )}
      {file && may.upload && (
        <button
          type="button"
          className={rowCss.ib}
          tabIndex={tabIndex}
          aria-label={files('replaceOf', words)}
          title={files('replace')}
          onClick={() => askUpload(target)}
        >
          <IconUpload size={15} aria-hidden />
        </button>
      )}
      {may.remove && (
        <button
          type="button"
          className={rowCss.ib}
          tabIndex={tabIndex}
          aria-label={files('removeOf', words)}
          title={files('remove')}
          onClick={() => askRemove(target)}
        >
          <IconTrash size={15} aria-hidden />
        </button>
      )}
    </span>
  );
}

/** A former version of an account's file, for its history. */
export function FormerFile(props: {
  readonly target: FileTarget;
  readonly version: number;
  readonly file: { readonly name: string; readonly size: number };
  readonly mayDownload: boolean;
}) {
  const { target, version, file } = props;
  const { download } = useFiles();
  const key = `${target.key} ${version}`;
  const going = useTransfer(key);
  if (going) return <Going targetKey={key} tabIndex={undefined} />;
  return (
    <span className={css.cell}>
      <span className={css.file} title={`${file.name} · ${bytes(file.size)}`}>
        <IconFile size={15} aria-hidden className="dim3" />
        <bdi className="trunc">{file.name}</bdi>
        <span className={css.size}>{bytes(file.size)}</span>
      </span>
      {props.mayDownload && (
        <button
          type="button"
          className={rowCss.ib}
          aria-label={files('downloadOf', { file: file.name, name: target.name })}
          title={files('download')}
          onClick={() => download(target, { version, file: file.name, size: file.size })}
        >
          <IconDownload size={15} aria-hidden />
        </button>
      )}
    </span>
  );
}
