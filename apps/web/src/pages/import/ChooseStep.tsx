import { Button, FileButton, Progress } from '@mantine/core';
import { listImports, uploadImport, type ImportKind } from '@strongroom/contract';
import { IconFileUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef, useState, type DragEvent } from 'react';
import { ask } from '../../lib/client.ts';
import { ago } from '../../lib/format.ts';
import { imports } from '../../lib/messages/imports.ts';
import { keys, queries } from '../../lib/query.ts';
import { Cancelled, sendFile } from '../../lib/transfer.ts';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Pill } from '../../ui/Pill.tsx';
import css from './import.module.css';

const accepted = '.csv,.tsv,.tab,.txt,.xlsx';

/** The first step: a file dropped or chosen, and the imports of before. */
export function ChooseStep({ kind, open }: { readonly kind: ImportKind; readonly open: (id: string) => void }) {
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<{ readonly name: string; readonly share: number } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const abort = useRef<AbortController | null>(null);
  const earlier = useQuery({
    queryKey: [...keys.imports, kind],
    queryFn: ({ signal }) => ask(listImports, { kind, limit: 20 }, { signal }),
    staleTime: 0,
  }).data?.items;
  const send = async (file: File | null | undefined) => {
    if (!file || sending) return;
    setError(null);
    setSending({ name: file.name, share: 0 });
    const stop = new AbortController();
    abort.current = stop;
    try {
      const made = await sendFile(uploadImport, { kind, name: file.name }, file, {
        signal: stop.signal,
        onProgress: (done) => setSending({ name: file.name, share: file.size === 0 ? 100 : (done / file.size) * 100 }),
      });
      void queries.invalidateQueries({ queryKey: keys.imports });
      open(made.id);
    } catch (failure) {
      if (!(failure instanceof Cancelled)) setError(failure);
    } finally {
      setSending(null);
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void send(event.dataTransfer.files[0]);
  };
  return (
    <>
      <div
        className={css.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <IconFileUpload size={30} stroke={1.4} aria-hidden />
        {sending ? (
          <>
            <b>{imports('uploading', { name: sending.name })}</b>
            <Progress w={260} value={sending.share} aria-label={imports('uploading', { name: sending.name })} />
            <Button variant="default" onClick={() => abort.current?.abort()}>
              {imports('cancelUpload')}
            </Button>
          </>
        ) : (
          <>
            <b>{imports('drop')}</b>
            <p>{imports('dropHelp')}</p>
            <FileButton accept={accepted} onChange={(file) => void send(file)}>
              {(props) => <Button {...props}>{imports('chooseFile')}</Button>}
            </FileButton>
          </>
        )}
      </div>
      {error !== null && <ErrorBox error={error} />}
      {earlier && earlier.length > 0 && (
        <section className={`card ${css.card}`} aria-label={imports('earlier')}>
          <h2>{imports('earlier')}</h2>
          <ul className={css.earlier}>
            {earlier.map((one) => (
              <li key={one.id}>
                <Link to={kind === 'resource' ? '/resources/import' : '/admin/users/import'} search={{ id: one.id }}>
                  <b className="trunc">{one.fileName}</b>
                  <time dateTime={one.createdAt} className="dim">
                    {ago(one.createdAt)}
                  </time>
                  <Pill tone={one.state === 'done' ? 'ok' : one.state === 'failed' ? 'bad' : 'neutral'}>
                    {imports(`state-${one.state}`)}
                  </Pill>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
