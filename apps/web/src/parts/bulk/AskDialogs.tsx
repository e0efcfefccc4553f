import type { BulkCall } from '@strongroom/contract';
import { tasks } from '../../lib/messages/tasks.ts';
import { ConfirmByName } from '../../ui/ConfirmByName.tsx';
import css from './bulk.module.css';
import type { BulkDialog } from './use-bulk.tsx';
import { WorkDialog } from './WorkDialog.tsx';

const whats = { resources: 'resource.delete', accounts: 'account.delete', users: 'user.delete' } as const;

/** Asks before many things are deleted: says what goes with them, and has the count typed. */
export const deleteDialog =
  (what: 'Resources' | 'Accounts' | 'Users'): BulkDialog<unknown> =>
  ({ chosen, close, start }) => (
    <ConfirmByName
      open
      close={close}
      title={tasks(`delete${what}Title`, { count: chosen.size })}
      name={tasks('deleteName', { count: chosen.size })}
      keep={tasks('deleteKeep')}
      go={tasks('deleteGo')}
      does={() => start({ call: whats[what.toLowerCase() as keyof typeof whats] })}
    >
      <p className={css.help}>{tasks(`delete${what}Help`)}</p>
    </ConfirmByName>
  );

/** Asks before something is done to many that can be taken back or made again. */
export const askDialog =
  (word: 'disable' | 'enable' | 'lock' | 'invite', call: BulkCall): BulkDialog<unknown> =>
  ({ chosen, close, start }) => (
    <WorkDialog
      title={tasks(`${word}Title`, { count: chosen.size })}
      help={tasks(`${word}Help`)}
      go={tasks(`${word}Go`)}
      close={close}
      start={start}
      work={() => ({ call })}
    />
  );
