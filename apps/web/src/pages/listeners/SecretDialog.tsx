import { listeners } from '../../lib/messages/listeners.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { ShownOnce } from '../me/ShownOnce.tsx';

/** The secret that a webhook's calls are signed with, shown this once. */
export const SecretDialog = ({ secret, done }: { readonly secret: string; readonly done: () => void }) => (
  <Dialog open close={done} title={listeners('secretTitle')} closable={false}>
    <ShownOnce
      label={listeners('secretLabel')}
      value={secret}
      body={listeners('secretText')}
      copyLabel={listeners('secretCopy')}
      confirm={listeners('secretStored')}
      doneLabel={listeners('done')}
      done={done}
    />
  </Dialog>
);
