import { me } from '../../lib/messages/me.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { ShownOnce, TokenExample } from '../me/ShownOnce.tsx';

/** Shows a token once; it cannot be closed by accident. */
export function TokenDialog({
  token,
  title,
  done,
}: {
  readonly token: string | null;
  readonly title: string;
  readonly done: () => void;
}) {
  return (
    <Dialog open={token !== null} close={done} closable={false} title={title} size={640}>
      {token !== null && (
        <ShownOnce
          label={me('once.token')}
          value={token}
          body={me('once.body')}
          copyLabel={me('once.copy')}
          confirm={me('once.stored')}
          doneLabel={me('once.close')}
          done={done}
        >
          <TokenExample />
        </ShownOnce>
      )}
    </Dialog>
  );
}
