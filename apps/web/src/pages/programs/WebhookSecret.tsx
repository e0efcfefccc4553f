import { programs } from '../../lib/messages/programs.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { ShownOnce } from '../me/ShownOnce.tsx';

/** What a webhook signs with, shown one time. */
export function WebhookSecret({ secret, close }: { readonly secret: string; readonly close: () => void }) {
  return (
    <Dialog open close={close} title={programs('secretTitle')} closable={false}>
      <ShownOnce
        label={programs('secretLabel')}
        value={secret}
        body={programs('secretText')}
        copyLabel={programs('secretCopy')}
        confirm={programs('secretStored')}
        doneLabel={programs('done')}
        done={close}
      />
    </Dialog>
  );
}
