import { createContext, lazy, Suspense, useCallback, useContext, useMemo, useState, type ReactNode } from 'react';
import { files } from '../../lib/messages/files.ts';
import { Cancelled, saveFile } from '../../lib/transfer.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { useSecrets } from '../secrets/SecretsProvider.tsx';
import type { FileTarget } from './target.ts';
import { transfer } from './transfers.ts';

const UploadDialog = lazy(() => import('./UploadDialog.tsx'));
const RemoveDialog = lazy(() => import('./RemoveDialog.tsx'));

interface Files {
  /** Fetches the present file, or a former version, and lets the browser save it. Prompts as a reveal does. */
  readonly download: (
    target: FileTarget,
    former?: { readonly version: number; readonly file: string; readonly size: number },
  ) => void;
  /** Asks for a file, and sends it. */
  readonly askUpload: (target: FileTarget) => void;
  /** Sends a file that was chosen already. */
  readonly upload: (target: FileTarget, file: File) => Promise<void>;
  readonly askRemove: (target: FileTarget) => void;
}
const Context = createContext<Files | null>(null);

/** How files are sent and fetched from anywhere inside the shell. */
export function useFiles(): Files {
  const value = useContext(Context);
  if (!value) throw new Error('useFiles outside the shell');
  return value;
}

/** Holds the dialogs around files, so that they outlive the row they were asked from. Inside SecretsProvider. */
export function FilesProvider({ children }: { readonly children: ReactNode }) {
  const { withWhy, whyChange } = useSecrets();
  const [asked, setAsked] = useState<{ readonly what: 'upload' | 'remove'; readonly target: FileTarget } | null>(null);

  const download = useCallback<Files['download']>(
    (target, former) => {
      const { version, file, size } = former ?? {
        version: undefined,
        file: target.file?.name ?? '',
        size: target.file?.size ?? 0,
      };
      const key = version === undefined ? target.key : `${target.key} ${version}`;
      const title = files(version === undefined ? 'whyDownload' : 'whyFormer', { name: target.name });
      void withWhy(target.id, title, async (why) => {
        const got = await transfer(key, { way: 'down', file, size }, (going) => target.download(why, going, version));
        if (!got) return null;
        saveFile(got.name ?? file, got.content);
        toast({ message: files('downloaded', { file: got.name ?? file }) });
        return got;
      });
    },
    [withWhy],
  );

  const upload = useCallback<Files['upload']>(
    async (target, file) => {
      const why = target.subject ? await whyChange(target.subject, files('whyUpload', { name: target.name })) : {};
      if (!why) return;
      try {
        const sent = await transfer(target.key, { way: 'up', file: file.name, size: file.size }, async (going) => {
          await target.upload(file, why, going);
          return true;
        });
        if (sent) toast({ message: files('uploaded', { file: file.name, name: target.name }) });
        else toast({ message: files('cancelled') });
      } catch (error) {
        if (!(error instanceof Cancelled)) toastProblem(error);
      }
      await target.refresh();
    },
    [whyChange],
  );

  const value = useMemo<Files>(
    () => ({
      download,
      upload,
      askUpload: (target) => setAsked({ what: 'upload', target }),
      askRemove: (target) => setAsked({ what: 'remove', target }),
    }),
    [download, upload],
  );
  const close = (): void => setAsked(null);
  return (
    <Context.Provider value={value}>
      {children}
      <Suspense fallback={null}>
        {asked?.what === 'upload' && (
          <UploadDialog
            target={asked.target}
            close={close}
            send={(file) => {
              close();
              void upload(asked.target, file);
            }}
          />
        )}
        {asked?.what === 'remove' && <RemoveDialog target={asked.target} close={close} />}
      </Suspense>
    </Context.Provider>
  );
}
