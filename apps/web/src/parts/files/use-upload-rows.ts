import { listAccounts, type Account } from '@strongroom/contract';
import { useCallback } from 'react';
import { ask } from '../../lib/client.ts';
import { toastProblem } from '../../ui/toast.tsx';
import { meantRows, type AccountDraft } from '../accounts/AccountRows.tsx';
import { useFiles } from './FilesProvider.tsx';
import { accountTarget } from './target.ts';

/** Most accounts that are added at once. */
const most = 200;

/**
 * Sends the files that were chosen for accounts which are there by now, one after the other. Nobody waits for it: how far
 * it is shows where each file will be, and a file that fails can be sent again there.
 */
export function useUploadRows(): (
  resourceId: string,
  rows: readonly AccountDraft[],
  made?: readonly Account[],
) => Promise<void> {
  const { upload } = useFiles();
  return useCallback(
    async (resourceId, rows, made) => {
      const chosen = meantRows(rows).filter((row) => row.file);
      if (chosen.length === 0) return;
      try {
        const accounts = made ?? (await ask(listAccounts, { resourceId, limit: most })).items;
        for (const { username, file } of chosen) {
          const account = accounts.find((one) => one.username === username.trim());
          if (account && file) await upload(accountTarget(account), file);
        }
      } catch (error) {
        toastProblem(error);
      }
    },
    [upload],
  );
}
