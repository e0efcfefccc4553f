import type { Invitation } from '@strongroom/contract';
import type { z } from 'zod';
import { exact } from '../../lib/format.ts';
import { users } from '../../lib/messages/users.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { ShownOnce } from '../me/ShownOnce.tsx';

/** How a person gets in, when it is a link that the administrator passes on. */
export type PassOn = NonNullable<z.output<typeof Invitation>> & { readonly link: string };

/** Shows a one-time link once; it cannot be closed by accident. */
export function LinkDialog({
  link,
  name,
  done,
}: {
  readonly link: PassOn | null;
  readonly name: string;
  readonly done: () => void;
}) {
  return (
    <Dialog open={link !== null} close={done} closable={false} title={users('added.link.title', { name })} size={640}>
      {link && (
        <ShownOnce
          label={users('added.link.label')}
          value={link.link}
          body={users('added.link.body', { when: link.expiresAt ? exact(link.expiresAt) : '' })}
          copyLabel={users('added.link.copy')}
          confirm={users('added.link.done')}
          doneLabel={users('added.toUser')}
          done={done}
        />
      )}
    </Dialog>
  );
}
